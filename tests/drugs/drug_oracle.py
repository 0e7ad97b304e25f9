"""A second opinion: compartment equations written out by hand and solved by scipy, sharing nothing with Quell."""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

HOUR, MINUTE = 3600.0, 60.0


def mammillary(V1, CL, V2=1.0, Q2=0.0, V3=1.0, Q3=0.0, ke0=0.0, ka=0.0):
    """Depot, three compartments, effect site, eliminated; L, L/s, 1/s. The input goes to the depot if ka > 0."""

    def rates(t, x, u):
        depot, a1, a2, a3, site, _ = x
        absorbed = ka * depot
        direct = 0.0 if ka else u
        out = CL * a1 / V1
        to2, to3 = Q2 * (a1 / V1 - a2 / V2), Q3 * (a1 / V1 - a3 / V3)
        entered = u if ka else 0.0
        return [entered - absorbed, absorbed + direct - out - to2 - to3, to2, to3, ke0 * (a1 / V1 - site), out]

    return rates, 6


def saturable(V1, V2, Q2, Vmax, Km, ke0=0.0, conversion=None):
    """Prodrug, two compartments with Michaelis-Menten elimination, effect site, eliminated."""

    def rates(t, x, u):
        prodrug, a1, a2, site, _ = x
        enters = conversion * prodrug if conversion else u
        waiting = u - conversion * prodrug if conversion else 0.0
        level = a1 / V1
        burnt, across = Vmax * level / (Km + level), Q2 * (a1 / V1 - a2 / V2)
        return [waiting, enters - burnt - across, across, ke0 * (level - site), burnt]

    return rates, 5


def solve(system, inputs, times):
    """States at times (s) under inputs [(start, end, mg/s)], each stretch integrated by itself to 1e-11."""
    rates, size = system
    edges = sorted({0.0, max(times), *(edge for start, end, _ in inputs for edge in (start, min(end, max(times))))})
    state, found = np.zeros(size), {}
    for left, right in pairwise(edges):
        u = sum(speed for start, end, speed in inputs if start <= left and right <= end)
        inside = sorted({time for time in times if left < time <= right} | {right})
        run = solve_ivp(rates, (left, right), state, "DOP853", inside, args=(u,), rtol=1e-11, atol=1e-13)
        found |= dict(zip(inside, run.y.T, strict=True))
        state = run.y[:, -1]
    return np.array([found[time] for time in times])
