"""What ends a seizure: it comes within a minute, it wears out in ten, it is back the next day."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.circuit.termination import Needs, Termination
from quell.engine.march import substeps
from quell.engine.scheme import rosenbrock
from quell.ground.card import from_card

BRAKE = from_card(Termination)


def march(state, activity, seconds):
    state = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), state)
    return substeps(rosenbrock, lambda s: BRAKE.rates(s, Needs(activity)), state, seconds, round(seconds))


def test_rest_is_rest_and_opens_nothing():
    assert BRAKE.rates(BRAKE.rest(), Needs(0.0)) == pytest.approx((0.0, 0.0))
    assert BRAKE.potassium_conductance(BRAKE.rest()) == 0.0 and BRAKE.release(BRAKE.rest()) == 1.0


def test_the_brake_rises_during_a_seizure_and_opens_potassium_channels():
    minute = march(BRAKE.rest(), 1.0, 60.0)
    assert minute.terminator > 0.5
    assert BRAKE.potassium_conductance(minute) > 0.5 * BRAKE.strength
    assert BRAKE.release(minute) < 1.0


def test_after_half_an_hour_of_seizing_little_of_the_brake_is_left():
    minute, half_hour = march(BRAKE.rest(), 1.0, 60.0), march(BRAKE.rest(), 1.0, 1800.0)
    assert half_hour.terminator < 0.2 * minute.terminator
    assert half_hour.reserve == pytest.approx(BRAKE.tau_p / (BRAKE.tau_p + BRAKE.tau_r), rel=0.2)


def test_the_reserve_comes_back_by_the_next_day():
    worn = march(BRAKE.rest(), 1.0, 1800.0)
    assert march(worn, 0.0, 24 * 3600.0).reserve > 0.99


def test_terminator_and_reserve_stay_between_nothing_and_all():
    for activity in (0.0, 0.3, 1.0):
        for seconds in (2.0, 30.0, 600.0, 7200.0):
            state = np.array(march(BRAKE.rest(), activity, seconds))
            assert (state >= -1e-9).all() and (state <= 1.0 + 1e-6).all()
