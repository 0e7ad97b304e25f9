"""Responsiveness: what seizure, its aftermath and sedatives leave of a waking person.

    d tired/dt = activity (1 - tired) / tau_up - (1 - activity) tired / tau_down
    responsiveness = (1 - activity) (1 - tired) / (1 + sedation)

A proxy, 0 to 1: one number for "answers when spoken to", not a model of arousal.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Seizure activity of the patch that seizes most: awareness goes with any seizing lobe."""

    activity: share


class State(NamedTuple):
    """Postictal exhaustion."""

    tired: Annotated[share, Allowed(0.0, 1.0)]


@process
class Arousal:
    """Waking, per person."""

    tau_up: second
    tau_down: second
    awake_above: share  # responsiveness at which a person answers
    lulls: ratio  # sedation by an alpha-2 agonist, per level over that of half of its receptors

    def rest(self) -> State:
        """Awake."""
        return State(tired=jnp.zeros_like(self.tau_up * 1.0))

    def rates(self, state: State, needs: Needs) -> State:
        """Rate of change, per second."""
        up = needs.activity * (1.0 - state.tired) / self.tau_up
        return State(tired=up - (1.0 - needs.activity) * state.tired / self.tau_down)

    def responsiveness(self, state: State, activity: share, sedation: ratio) -> share:
        """0 = comatose, 1 = awake."""
        return (1.0 - activity) * (1.0 - state.tired) / (1.0 + jnp.maximum(sedation, 0.0))
