"""Ketone bodies in the brain: a second fuel, open K-ATP channels, adenosine.

    part      = K / (K + half)                        K: ketone bodies above those of a fed person
    supply    + fuel part                             of oxygen and glucose, 1 = normal
    K-ATP     + channel part                          the membrane's own ATP comes from sugar, of which less is burnt
    adenosine + adenosine part (1 - terminator)       and the reserve of the terminators fills 1 + refill part as fast

The three ways are those that reviews hold likely (Lutas & Yellen 2013, Masino & Rho 2012); every size is assumed.
"""

from quell.ground.contract import process
from quell.ground.units import mM, ratio, share


@process
class Ketones:
    """What ketone bodies do to neurons."""

    half: mM
    fuel: share  # of the usual supply, added
    channel: ratio  # potassium conductance, relative to the leak
    adenosine: share  # of a full terminator
    refill: ratio

    def part(self, level: mM) -> share:
        """How far their effects go, 0 to 1."""
        return level / (level + self.half)
