"""Energy: ATP between supply and the work of pump and synapses, and what low ATP does.

    d ATP/dt = (supply - ATP) / tau - price (pump - pump_rest) - price_spike r
    fuel     = ATP^h / (ATP^h + half^h) (1 + half^h)          1 at rest
    K-ATP    = g_max half_K^m / (half_K^m + ATP^m), less its value at rest

ATP is relative to rest. Low ATP starves the pump and opens potassium channels: one of the ways a seizure ends.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, Hz, mM_per_s, per_second, ratio, second, share


class Needs(NamedTuple):
    """Pump work above rest, firing, and the supply of oxygen and glucose (1 = normal)."""

    pump: mM_per_s
    rate: Hz
    supply: share


class State(NamedTuple):
    """ATP relative to rest."""

    ATP: Annotated[share, Allowed(0.0, 1.5)]


@process
class Energy:
    """ATP of a patch."""

    tau: second
    price: ratio  # share of ATP per mM pumped
    price_spike: ratio  # share of ATP per spike of the mean neuron
    half: share
    steepness: ratio
    half_K: share
    steepness_K: ratio
    g_K_ATP: ratio

    def rest(self) -> State:
        """Full."""
        return State(ATP=jnp.ones_like(self.tau * 1.0))

    def rates(self, state: State, needs: Needs) -> State:
        """Rate of change, per second; spending fades as ATP runs out."""
        spending = (self.price * needs.pump + self.price_spike * needs.rate) * state.ATP
        return State(ATP=(needs.supply - state.ATP) / self.tau - spending)

    def used(self, state: State, needs: Needs) -> per_second:
        """ATP used per second, housekeeping included: what the brain's oxygen goes into."""
        return (1.0 / self.tau + self.price * needs.pump + self.price_spike * needs.rate) * state.ATP

    def fuel(self, state: State) -> share:
        """Share of the pump that ATP allows, 1 at rest."""
        power = jnp.maximum(state.ATP, 0.0) ** self.steepness
        half = self.half**self.steepness
        return power / (power + half) * (1.0 + half)

    def potassium_conductance(self, state: State) -> ratio:
        """K-ATP conductance opened by low ATP (relative to the leak, 0 at rest)."""
        return self.g_K_ATP * (self._open(state.ATP) - self._open(1.0))

    def _open(self, ATP: share) -> share:
        half = self.half_K**self.steepness_K
        return half / (half + jnp.maximum(ATP, 0.0) ** self.steepness_K)
