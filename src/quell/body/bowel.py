"""Bowel: movement that anaesthesia, pressors and shock take away, and with it the uptake of what is swallowed.

wanted     = flow / (1 + (depth / half)^n) / (1 + pressor)
d moves/dt = (wanted - moves) / tau                          back more slowly than it goes: tau, tau_back
absorbs    = floor + (1 - floor) moves                       factor on the speed of enteral absorption
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """What stills the bowel."""

    sedation: ratio  # drive of sedatives, concentration over that of half effect
    pressor: ratio  # drive of vasopressors
    flow: share  # of blood, that pressure leaves


class State(NamedTuple):
    """Movement relative to health."""

    moves: Annotated[share, Allowed(-0.001, 1.001)]


@process
class Bowel:
    """Bowel of one person."""

    half: ratio
    slope: ratio
    by_pressor: ratio
    floor: share  # of the speed of absorption that a still bowel leaves
    tau: second
    tau_back: second

    def rest(self) -> State:
        """As in health."""
        return State(moves=0.0 * self.half + 1.0)

    def absorbs(self, state: State) -> share:
        """Factor on the speed of absorption from the gut."""
        return self.floor + (1.0 - self.floor) * state.moves

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        deep = (jnp.maximum(needs.sedation, 0.0) / self.half) ** self.slope
        wanted = needs.flow / (1.0 + deep) / (1.0 + self.by_pressor * jnp.maximum(needs.pressor, 0.0))
        tau = jnp.where(wanted < state.moves, self.tau, self.tau_back)
        return State(moves=(wanted - state.moves) / tau)
