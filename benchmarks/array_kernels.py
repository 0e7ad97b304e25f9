"""The same step by hand on arrays: flat tuples in a compiled loop (JAX without marks on shared terms), and NumPy.

Both are checked against the package's step before they are timed.
"""

from functools import partial
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import constants as c
from benchmarks import measure, patch
from quell.ground.compute import wide_vectors


def gate(s, rate, closing, open_one):
    """The flow at a frozen rate, to third order."""
    opening = open_one * rate
    both = closing + opening
    return s + (opening - both * s) * (c.ONE - both * (c.HALF - c.SIXTH * both))


def flow(v, x, h, g, pull):
    """The Riccati step; real and imaginary part."""
    b, d, half = -(c.K * c.SUM + g), c.CROSS + pull, c.HALF * h * c.WIDTH
    third, x = c.THIRD * h * h * (c.QUARTER * b * b - c.K * d), x + half
    lv, lx = c.ONE + third - h * (c.HALF * b + c.K * v), h * c.K * x
    scale = c.ONE / (lv * lv + lx * lx)
    rise = c.K * (v * v - x * x) + b * v + d
    v = v + h * scale * (rise * lv - x * (c.TWO * c.K * v + b) * lx)
    return v, x * (c.ONE - third + third * third) * scale + half


def mix(word):
    """The finaliser of quell.ground.chance."""
    word = (word ^ (word >> 16)) * c.M1
    word = (word ^ (word >> 15)) * c.M2
    return word ^ (word >> 16)


def step(xp: ModuleType, s: tuple, d: dict[str, Any], tick, noise) -> tuple:
    """Eleven states to eleven states; `xp` is numpy or jax.numpy."""
    vE, xE, vI, xI, ampa, nmda, gaba, far, ahp, nE, nI = s
    word = mix(mix(tick * c.GOLDEN + noise[0]) ^ noise[1])
    low = (word & c.u(0xFFFF)).astype(xp.int32).astype(xp.float32) - c.CENTRE
    high = (word >> 16).astype(xp.int32).astype(xp.float32) - c.CENTRE
    rE, rI = xp.minimum(c.TO_E * xE, c.MOST), xp.minimum(c.TO_I * xI, c.MOST)
    old = ampa
    ampa, nmda, gaba = gate(ampa, rE, c.A0, c.A1), gate(nmda, rE, c.N0, c.N1), gate(gaba, rI, c.G0, c.G1)
    far, ahp = far * c.FAR0 + c.FAR1 * c.HALF * (old + ampa), ahp * c.AHP0 + c.AHP1 * rE
    nE, nI = nE * c.KEEP + d["noise"] * c.KICK * low, nI * c.KEEP + d["noise"] * c.KICK * high
    distant, fixed = d["g_far"] * far, d["g_nmda"] * nmda
    free = c.ONE / (c.ONE + c.MG * xp.exp(c.MGV * vE))
    inhibit, potassium = d["g_gaba"] * gaba + d["g_tonic"], d["g_potassium"] + d["g_ahp"] * ahp
    pull = inhibit * d["E_gaba"] + potassium * c.E_K + xp.clip(d["bias_E"] + nE, -c.LIMIT, c.LIMIT)
    g = d["g_ampa"] * ampa + distant + fixed * free + inhibit + potassium
    climb = c.K * (vE * vE - xE * xE) + c.CROSS + pull - (c.K * c.SUM + g) * vE
    g = g + fixed * xp.clip(c.SLOPE_E * climb * free * (c.ONE - free), -free, c.ONE - free)
    vE, xE = flow(vE, xE, c.H_E, g, pull)
    inhibit = d["g_II"] * gaba
    pull = inhibit * c.E_GI + xp.clip(d["bias_I"] + nI, -c.LIMIT, c.LIMIT)
    vI, xI = flow(vI, xI, c.H_I, d["g_EI"] * ampa + c.SHARE * distant + inhibit, pull)
    return vE, xE, vI, xI, ampa, nmda, gaba, far, ahp, nE, nI


def jax_runner(lanes: int) -> Any:
    """Flat tuples in one compiled loop."""
    drive, noise = patch.drive(lanes, np.float32)._asdict(), patch.where(lanes)
    run = jax.jit(
        lambda s, d, steps: jax.lax.fori_loop(
            0, steps, lambda tick, s: step(jnp, s, d, tick.astype(jnp.uint32), noise), s
        ),
        compiler_options=wide_vectors(),
    )
    return lambda steps: jax.block_until_ready(run(tuple(patch.start(lanes, np.float32)), drive, steps))


def numpy_runner(lanes: int) -> Any:
    """NumPy, a whole array per operation."""
    drive = {name: np.asarray(value) for name, value in patch.drive(lanes, np.float32)._asdict().items()}
    noise = tuple(np.asarray(word) for word in patch.where(lanes))

    def run(steps: int) -> tuple:
        states = tuple(np.asarray(value) for value in patch.start(lanes, np.float32))
        with np.errstate(over="ignore"):  # the hash of a step number wraps on purpose
            for tick in range(steps):
                states = step(np, states, drive, np.uint32(tick), noise)
        return states

    return run


def row(make: Any, lanes: int) -> dict[str, Any]:
    """Agreement with the package over 0.1 s, then nanoseconds per population-step."""
    run = make(lanes)
    for mine, ours in zip(run(200), patch.march(lanes)(200), strict=True):
        np.testing.assert_allclose(np.asarray(mine), np.asarray(ours), rtol=1e-3, atol=1e-3)
    return measure.per_step(run, units=lanes * patch.POPULATIONS)


ROWS: dict[str, measure.Row] = {f"jax-{lanes}": partial(row, jax_runner, lanes) for lanes in (1, 64, 512)}
ROWS |= {f"numpy-{lanes}": partial(row, numpy_runner, lanes) for lanes in (64, 4096)}

if __name__ == "__main__":
    measure.answer(ROWS)
