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
MG_PER_L = (1.0, 2.0, 3.0, 4.5, 7.0, 12.0)  # propofol in plasma, were brain and plasma in balance
FREE, MOLAR, EC50_UM = 0.024, 178.27, 4.7  # cards: free fraction, g/mol, open-state constant
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


def below(lengths: np.ndarray, scale: float, shape: float, least: float) -> np.ndarray:
    """The share of the Weibull distribution, of what can be told apart, that is shorter than each length."""
    law = weibull_min(shape, scale=scale)
    return (law.cdf(lengths[lengths >= least]) - law.cdf(least)) / law.sf(least)


def distance(shares: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance from the law by which these shares were made; 0 where they are spread evenly."""
    shares, steps = np.sort(shares), np.arange(len(shares) + 1) / len(shares)
    return float(max(np.abs(shares - steps[1:]).max(), np.abs(shares - steps[:-1]).max()))


def live(ids: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Source EEG `[lanes, samples, patches]` and firing `[10 s, lanes]` while the level holds, and firing after it."""
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
        return state, (keep, seen.rate_E.mean(1))

    run = jax.jit(lambda state, numbers: jax.lax.scan(step, state, numbers))
    state = whole.rest(block, len(ids), PATCHES).brain
    state, _ = run(state, jnp.arange(SETTLE_MIN * 6, dtype=jnp.int32))
    state, (trace, rate) = run(state, jnp.arange(SETTLE_MIN * 6, held, dtype=jnp.int32))
    trace = np.asarray(trace).reshape(-1, len(ids), PATCHES).swapaxes(0, 1)
    _, (_, after) = run(state, jnp.arange(held, held + AFTER_MIN * 6, dtype=jnp.int32))
    return trace, np.asarray(rate), np.asarray(after)[-30:].mean(0)


def read(source: np.ndarray, rate: np.ndarray, patient: int, awake: float):
    """The reader's analysis of one patient's scalp EEG."""
    atlas = whole.atlas(PATCHES)
    times = np.arange(len(source) // 2000) * 10.0 + 5.0
    course = scalp.Course(
        times, responsiveness=np.full(len(times), awake), rate=np.repeat(rate[:, None], PATCHES, axis=1)
    )
    signals = scalp.scalp_eeg(source, FS, STUDY, patient, patches=atlas.names, course=course)
    channels = tuple(Channel(name, "eeg", name) for name in electrode_names())
    return analyse(Record(signals.T.astype(np.float32), FS, channels, simulated=True)), signals


def main(people: int) -> None:
    """All levels, then the page and the figure."""
    began, ids = time.monotonic(), np.arange(people)
    rows, pool, shown = [], {depth: ([], []) for depth in DEPTHS}, {}
    for mg_L in (0.0, *MG_PER_L):
        trace, rate, after = live(ids, mg_L * FREE / MOLAR * 1000.0 / EC50_UM)
        seen = [read(trace[k], rate[:, k], int(k), 1.0 if mg_L == 0 else 0.0) for k in ids]
        shares = [suppressed(found.bursts) for found, _ in seen]
        for share, (found, _) in zip(shares, seen, strict=True):
            for depth, (low, high) in DEPTHS.items():
                if mg_L and low <= share < high:
                    for flat, into in zip((True, False), pool[depth], strict=True):
                        whole_ones = [s for s in found.bursts if s.whole and (s.state == SUPPRESSED) == flat]
                        into.append((share, np.array([s.stop_s - s.start_s for s in whole_ones])))
        swings = [swing for found, signals in seen for swing in bursts_uV(found.bursts, signals)]
        shown[mg_L] = seen[0][1]
        rows.append(
            {
                "mg_L": mg_L,
                "share": np.quantile(shares, [0.1, 0.5, 0.9]).round(3).tolist(),
                "burst_uV": round(float(np.median(swings)), 1) if len(swings) > 9 and mg_L else None,
                "rate_after": np.quantile(after, [0.1, 0.5, 0.9]).round(2).tolist(),
            }
        )
        print(rows[-1], f"{time.monotonic() - began:.0f} s", flush=True)
    found = {"date": date.today().isoformat(), "people": people, "seconds": round(time.monotonic() - began)}
    found |= {"rows": rows, "lengths": [row for depth, pair in pool.items() for row in lengths(depth, pair)]}
    (HERE / "burst_suppression.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "burst_suppression.md").write_text(page(found), encoding="utf-8")
    draw(shown)


def suppressed(bursts) -> float:
    """Share of the record that is suppressed."""
    long = {
        state: sum(s.stop_s - s.start_s for s in bursts if (s.state == SUPPRESSED) == state) for state in (True, False)
    }
    return long[True] / (long[True] + long[False])


def bursts_uV(bursts, signals: np.ndarray) -> list[float]:
    """Peak to peak of whole bursts, mean over channels, of at most 20 bursts."""
    whole_ones = [s for s in bursts if s.whole and s.state != SUPPRESSED and s.stop_s - s.start_s > 0.5][:20]
    return [float(np.ptp(signals[int(s.start_s * FS) : int(s.stop_s * FS)], axis=0).mean()) for s in whole_ones]


def lengths(depth: float, pair: tuple[list[tuple[float, np.ndarray]], ...]) -> list[dict]:
    """Rows of the second table: suppressions and bursts of people near one depth, each held against the own law."""
    rows = []
    for number, (kind, people) in enumerate(zip(SHORTEST, pair, strict=True)):
        law, least = (SUPPRESSION, BURST)[number][2], SHORTEST[kind]
        values = np.concatenate([own for _, own in people]) if people else np.zeros(0)
        if len(values) > 30:
            shares = [below(own, scales(cold_of(share))[number], law, least) for share, own in people]
            row = {"share": depth, "kind": kind, "people": len(people), "n": len(values)}
            row |= {"median_s": round(float(np.median(values)), 1)}
            row |= {"paper_s": round(float(weibull_min(law, scale=scales(cold_of(depth))[number]).median()), 1)}
            rows.append(row | {"ks": round(distance(np.concatenate(shares)), 3)})
    return rows


def page(found: dict) -> str:
    """The committed page."""
    head = f"""# Burst suppression

Made on {found["date"]} by `uv run python validation/burst_suppression.py {found["people"]}` in {found["seconds"]} s:
{found["people"]} healthy virtual adults, ten patches in full mode, 19-channel EEG, read by `quell.eeg` as a file from a
ward would be. The drug is held for {HOLD_MIN} min after {SETTLE_MIN} min of settling, as propofol that is in balance
between plasma and brain; firing is that of {AFTER_MIN} min after it is gone. Medians with the central 80 %.

| propofol, mg/L | suppressed share of the EEG | bursts, uV p-p | pyramidal firing afterwards, Hz |
|---|---|---|---|
"""
    for row in found["rows"]:
        low, middle, high = row["share"]
        first, half, last = row["rate_after"]
        uV = "" if row["burst_uV"] is None else f"{row['burst_uV']:.0f}"
        share, firing = f"{middle:.2f} ({low:.2f} to {high:.2f})", f"{half:.2f} ({first:.2f} to {last:.2f})"
        head += f"| {row['mg_L']:g} | {share} | {uV} | {firing} |\n"
    head += """
Lengths of people whose share lies near the depth, each held against the Weibull distributions of hypothermic arrest
(Westover 2015, 11 patients) at this person's share, and pooled. The aim was a distance of 0.15.

| suppressed share | what | people | n | median, s | in the paper, s | Kolmogorov-Smirnov distance | aim |
|---|---|---|---|---|---|---|---|
"""
    for row in found["lengths"]:
        cells = [row[name] for name in ("share", "kind", "people", "n", "median_s", "paper_s", "ks")]
        head += "| " + " | ".join(map(str, [*cells, "met" if row["ks"] <= 0.15 else "missed"])) + " |\n"
    return head + (HERE / "burst_suppression_tail.md").read_text(encoding="utf-8")


def draw(shown: dict[float, np.ndarray]) -> None:
    """One minute of one channel of the first person at every level."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    channel = electrode_names().index("C3")
    figure, axes = plt.subplots(len(shown), 1, figsize=(9, 0.9 * len(shown) + 0.6), sharex=True, sharey=True)
    for axis, (mg_L, signals) in zip(axes, shown.items(), strict=True):
        piece = signals[int(300 * FS) : int(360 * FS), channel]
        axis.plot(np.arange(len(piece)) / FS, piece, lw=0.5, color="0.1")
        axis.set_ylabel(f"{mg_L:g} mg/L", rotation=0, ha="right", va="center")
        axis.set_yticks([])
        axis.set_ylim(-60, 60)
        for side in ("top", "right", "left"):
            axis.spines[side].set_visible(False)
    axes[-1].set_xlabel("s (C3 against the average, every row 120 µV high)")
    figure.suptitle("The same brain under more and more propofol", x=0.02, ha="left", fontsize=11)
    figure.tight_layout()
    figure.savefig(HERE.parent / "docs" / "figures" / "burst_suppression.png", dpi=110)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
