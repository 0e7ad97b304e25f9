"""What ends a seizure, and why that fails: adenosine and its kin, and the reserve they draw on.

    d a/dt = (p activity - a) / tau_a                 terminator (adenosine, peptides), 0-1
    d p/dt = -p activity / tau_p + (1 - p) / tau_r    reserve, 1 when rested
    felt   = a + [x (1 - a) - y a] / (1 + A + x + y)  with agonists x and antagonists y at A1 receptors, A = span a
    withheld background input = (1 - activity)^n a^n / (a^n + stilled^n)

The terminator opens potassium channels (conductance strength a). Each seizure drains the reserve; after about ten
minutes little is left, and the seizure outlives its own brakes. While a terminator is high and the seizure has ended,
background input does not reach the patch: postictal suppression. The EEG shows it; what the patch itself lacks then is
left out (it fires at about 1 Hz instead of 0.8: the irritation lasts). Drugs compete with adenosine A for its
receptors: an agonist brakes without a reserve, and an antagonist (theophylline) takes most where there is little to
compete with.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Seizure activity."""

    activity: share


class State(NamedTuple):
    """Terminator and its reserve."""

    terminator: Annotated[share, Allowed(-1e-9, 1.0 + 1e-6)]
    reserve: Annotated[share, Allowed(0.0, 1.0 + 1e-6)]


@process
class Termination:
    """The seizure-ending modulators of one patch."""

    strength: ratio  # potassium conductance at full terminator, relative to the leak
    presynaptic: share  # loss of glutamate release at full terminator
    by_acid: ratio  # terminator that a unit of pH below rest sets free (adenosine, acid-sensing channels)
    span: ratio  # adenosine at full terminator over its affinity
    stilled: share  # terminator at which half of the background input of a quiet patch is withheld
    steepness: ratio  # of that
    tau_a: second
    tau_p: second
    tau_r: second

    def rest(self) -> State:
        """No terminator, full reserve."""
        one = jnp.ones_like(self.strength * 1.0)
        return State(terminator=0.0 * one, reserve=one)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        return State(
            terminator=(state.reserve * needs.activity - state.terminator) / self.tau_a,
            reserve=(1.0 - state.reserve) / self.tau_r - state.reserve * needs.activity / self.tau_p,
        )

    def soured(self, state: State, acid: ratio) -> State:
        """The state with the terminator that acid around the cells sets free; `acid` is pH below rest."""
        return state._replace(terminator=jnp.minimum(state.terminator + self.by_acid * acid, 1.0))

    def bound(self, state: State, agonist: ratio | None, antagonist: ratio | None) -> State:
        """The state as it is felt under drugs at adenosine receptors; as it is without any."""
        if agonist is None and antagonist is None:
            return state
        x, y = (0.0 if drug is None else drug for drug in (agonist, antagonist))
        a = state.terminator
        return state._replace(terminator=a + (x * (1.0 - a) - y * a) / (1.0 + self.span * a + x + y))

    def potassium_conductance(self, state: State) -> ratio:
        """Potassium conductance opened by the terminator."""
        return self.strength * state.terminator

    def release(self, state: State) -> share:
        """Glutamate release left by presynaptic adenosine."""
        return 1.0 - self.presynaptic * state.terminator

    def withheld(self, state: State, active: share) -> share:
        """Background input that presynaptic adenosine withholds; trains of spikes overcome it, so none in a seizure."""
        high = (jnp.maximum(state.terminator, 0.0) / self.stilled) ** self.steepness
        return (1.0 - active) ** self.steepness * high / (1.0 + high)
