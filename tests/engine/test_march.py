"""The window: its means, its trace, and the numbering of its steps."""

import jax.numpy as jnp
import numpy as np

from quell.engine import march
from quell.engine.clock import Clocks

CLOCKS = Clocks(dt=1e-3, sample=5e-3, window=0.05, beat=0.1, macro=0.2)  # 10 samples of 5 steps


def adding_up(state, drive, tick):
    """Adds the number of the step, so that a step done twice, or with another's number, shows."""
    return state + drive * (tick.astype(jnp.float64) % 1000.0) ** 2


LAYER = march.Fast(step=adding_up, measure=lambda state, drive: {"x": state, "root": state**0.5}, trace=lambda s, d: -s)


def test_means_and_trace_are_taken_once_per_sample_after_its_last_step():
    state, means, trace = march.window(LAYER, jnp.zeros(2), jnp.array([1.0, 9.0]), clocks=CLOCKS, tick=jnp.uint32(0))
    steps = np.cumsum(np.arange(50.0) ** 2)
    samples = steps[4::5]
    np.testing.assert_allclose(state, [steps[-1], 9 * steps[-1]])
    np.testing.assert_allclose(means["x"], [samples.mean(), 9 * samples.mean()])
    np.testing.assert_allclose(means["root"], [np.sqrt(samples).mean(), 3 * np.sqrt(samples).mean()])
    assert trace.shape == (10, 2)
    np.testing.assert_allclose(trace[:, 1], -9 * samples)


def test_the_numbers_of_the_steps_go_on_from_the_given_tick():
    state, _, _ = march.window(LAYER, jnp.zeros(1), 1.0, clocks=CLOCKS, tick=jnp.uint32(300))
    np.testing.assert_allclose(state, [(np.arange(300.0, 350.0) ** 2).sum()])


def test_two_windows_in_a_row_are_one_long_window():
    long = Clocks(dt=1e-3, sample=5e-3, window=0.1, beat=0.1, macro=0.2)
    once, _, _ = march.window(LAYER, jnp.zeros(1), 1.0, clocks=long, tick=jnp.uint32(0))
    first, _, _ = march.window(LAYER, jnp.zeros(1), 1.0, clocks=CLOCKS, tick=jnp.uint32(0))
    second, _, _ = march.window(LAYER, first, 1.0, clocks=CLOCKS, tick=jnp.uint32(50))
    np.testing.assert_array_equal(once, second)


def test_the_number_of_a_step_may_wrap_around():
    last = 2**32 - 1
    _, _, trace = march.window(LAYER, jnp.zeros(1), 1.0, clocks=CLOCKS, tick=jnp.uint32(last))
    np.testing.assert_allclose(trace[0, 0], -((last % 1000) ** 2 + 0 + 1 + 4 + 9))


def test_substeps_share_the_time_evenly():
    end = march.substeps(lambda rates, x, dt: x + dt * rates(x), lambda x: 2.0 + 0.0 * x, jnp.zeros(()), 3.0, 7)
    np.testing.assert_allclose(end, 6.0)
