"""Lying still: strength that an immobile, critically ill person loses day by day, and regains over months.

d strength/dt = -loss still strength + (1 - still) (1 - strength) / tau_back
"""

from typing import Annotated, NamedTuple

from quell.ground.contract import process
from quell.ground.units import Allowed, per_second, second, share


class Needs(NamedTuple):
    """1 while the person lies in coma, held by a relaxant or on the ventilator."""

    still: share


class State(NamedTuple):
    """Muscle relative to before."""

    strength: Annotated[share, Allowed(0.0, 1.001)]


@process
class Wasting:
    """Muscle of one person in bed."""

    loss: per_second
    tau_back: second

    def rest(self) -> State:
        """All there."""
        return State(strength=0.0 * self.loss + 1.0)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        back = (1.0 - needs.still) * (1.0 - state.strength) / self.tau_back
        return State(strength=back - self.loss * needs.still * state.strength)
