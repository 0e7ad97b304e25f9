"""A controller holds burst suppression in virtual patients: a step from 0.2 to 0.8, then twelve hours.

    uv run python validation/closed_loop.py [PEOPLE] [DRUG[:LAW] ...] [body] [HOURSh]

Adults of the population, two patches, projective mode, a cortex that does not seize; `body` adds pressure.
The EEG runs from the start, read with the errors of steering.toml. Scored on the latent burst suppression probability:
the share of time that silence lasts at the depth at which the cortex is held now, by the mechanism of bursts
and as far off it as this brain is over the whole course. It is free of the chance of single bursts, which no controller
could follow, and of everything the controller believes. Writes validation/closed_loop.json.
"""

import json
import re
import sys
import time
from datetime import date
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from quell.ground import compute

compute.prepare()


from quell.care.course import SETTLE_S, build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import read_protocol  # noqa: E402
from quell.care.scenario import Bodily  # noqa: E402
from quell.cell.energy import State as Energy  # noqa: E402
from quell.circuit.silence import Silence  # noqa: E402
from quell.circuit.termination import State as Terminator  # noqa: E402
from quell.engine.clock import PROJECTIVE  # noqa: E402
from quell.ground.card import from_card  # noqa: E402
from quell.ground.chance import address, two_kicks  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402
from quell.receptors.gaba_a import Ports as GabaPorts  # noqa: E402

STUDY, BLOCK, CHUNK = 91, 512, 360
LAW_DEPTHS, LAW_POINTS, LAW_RUNS, LAW_S = (-1.8, 1.6), 35, 64, 3600.0  # natural logarithm; beyond it 0.002 and 0.99
LOOKS, OWN = 1.0, 0.2  # independent looks in 10 s of silence and bursts; how far a brain's slope lies from the law's
STEP_AT_H, HOLD_H, LOW, HIGH, BAND = 1.0, 12.0, 0.2, 0.8, 0.15
SETTLED_MIN, OVERSHOOT = 15.0, 0.15
# As fast as each is injected by hand: propofol 1 mg/kg in a minute, midazolam 0.3 mg/kg in 30 s (label: 0.3 to 0.35 in
# 20 to 30 s), thiopental 4 mg/kg in a minute (label: 100 to 150 mg in 10 to 15 s), pentobarbital 50 mg/min (label).
MOST = {"propofol": "60 mg/kg/h", "midazolam": "36 mg/kg/h", "thiopental": "240 mg/kg/h", "pentobarbital": "50 mg/kg/h"}
HERE = Path(__file__).parent
PROTOCOL = """
name = "closed_loop"
about = "a step of burst suppression"
source = "assumed"
grade = "D"
eeg = {{ when = "at 0 min", reading_lag = "30 s", source = "assumed", grade = "D" }}
[[step]]
id = "light"
role = "anaesthetic"
source = "assumed"
grade = "D"
when = "at 0 min"
give = "{drug} 0.5 mg/kg/h IV"
stop_if = "{wait} after the start of step light"
[step.infusion]
control = "{law}"
hold = "burst suppression {low} for 99 h, then wean 50 % every 1 h"
most = "{most}"
watch = "1 h"
[[step]]
id = "deep"
role = "anaesthetic"
source = "assumed"
grade = "D"
when = "{wait} after the start of step light"
give = "{drug} 0.5 mg/kg/h IV"
[step.infusion]
control = "{law}"
hold = "burst suppression {high} for 99 h, then wean 50 % every 1 h"
most = "{most}"
watch = "1 h"
"""


def depths(course, record: dict) -> np.ndarray:
    """Logarithm of how far each cortex is held down, `[time, lanes, patches]`."""
    parts = course.constants.patients.parts
    port = {name.removeprefix("port."): v[..., None].astype(float) for name, v in record.items() if "port." in name}
    supply = parts.targets.gaba_supply(port["gaba.turnover"], port["gaba.synthesis"])
    held = supply * parts.gaba.held(GabaPorts(port["gaba_a.bzd_site"], port["gaba_a.direct_site"]))
    glutamate = parts.targets.glutamate_left(
        port["glutamate.release"], port["sodium_channel.inactivated"], port["ampa.channel"]
    ) * parts.termination.release(Terminator(record["terminator"], record["reserve"]))
    fuel = parts.energy.fuel(Energy(record["ATP"]))
    return np.log(np.asarray(parts.silence.depth(held, glutamate=glutamate, fuel=fuel)))


@cache
def law() -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of depths and the logit of the share of time that silence lasts at each, from the mechanism alone."""
    silence, at, dt = from_card(Silence), np.linspace(*LAW_DEPTHS, LAW_POINTS), 0.05
    where = address(STUDY, np.arange(LAW_RUNS), "validation.silence", LAW_POINTS)
    depth = jnp.exp(jnp.asarray(at, jnp.float32))

    def step(carry, number):
        state, total = carry
        state = silence.step(state, 0.0, depth, kick=two_kicks(where, number)[0], dt=dt)
        return (state, total + (1.0 - state.up)), None

    start = silence.rest(jnp.ones((LAW_RUNS, LAW_POINTS), jnp.float32))
    steps = round(LAW_S / dt)
    (_, total), _ = jax.jit(lambda s: jax.lax.scan(step, (s, 0.0 * s.up), jnp.arange(steps)))(start)
    p = np.asarray(total, float).mean(0) / steps
    return at, np.log(p) - np.log1p(-p)


def latent(depth: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Latent burst suppression probability `[time, lanes]` of depths `[time, lanes, patches]`.

    The mechanism's law, as far off as this brain's true share of silence `[time, lanes]` says: `a + g` times its logit.
    """
    x = np.interp(depth, *law()).mean(-1)
    a, g = np.zeros(x.shape[1]), np.ones(x.shape[1])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-(a + g * x)))
        w, wrong = p * (1.0 - p) * LOOKS + 1e-9, (silent - p) * LOOKS
        da, dg = wrong.sum(0), (wrong * x).sum(0) - (g - 1.0) / OWN**2
        aa, ag, gg = w.sum(0), (w * x).sum(0), (w * x * x).sum(0) + 1.0 / OWN**2
        det = aa * gg - ag * ag
        a = a + np.clip((gg * da - ag * dg) / det, -1, 1)
        g = g + np.clip((aa * dg - ag * da) / det, -1, 1)
    return 1.0 / (1.0 + np.exp(-(a + g * x)))


def live(ids: np.ndarray, drug: str, law: str, *, body: bool, hours: float = HOLD_H) -> dict[str, np.ndarray]:
    """Latent probability, reading, rate (mg/kg/h) and alarms, `[time, lanes]`, every 10 s from the step on."""
    words = PROTOCOL.format(drug=drug, law=law, low=LOW, high=HIGH, most=MOST[drug], wait=f"{STEP_AT_H:g} h")
    people = draw_people(STUDY, ids)
    course = build_course(
        people,
        compile_protocol(read_protocol(words)),
        study=STUDY,
        clocks=PROJECTIVE,
        onset={"amplitude": 0.0, "floor": 0.0},
        body=Bodily(on=body),
    )
    made = []
    last = course.steps((STEP_AT_H + hours) * 3600.0 - SETTLE_S)  # whole chunks: one program
    for number, (_, record) in enumerate(course.chunks(course.start(), 0, last, CHUNK)):
        print(f"{number} h", end=" ", flush=True)
        made.append(
            {
                "depth": depths(course, record),
                "share": record["suppression"].astype(float),
                "believed": record["log.bsp.deep"],
                "rate": record["log.rate.deep"] * 3600.0 / np.asarray(people.persons["weight_kg"]),
                "alarm": record["log.alarm.deep"],
            }
        )
    found = {name: np.concatenate([one[name] for one in made]) for name in made[0]}
    found["p"] = latent(found.pop("depth"), found["share"])
    start = round((SETTLE_S + STEP_AT_H * 3600.0) / course.clocks.macro)
    return {name: values[start - 30 :] for name, values in found.items()}


def score(found: dict[str, np.ndarray], low: float, high: float) -> dict[str, np.ndarray]:
    """Of every person: settling (min), overshoot (share of the step), time in target, error, dose."""
    p = found["p"][30:]
    hour = p[:360]
    smooth = np.stack([found["share"][i : i + len(p) // 60 * 60 - 60] for i in range(0, 60)]).mean(0)
    out = np.abs(hour - high) > BAND
    settled = np.where(out[-1], np.inf, (len(hour) - np.argmax(out[::-1], axis=0)) / 6.0)
    settled = np.where(out.any(axis=0), settled, 0.0)
    error = (p - high) / high
    return {
        "before": found["p"][:30].mean(0),
        "settled_min": settled,
        "overshoot": np.maximum(hour.max(0) - high, 0.0) / (high - low),
        "in_target": (np.abs(p - high) <= BAND).mean(0),
        "MDPE": np.median(error, axis=0),
        "MDAPE": np.median(np.abs(error), axis=0),
        "seen_in_target": (np.abs(smooth[60:] - high) <= BAND).mean(0),
        "drift": np.abs((found["share"][30:] - p)[: len(p) // 360 * 360].reshape(-1, 360, p.shape[1]).mean(1)).max(0),
        "rate": found["rate"][390:].mean(0),
        "most_rate": found["rate"][30:].max(0),
        "seized": ((found["alarm"][30:] & 1) > 0).sum(0) / 6.0,
        "short": ((found["alarm"][390:] & 32) > 0).mean(0),
        "pressure_low": ((found["alarm"][30:] & 8) > 0).mean(0),
    }


def _told(value: float) -> float | None:
    """A number for the file; none where somebody never settled."""
    return round(float(value), 4) if np.isfinite(value) else None


def table(found: dict[str, np.ndarray]) -> dict:
    """Quantiles of every score and the goals of the protocol."""
    at = [0.05, 0.1, 0.5, 0.9, 0.95]
    rows = {name: [_told(x) for x in np.quantile(v, at, method="lower")] for name, v in found.items()}
    quick, low = found["settled_min"] <= SETTLED_MIN, found["overshoot"] <= OVERSHOOT
    return rows | {
        "people": len(quick),
        "settled_in_time": round(float(quick.mean()), 4),
        "little_overshoot": round(float(low.mean()), 4),
        "both": round(float((quick & low).mean()), 4),
        "seized_people": int((found["seized"] >= 1.0).sum()),
        "out_of_reach": round(float((found["short"] > 0.5).mean()), 4),
    }


def main(people: int, runs: list[str], body: bool, hours: float) -> None:
    """Every run, "drug" (under the plan) or "drug:law"."""
    path = HERE / "closed_loop.json"
    for run in runs:
        drug, _, law = run.partition(":")
        law = law or "mpc"
        began, scores = time.monotonic(), []
        for first in range(0, people, BLOCK):
            ids = np.arange(first, min(first + BLOCK, people))
            scores.append(score(live(ids, drug, law, body=body, hours=hours), LOW, HIGH))
            print(drug, law, ids[-1] + 1, f"{time.monotonic() - began:.0f} s", flush=True)
            joined = {name: np.concatenate([one[name] for one in scores]) for name in scores[0]}
            row = table(joined) | {"date": date.today().isoformat(), "most": MOST[drug], "hours": hours}
            kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            kept[f"{drug} {law}, {hours:g} h{' body' if body else ''}"] = row
            path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "body"]
    held = float(words.pop().removesuffix("h")) if words and re.fullmatch(r"[0-9.]+h", words[-1]) else HOLD_H
    main(int(words[0]) if words else 512, words[1:] or list(MOST), "body" in sys.argv, held)
