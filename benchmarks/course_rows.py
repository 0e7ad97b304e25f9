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
CHUNK = 12  # macro steps per call: two minutes
LANES = (1, 8, 64, 512)


def patients(lanes: int, clocks: Any, *, patches: int, eeg: bool = False) -> dict[str, Any]:
    """Patient-seconds per core second; with EEG, 19 channels of every patient are made too."""
    ids = np.arange(lanes)
    people = People(ids, draw_prior(1, ids), draw_bodies(1, ids))
    machine = compile_protocol(load_protocol(PROTOCOL))
    course = build_course(people, machine, study=1, clocks=clocks, patches=patches, eeg=eeg)
    state, at = course.start(), 0
    scalp = 0.0
    for _ in range(4):
        state, _ = course.advance(state, at, CHUNK)
        at += CHUNK
    speeds, waited, spent = [], [], 0.0
    while len(speeds) < measure.REPEATS or spent < 4 * measure.AT_LEAST:
        core, wall = time.process_time(), time.perf_counter()
        state, record = course.advance(state, at, CHUNK)
        before = time.process_time()
        for lane in range(lanes if eeg else 0):
            source = record["source"].reshape(-1, lanes, patches)[:, lane]
            for _ in chunks(source, 1.0 / clocks.sample, 1, lane, patches=course.atlas.names):
                pass
        core, wall = time.process_time() - core, time.perf_counter() - wall
        scalp += time.process_time() - before
        speeds.append(lanes * CHUNK * clocks.macro / core)
        waited.append(wall / core)
        spent += core
        at += CHUNK
    each = sorted(speeds)
    told = {"median": float(np.median(each)), "low": each[0], "high": each[-1], "waited": float(np.median(waited))}
    return told | {"scalp_share": scalp / spent, "patches": patches}


ROWS: dict[str, measure.Row] = {"one-full-10-eeg": partial(patients, 1, FULL, patches=10, eeg=True)}
ROWS |= {f"full-10-{lanes}": partial(patients, lanes, FULL, patches=10) for lanes in LANES}
ROWS |= {f"full-2-{lanes}": partial(patients, lanes, FULL, patches=2) for lanes in LANES}
ROWS |= {f"projective-2-{lanes}": partial(patients, lanes, PROJECTIVE, patches=2) for lanes in LANES}

if __name__ == "__main__":
    measure.answer(ROWS)
