"""Ketosis: ketone bodies in blood on a diet of fat, over days.

    dK/dt = (plateau diet - K) / tau          diet: 1 for four parts of fat to one of anything else, 0 for none

K is what lies above the level of a fed person. Sugar, steroids and the fat of propofol are not told apart here.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mM, second, share


class State(NamedTuple):
    """Ketone bodies above those of a fed person."""

    ketones: Annotated[mM, Allowed(0.0, 30.0)]


@process
class Ketosis:
    """Ketone bodies of one person."""

    plateau: mM
    tau: second

    def rest(self) -> State:
        """Fed."""
        return State(jnp.zeros_like(self.tau * 1.0))

    def rates(self, state: State, diet: share) -> State:
        """Rate of change, per second."""
        return State((self.plateau * diet - state.ketones) / self.tau)
