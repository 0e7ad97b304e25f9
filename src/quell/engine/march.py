"""Marching: the fast window, and the beats around it. Knows trees of arrays and functions, no biology."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.engine.clock import Clocks


class Fast(NamedTuple):
    """A fast layer as the engine sees it: functions of (state, drive)."""

    step: Callable[[Any, Any, jax.Array], Any]  # (state, drive, tick) -> state, tick is uint32
    measure: Callable[[Any, Any], Any]  # what the slower clocks need the window mean of
    trace: Callable[[Any, Any], Any]  # one EEG source value per patch, or a tree of such
    ease: Callable[[Any, Any, jax.Array], tuple[Any, Any]] = lambda state, drive, tick: (
        state,
        drive,
    )  # before a sample


def window(layer: Fast, state: Any, drive: Any, *, clocks: Clocks, tick: jax.Array) -> tuple[Any, Any, jax.Array]:
    """Run one window with a drive that only `ease` changes, once per sample.

    Returns the state after it, the means of `measure` over its samples, and the trace `[samples, ...]`.
    """

    def sample(carry: tuple, index: jax.Array) -> tuple:
        state, sums = carry
        first = tick + index * jnp.uint32(clocks.inner)
        state, now = layer.ease(state, drive, first)
        state = jax.lax.fori_loop(
            0,
            clocks.inner,
            lambda i, s: layer.step(s, now, first + jnp.asarray(i, jnp.uint32)),
            state,
        )
        sums = jax.tree.map(jnp.add, sums, layer.measure(state, now))
        return (state, sums), layer.trace(state, now)

    zero = jax.tree.map(jnp.zeros_like, layer.measure(*layer.ease(state, drive, tick)))
    numbers = jnp.arange(clocks.samples, dtype=jnp.uint32)
    (state, sums), trace = jax.lax.scan(sample, (state, zero), numbers)
    return state, jax.tree.map(lambda total: total / clocks.samples, sums), trace


def substeps(scheme: Callable, rates: Callable[[Any], Any], state: Any, dt: float, count: int) -> Any:
    """`count` steps of a scheme over a total of dt."""
    return jax.lax.fori_loop(0, count, lambda _, s: scheme(rates, s, dt / count), state)
