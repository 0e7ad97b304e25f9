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


def braked(terminator, agonist=None, antagonist=None):
    return float(BRAKE.bound(BRAKE.rest()._replace(terminator=jnp.asarray(terminator)), agonist, antagonist).terminator)


@pytest.mark.parametrize("terminator", [0.0, 0.013, 0.5, 1.0])
def test_without_drug_the_brake_is_felt_as_it_is_to_the_bit(terminator):
    assert braked(terminator) == braked(terminator, 0.0) == braked(terminator, None, 0.0) == terminator


def test_an_agonist_brakes_without_reserve_and_never_beyond_all():
    felt = [braked(0.1, level) for level in (0.0, 0.5, 5.0, 1e9)]
    assert felt == sorted(felt) and felt[-1] == pytest.approx(1.0)


def test_an_antagonist_takes_the_brake_off_and_never_turns_it_round():
    felt = [braked(0.6, None, level) for level in (0.0, 1.0, 30.0, 1e9)]
    assert felt == sorted(felt, reverse=True) and felt[-1] == pytest.approx(0.0, abs=1e-6)


def test_adenosine_of_a_full_seizure_competes_with_theophylline():
    """15 mg/L (5 times the half effect, free) leaves more than half of a full brake, and little of a faint one."""
    assert braked(1.0, None, 5.0) > 0.6 > 0.4 > braked(0.1, None, 5.0) / 0.1


def test_agonist_and_antagonist_compete():
    assert braked(0.1, 5.0) > braked(0.1, 5.0, 5.0) > braked(0.1, None, 5.0)
    assert braked(0.1, 1e9, 5.0) == pytest.approx(1.0)


def test_many_brakes_are_one_brake_mapped():
    levels = jnp.linspace(0.0, 9.0, 100)
    state = BRAKE.rest()._replace(terminator=jnp.asarray(0.4))
    many = jax.vmap(lambda y: BRAKE.bound(state, None, y).terminator)(levels)
    assert float(many[37]) == pytest.approx(braked(0.4, None, float(levels[37])))


def test_background_input_is_withheld_after_a_seizure_and_neither_at_rest_nor_during_one():
    minute = march(BRAKE.rest(), 1.0, 60.0)
    assert BRAKE.withheld(BRAKE.rest(), 0.0) == 0.0
    assert BRAKE.withheld(minute, 1.0) == 0.0
    assert BRAKE.withheld(minute, 0.0) > 0.9
    assert BRAKE.withheld(march(minute, 0.0, 4 * BRAKE.tau_a), 0.0) < 0.05


def test_a_seizure_that_has_spent_the_reserve_leaves_no_suppression():
    assert BRAKE.withheld(march(BRAKE.rest(), 1.0, 3600.0), 0.0) < 0.05
