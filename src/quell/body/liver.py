"""Liver: cells that want of oxygen and failing mitochondria hurt, and the clearance that is left.

    d hurt/dt = (starved max(0, enough - delivery) / enough + toxic strain) (1 - hurt) - hurt / tau
    function  = 1 - hurt                                                         of the person's own, 1 = usual

Shock liver comes within hours of low delivery of oxygen and goes within days; blood flow itself is not followed.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, per_second, second, share


class Needs(NamedTuple):
    """Oxygen carried to tissue, relative to rest, and strain of mitochondria."""

    delivery: share
    strain: share


class State(NamedTuple):
    """Share of liver cells that is hurt."""

    hurt: Annotated[share, Allowed(-0.001, 1.001)]


@process
class Liver:
    """Liver of one person."""

    enough: share  # of usual oxygen delivery, below which cells are hurt
    starved: per_second
    toxic: per_second
    tau: second

    def rest(self) -> State:
        """Nothing hurt."""
        return State(hurt=0.0 * self.enough)

    def function(self, state: State) -> share:
        """Enzymes at work, relative to the person's own."""
        return 1.0 - state.hurt

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        debt = jnp.maximum(self.enough - needs.delivery, 0.0) / self.enough
        push = self.starved * debt + self.toxic * needs.strain
        return State(hurt=push * (1.0 - state.hurt) - state.hurt / self.tau)
