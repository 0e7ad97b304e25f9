"""Microglia and their cytokines: what a seizure, a leaking barrier and the immune system light, and what feeds it.

    drive          = on activity + on leak + on debris + on antibody + stimulus + loops of the cytokines themselves
    d microglia/dt = (drive - microglia) / tau_microglia
    d IL-1b/dt     = (made microglia - IL-1b) / tau_il1            and so TNF-a and IL-6
    d stimulus/dt  = -stimulus / tau_stimulus                      an immune attack from outside (fever, infection)
    d cleared/dt   = (dead - cleared) / tau_cleared                debris = dead - cleared
    made           = 1 - steroid_most x / (1 + x)                  glucocorticoids stop transcription

One unit is the inflammation that one unit of leak keeps up in Batulin 2022 (k_BI = 1): leak, the loops, and what the
seizures of that model do directly add up to it, so weeks run as there while hours follow the measured cytokines. A
receptor blocker at drive x = C / EC50 leaves 1 / (1 + x) of its cytokine to be felt.
"""

from typing import Annotated, NamedTuple

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share

amount = Annotated[ratio, Allowed(0.0, 100.0)]


class Needs(NamedTuple):
    """What lights the microglia, and the drives C / EC50 of what dampens them (0 = none)."""

    activity: share
    albumin: ratio  # of the leak, in the tissue
    dead: share
    antibody: ratio  # in the brain
    il1_blocker: ratio
    il6_blocker: ratio
    tnf_blocker: ratio
    steroid: ratio


class State(NamedTuple):
    """Activated microglia, cytokines (1 = what a unit of leak keeps up), outside stimulus, cleared dead cells."""

    microglia: amount
    il1: amount
    tnf: amount
    il6: amount
    stimulus: amount
    cleared: Annotated[share, Allowed(0.0, 1.0)]


class Felt(NamedTuple):
    """Cytokines that receptors feel, after what blocks them."""

    il1: ratio
    tnf: ratio
    il6: ratio


@process
class Inflammation:
    """Neuroinflammation of one patch."""

    tau_microglia: second
    tau_il1: second
    tau_tnf: second
    tau_il6: second
    tau_stimulus: second
    tau_cleared: second
    by_activity: ratio
    by_leak: ratio
    by_debris: ratio
    by_antibody: ratio
    by_il1: ratio
    by_tnf: ratio
    by_il6: ratio
    steroid_most: share
    stimulus: ratio  # at onset; 0 in a brain that nobody attacks

    def rest(self) -> State:
        """Settled under the outside stimulus: all zero without one."""
        return self.settled(0.0)

    def settled(self, antibody: ratio) -> State:
        """Settled under the outside stimulus and this much antibody in the brain."""
        drive = self.stimulus + self.by_antibody * antibody
        settled = drive / (1.0 - self.by_il1 - self.by_tnf - self.by_il6)
        return State(settled, settled, settled, settled, self.stimulus * 1.0, 0.0 * settled)

    def felt(self, state: State, needs: Needs) -> Felt:
        """What of each cytokine reaches its receptors."""
        return Felt(
            il1=state.il1 / (1.0 + needs.il1_blocker),
            tnf=state.tnf / (1.0 + needs.tnf_blocker),
            il6=state.il6 / (1.0 + needs.il6_blocker),
        )

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        felt = self.felt(state, needs)
        drive = (
            self.by_activity * needs.activity
            + self.by_leak * needs.albumin
            + self.by_debris * (needs.dead - state.cleared)
            + self.by_antibody * needs.antibody
            + state.stimulus
            + self.by_il1 * felt.il1
            + self.by_tnf * felt.tnf
            + self.by_il6 * felt.il6
        )
        made = (1.0 - self.steroid_most * needs.steroid / (1.0 + needs.steroid)) * state.microglia
        return State(
            microglia=(drive - state.microglia) / self.tau_microglia,
            il1=(made - state.il1) / self.tau_il1,
            tnf=(made - state.tnf) / self.tau_tnf,
            il6=(made - state.il6) / self.tau_il6,
            stimulus=-state.stimulus / self.tau_stimulus,
            cleared=(needs.dead - state.cleared) / self.tau_cleared,
        )
