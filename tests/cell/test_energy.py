"""ATP: full at rest, spent by pump and spikes, starving the pump and opening potassium channels when low."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.cell.energy import Energy, Needs, State
from quell.engine.march import substeps
from quell.engine.scheme import rosenbrock
from quell.ground.card import from_card

ENERGY = from_card(Energy)
QUIET = Needs(pump=0.0, rate=0.0, supply=1.0)


def settle(needs, seconds=1200.0):
    start = State(jnp.asarray(ENERGY.rest().ATP, jnp.float64))
    return substeps(rosenbrock, lambda s: ENERGY.rates(s, needs), start, seconds, round(seconds / 0.5))


def test_rest_is_full_and_stays_so():
    assert ENERGY.rates(ENERGY.rest(), QUIET) == pytest.approx((0.0,))
    assert ENERGY.fuel(ENERGY.rest()) == pytest.approx(1.0)
    assert ENERGY.potassium_conductance(ENERGY.rest()) == pytest.approx(0.0)


def test_pumping_and_firing_spend_it():
    pumping = settle(QUIET._replace(pump=0.05))
    both = settle(QUIET._replace(pump=0.05, rate=20.0))
    assert both.ATP < pumping.ATP < 1.0


def test_a_starved_patch_loses_its_pump_and_opens_potassium_channels():
    starved = settle(QUIET._replace(rate=20.0, supply=0.4))
    assert starved.ATP < 0.5
    assert ENERGY.fuel(starved) < 0.6
    assert ENERGY.potassium_conductance(starved) > 0.3 * ENERGY.g_K_ATP


def test_low_atp_changes_little_before_the_channels_open():
    assert ENERGY.potassium_conductance(State(0.9)) < 0.1 * ENERGY.g_K_ATP
    assert ENERGY.fuel(State(0.9)) > 0.95


def test_fuel_falls_and_channels_open_as_atp_runs_out():
    falling = State(jnp.linspace(1.0, 0.0, 50))
    assert (np.diff(ENERGY.fuel(falling)) < 0).all()
    assert (np.diff(ENERGY.potassium_conductance(falling)) >= 0).all()
    assert ENERGY.fuel(State(-1e-12)) == 0.0


@jax.jit
def _path(needs):
    """Two minutes in the steps of the package."""

    def step(state, _):
        state = rosenbrock(lambda s: ENERGY.rates(s, needs), state, 0.5)
        return state, state.ATP

    return jax.lax.scan(step, State(jnp.asarray(1.0)), length=240)[1]


@given(st.floats(0.0, 1.0), st.floats(0.0, 500.0), st.floats(0.0, 1.2))
def test_atp_never_leaves_its_range(pump, rate, supply):
    path = np.asarray(_path(Needs(pump=pump, rate=rate, supply=supply)))
    assert (path >= 0.0).all() and (path <= 1.5).all()


def test_when_the_seizure_ends_the_stores_refill():
    empty = settle(QUIET._replace(rate=50.0, pump=0.1))
    after = substeps(rosenbrock, lambda s: ENERGY.rates(s, QUIET), empty, 600.0, 1200)
    assert after.ATP > 0.99 > empty.ATP
