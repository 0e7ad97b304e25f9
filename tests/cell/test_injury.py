"""Injury: nobody dies in the first half hour; from an hour on cells die, and never more than the vulnerable."""

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.cell.injury import Injury, Needs
from quell.engine.march import substeps
from quell.engine.scheme import rosenbrock
from quell.ground.card import from_card

INJURY = from_card(Injury)
FULL_SEIZURE = 25.0  # mV of NMDA current; full seizures of the model carry 10 to 50


@jax.jit
def _run(state, current, minutes):
    def minute(_, state):
        return substeps(rosenbrock, lambda s: INJURY.rates(s, Needs(current)), state, 60.0, 6)

    return jax.lax.fori_loop(0, minutes, minute, state)


def march(current, minutes, state=None):
    start = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), state or INJURY.rest())
    return _run(start, current, minutes)


def test_rest_is_rest():
    rest = INJURY.rest()
    assert INJURY.rates(rest, Needs(0.0)) == pytest.approx((0.0, 0.0, 0.0, 0.0))
    assert march(0.0, 600).dead == 0.0
    assert INJURY.excitation_left(rest) == INJURY.inhibition_left(rest) == 1.0


def test_calcium_rises_severalfold_in_a_full_seizure():
    assert 2.0 < march(FULL_SEIZURE, 20).calcium < 5.0


@pytest.mark.parametrize("strength", [0.5, 1.0, 1.5])
def test_under_two_percent_die_in_half_an_hour_and_ten_to_twenty_in_one_to_two(strength):
    assert march(strength * FULL_SEIZURE, 30).dead < 0.02
    assert 0.05 < march(strength * FULL_SEIZURE, 60).dead < 0.10
    assert march(strength * FULL_SEIZURE, 90).dead > 0.10
    assert march(strength * FULL_SEIZURE, 120).dead < 0.21


def test_nobody_dies_below_the_threshold_however_long_it_lasts():
    work = INJURY.threshold / INJURY.tau_load  # of calpain for ever, at which the load settles on the threshold
    calcium = INJURY.half_calcium * (work / (1.0 - work)) ** 0.5
    just_below = 0.99 * calcium / (INJURY.entry * INJURY.tau_calcium)
    assert march(just_below, 24 * 60).dead == 0.0
    assert march(1.2 * just_below, 24 * 60).dead > 0.0


def test_loss_grows_with_duration_and_stops_at_the_vulnerable_share():
    lost = [float(march(FULL_SEIZURE, minutes).dead) for minutes in (30, 60, 120, 360)]
    assert lost == sorted(lost) and lost[0] < lost[-1]
    assert march(60.0, 24 * 60).dead == pytest.approx(INJURY.vulnerable, rel=0.01)


@given(st.floats(0.0, 200.0), st.integers(1, 600))
def test_the_dead_share_never_passes_the_vulnerable_and_never_falls(current, minutes):
    first = march(current, minutes)
    later = march(0.0, 60, state=first)
    assert 0.0 <= first.dead <= later.dead <= INJURY.vulnerable


def test_calcium_settles_when_the_seizure_stops_but_the_dead_stay_dead():
    hour = march(FULL_SEIZURE, 90)
    after = march(0.0, 12 * 60, state=hour)
    assert after.calcium == pytest.approx(1.0, abs=1e-3)
    assert after.load < 0.2 * hour.load
    assert after.dead >= hour.dead > 0.0


def test_the_dead_leave_the_network_and_sprouting_over_weeks_brings_back_more_excitation_than_there_was():
    lost = march(FULL_SEIZURE, 120)
    assert float(INJURY.excitation_left(lost)) == pytest.approx(1.0 - float(lost.dead), abs=0.01)
    assert float(INJURY.inhibition_left(lost)) == pytest.approx(1.0 - INJURY.inhibitory * float(lost.dead))
    week, months = march(0.0, 7 * 1440, state=lost), march(0.0, 120 * 1440, state=lost)
    assert INJURY.excitation_left(lost) < INJURY.excitation_left(week) < 1.0 < INJURY.excitation_left(months)
    assert INJURY.inhibition_left(months) <= INJURY.inhibition_left(lost)  # interneurons do not come back


def test_an_outward_nmda_current_brings_no_calcium():
    assert march(-50.0, 60).calcium == pytest.approx(1.0)
