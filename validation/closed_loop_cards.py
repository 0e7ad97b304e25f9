"""What the population says of each drug that a controller may lead: the numbers of care/controller.DRUG.toml.

    uv run python validation/closed_loop_cards.py [PEOPLE]

The latent burst suppression probability of each person at levels held steady, from the drug's own ports and the
mechanism of bursts: slope of its logit by the logarithm of the level between 0.2 and 0.8, level at 0.5, and the
variance between people of the logit that the typical person's level would give under one infusion.
"""

import sys

import closed_loop as loop
import numpy as np

from quell.care import response
from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import read_protocol
from quell.engine.clock import PROJECTIVE
from quell.patient.person import draw_people

LEVELS = np.exp(np.linspace(-5.0, 6.0, 221))  # times what an hour at 1 mg/kg/h gives
HOUR_S = 3600.0


def curve(drug: str, people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Levels (mg/L), latent probabilities there, and the typical person's levels, `[levels, lanes]` each."""
    who = draw_people(loop.STUDY + 1, np.arange(people))
    words = loop.PROTOCOL.format(drug=drug, law="mpc", low=0.2, high=0.8, most=loop.MOST[drug], wait="1 h")
    course = build_course(
        who,
        compile_protocol(read_protocol(words)),
        study=loop.STUDY + 1,
        clocks=PROJECTIVE,
        onset={"amplitude": 0.0, "floor": 0.0},
    )
    pharmacy, line = course.constants.pharmacy, f"{drug}/IV"
    state, flow = pharmacy.rest(people), np.asarray(who.persons["weight_kg"]) / HOUR_S
    typical = response.modes(line, who.persons)
    z = response.after(typical, tuple(0.0 * x for x in typical.speed), flow, HOUR_S)
    for _ in range(round(HOUR_S / PROJECTIVE.macro)):
        state = pharmacy.step(state, {line: flow})
    one = np.ones((1, people, 2))
    rest = {"terminator": 0.0 * one, "reserve": one, "ATP": one}
    found = []
    for times in LEVELS:
        held = {name: x * times for name, x in state.items()}
        ports = {f"port.{port}": np.asarray(x, float)[None] for port, x in pharmacy.ports(held).items()}
        found.append(loop.depths(course, rest | ports)[0])
    p = (1.0 / (1.0 + np.exp(-np.interp(np.array(found), *loop.law())))).mean(-1)
    true = np.asarray(pharmacy.levels(state)[drug].brain)
    return LEVELS[:, None] * true, p, LEVELS[:, None] * np.asarray(response.level(typical, z))


def numbers(drug: str, people: int) -> dict[str, float]:
    """`steep`, `half` (mg/L) and `unsure` of a drug's card."""
    level, p, typical = curve(drug, people)
    at = {
        goal: np.array([[np.interp(goal, y, np.log(x[:, i])) for x in (level, typical)] for i, y in enumerate(p.T)])
        for goal in (0.2, 0.5, 0.8)
    }
    rise = 2.0 * np.log(4.0)  # of the logit from 0.2 to 0.8
    steep = rise / (at[0.8] - at[0.2])[:, 0]
    half = at[0.5]
    return {
        "steep": float(np.median(steep)),
        "steep, quarters": [float(x) for x in np.quantile(steep, [0.25, 0.75])],
        "half": float(np.exp(np.median(half[:, 0]))),
        "half, quarters": [float(x) for x in np.exp(np.quantile(half[:, 0], [0.25, 0.75]))],
        "unsure": float((np.median(steep) * half[:, 1].std()) ** 2),
    }


if __name__ == "__main__":
    for drug in loop.MOST:
        told = numbers(drug, int(sys.argv[1]) if len(sys.argv) > 1 else 64)
        print(drug, {name: np.round(value, 4).tolist() for name, value in told.items()}, flush=True)
