"""Withdrawal from alcohol by the time since the last drink: who seizes untreated, and the receptors they came with."""

from dataclasses import replace

import numpy as np

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.engine.clock import PROJECTIVE
from quell.patient.person import draw_people

STUDY, CAUSE, MINUTES = 103, "alcohol_withdrawal", 10.0
SINCE = {"half a day": 0.5, "2 days": 2.0, "4 days": 4.0, "8 days": 8.0, "30 days": 30.0}


def returned(people: int) -> dict:
    """The same people, each time since; per row: name, seizing throughout the tenth minute, alpha1 left."""
    ids, machine, rows, programs = np.arange(people), compile_protocol(load_protocol("no_treatment")), [], {}
    for name, days in SINCE.items():
        since = {"exposure.since": 86400.0 * days}
        how = {"study": STUDY, "clocks": PROJECTIVE, "cause": CAUSE, "overrides": since}
        course = replace(build_course(draw_people(STUDY, ids), machine, **how), programs=programs)
        start = course.start()
        left = float(np.asarray(start.whole.brain.receptors.gaba.a1).mean())
        _, record = course.advance(start, 0, course.steps(60.0 * MINUTES))
        late = record["time"] > 60.0 * (MINUTES - 1.0)
        rows.append([name, int(record["seizing"][late].all(axis=0).sum()), left])
    return {"people": people, "rows": rows}
