"""The published thalamus (Schellenberger Costa et al. 2016), from its equations: the oracle for ours.

Units of the paper: ms, mV, mS/cm2, rates in 1/ms. Explicit Euler at 0.02 ms, as its authors advise a small step.
"""

import jax
import jax.numpy as jnp
import numpy as np


def published_rate(*, g_LK=0.018, g_T=3.0, g_TR=2.3, E_gaba=-70.0, seconds=8.0) -> tuple[np.ndarray, np.ndarray]:
    """Relay rate (Hz) and relay potential (mV), `[time, conditions]`, every 0.5 ms; arguments broadcast."""
    g_LK, g_T, g_TR, E_gaba = np.broadcast_arrays(*(np.atleast_1d(x).astype(float) for x in (g_LK, g_T, g_TR, E_gaba)))
    dt, every = 0.02, 25

    def sigmoid(V):
        return 0.4 / (1.0 + jnp.exp(-1.8137993642 * (V + 58.5) / 6.0))

    def one(state, _):
        Vt, Vr, Ca, ht, hr, m1, m2, gt, er, gr, dgt, der, dgr = state
        mt, mr = 1.0 / (1.0 + jnp.exp(-(Vt + 59.0) / 6.2)), 1.0 / (1.0 + jnp.exp(-(Vr + 52.0) / 7.4))
        I_t, I_r = g_T * mt**2 * ht * (Vt - 120.0), g_TR * mr**2 * hr * (Vr - 120.0)
        I_h = 0.062 * (m1 + 2.0 * m2) * (Vt + 40.0)
        tau_t = 30.8 + (211.4 + jnp.exp((Vt + 115.2) / 5.0)) / (1.0 + jnp.exp((Vt + 86.0) / 3.2))
        tau_r = 85.0 + 1.0 / (jnp.exp((Vr + 48.0) / 4.0) + jnp.exp(-(Vr + 407.0) / 50.0))
        tau_m = 20.0 + 1000.0 / (jnp.exp((Vt + 71.5) / 14.2) + jnp.exp(-(Vt + 89.0) / 11.6))
        m_inf = 1.0 / (1.0 + jnp.exp((Vt + 75.0) / 5.5))
        P = 2.5e7 * Ca**4 / (2.5e7 * Ca**4 + 4e-4)
        slopes = (
            -(Vt + 70.0 + gt * (Vt - E_gaba)) / 20.0 - g_LK * (Vt + 100.0) - I_t - I_h,
            -(Vr + 70.0 + er * Vr + gr * (Vr - E_gaba)) / 20.0 - g_LK * (Vr + 100.0) - I_r,
            -51.8e-6 * I_t - (Ca - 2.4e-4) / 10.0,
            (1.0 / (1.0 + jnp.exp((Vt + 81.0) / 4.0)) - ht) * 3.7371928 / tau_t,
            (1.0 / (1.0 + jnp.exp((Vr + 80.0) / 5.0)) - hr) * 3.7371928 / tau_r,
            (m_inf * (1.0 - m2) - m1) / tau_m - 0.1 * P * m1 + 1e-3 * m2,
            0.1 * P * m1 - 1e-3 * m2,
            dgt,
            der,
            dgr,
            0.01 * (5.0 * sigmoid(Vr) - gt) - 0.2 * dgt,
            0.0049 * (3.0 * sigmoid(Vt) - er) - 0.14 * der,
            0.01 * (25.0 * sigmoid(Vr) - gr) - 0.2 * dgr,
        )
        return tuple(x + dt * slope for x, slope in zip(state, slopes, strict=True)), None

    def row(state, _):
        state, _ = jax.lax.scan(one, state, None, length=every)
        return state, (1e3 * sigmoid(state[0]), state[0])

    zero = jnp.zeros(g_LK.shape)
    start = (zero - 68.0, zero - 68.0, zero + 2.4e-4, *(zero,) * 10)
    rows = round(seconds * 1e3 / dt / every)
    rate, V = jax.jit(lambda start: jax.lax.scan(row, start, None, length=rows)[1])(start)
    return np.asarray(rate), np.asarray(V)
