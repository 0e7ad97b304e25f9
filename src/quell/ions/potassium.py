"""Potassium outside, sodium inside, and the pump that exchanges them as long as there is ATP.

    d[K]o/dt  = release (r - r_rest) - 2 v (J - J_rest) + buffering (G_rest - G + (K_rest - [K]o) / tau_K)   mM/s
    d[Na]i/dt = entry (r - r_rest) - 3 (J - J_rest) + (Na_rest - [Na]i) / tau_Na                    mM/s
    J         = ATP J_max / [(1 + exp(K_half - [K]o)) (1 + exp((Na_half - [Na]i) / Na_slope))]
    G         = G_max / (1 + exp((G_half - [K]o) / G_slope))                       glial uptake, caps [K]o

The form is the pump of Cressman and of Epileptor-2 (Chizhov 2018, constants of Girier 2023). The pump is
electrogenic: above rest it hyperpolarises (`pump_current`), one of the ways a seizure ends itself. tau_K is
diffusion; glial uptake as in the neuro-metabolic network.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, Hz, mM, mM_per_s, mV, ratio, second, share


class Needs(NamedTuple):
    """Firing, how much of the pump is fuelled, and how much of the buffering by glia is left."""

    rate: Hz
    fuel: share  # pump activity allowed by ATP, 1 at rest
    buffering: share = 1.0
    room: share = 1.0  # extracellular space left


class State(NamedTuple):
    """Potassium outside and sodium inside."""

    K_o: Annotated[mM, Allowed(0.5, 80.0)]
    Na_i: Annotated[mM, Allowed(1.0, 140.0)]


@process
class SodiumPotassium:
    """The two cations of a patch and their pump."""

    K_rest: mM
    Na_rest: mM
    release: mM  # mM of K_o per spike of the mean neuron
    entry: mM  # mM of Na_i per spike of the mean neuron
    rate_rest: Hz  # firing that the resting balance already holds
    tau_K: second
    tau_Na: second
    J_max: mM_per_s
    volume_ratio: ratio
    glia_max: mM_per_s
    glia_half: mM
    glia_slope: mM
    K_half: mM
    Na_half: mM
    Na_slope: mM
    electrogenic: mV  # hyperpolarisation per mM/s of pumping above rest
    leak_share: ratio  # part of the leak conductance that is potassium's
    thermal: mV

    def rest(self) -> State:
        """Resting concentrations."""
        return State(K_o=self.K_rest * 1.0, Na_i=self.Na_rest * 1.0)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change (mM/s); firing counts above that of the quiet brain, so rest is rest."""
        extra = needs.fuel * self._pump(state) - self._pump(self.rest())
        return State(
            K_o=self.release * (needs.rate - self.rate_rest) / needs.room
            - 2.0 * self.volume_ratio * extra
            - needs.buffering * (self._glia(state.K_o) - self._glia(self.K_rest))
            + needs.buffering * (self.K_rest - state.K_o) / self.tau_K,
            Na_i=self.entry * (needs.rate - self.rate_rest) - 3.0 * extra + (self.Na_rest - state.Na_i) / self.tau_Na,
        )

    def pump_current(self, state: State, fuel: share) -> mV:
        """How far the pump pulls the membrane down (mV, positive is hyperpolarising)."""
        return self.electrogenic * (fuel * self._pump(state) - self._pump(self.rest()))

    def potassium_current(self, state: State) -> mV:
        """How far raised K_o pushes the membrane up through the potassium part of the leak (mV)."""
        return self.leak_share * self.thermal * jnp.log(state.K_o / self.K_rest)

    def work(self, state: State, fuel: share) -> mM_per_s:
        """Pump rate (mM/s)."""
        return fuel * self._pump(state)

    def _glia(self, K_o: mM) -> mM_per_s:
        return self.glia_max / (1.0 + jnp.exp((self.glia_half - K_o) / self.glia_slope))

    def _pump(self, state: State) -> mM_per_s:
        by_potassium = 1.0 + jnp.exp(self.K_half - state.K_o)
        by_sodium = 1.0 + jnp.exp((self.Na_half - state.Na_i) / self.Na_slope)
        return self.J_max / (by_potassium * by_sodium)
