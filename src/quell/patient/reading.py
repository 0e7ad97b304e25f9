"""Reading: how firing is read as seizure activity, what of it reaches the scalp, and where inhibition sits.

    activity = (smooth rate - quiet) / (full - quiet), held within 0 and 1
    seizing  = smooth rate above `seizing`, in a patch that did not fall silent for more than `pause` of the step

A patch that is held down and fires in bursts may reach a high mean rate; what stops for silence within seconds is a
burst and no seizure (ACNS 2021: bursts last up to 30 s, a seizure 10 s or more without pause).
"""

from typing import Any

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Hz, ratio, second, share


@process
class Reading:
    """What is made of the firing of a patch."""

    phi: share  # part of the inhibitory conductance on strongly shifted compartments
    quiet: Hz  # smoothed rate below which activity is 0
    full: Hz  # smoothed rate at which activity is 1
    tau: second
    seizing: Hz  # smoothed rate above which a patch is called seizing
    pause: share  # of a macro step in suppression, above which what fires is a burst
    moment: ratio  # nAm of dipole per mV of source activity when all columns of a patch act together
    coherent: share  # part of that which adds up at rest, when columns act on their own

    def activity(self, smooth_rate: Hz) -> share:
        """Seizure activity, 0 at rest and 1 in full seizure."""
        return jnp.clip((smooth_rate - self.quiet) / (self.full - self.quiet), 0.0, 1.0)

    def is_seizing(self, smooth_rate: Hz, suppressed: share) -> Any:
        """Whether a patch seizes, bool, from its smoothed rate and the share of the step in suppression."""
        return (smooth_rate > self.seizing) & (suppressed < self.pause)

    def coherence(self, active: share) -> ratio:
        """nAm per mV of source activity: columns of a patch add up the more the patch seizes."""
        return self.moment * (self.coherent + (1.0 - self.coherent) * active)
