"""The numbers of the fast step, folded into float32 for the kernels written by hand."""

import numpy as np

from benchmarks import patch

_p, _dt = patch.default_population(), patch.DT
_E, _I, _c = _p.pyramidal, _p.interneuron, _p.circuit
f, u = np.float32, np.uint32

K, H_E, H_I = f(_E.curvature()), f(_dt / _E.tau), f(_dt / _I.tau)
SUM, CROSS, WIDTH = f(_E.V_rest + _E.V_thr), f(_E.curvature() * _E.V_rest * _E.V_thr), f(_E.width)
TO_E, TO_I = f(_E.curvature() / (np.pi * _E.tau)), f(_I.curvature() / (np.pi * _I.tau))
A0, A1 = f(_dt / _p.ampa.tau), f(_dt / _p.ampa.tau / _p.ampa.r_half)
N0, N1 = f(_dt / _p.nmda.tau), f(_dt / _p.nmda.tau / _p.nmda.r_half)
G0, G1 = f(_dt / _p.gaba.tau), f(_dt / _p.gaba.tau / _p.gaba.r_half)
_r = 0.5 * _dt / _c.tau_far
FAR0, FAR1 = f((1.0 - _r) / (1.0 + _r)), f(2.0 * _r / (1.0 + _r))
_r = 0.5 * _dt / _c.tau_ahp
AHP0, AHP1 = f((1.0 - _r) / (1.0 + _r)), f(2.0 * _r / (1.0 + _r))
KEEP = f(np.exp(-_dt / _c.tau_noise))
KICK = f(np.sqrt(1.0 - np.exp(-_dt / _c.tau_noise) ** 2) * 12.0**0.5 / 65536.0)
MG, MGV = f(_p.pore.Mg / _p.pore.Mg_scale), f(-_p.pore.V_scale)
SLOPE_E = f(0.5 * _dt / _E.tau * _p.pore.V_scale)
MOST = f(_c.rate_limit)
E_K, E_GI, SHARE, LIMIT = f(_E.E_potassium), f(_c.E_gaba_I), f(_c.far_to_I), f(_c.bias_limit)
ONE, TWO, HALF, QUARTER, THIRD, SIXTH = (f(part) for part in (1.0, 2.0, 0.5, 0.25, 1.0 / 3.0, 1.0 / 6.0))
ZERO, CENTRE = f(0.0), f(32767.5)
GOLDEN, M1, M2 = u(0x9E3779B9), u(0x7FEB352D), u(0x846CA68B)
