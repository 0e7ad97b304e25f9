"""Burst suppression of healthy virtual adults: depth by dose, lengths of bursts and suppressions, and waking.

    uv run python validation/burst_suppression.py [PEOPLE]

Brains of ten patches in full mode, their scalp EEG, and the reader of real EEG. A direct opener of GABA-A is held at
each level for half an hour, then taken away. Lengths are held against the Weibull distributions of Westover 2015
(hypothermic arrest, 11 patients) at the depth that has the same suppressed share. Writes docs/burst_suppression.md,
validation/burst_suppression.json and docs/figures/burst_suppression.png.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from scipy.optimize import brentq  # noqa: E402
from scipy.special import gamma  # noqa: E402
from scipy.stats import weibull_min  # noqa: E402

from quell.eeg import scalp  # noqa: E402
from quell.eeg.analysis import analyse  # noqa: E402
from quell.eeg.channels import Channel  # noqa: E402
from quell.eeg.leadfield import electrode_names  # noqa: E402
from quell.eeg.record import Record  # noqa: E402
from quell.eeg.suppression import SUPPRESSED  # noqa: E402
from quell.engine.clock import Clocks  # noqa: E402
from quell.patient import brain, whole  # noqa: E402
from quell.patient.full import macro_step  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402

STUDY, PATCHES, FS = 78, 10, 200.0
MG_PER_L = (2.0, 4.0, 6.0, 9.0, 14.0, 22.0)  # propofol in plasma, were brain and plasma in balance
FREE, MOLAR, EC50_UM = 0.0145, 178.27, 4.7  # cards: free fraction, g/mol, open-state constant
SETTLE_MIN, HOLD_MIN, AFTER_MIN = 4, 20, 20
DEPTHS = {0.37: (0.27, 0.46), 0.55: (0.46, 0.63), 0.70: (0.63, 0.80)}
SUPPRESSION, BURST = (9.597, 1.2955, 0.869), (7.446, 1.3066, 0.820)  # scale s, growth with cold, shape
SHORTEST = {"suppression": 0.5, "burst": 0.25}  # s, what the reader tells apart
HERE = Path(__file__).parent


def scales(cold: float) -> tuple[float, float]:
    """Weibull scales in s of suppressions and bursts at this depth, 0 to 1 in the paper."""
    return SUPPRESSION[0] * np.exp(SUPPRESSION[1] * cold**2), BURST[0] * np.exp(BURST[1] * (1 - cold) ** 2)


def cold_of(share: float) -> float:
    """The depth at which the paper's distributions give this suppressed share."""

    def off(cold: float) -> float:
        low, high = (
            scale * gamma(1 + 1 / one[2]) for scale, one in zip(scales(cold), (SUPPRESSION, BURST), strict=True)
        )
        return low / (low + high) - share

    return brentq(off, -0.5, 2.0)


def distance(lengths: np.ndarray, scale: float, shape: float, least: float) -> float:
    """Kolmogorov-Smirnov distance to the Weibull distribution above what can be told apart."""
    lengths, law = np.sort(lengths[lengths >= least]), weibull_min(shape, scale=scale)
    below = (law.cdf(lengths) - law.cdf(least)) / law.sf(least)
    steps = np.arange(len(lengths) + 1) / len(lengths)
    return float(max(np.abs(below - steps[1:]).max(), np.abs(below - steps[:-1]).max()))


def live(ids: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Source EEG `[lanes, samples, patches]` while the level holds, share of sleepers' rate after it, and E_GABA."""
    people = draw_people(STUDY, ids)
    block, atlas = whole.patients(STUDY, people, patches=PATCHES, onset={"amplitude": 0.0, "floor": 0.0})
    none, held = jnp.zeros((len(ids), 1)), (SETTLE_MIN + HOLD_MIN) * 6

    def step(state, number):
        x = jnp.where(number < held, level, 0.0) * jnp.ones((len(ids), 1))
        ports = brain.Ports(**dict.fromkeys(brain.Ports._fields, none) | {"direct": x})
        state, seen, trace = macro_step(
            block.parts,
            state,
            lambda _: brain.World(ports, none, none + 1.0),
            clocks=Clocks(),
            noise=block.noise,
            number=number,
            coupling=atlas.coupling,
        )
        keep = trace.reshape(-1, len(ids), PATCHES)
        return state, (keep, seen.rate_E.mean(1), brain.reversal(block.parts, state.ions)[0].mean(1))

    run = jax.jit(lambda state, numbers: jax.lax.scan(step, state, numbers))
    state = whole.rest(block, len(ids), PATCHES).brain
    state, _ = run(state, jnp.arange(SETTLE_MIN * 6, dtype=jnp.int32))
    state, (trace, rate, E) = run(state, jnp.arange(SETTLE_MIN * 6, held, dtype=jnp.int32))
    trace = np.asarray(trace).reshape(-1, len(ids), PATCHES).swapaxes(0, 1)
    _, (_, after, _) = run(state, jnp.arange(held, held + AFTER_MIN * 6, dtype=jnp.int32))
    return trace, np.asarray(rate), np.asarray(after)[-30:].mean(0) + 0 * np.asarray(E)[-1]


def read(source: np.ndarray, rate: np.ndarray, patient: int, awake: float):
    """The reader's analysis of one patient's scalp EEG."""
    _, atlas = None, whole.atlas(PATCHES)
    times = np.arange(len(source) // 2000) * 10.0 + 5.0
    course = scalp.Course(
        times, responsiveness=np.full(len(times), awake), rate=np.repeat(rate[:, None], PATCHES, axis=1)
    )
    signals = scalp.scalp_eeg(source, FS, STUDY, patient, patches=atlas.names, course=course)
    channels = tuple(Channel(name, "eeg", name) for name in electrode_names())
    return analyse(Record(signals.T.astype(np.float32), FS, channels, simulated=True)), signals


def main(people: int) -> None:
    """All levels, then the page."""
    began, ids = time.monotonic(), np.arange(people)
    rows, pool, shown = [], {depth: ([], []) for depth in DEPTHS}, {}
    for mg_L in (0.0, *MG_PER_L):
        level = mg_L * FREE / MOLAR * 1000.0 / EC50_UM
        trace, rate, after = live(ids, level)
        shares, swings = [], []
        for k in ids:
            found, signals = read(trace[k], rate[:, k], int(k), 1.0 if mg_L == 0 else 0.0)
            spans = [span for span in found.bursts if span.whole]
            states = np.array([span.state == SUPPRESSED for span in found.bursts])
            long = np.array([span.stop_s - span.start_s for span in found.bursts])
            shares.append(float(long[states].sum() / long.sum()))
            swings += [
                np.ptp(signals[int(s.start_s * FS) : int(s.stop_s * FS)], axis=0).mean()
                for s in spans
                if s.state != SUPPRESSED
            ][:20]
            for depth, (low, high) in DEPTHS.items():
                if low <= shares[-1] < high and mg_L:
                    for kind, into in zip((True, False), pool[depth], strict=True):
                        into += [s.stop_s - s.start_s for s in spans if (s.state == SUPPRESSED) == kind]
            if k == 0:
                shown[mg_L] = signals
        rows.append(
            {
                "mg_L": mg_L,
                "share": np.quantile(shares, [0.1, 0.5, 0.9]).round(3).tolist(),
                "rate_after": np.quantile(after, [0.1, 0.5, 0.9]).round(2).tolist(),
                "burst_uV": None if not swings else round(float(np.median(swings)), 1),
            }
        )
        print(rows[-1], f"{time.monotonic() - began:.0f} s", flush=True)
    lengths = []
    for depth, (flat, loud) in pool.items():
        cold = cold_of(depth)
        for kind, values, scale, law in zip(
            ("suppression", "burst"), (flat, loud), scales(cold), (SUPPRESSION, BURST), strict=True
        ):
            values = np.array(values)
            if len(values) > 30:
                lengths.append(
                    {
                        "share": depth,
                        "kind": kind,
                        "n": len(values),
                        "median_s": round(float(np.median(values)), 1),
                        "paper_s": round(float(weibull_min(law[2], scale=scale).median()), 1),
                        "ks": round(distance(values, scale, law[2], SHORTEST[kind]), 3),
                    }
                )
                print(lengths[-1])
    found = {
        "date": date.today().isoformat(),
        "people": people,
        "seconds": round(time.monotonic() - began),
        "rows": rows,
        "lengths": lengths,
    }
    (HERE / "burst_suppression.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    np.savez("/tmp/shown.npz", **{str(k): v for k, v in shown.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
