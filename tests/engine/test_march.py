"""The window: its means, its trace, and the numbering of its steps."""

import jax.numpy as jnp
import numpy as np

from quell.engine import march
from quell.engine.clock import Clocks

CLOCKS = Clocks(dt=1e-3, sample=5e-3, window=0.05, beat=0.1, macro=0.2)


def counting(state, drive, tick):
    return state + drive * jnp.where(tick % 2 == 0, 1.0, 3.0)


LAYER = march.Fast(step=counting, measure=lambda state, drive: {"x": state, "square": state**2}, trace=lambda s, d: -s)


def test_means_and_trace_are_taken_once_per_sample_after_its_last_step():
    state, means, trace = march.window(LAYER, jnp.zeros(2), jnp.array([1.0, 10.0]), clocks=CLOCKS, tick=jnp.uint32(0))
    steps = np.cumsum(np.where(np.arange(50) % 2 == 0, 1.0, 3.0))
    samples = steps[4::5]
    np.testing.assert_allclose(state, [steps[-1], 10 * steps[-1]])
    np.testing.assert_allclose(means["x"], [samples.mean(), 10 * samples.mean()])
    np.testing.assert_allclose(means["square"][0], (samples**2).mean())
    np.testing.assert_allclose(trace[:, 1], -10 * samples)


def test_the_numbers_of_the_steps_go_on_from_the_given_tick():
    even, _, _ = march.window(LAYER, jnp.zeros(1), 1.0, clocks=Clocks(dt=5e-3), tick=jnp.uint32(0))
    odd, _, _ = march.window(LAYER, jnp.zeros(1), 1.0, clocks=Clocks(dt=5e-3), tick=jnp.uint32(1))
    assert float(even[0]) == float(odd[0]) == 800.0
    _, _, first = march.window(LAYER, jnp.zeros(1), 1.0, clocks=Clocks(dt=5e-3), tick=jnp.uint32(1))
    assert float(first[0, 0]) == -3.0


def test_the_tick_may_wrap_around():
    _, _, trace = march.window(LAYER, jnp.zeros(1), 1.0, clocks=Clocks(dt=5e-3), tick=jnp.uint32(2**32 - 1))
    np.testing.assert_allclose(trace[:3, 0], [-3.0, -4.0, -7.0])


def test_substeps_share_the_time_evenly():
    end = march.substeps(lambda rates, x, dt: x + dt * rates(x), lambda x: 2.0 + 0.0 * x, jnp.zeros(()), 3.0, 7)
    np.testing.assert_allclose(end, 6.0)
