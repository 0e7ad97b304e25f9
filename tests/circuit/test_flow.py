"""The step of a membrane's mean field: order, positive width at every conductance, steady states."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.circuit import population
from quell.patient.build import default_population

PATCH = default_population()


def mobius(z, cell, *, time, g, pull):
    """The exact flow with frozen inputs, by the exponential of its matrix."""
    from scipy.linalg import expm

    k = cell.curvature()
    b = -(k * (cell.V_rest + cell.V_thr) + g)
    c = k * cell.V_rest * cell.V_thr + pull + 1j * cell.width
    (A, B), (C, D) = expm(np.array([[b / 2, c], [-k, -b / 2]]) * time / cell.tau)
    return (A * z + B) / (C * z + D)


@pytest.mark.parametrize(("g", "pull"), [(0.5, -30.0), (6.0, -300.0), (1.0, 20.0), (40.0, -2000.0)])
def test_the_flow_of_a_membrane_is_second_order(g, pull):
    cell, total = PATCH.pyramidal, 0.016
    exact = mobius(-60.0 + 2.0j, cell, time=total, g=g, pull=pull)

    def error(count):
        v, x = -60.0, 2.0
        for _ in range(count):
            v, x = population.flow(v, x, cell=cell, dt=total / count, g=g, pull=pull)
        return abs(v + 1j * x - exact)

    assert error(32) / error(64) == pytest.approx(4.0, rel=0.25)
    assert error(128) / error(256) == pytest.approx(4.0, rel=0.05)


@given(
    st.floats(-2e4, 2e4),
    st.floats(1e-6, 4e4),
    st.floats(0.0, 500.0),
    st.floats(-90.0, 0.0),
    st.floats(-60.0, 60.0),
    st.sampled_from([1e-4, 5e-4, 2e-3]),
)
def test_the_width_of_the_voltages_stays_positive_at_every_conductance(v, x, g, E, eta, dt):
    """The floor is the widening of half a step; both precisions; up to 500 times the leak."""
    for cell in (PATCH.pyramidal, PATCH.interneuron):
        for kind in (np.float64, np.float32):
            state = kind(v), kind(x)
            for _ in range(3):
                state = population.flow(*state, cell=cell, dt=kind(dt), g=kind(g), pull=kind(eta + g * E))
                assert np.isfinite(state).all() and state[1] >= 0.499 * dt / cell.tau * cell.width


@jax.jit
def settled(g, pull):
    def step(_, state):
        return population.flow(*state, cell=PATCH.pyramidal, dt=5e-4, g=g, pull=pull)

    return jax.lax.fori_loop(0, 1000, step, (jnp.float64(-70.0), jnp.float64(1.0)))


@given(st.floats(0.0, 500.0), st.floats(-90.0, -65.0), st.floats(-60.0, 0.0))
def test_a_braked_membrane_comes_to_the_steady_state_of_its_equation(g, E, eta):
    """Inputs that hold v below threshold; the steady state is the root of the Riccati equation with x > 0."""
    cell = PATCH.pyramidal
    k = cell.curvature()
    b, c = -(k * (cell.V_rest + cell.V_thr) + g), k * cell.V_rest * cell.V_thr + eta + g * E + 1j * cell.width
    root = max(np.roots([k, b, c]), key=np.imag)
    v, x = settled(np.float64(g), np.float64(eta + g * E))
    assert v == pytest.approx(root.real, abs=1e-3) and x == pytest.approx(root.imag, rel=5e-3, abs=0.03)
