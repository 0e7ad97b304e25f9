"""What every part costs: nanoseconds per population and fast step of whole patients in full mode."""

from benchmarks import measure

measure.pin()

from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

from quell.ground.compute import prepare  # noqa: E402

prepare()

import numpy as np  # noqa: E402

from quell.care.course import build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import load_protocol  # noqa: E402
from quell.care.scenario import Bodily  # noqa: E402
from quell.engine.clock import FULL  # noqa: E402
from quell.patient.person import People, draw_bodies, draw_prior  # noqa: E402

LANES, PATCHES, STEPS = 64, 2, 6
CORTEX, THALAMUS = 2, 2  # populations of a patch


def population_step(populations: int, **parts: Any) -> dict[str, Any]:
    """Nanoseconds of one core per population and fast step, all that hangs on them included."""
    ids = np.arange(LANES)
    people = People(ids, draw_prior(1, ids), draw_bodies(1, ids))
    machine = compile_protocol(load_protocol("esett_established"))
    course = build_course(people, machine, study=1, clocks=FULL, patches=PATCHES, **parts)
    at, state = 0, course.start()

    def run(calls: int) -> None:
        nonlocal at, state
        for _ in range(calls):
            state, _ = course.advance(state, at, STEPS)
            at += STEPS

    run(4)  # compiling comes first
    per_call = LANES * PATCHES * populations * STEPS * round(FULL.macro / FULL.dt)
    return measure.per_step(run, units=per_call, start=1)


EVERYTHING: dict[str, Any] = {"thalamus": True, "inflammation": True, "body": Bodily()}
ROWS: dict[str, measure.Row] = {
    "spine": partial(population_step, CORTEX),
    "thalamus": partial(population_step, CORTEX + THALAMUS, thalamus=True),
    "inflammation": partial(population_step, CORTEX, inflammation=True),
    "body": partial(population_step, CORTEX, body=Bodily()),
    "everything": partial(population_step, CORTEX + THALAMUS, **EVERYTHING),
}

if __name__ == "__main__":
    measure.answer(ROWS)
