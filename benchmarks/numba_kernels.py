"""The same step by hand in numba: as most would write it, and for the vector units, which is the limit.

Both are checked against the package's step before they are timed.
"""

from functools import partial
from typing import Any

import numba
import numpy as np

from benchmarks import measure, patch
from benchmarks.constants import (
    A0,
    A1,
    AHP0,
    AHP1,
    CENTRE,
    CROSS,
    E_GI,
    E_K,
    FAR0,
    FAR1,
    G0,
    G1,
    GOLDEN,
    H_E,
    H_I,
    HALF,
    KEEP,
    KICK,
    LIMIT,
    M1,
    M2,
    MG,
    MGV,
    MOST,
    N0,
    N1,
    ONE,
    QUARTER,
    SHARE,
    SIXTH,
    SLOPE_E,
    SUM,
    THIRD,
    TO_E,
    TO_I,
    TWO,
    WIDTH,
    K,
    f,
    u,
)  # fmt: skip

LANES = 64  # known when compiling, or the vectoriser cannot tell the arrays apart
LOG2E, POLY = f(np.log2(np.e)), tuple(f(c) for c in (0.69314718, 0.24022651, 0.05550411, 0.00961813, 0.00133336))

compiled = numba.njit(fastmath=True, error_model="numpy")
part = numba.njit(fastmath=True, error_model="numpy", forceinline=True)


@part
def exp(x):
    """e^x by a polynomial and the exponent bits, as compilers that vectorise do it; relative error 2e-6."""
    x = min(max(x * LOG2E, f(-126.0)), f(126.0))
    whole = np.floor(x + HALF)
    z = x - whole
    poly = ONE + z * (POLY[0] + z * (POLY[1] + z * (POLY[2] + z * (POLY[3] + z * POLY[4]))))
    return poly * np.int32((np.int32(whole) + np.int32(127)) << np.int32(23)).view(np.float32)


@part
def mix(w):
    """The finaliser of quell.ground.chance."""
    w = u((w ^ (w >> u(16))) * M1)
    w = u((w ^ (w >> u(15))) * M2)
    return u(w ^ (w >> u(16)))


@part
def gate(s, rate, closing, open_one):
    """The flow at a frozen rate, to third order."""
    opening = open_one * rate
    both = closing + opening
    return s + (opening - both * s) * (ONE - both * (HALF - SIXTH * both))


@part
def flow(v, x, h, g, pull):
    """The Riccati step; real and imaginary part."""
    b, c, half = -(K * SUM + g), CROSS + pull, HALF * h * WIDTH
    third, x = THIRD * h * h * (QUARTER * b * b - K * c), x + half
    lv, lx = ONE + third - h * (HALF * b + K * v), h * K * x
    scale = ONE / (lv * lv + lx * lx)
    rise = K * (v * v - x * x) + b * v + c
    v = v + h * scale * (rise * lv - x * (TWO * K * v + b) * lx)
    return v, x * (ONE - third + third * third) * scale + half


@part
def one(old, new, d, i, tick, w0, w1):
    """One lane, one step: column i of `old` to column i of `new` under column i of the drive `d`."""
    vE, xE, vI, xI = old[i], old[1 * LANES + i], old[2 * LANES + i], old[3 * LANES + i]
    word = mix(u(mix(u(u(tick * GOLDEN) + w0[i])) ^ w1[i]))
    low, high = f(np.int32(word & u(0xFFFF))) - CENTRE, f(np.int32(word >> u(16))) - CENTRE
    rE, rI = min(TO_E * xE, MOST), min(TO_I * xI, MOST)
    ampa, nmda, gaba = (
        gate(old[4 * LANES + i], rE, A0, A1),
        gate(old[5 * LANES + i], rE, N0, N1),
        gate(old[6 * LANES + i], rI, G0, G1),
    )
    far, ahp = (
        old[7 * LANES + i] * FAR0 + FAR1 * HALF * (old[4 * LANES + i] + ampa),
        old[8 * LANES + i] * AHP0 + AHP1 * rE,
    )
    nE, nI = (
        old[9 * LANES + i] * KEEP + d[12 * LANES + i] * KICK * low,
        old[10 * LANES + i] * KEEP + d[12 * LANES + i] * KICK * high,
    )
    distant = d[6 * LANES + i] * far
    fixed, free = d[1 * LANES + i] * nmda, ONE / (ONE + MG * exp(MGV * vE))
    inhibit, potassium = d[2 * LANES + i] * gaba + d[3 * LANES + i], d[4 * LANES + i] + d[5 * LANES + i] * ahp
    eta = min(max(d[10 * LANES + i] + nE, -LIMIT), LIMIT)
    pull = inhibit * d[9 * LANES + i] + potassium * E_K + eta
    g = d[i] * ampa + distant + fixed * free + inhibit + potassium
    climb = K * (vE * vE - xE * xE) + CROSS + pull - (K * SUM + g) * vE
    g += fixed * min(max(SLOPE_E * climb * free * (ONE - free), -free), ONE - free)
    new[i], new[1 * LANES + i] = flow(vE, xE, H_E, g, pull)
    inhibit, eta = d[8 * LANES + i] * gaba, min(max(d[11 * LANES + i] + nI, -LIMIT), LIMIT)
    new[2 * LANES + i], new[3 * LANES + i] = flow(
        vI, xI, H_I, d[7 * LANES + i] * ampa + SHARE * distant + inhibit, inhibit * E_GI + eta
    )
    (
        new[4 * LANES + i],
        new[5 * LANES + i],
        new[6 * LANES + i],
        new[7 * LANES + i],
        new[8 * LANES + i],
        new[9 * LANES + i],
        new[10 * LANES + i],
    ) = ampa, nmda, gaba, far, ahp, nE, nI


@compiled
def lane_by_lane(states, drive, w0, w1, steps):
    """Numba as most would write it: every patient alone, from start to end."""
    for i in range(LANES):
        for tick in range(steps):
            one(states, states, drive, i, u(tick), w0, w1)


@compiled
def all_lanes(states, other, drive, w0, w1, steps):
    """Numba for the vector units: lanes innermost, from one array to another and back (an even number of steps)."""
    for tick in range(0, steps, 2):
        for i in range(LANES):
            one(states, other, drive, i, u(tick), w0, w1)
        for i in range(LANES):
            one(other, states, drive, i, u(tick + 1), w0, w1)


def arrays() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """States and drive as one flat float32 array each, row after row, and the two words of the noise address."""
    states = np.concatenate([np.asarray(value)[:, 0] for value in patch.start(LANES, f)])
    noise = patch.where(LANES)
    drive = np.repeat(np.array(list(patch.values().values()), f), LANES)
    return states, drive, np.asarray(noise.first)[:, 0].copy(), np.asarray(noise.second)[:, 0].copy()


def runner(kernel: Any) -> Any:
    """A function steps -> final states `[11, lanes]` from rest."""
    begin, drive, first, second = arrays()

    def run(steps: int) -> np.ndarray:
        states = begin.copy()
        if kernel is all_lanes:
            kernel(states, begin.copy(), drive, first, second, steps)
        else:
            kernel(states, drive, first, second, steps)
        return states.reshape(-1, LANES)

    return run


def row(kernel: Any) -> dict[str, Any]:
    """Agreement with the package over 0.1 s, then nanoseconds per population-step."""
    run = runner(kernel)
    ours = np.stack([np.asarray(value)[:, 0] for value in patch.march(LANES)(200)])
    np.testing.assert_allclose(run(200), ours, rtol=1e-3, atol=1e-3)
    return measure.per_step(run, units=LANES * patch.POPULATIONS)


ROWS: dict[str, measure.Row] = {"lane-by-lane": partial(row, lane_by_lane), "vectorised": partial(row, all_lanes)}

if __name__ == "__main__":
    measure.answer(ROWS)
