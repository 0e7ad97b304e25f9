"""Chloride inside a neuron: the gradient that makes GABA a brake.

    d[Cl]i/dt  = load c g_gaba (V - E_Cl) + leak (V_rest - E_Cl) - J_KCC2 + J_NKCC1          mM/s
    J_KCC2     = (kcc2 (1 - k0) + k0) ([Cl]i - Cl_o K_o / K_i) / tau_kcc2
    J_NKCC1    = U ln[ K_o Na_o Cl_o^2 / (K_i Na_i Cl_i^2) ]
    d kcc2/dt  = -loss activity kcc2 + (1 - kcc2) / repair

KCC2 stops where potassium stops it, at Cl_o K_o / K_i, so raised K_o alone stalls it. GABA-A alone can carry
E_Cl to the mean V and no further; nothing relaxes to a pathological target. U is not a free number: with leak
and resting GABA it balances KCC2 at rest. `load` is 1 in strongly shifted compartments (the share phi of the
inhibitory conductance) and small elsewhere. Pump after Currin 2024, its loss after Silayeva 2015.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mM, mM_per_s, mV, per_second, ratio, second, share
from quell.ions.reversal import nernst


class Needs(NamedTuple):
    """What chloride must be told: potentials, conductance, potassium, sodium and seizure activity."""

    V: mV  # mean of V weighted by the GABA-A conductance, which keeps the mean flux exact
    g_gaba: ratio  # GABA-A conductance relative to the leak, phasic and tonic, all ions
    K_o: mM
    Na_i: mM
    activity: share  # 0 at rest, 1 in full seizure


class State(NamedTuple):
    """Chloride of one compartment and the working share of its KCC2."""

    Cl_i: Annotated[mM, Allowed(0.5, 130.0)]
    kcc2: Annotated[share, Allowed(0.0, 1.0 + 1e-6)]


class Gives(NamedTuple):
    """The chloride reversal potential."""

    E_Cl: mV


@process
class Chloride:
    """Chloride of one compartment."""

    Cl_o: mM
    Cl_rest: mM
    K_rest: mM
    K_i: mM
    Na_o: mM
    Na_rest: mM
    V_rest: mV
    chloride_share: ratio  # part of the GABA-A conductance that carries chloride
    influx: per_second  # mM/s per unit relative conductance and mV
    g_rest: ratio  # GABA-A conductance at rest, whose chloride the pump already carries
    load: ratio  # 1 where the conductance is strongly shifted
    leak: mM_per_s  # mM/s per mV
    tau_kcc2: second
    spared: share  # part of the extrusion that no seizure removes
    loss: per_second
    repair: second

    def rest(self) -> State:
        """Healthy chloride, full KCC2."""
        return State(Cl_i=self.Cl_rest * 1.0, kcc2=jnp.ones_like(self.Cl_rest * 1.0))

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change (mM/s and 1/s)."""
        E_Cl = self.gives(state).E_Cl
        through_gaba = self.load * self.influx * self.chloride_share * needs.g_gaba * (needs.V - E_Cl)
        return State(
            Cl_i=through_gaba
            + self.leak * (self.V_rest - E_Cl)
            - self._kcc2(state.Cl_i, state.kcc2, needs.K_o)
            + self._nkcc1_strength() * self._nkcc1_drive(state.Cl_i, needs.K_o, needs.Na_i),
            kcc2=(1.0 - state.kcc2) / self.repair - self.loss * needs.activity * state.kcc2,
        )

    def gives(self, state: State) -> Gives:
        """E_Cl (mV)."""
        return Gives(nernst(self.Cl_o, state.Cl_i, valence=-1))

    def _kcc2(self, Cl_i: mM, kcc2: share, K_o: mM) -> mM_per_s:
        working = kcc2 * (1.0 - self.spared) + self.spared
        return working * (Cl_i - self.Cl_o * K_o / self.K_i) / self.tau_kcc2

    def _nkcc1_drive(self, Cl_i: mM, K_o: mM, Na_i: mM) -> ratio:
        return jnp.log(K_o * self.Na_o * self.Cl_o**2 / (self.K_i * Na_i * Cl_i**2))

    def _nkcc1_strength(self) -> mM_per_s:
        """The NKCC1 rate that makes rest a rest: with leak and resting GABA it balances KCC2 at rest."""
        pumped = self._kcc2(self.Cl_rest, 1.0, self.K_rest)
        open_at_rest = self.leak + self.load * self.influx * self.chloride_share * self.g_rest
        leaked = open_at_rest * (self.V_rest - nernst(self.Cl_o, self.Cl_rest, valence=-1))
        return (pumped - leaked) / self._nkcc1_drive(self.Cl_rest, self.K_rest, self.Na_rest)
