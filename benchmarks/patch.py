"""The package's own fast step, as timed: one cortical patch per lane, its drive, its noise."""

from benchmarks import measure

measure.pin()

from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from quell.ground.compute import prepare, wide_vectors  # noqa: E402

prepare()

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

from quell.circuit import population  # noqa: E402
from quell.circuit.cortex import Wiring  # noqa: E402
from quell.circuit.population import Drive, Fast  # noqa: E402
from quell.engine.clock import FULL  # noqa: E402
from quell.ground.card import from_card  # noqa: E402
from quell.ground.chance import Address, address, two_kicks  # noqa: E402
from quell.patient.build import default_population  # noqa: E402

DT = FULL.dt
POPULATIONS = 2  # pyramidal cells and interneurons
E_GABA = -55.0  # mV, a patch in trouble: both populations active
LANES = (1, 8, 64, 512)


def values() -> dict[str, float]:
    """The drive of a default patch, one number per field, in the order of `Drive`."""
    w = from_card(Wiring)
    told = dict(g_ampa=w.w_ampa, g_nmda=w.w_nmda, g_gaba=w.w_gaba, g_tonic=w.w_tonic, g_potassium=0.02)
    told |= dict(g_ahp=w.w_ahp, g_far=w.w_far, g_EI=w.w_EI, g_II=w.w_II)
    return told | dict(E_gaba=E_GABA, bias_E=w.bias, bias_I=w.bias, noise=w.noise)


def drive(lanes: int, dtype: Any) -> Drive:
    """The default drive in every lane, as arrays, since patients differ."""
    return Drive(**{name: jnp.full((lanes, 1), value, dtype) for name, value in values().items()})


def start(lanes: int, dtype: Any) -> Fast:
    """Populations at rest."""
    resting = population.rest(default_population(), jnp.ones((lanes, 1)))
    return Fast(*(value.astype(dtype) for value in resting))


def where(lanes: int) -> Address:
    """The addresses of the noise."""
    return address(1, jnp.arange(lanes), "noise", 1)


def march(lanes: int, dtype: Any = np.float32, kicks=None):
    """A function steps -> final state; one compiled program for any number of steps.

    `kicks(tick)` makes the two random numbers of every lane (default: the package's counter hash).
    """
    patch, noise = default_population(), where(lanes)
    kicks = kicks or (lambda tick: two_kicks(noise, tick))

    @partial(jax.jit, compiler_options=wide_vectors())
    def run(state, fixed, steps):
        def step(tick, state):
            two = tuple(kick.astype(dtype) for kick in kicks(tick.astype(jnp.uint32)))
            after = population.step(patch, state, fixed, dt=DT, kicks=two, reach=lambda ampa: ampa)
            return Fast(*(value.astype(dtype) for value in after))

        return jax.lax.fori_loop(0, steps, step, state)

    begin, fixed = start(lanes, dtype), drive(lanes, dtype)
    return lambda steps: jax.block_until_ready(run(begin, fixed, steps))


def row(lanes: int, dtype: Any = np.float32) -> dict[str, Any]:
    """One row: nanoseconds per population-step."""
    return measure.per_step(march(lanes, dtype), units=lanes * POPULATIONS)


ROWS: dict[str, measure.Row] = {f"float32-{lanes}": partial(row, lanes) for lanes in LANES}
ROWS |= {f"float64-{lanes}": partial(row, lanes, np.float64) for lanes in (1, 64)}

if __name__ == "__main__":
    measure.answer(ROWS)
