"""The sympathetic storm of a seizure: catecholamines surge early, and the reserve behind them runs out.

    out          = activity reserve (1 - muted occupancy)       occupancy: of alpha-2 receptors by an agonist
    d surge/dt   = (out - surge) / tau
    d reserve/dt = -out / tau_tire + (1 - activity) (1 - reserve) / tau_rest

Early in status everything rises; go on for long enough and the same signs reverse (Walton1993).
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Seizure activity of the brain, mean over its patches, and alpha-2 agonists (None: no drug of the run is one)."""

    activity: share
    alpha2: ratio | None = None


class State(NamedTuple):
    """Catecholamines above rest (1: those of a full convulsive seizure), and the reserve they draw on."""

    surge: Annotated[share, Allowed(-0.01, 1.2)]
    reserve: Annotated[share, Allowed(-0.01, 1.01)]


@process
class Sympathetic:
    """Catecholamines of one person."""

    tau: second
    tau_tire: second
    tau_rest: second
    muted: share  # of the outflow, what alpha-2 receptors can hold back

    def rest(self) -> State:
        """No surge, a full reserve."""
        one = jnp.ones_like(self.tau * 1.0)
        return State(surge=0.0 * one, reserve=one)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        calm = (1.0 - needs.activity) * (1.0 - state.reserve) / self.tau_rest
        out = needs.activity * state.reserve
        if needs.alpha2 is not None:
            out = out * (1.0 - self.muted * needs.alpha2 / (1.0 + needs.alpha2))
        return State(surge=(out - state.surge) / self.tau, reserve=calm - out / self.tau_tire)
