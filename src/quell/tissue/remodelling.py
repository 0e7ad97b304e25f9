"""Weeks later: neurons lost to inflammation, and the circuit that sprouts in a leaking tissue.

    d lost/dt     = (1 - lost) by_inflammation max(0, inflammation - threshold) / tau_loss
    d sprouted/dt = (by_leak leak + by_lost lost - sprouted) / tau_sprouting

The equations for D and R of Batulin 2022. `lost` is the share of what inflammation can kill, not of all neurons;
calcium kills within hours in `cell.injury`.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Inflammation (mean of IL-1b and TNF-a that is felt) and leak of the barrier."""

    inflammation: ratio
    leak: ratio


class State(NamedTuple):
    """Share lost of what inflammation can kill; sprouting of the circuit."""

    lost: Annotated[share, Allowed(0.0, 1.0)]
    sprouted: Annotated[ratio, Allowed(0.0, 100.0)]


@process
class Remodelling:
    """Slow death and sprouting of one patch."""

    tau_loss: second
    tau_sprouting: second
    by_inflammation: ratio
    threshold: ratio
    by_leak: ratio
    by_lost: ratio

    def rest(self) -> State:
        """Nothing lost, nothing sprouted."""
        nothing = 0.0 * self.tau_loss
        return State(nothing, nothing)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        excess = jnp.maximum(0.0, needs.inflammation - self.threshold)
        return State(
            lost=(1.0 - state.lost) * self.by_inflammation * excess / self.tau_loss,
            sprouted=(self.by_leak * needs.leak + self.by_lost * state.lost - state.sprouted) / self.tau_sprouting,
        )
