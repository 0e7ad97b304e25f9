"""Stimulation of the vagus: noradrenaline at once, a firmer threshold over weeks.

    d noradrenaline/dt = (on - noradrenaline) / tau_quick
    d settled/dt       = (noradrenaline - settled) / tau_slow
    pull               = quick noradrenaline + slow settled           mV away from firing, on pyramidal cells

Without the locus coeruleus the vagus does nothing (Krahl 1998); noradrenaline of the cortex rises while it is
stimulated (Roosevelt 2006). Why the benefit grows over weeks is not known: `settled` is a name for that it does.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mV, second, share


class State(NamedTuple):
    """Noradrenaline above its usual level (1: what steady stimulation gives), and what has settled."""

    noradrenaline: Annotated[share, Allowed(-1e-6, 1.0 + 1e-6)]
    settled: Annotated[share, Allowed(-1e-6, 1.0 + 1e-6)]


@process
class Vagus:
    """What stimulation of the vagus does to the cortex."""

    tau_quick: second
    tau_slow: second
    quick: mV
    slow: mV

    def rest(self) -> State:
        """No stimulator."""
        none = jnp.zeros_like(self.quick * 1.0)
        return State(none, none)

    def rates(self, state: State, on: share) -> State:
        """Rates of change, per second."""
        return State(
            noradrenaline=(on - state.noradrenaline) / self.tau_quick,
            settled=(state.noradrenaline - state.settled) / self.tau_slow,
        )

    def pull(self, state: State) -> mV:
        """How much farther from firing pyramidal cells sit."""
        return self.quick * state.noradrenaline + self.slow * state.settled
