"""Schemes of the slower clocks: their order is measured, stiff variables are damped, exact ones are exact."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.engine import march, scheme


class Pair(NamedTuple):
    """Two variables that drive each other, not linearly."""

    x: jax.Array
    y: jax.Array


def coupled(state: Pair) -> Pair:
    return Pair(x=state.y - state.x**2, y=jnp.cos(state.x) - 0.5 * state.y * state.x)


def end(step, count, rates=coupled, start=None, seconds=2.0):
    start = start or Pair(jnp.asarray(1.0), jnp.asarray(0.2))
    return np.asarray(march.substeps(step, rates, start, seconds, count))


@pytest.mark.parametrize("step", [scheme.heun, scheme.rosenbrock])
def test_halving_the_step_quarters_the_error(step):
    best = end(scheme.heun, 20_000)
    errors = [np.abs(end(step, count) - best).max() for count in (80, 160, 320, 640)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.1)


def test_rosenbrock_agrees_with_heun_where_both_are_fine():
    np.testing.assert_allclose(end(scheme.rosenbrock, 4000), end(scheme.heun, 4000), rtol=1e-6)


def test_a_variable_a_million_times_faster_than_the_step_sits_at_its_balance():
    def stiff(state: Pair) -> Pair:
        return Pair(x=-1e6 * (state.x - state.y), y=-0.5 * state.y)

    start = Pair(jnp.asarray(3.0), jnp.asarray(1.0))
    x, y = end(scheme.rosenbrock, 20, stiff, start)
    assert y == pytest.approx(np.exp(-1.0), rel=1e-2)
    assert x == pytest.approx(y, rel=0.1)
    assert not np.isfinite(end(scheme.heun, 200, stiff, start)).all()


def test_stiff_decay_is_damped_within_one_step():
    def decay(state: Pair) -> Pair:
        return Pair(x=-1e9 * state.x, y=-1e-9 * state.y)

    x, y = end(scheme.rosenbrock, 1, decay, Pair(jnp.asarray(1.0), jnp.asarray(1.0)))
    assert abs(x) < 1e-6 and y == pytest.approx(1.0)


def test_growing_modes_are_left_explicit():
    grown = end(scheme.rosenbrock, 400, lambda s: Pair(s.x, 0.0 * s.y), Pair(jnp.asarray(1.0), jnp.asarray(0.0)))
    assert grown[0] == pytest.approx(np.exp(2.0), rel=1e-4)


def test_the_diagonal_is_each_variables_own_slope():
    slopes = scheme.diagonal(coupled, Pair(jnp.asarray(1.0), jnp.asarray(0.2)))
    assert slopes == pytest.approx((-2.0, -0.5))


def test_relaxation_towards_a_fixed_target_is_exact_at_any_step():
    whole = scheme.relax(4.0, 1.0, 3.0)
    halves = scheme.relax(scheme.relax(4.0, 1.0, 1.5), 1.0, 1.5)
    assert whole == pytest.approx(1.0 + 3.0 * np.exp(-3.0))
    assert halves == pytest.approx(float(whole))
