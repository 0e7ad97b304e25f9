"""Schemes for the slower clocks: states are trees of arrays, rates a tree of the same shape.

`heun` is second order and explicit: h |J| < 2. `rosenbrock` is second order for any approximation of the Jacobian
(Verwer's ROS2 as a W-method), L-stable when the approximation is exact; here the diagonal, by forward
differentiation of each variable alone, so a fast pump or a wide-open channel costs no small steps.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

GAMMA = 1.0 + 0.5 * 2.0**0.5  # L-stable choice of ROS2


def heun(rates: Callable[[Any], Any], state: Any, dt: float) -> Any:
    """One step of Heun's rule (order 2)."""
    first = rates(state)
    guess = jax.tree.map(lambda x, f: x + dt * f, state, first)
    second = rates(guess)
    return jax.tree.map(lambda x, f, g: x + 0.5 * dt * (f + g), state, first, second)


def rosenbrock(rates: Callable[[Any], Any], state: Any, dt: float) -> Any:
    """One step of ROS2 with the diagonal of the Jacobian (order 2, damps stiff variables)."""
    slopes = diagonal(rates, state)
    first = jax.tree.map(lambda f, a: f / (1.0 - GAMMA * dt * a), rates(state), slopes)
    moved = jax.tree.map(lambda x, k: x + dt * k, state, first)
    second = jax.tree.map(lambda f, k, a: (f - 2.0 * k) / (1.0 - GAMMA * dt * a), rates(moved), first, slopes)
    return jax.tree.map(lambda x, k, m: x + dt * (1.5 * k + 0.5 * m), state, first, second)


def diagonal(rates: Callable[[Any], Any], state: Any) -> Any:
    """d rate_i / d state_i of every variable (not positive: growing modes are left explicit)."""
    leaves, tree = jax.tree.flatten(state)

    def alone(index: int) -> Any:
        def one(value: Any) -> Any:
            changed = [*leaves[:index], value, *leaves[index + 1 :]]
            return jax.tree.leaves(rates(jax.tree.unflatten(tree, changed)))[index]

        _, slope = jax.jvp(one, (leaves[index],), (jnp.ones_like(leaves[index]),))
        return jnp.minimum(slope, 0.0)

    return jax.tree.unflatten(tree, [alone(index) for index in range(len(leaves))])


def relax(value: Any, target: Any, part: Any) -> Any:
    """Exact relaxation towards a constant target over part = dt / tau."""
    return target + (value - target) * jnp.exp(-part)
