"""Heat that is taken away and fever: a device follows its target within its power, and lets go."""

import numpy as np
import pytest
from living import quiet, seizing


def cooling(target, **more):
    return quiet(cooled=1.0, target=target, **more)


def test_a_device_reaches_33_degrees_in_one_to_three_hours_and_holds_them(person):
    one = person()
    body, early = one.after(40, cooling(33.0))
    assert 35.0 < early.temperature < 36.5  # 1 to 3 K per hour, as devices do
    assert one.after(120, cooling(33.0), body)[1].temperature == pytest.approx(33.0, abs=0.1)


def test_muscle_at_work_slows_the_cooling(person):
    hot, still, both = (
        person().after(20, acting)[1].temperature
        for acting in (seizing(oxygen=0.4), cooling(33.0), seizing(oxygen=0.4, cooled=1.0, target=33.0))
    )
    assert still < both - 0.3
    assert both < hot - 0.3


def test_without_a_device_the_body_warms_again(person):
    one = person()
    body, cold = one.after(240, cooling(32.0))
    assert cold.temperature < 32.5
    assert one.after(600, quiet(), body)[1].temperature == pytest.approx(37.0, abs=0.1)


def test_fever_raises_the_set_point_and_a_device_may_hold_it_down(person):
    assert person().after(480, quiet(fever=2.5))[1].temperature == pytest.approx(39.5, abs=0.1)
    assert person().after(480, cooling(37.0, fever=2.5))[1].temperature == pytest.approx(37.0, abs=0.1)


def test_deep_cold_stays_within_what_the_body_allows(person):
    assert 20.0 < person().after(12 * 60, cooling(22.0))[1].temperature < 22.5


def test_a_device_that_is_off_changes_no_bit(person):
    off, plain = quiet(fever=0.0, cooled=0.0, target=30.0), quiet()._replace(fever=None, cooled=None, target=None)
    ends = [person().after(60, inputs)[0].metabolism.temperature for inputs in (off, plain)]
    assert np.array_equal(*ends)
