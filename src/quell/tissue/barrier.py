"""The blood-brain barrier: it opens over hours, heals over days, and lets albumin into the tissue.

    d opening/dt = (activity - opening) / tau_opening                         proteases at work
    d leak/dt    = (by_seizing opening (1 - leak / most) + by_cytokines inflammation - leak) / tau_healing
    d albumin/dt = (leak - albumin) / tau_albumin

The slow line is the barrier of Batulin 2022 (tau_B, k_IB), whose seizure term K_SB stands for at most 15 seizures of
5 min a day; `opening` makes it peak a day after an hour of status epilepticus, as measured.
"""

from typing import Annotated, NamedTuple

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Seizure activity and inflammation (mean of IL-1b and TNF-a that is felt)."""

    activity: share
    inflammation: ratio


class State(NamedTuple):
    """Proteases that open it, the leak, albumin in the tissue (1 = the epileptic brain of Batulin 2022)."""

    opening: Annotated[share, Allowed(0.0, 1.0)]
    leak: Annotated[ratio, Allowed(0.0, 100.0)]
    albumin: Annotated[ratio, Allowed(0.0, 100.0)]


@process
class Barrier:
    """The barrier of one patch."""

    tau_opening: second
    tau_healing: second
    tau_albumin: second
    by_seizing: ratio
    by_cytokines: ratio
    most: ratio

    def rest(self) -> State:
        """Tight."""
        nothing = 0.0 * self.tau_healing
        return State(nothing, nothing, nothing)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        by_seizing = self.by_seizing * state.opening * (1.0 - state.leak / self.most)
        return State(
            opening=(needs.activity - state.opening) / self.tau_opening,
            leak=(by_seizing + self.by_cytokines * needs.inflammation - state.leak) / self.tau_healing,
            albumin=(state.leak - state.albumin) / self.tau_albumin,
        )
