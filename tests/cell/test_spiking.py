"""Spiking neurons: rate and silence by closed form, spread of drives and voltages, and what GABA does."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.cell.membrane import Membrane
from quell.cell.spiking import centre, drives, fly, voltages
from quell.ground.card import from_card


@pytest.fixture
def cell():
    return from_card(Membrane)


def march(cell, V, *, eta, g=0.0, pull=0.0, dt=1e-4, seconds=2.0):
    def step(V, _):
        return fly(V, cell, dt=dt, g=g, pull=pull + eta)

    return jax.lax.scan(step, V, length=round(seconds / dt))


def rate_of(cell, eta):
    """Closed form: sqrt(k (eta - rheobase)) / (pi tau), the rheobase being k (V_thr - V_rest)^2 / 4."""
    k = cell.curvature()
    excess = k * (eta - 0.25 * k * (cell.V_thr - cell.V_rest) ** 2)
    return jnp.sqrt(jnp.maximum(excess, 0.0)) / (jnp.pi * cell.tau)


@pytest.mark.parametrize("dt", [5e-5, 5e-4])
def test_a_driven_neuron_fires_at_its_closed_rate_whatever_the_step(cell, dt):
    eta = jnp.array([4.0, 6.0, 20.0, 100.0])
    _, fired = march(cell, jnp.full(4, -65.0), eta=eta, dt=dt, seconds=4.0)
    np.testing.assert_allclose(fired.sum(0) / 4.0, rate_of(cell, eta), atol=0.26)


def test_a_neuron_below_its_rheobase_stays_silent_at_rest(cell):
    V, fired = march(cell, jnp.array([-65.0, -70.0]), eta=0.0)
    assert not fired.any()
    np.testing.assert_allclose(V, cell.V_rest, atol=1e-6)


def test_between_spikes_it_obeys_the_membrane_equation(cell):
    V = jnp.linspace(-90.0, -20.0, 30)
    after, _ = fly(V, cell, dt=1e-7, g=0.4, pull=-20.0)
    np.testing.assert_allclose((after - V) / 1e-7, cell.rate_of_change(V, 0.0, 0.4, -20.0), rtol=1e-3, atol=1.0)


def test_one_long_step_equals_many_short_ones(cell):
    V = jnp.linspace(-80.0, -45.0, 8)
    once, _ = fly(V, cell, dt=5e-4, g=0.3, pull=10.0)
    often, _ = march(cell, V, eta=10.0, g=0.3, dt=5e-6, seconds=5e-4)
    np.testing.assert_allclose(once, often, rtol=1e-7)


def test_a_spike_returns_from_the_far_side(cell):
    V, fired = fly(jnp.array([1e5]), cell, dt=1e-4, g=0.0, pull=0.0)
    assert fired.all() and V[0] < cell.V_rest


def test_placed_drives_are_lorentzian_around_zero():
    eta = drives(1.0, 4000)
    assert float(jnp.median(eta)) == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(jnp.quantile(eta, jnp.array([0.25, 0.75])), [-1.0, 1.0], atol=2e-3)


def test_an_odd_population_is_refused():
    with pytest.raises(ValueError, match="even number"):
        drives(1.0, 4001)


def test_unconnected_neurons_fire_as_their_lorentzian_predicts(cell):
    """The stationary half-width x of Montbrio, Pazo & Roxin gives the rate k x / (pi tau)."""
    k, middle = cell.curvature(), 0.5 * (cell.V_rest + cell.V_thr)
    square = (middle - cell.V_rest) ** 2 - 1j * cell.width / k
    expected = k * abs(np.sqrt(complex(square)).imag) / (np.pi * cell.tau)
    V = voltages(cell.V_rest, 1.0, 4000)
    V, _ = march(cell, V, eta=drives(cell.width, 4000), seconds=0.5)
    _, fired = march(cell, V, eta=drives(cell.width, 4000), seconds=2.0)
    assert float(fired.mean() / 1e-4) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("v", "x"), [(-65.0, 0.6), (-52.0, 3.0), (-40.0, 12.0)])
def test_the_centre_of_lorentzian_voltages_is_found_without_sorting(v, x):
    V = voltages(v, x, 4000)
    found = [float(value[0]) for value in centre(V)]
    quarter, half, three = np.quantile(V, [0.25, 0.5, 0.75])
    assert found == pytest.approx([v, x], abs=0.02 * x)
    assert found == pytest.approx([half, 0.5 * (three - quarter)], abs=0.02 * x)


def test_gaba_brakes_below_threshold_and_drives_above_it(cell):
    """The same conductance on the same neurons; only its reversal potential moves across the threshold."""
    eta, V = drives(cell.width, 2000), voltages(cell.V_rest, 1.0, 2000)
    free, brake, drive = (
        float(march(cell, V, eta=eta, g=g, pull=g * E, seconds=1.0)[1].mean())
        for g, E in ((0.0, 0.0), (1.0, -73.0), (1.0, -42.0))
    )
    assert brake < 0.8 * free
    assert drive > 3.0 * free
