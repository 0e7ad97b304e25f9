"""The same step by hand on arrays: flat tuples in a compiled loop (what JAX can do at best), and NumPy.

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


def gate(s, rate, half_tau, half_open):
    """Implicit midpoint of a saturating gate."""
    opening = half_open * rate
    half = half_tau + opening
    return (s * (c.ONE - half) + c.TWO * opening) / (c.ONE + half)


def kahan(v, x, h, g, pull):
    """The complex Riccati step; real and imaginary part."""
    b, d = -(c.K * c.SUM + g), c.CROSS + pull
    up, down = c.ONE + c.HALF * h * b, c.ONE - c.HALF * h * b
    tv, tx, lv, lx = v * up + h * d, x * up + h * c.WIDTH, down - h * c.K * v, -h * c.K * x
    scale = c.ONE / (lv * lv + lx * lx)
    return (tv * lv + tx * lx) * scale, (tx * lv - tv * lx) * scale


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
    rE, rI = c.TO_E * xE, c.TO_I * xI
    ampa, nmda, gaba = gate(ampa, rE, c.A0, c.A1), gate(nmda, rE, c.N0, c.N1), gate(gaba, rI, c.G0, c.G1)
    far, ahp = far * c.FAR0 + c.FAR1 * ampa, ahp * c.AHP0 + c.AHP1 * rE
    nE, nI = nE * c.KEEP + d["noise"] * c.KICK * low, nI * c.KEEP + d["noise"] * c.KICK * high
    distant = d["g_far"] * far
    glut = d["g_ampa"] * ampa + distant + d["g_nmda"] * nmda / (c.ONE + c.MG * xp.exp(c.MGV * vE))
    inhibit, potassium = d["g_gaba"] * gaba + d["g_tonic"], d["g_potassium"] + d["g_ahp"] * ahp
    pull = inhibit * d["E_gaba"] + potassium * c.E_K + xp.clip(d["bias_E"] + nE, -c.LIMIT, c.LIMIT)
    vE, xE = kahan(vE, xE, c.H_E, glut + inhibit + potassium, pull)
    inhibit = d["g_II"] * gaba
    pull = inhibit * c.E_GI + xp.clip(d["bias_I"] + nI, -c.LIMIT, c.LIMIT)
    vI, xI = kahan(vI, xI, c.H_I, d["g_EI"] * ampa + c.SHARE * distant + inhibit, pull)
    return vE, xE, vI, xI, ampa, nmda, gaba, far, ahp, nE, nI


def jax_runner(lanes: int) -> Any:
    """Flat tuples in one compiled loop."""
    drive, noise = patch.drive(lanes, np.float32)._asdict(), patch.where(lanes)
    run = jax.jit(
        lambda s, d, steps: jax.lax.fori_loop(
            0, steps, lambda tick, s: step(jnp, s, d, tick.astype(jnp.uint32), noise), s
        )
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
