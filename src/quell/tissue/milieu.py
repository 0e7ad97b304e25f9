"""The milieu of neurons that a cause spoils and an antidote mends: acetylcholine, cell volume, magnesium's way in.

    acetylcholine left = a (1 - M) (1 - reach O)      M, O: occupancy of atropine and of an oxime
    swelling left      = s (1 - N)                    N: hypertonic sodium
    magnesium felt     = entry x                      x: magnesium in blood, as a healthy barrier lets it in

Acetylcholine that is not broken down closes potassium channels of pyramidal cells: they sit nearer to firing and their
afterhyperpolarisation goes. Swollen cells leave less space outside, so each spike raises potassium more, and stand
closer together. In health nothing is spoilt, and none of this changes a number.
"""

from quell.ground.contract import process
from quell.ground.units import mV, ratio, share


@process
class Milieu:
    """What is spoilt around the neurons of one person; all of it 0 in health, `entry` 1."""

    acetylcholine: share  # of a full cholinergic crisis
    cholinergic: mV  # depolarisation in a full crisis
    unbraked: share  # afterhyperpolarisation lost in a full crisis
    reach: share  # of the brain's cholinesterase that an oxime frees
    swollen: share  # of the extracellular space, lost to cells
    crowding: mV  # depolarisation per share of the space lost
    entry: ratio  # magnesium's way into the brain, against that of a whole barrier

    def acetylcholine_left(self, muscarinic: ratio, oxime: ratio) -> share:
        """What of the crisis atropine and an oxime leave; arguments are drives C / EC50."""
        freed = self.reach * oxime / (1.0 + oxime)
        return self.acetylcholine * (1.0 - freed) / (1.0 + muscarinic)

    def swelling_left(self, sodium: ratio) -> share:
        """Share of the extracellular space still lost under hypertonic sodium (drive C / EC50)."""
        return self.swollen / (1.0 + sodium)

    def depolarised(self, acetylcholine: share, swelling: share) -> mV:
        """How much nearer to firing pyramidal cells sit."""
        return self.cholinergic * acetylcholine + self.crowding * swelling

    def braked(self, acetylcholine: share) -> share:
        """Afterhyperpolarisation that acetylcholine leaves."""
        return 1.0 - self.unbraked * acetylcholine
