"""Published models written anew from their equations, to be laid beside Quell; no code of theirs is used.

pump-leak    Dusterwald and colleagues (eLife 2018): Na, K, Cl, volume and V of one cell
clamp        Currin and colleagues (PLoS Comput Biol 2020): chloride of a clamped cylinder with GABA-A synapses
Epileptor-2  Chizhov and colleagues (2018) with the constants of Girier and colleagues
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

FARADAY = 96485.0  # C/mol
PUMP_LEAK_RTF = 26.725  # mV, as in that paper
CLAMP_RTF = 26.727


class Cell(NamedTuple):
    """A pump-leak cell after a time: mM and mV."""

    Cl_i: float
    E_Cl: float
    V: float


def pump_leak(K_o: float, kcc2: float, seconds: float) -> Cell:
    """The pump-leak cell `seconds` after KCC2 (share of its strength) and K_o (mM) are changed.

    Conductances 2e-3 (Na), 7e-3 (K), 2e-3 (Cl) and KCC2 2e-3 S/dm2, a cylinder of radius 5 um; X of mean charge -0.85
    cannot leave, water follows at once. Pump strength and X are those that make the printed rest a rest.
    """
    rest, outside = (14.0, 122.87, 5.165), (145.0, K_o, 119.0)
    impermeant = (rest[0] + rest[1] - rest[2]) / 0.85
    osmolarity, strength = sum(rest) + impermeant, 0.09 / (rest[0] / outside[0]) ** 3
    per_mS = 2.0 / 5e-4 * 1e-2 / FARADAY * 1e3  # mM/s per mV and S/dm2 of this surface over this volume

    def parts(amounts: np.ndarray) -> tuple[float, ...]:
        Na, K, Cl = amounts * osmolarity / (amounts.sum() + impermeant)
        E = [PUMP_LEAK_RTF * np.log(o / i) for o, i in zip(outside, (Na, K, Cl), strict=True)]
        pump, E_Cl = strength * (Na / outside[0]) ** 3, -E[2]
        return (2e-3 * E[0] + 7e-3 * E[1] + 2e-3 * E_Cl - pump) / 11e-3, E[0], E[1], E_Cl, pump, Cl

    def rates(_: float, amounts: np.ndarray) -> list[float]:
        V, E_Na, E_K, E_Cl, pump, _ = parts(amounts)
        moved = kcc2 * 2e-3 * (E_K - E_Cl)
        flows = (-2e-3 * (V - E_Na) - 3 * pump, -7e-3 * (V - E_K) + 2 * pump + moved, 2e-3 * (V - E_Cl) + moved)
        return [per_mS * flow for flow in flows]

    end = parts(solve_ivp(rates, (0, seconds), rest, method="LSODA", rtol=1e-9, atol=1e-9).y[:, -1])
    return Cell(Cl_i=float(end[5]), E_Cl=float(end[3]), V=float(end[0]))


class Cylinder(NamedTuple):
    """The clamped cylinder (15 by 15 um): litres, cm2, mean GABA-A conductance in S, ions in mM."""

    litres: float = np.pi * 7.5**2 * 15e-15
    cm2: float = np.pi * 15 * 15e-8
    Pa: float = 1.9297e-5  # mA per mM2 and cm2
    Cl_i: float = 4.25
    Cl_o: float = 135.0
    HCO3_i: float = 12.0
    HCO3_o: float = 23.0
    K_i: float = 140.0
    K_o: float = 5.0

    def siemens(self) -> float:
        """Mean of a 5 nS synapse at 50 Hz: two-state gate, 5/ms for the first ms of each 20, then 0.18/ms away."""
        full = 5.0 / 5.18
        opening = full * (1.0 - (1.0 - np.exp(-5.18)) / 5.18)
        return 5e-9 * (opening + full * (1.0 - np.exp(-0.18 * 19.0)) / 0.18) / 20.0

    def per_mV(self) -> float:
        """mM/s into the cylinder per mV of driving force through that conductance, all of it chloride's."""
        return self.siemens() * 1e-3 / (FARADAY * self.litres) * 1e3

    def tau_kcc2(self) -> float:
        """Seconds in which KCC2 of the printed strength takes chloride to where it stops."""
        return FARADAY * self.litres / (self.Pa * 1e-3 * self.cm2 * self.K_i) * 1e-3


def clamp(cell: Cylinder, kcc2: float, seconds: float, V: float = -50.0) -> float:
    """Chloride (mM) after `seconds` of synapses at a clamped V; KCC2 as a share of its printed strength."""
    E_HCO3 = -CLAMP_RTF * np.log(cell.HCO3_o / cell.HCO3_i)

    def rates(_: float, Cl_i: np.ndarray) -> np.ndarray:
        E_Cl = -CLAMP_RTF * np.log(cell.Cl_o / Cl_i)
        E_GABA = CLAMP_RTF * np.log((0.8 * Cl_i + 0.2 * cell.HCO3_i) / (0.8 * cell.Cl_o + 0.2 * cell.HCO3_o))
        share = (E_HCO3 - E_GABA) / (E_HCO3 - E_Cl)
        return share * cell.per_mV() * (V - E_Cl) - kcc2 * (Cl_i - cell.Cl_i) / cell.tau_kcc2()

    return float(solve_ivp(rates, (0, seconds), [cell.Cl_i], method="LSODA", rtol=1e-9, atol=1e-9).y[0, -1])


class Ictal(NamedTuple):
    """What Epileptor-2 does in the long run: length and period (s) of its ictal events, range of K and Na (mM)."""

    kind: str
    lasts_s: float
    every_s: float
    K_o: tuple[float, float]
    Na_i: tuple[float, float]


Ions = Callable[[float, float, float, float], tuple[float, float]]


def published_ions(K_bath: float, nu: float, K: float, Na: float) -> tuple[float, float]:
    """Rates of K outside and Na inside (mM/s) as published; `nu` is the firing rate in Hz."""
    pump = 0.2 / 1.75 / ((1.0 + np.exp(3.5 - K)) * (1.0 + np.exp((25.0 - Na) / 3.0)))
    return (K_bath - K) / 17.5 - 20.0 * pump + 0.02 * nu, (10.0 - Na) / 35.0 - 3.0 * pump + 0.03 * nu


def epileptor2(K_bath: float, ions: Ions = published_ions, seconds: float = 900.0, settle_s: float = 200.0) -> Ictal:
    """The modified Epileptor-2 without noise; `ions` may be put in place of its own potassium and sodium."""

    def firing(V):
        return 70.0 / (1.0 + np.exp(np.clip(10.0 - V, -500.0, 500.0)))

    def rates(_: float, y: np.ndarray) -> list[float]:
        V, resource, K, Na = y
        nu = firing(V)
        pull = 0.5 * 26.6 * np.log(K / 3.0) + 0.3 * resource * nu - V + 0.05 * (-15.0 - V)
        return [pull / 2e-3, (1.0 - resource) / 2.0 - 0.01 * resource * nu, *ions(K_bath, nu, K, Na)]

    how = {"method": "LSODA", "rtol": 1e-7, "atol": 1e-9, "max_step": 0.5, "dense_output": True}
    path = solve_ivp(rates, (0.0, seconds), [0.0, 1.0, 3.0, 10.0], **how).sol
    time = np.arange(settle_s, seconds, 0.05)
    V, _, K, Na = path(time)
    on = firing(V) > 20.0
    starts, ends = (time[1:][now & ~before] for now, before in ((on[1:], on[:-1]), (on[:-1], on[1:])))
    spans = {"K_o": (K.min(), K.max()), "Na_i": (Na.min(), Na.max())}
    if not len(starts):
        return Ictal("permanent" if on.all() else "silent", np.nan, np.nan, **spans)
    lasts = [min(end for end in ends if end > start) - start for start in starts if ends[-1] > start]
    return Ictal("recurrent", float(np.mean(lasts)), float(np.mean(np.diff(starts))), **spans)
