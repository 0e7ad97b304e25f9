"""Isoniazid: little GABA is made, so drugs that strengthen it fail; the antidote works, and only where it lacks."""

import numpy as np
import pytest

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.engine.clock import PROJECTIVE
from quell.patient.person import draw_people
from quell.receptors.presynaptic import Targets

LANES, AT_S = 64, 15 * 60.0
LORAZEPAM = "lorazepam 0.1 mg/kg IV over 2 min, max 4 mg"
PYRIDOXINE = "pyridoxine 5 g IV over 10 min"


def stopped(order, cause):
    """Share of those seizing at 15 min who are quiet from 15 to 30 min after."""
    protocol = load_protocol("benzodiazepine_at", {"time": "15 min", "order": order})
    people = draw_people(5, np.arange(LANES))
    course = build_course(people, compile_protocol(protocol), study=5, clocks=PROJECTIVE, cause=cause)
    _, record = course.advance(course.start(), 0, course.steps(AT_S + 1800.0))
    when, seizing = record["time"], record["seizing"]
    then = seizing[(when > AT_S - 60) & (when <= AT_S)].all(axis=0)
    return (~seizing[when > AT_S + 900].any(axis=0))[then].mean(), then.sum()


def test_the_antidote_stops_what_the_benzodiazepine_does_not():
    antidote, many = stopped(PYRIDOXINE, "isoniazid")
    usual, _ = stopped(LORAZEPAM, "isoniazid")
    assert many > 24
    assert usual < 0.3 and antidote > usual + 0.15  # a quarter of the usual GABA is made: some answer


def test_pyridoxine_does_nothing_where_nothing_lacks():
    assert stopped(PYRIDOXINE, "unprovoked") == stopped("levetiracetam 1 ug IV over 1 min", "unprovoked")


@pytest.mark.parametrize("unmade", [0.0, 0.5, 0.95])
def test_the_cofactor_brings_supply_back_to_the_usual_and_never_beyond(unmade):
    targets = Targets(release=0.4, sodium=0.6, sodium_bias=4.0, turnover=2.0, ampa=0.5, braking=0.0, unmade=unmade)
    made = [targets.gaba_supply(0.0, level) for level in (0.0, 1.0, 1e9)]
    assert made[0] == pytest.approx(1.0 - unmade) and made[-1] == pytest.approx(1.0)
    assert made == sorted(made)
