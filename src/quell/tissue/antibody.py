"""Antibodies against a receptor: made by B cells, spread over plasma and tissue, at work in the brain.

    d b_cells/dt = (1 - b_cells) / tau_b_cells - depletion x_b / (1 + x_b) b_cells
    d makers/dt  = (long_lived + (1 - long_lived) b_cells - makers) / tau_makers
    d plasma/dt  = [k (1 + x_ivig) ... lost, k makers titre made, q (tissue - plasma) exchanged] / inside - flow plasma
    d tissue/dt  = q (plasma - tissue) / (1 - inside)
    d brain/dt   = (intrathecal makers titre + (1 - intrathecal) (1 + by_leak leak) plasma - brain) / tau_brain
    d held/dt    = (most brain / (brain + half) - held) / tau_held

k = ln 2 / half-life of IgG. Levels are relative to a typical ill person; `titre` 0 is health. `held` is the share of
receptors taken inside: antibodies crosslink them, reversibly and by titre (Hughes 2010). Immunoglobulin shortens the
life of all IgG, an exchange carries plasma out (`flow`, plasma volumes per second), B-cell depletion works only as the
makers die; what is made within the brain none of the first two reaches.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, per_second, ratio, second, share

level = Annotated[ratio, Allowed(0.0, 100.0)]


class Needs(NamedTuple):
    """Leak of the barrier; drives C / EC50 of immunoglobulin and B-cell depletion; plasma exchanged."""

    leak: ratio
    immunoglobulin: ratio
    depletion: ratio
    exchange: ratio  # relative to `flow`


class State(NamedTuple):
    """B cells and antibody makers (share of before), antibody in plasma, tissue and brain, receptors held inside."""

    b_cells: Annotated[share, Allowed(0.0, 1.01)]
    makers: Annotated[share, Allowed(0.0, 1.01)]
    plasma: level
    tissue: level
    brain: level
    held: Annotated[share, Allowed(0.0, 1.0)]


@process
class Antibody:
    """One antibody of one person, and its work in one patch."""

    titre: ratio
    half_life: second
    inside: share
    spread: per_second
    flow: per_second
    tau_b_cells: second
    depletion: per_second
    tau_makers: second
    long_lived: share
    intrathecal: share
    by_leak: ratio
    tau_brain: second
    most: share
    half: ratio
    tau_held: second

    def rest(self) -> State:
        """Settled at the person's titre; nothing in health."""
        one = jnp.ones_like(self.titre * 1.0)
        titre = self.titre * one
        return State(one, one, titre, titre, titre, self.most * titre / (titre + self.half))

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        decay = jnp.log(2.0) / self.half_life
        turned = decay * (self.titre * state.makers - (1.0 + needs.immunoglobulin) * state.plasma)
        crossing = self.spread * (state.tissue - state.plasma)
        depleted = self.depletion * needs.depletion / (1.0 + needs.depletion)
        from_blood = (1.0 - self.intrathecal) * (1.0 + self.by_leak * needs.leak) * state.plasma
        return State(
            b_cells=(1.0 - state.b_cells) / self.tau_b_cells - depleted * state.b_cells,
            makers=(self.long_lived + (1.0 - self.long_lived) * state.b_cells - state.makers) / self.tau_makers,
            plasma=(turned + crossing) / self.inside - self.flow * needs.exchange * state.plasma,
            tissue=-crossing / (1.0 - self.inside),
            brain=(self.intrathecal * state.makers * self.titre + from_blood - state.brain) / self.tau_brain,
            held=(self.most * state.brain / (state.brain + self.half) - state.held) / self.tau_held,
        )
