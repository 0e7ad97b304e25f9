"""The closed loop with brains: a coma is held at its depth, in either mode, and nobody's controller sees another's."""

import numpy as np
import pytest

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import read_protocol
from quell.engine.clock import FULL, PROJECTIVE
from quell.patient.person import draw_people

WORDS = """
name = "coma"
about = "for a test"
source = "assumed"
grade = "D"
[eeg]
when = "at 0 min"
source = "assumed"
grade = "D"
[[step]]
id = "coma"
when = "at 1 min"
give = "propofol 1 mg/kg/h IV"
source = "assumed"
grade = "D"
[step.infusion]
hold = "burst suppression 0.6 for 24 h, then wean 20 % every 3 h"
most = "30 mg/kg/h"
watch = "1 h"
"""


def course_of(ids, clocks=PROJECTIVE):
    machine = compile_protocol(read_protocol(WORDS))
    quiet = {"amplitude": 0.0, "floor": 0.0}
    return build_course(draw_people(7, np.asarray(ids)), machine, study=7, clocks=clocks, onset=quiet)


@pytest.fixture(scope="module")
def held():
    course = course_of(range(8))
    return course.advance(course.start(), 0, 12 + 6 * 120)[1]


def test_brains_of_the_population_are_held_near_the_target_at_rates_of_their_own(held):
    last_hour = held["suppression"][-360:].mean(axis=0)
    assert np.abs(np.median(last_hour) - 0.6) < 0.07 and (np.abs(last_hour - 0.6) < 0.2).all()
    rates = held["log.rate.coma"][-360:].mean(axis=0)
    assert rates.max() > 2 * rates.min() > 0


def test_nobody_answers_out_of_burst_suppression_and_its_bursts_are_no_seizures(held):
    deep = held["suppression"] > 0.6
    assert deep.any() and held["responsiveness"][deep].max() < 0.4
    assert not held["seizing"].any() and not held["convulsing"].any()


def test_what_is_believed_agrees_with_what_is_so(held):
    believed, true = (held[name][-360:].mean(axis=0) for name in ("log.bsp.coma", "suppression"))
    assert np.abs(believed - true).max() < 0.15


def test_a_patient_is_led_the_same_whoever_is_beside():
    some, others = ([3, 5, *range(first, first + 14)] for first in (10, 40))  # 16 lanes: fewer are rounded one by one
    these, those = (course_of(ids) for ids in (some, others[2:] + others[:2]))
    one, other = (course.advance(course.start(), 0, 132)[1] for course in (these, those))
    for name in ("log.rate.coma", "log.bsp.coma", "suppression"):
        np.testing.assert_array_equal(one[name][:, :2], other[name][:, -2:], err_msg=name)


def test_the_loop_runs_with_every_sample_of_the_eeg_too():
    course = course_of([3], clocks=FULL)
    _, record = course.advance(course.start(), 0, 36)
    assert record["log.rate.coma"][:, 0].max() > 2 * record["log.rate.coma"][18, 0] > 0
    assert 0.0 < record["log.bsp.coma"][-1, 0] < 1.0
