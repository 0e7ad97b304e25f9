"""GABA-A receptors in motion: from the synapse into the cell and back.

    dR_j/dt   = -k_in,j (1 + rho activity + push + taken_j) R_j + k_rec P_j
    dP_j/dt   = +k_in,j (1 + rho activity + push + taken_j) R_j - k_rec P_j - k_deg P_j + k_deg P_rest
    d delta/dt = (1 + rise activity - taken - delta) / tau_delta

R_j is the number at the synapse per alpha class, P_j the pool inside (both 1 at rest), so receptors are neither made
nor lost except through degradation and its constant replacement. NMDA, calcium and calcineurin drive the first term
(activity). Delta receptors are not internalised; ambient GABA makes their current rise. After Goodkin 2005, Naylor
2005, Joshi 2013.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, per_second, ratio, second, share

number = Annotated[ratio, Allowed(0.0, 5.0)]


class Taken(NamedTuple):
    """What tolerance adds to the push inward per alpha class, and takes from delta receptors."""

    a1: ratio
    a2: ratio
    a5: ratio
    delta: ratio


class Needs(NamedTuple):
    """Seizure activity, what cytokines add to the push inward (of the constant internalisation), and tolerance."""

    activity: share
    push: ratio = 0.0
    taken: Taken | None = None


class State(NamedTuple):
    """Receptors at the synapse and in the cell per alpha class (1 = control), and delta receptors."""

    a1: number
    a2: number
    a5: number
    inside_a1: number
    inside_a2: number
    inside_a5: number
    delta: number


@process
class Trafficking:
    """Endocytosis, recycling, degradation of synaptic GABA-A receptors."""

    speed: ratio  # trait: scales internalisation and recycling together
    k_in: per_second
    k_rec: per_second
    k_deg: per_second
    rho: ratio
    rho_a5: ratio
    rise: ratio
    tau_delta: second

    def rest(self) -> State:
        """Control numbers."""
        one = jnp.ones_like(self.speed * 1.0)
        return State(one, one, one, one, one, one, one)

    def settled(self, taken: Taken) -> State:
        """Where tolerance alone holds the numbers."""
        one = jnp.ones_like(self.speed * 1.0)
        a1, a2, a5 = (one / (1.0 + push) for push in taken[:3])
        return State(a1, a2, a5, one, one, one, one - taken.delta)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        push_a1 = push_a2 = push_a5 = needs.push
        delta = 1.0 + self.rise * needs.activity
        if needs.taken is not None:
            push_a1, push_a2, push_a5 = (needs.push + more for more in needs.taken[:3])
            delta = delta - needs.taken.delta
        out_a1 = self._net_out(state.a1, state.inside_a1, self.rho * needs.activity + push_a1)
        out_a2 = self._net_out(state.a2, state.inside_a2, self.rho * needs.activity + push_a2)
        out_a5 = self._net_out(state.a5, state.inside_a5, self.rho_a5 * needs.activity + push_a5)
        return State(
            a1=-out_a1,
            a2=-out_a2,
            a5=-out_a5,
            inside_a1=out_a1 - self.k_deg * (state.inside_a1 - 1.0),
            inside_a2=out_a2 - self.k_deg * (state.inside_a2 - 1.0),
            inside_a5=out_a5 - self.k_deg * (state.inside_a5 - 1.0),
            delta=(delta - state.delta) / self.tau_delta,
        )

    def _net_out(self, R: ratio, P: ratio, push: ratio) -> per_second:
        return self.speed * (self.k_in * (1.0 + push) * R - self.k_rec * P)
