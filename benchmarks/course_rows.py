"""Whole patients: brain, body, drugs and staff in the compiled loop, as patient-seconds per second of one core."""

from benchmarks import measure

measure.pin()

import time  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

from quell.ground.compute import prepare  # noqa: E402

prepare()

import numpy as np  # noqa: E402

from quell.care.course import build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import load_protocol  # noqa: E402
from quell.eeg.scalp import chunks  # noqa: E402
from quell.engine.clock import FULL, PROJECTIVE  # noqa: E402
from quell.patient.person import People, draw_bodies, draw_prior  # noqa: E402

PROTOCOL = "esett_established"
LANES = (1, 8, 64, 512)


def patients(lanes: int, clocks: Any, *, patches: int, eeg: bool = False) -> dict[str, Any]:
    """Patient-seconds per core second; with EEG, 19 channels of every patient are made too."""
    ids, steps = np.arange(lanes), 12 if lanes <= 64 else 2  # macro steps per call
    people = People(ids, draw_prior(1, ids), draw_bodies(1, ids))
    machine = compile_protocol(load_protocol(PROTOCOL))
    course = build_course(people, machine, study=1, clocks=clocks, patches=patches, eeg=eeg)
    at, state, scalp_s = 0, course.start(), 0.0

    def run(calls: int) -> None:
        nonlocal at, state, scalp_s
        for _ in range(calls):
            state, record = course.advance(state, at, steps)
            at += steps
            before = time.process_time()
            for lane in range(lanes if eeg else 0):
                source = record["source"].reshape(-1, lanes, patches)[:, lane]
                list(chunks(source, 1.0 / clocks.sample, 1, lane, patches=course.atlas.names))
            scalp_s += time.process_time() - before

    run(4)  # compiling comes first, and again where the first states are of another kind than the later ones
    scalp_s, spent = 0.0, time.process_time()
    slow = measure.per_step(run, units=lanes * steps * clocks.macro, start=1)
    share = scalp_s / (time.process_time() - spent)
    fast = {"median": 1e9 / slow["median"], "low": 1e9 / slow["high"], "high": 1e9 / slow["low"]}
    return slow | fast | {"scalp_share": share, "patches": patches}


ROWS: dict[str, measure.Row] = {"one-full-10-eeg": partial(patients, 1, FULL, patches=10, eeg=True)}
ROWS |= {f"full-10-{lanes}": partial(patients, lanes, FULL, patches=10) for lanes in LANES}
ROWS |= {f"full-2-{lanes}": partial(patients, lanes, FULL, patches=2) for lanes in LANES}
ROWS |= {f"projective-2-{lanes}": partial(patients, lanes, PROJECTIVE, patches=2) for lanes in LANES}

if __name__ == "__main__":
    measure.answer(ROWS)
