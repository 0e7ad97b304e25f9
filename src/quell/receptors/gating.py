"""Gates of synapses: opened by presynaptic spikes, saturating, closing exponentially.

    ds/dt = -s / tau + r (1 - s) / (tau r_half)

At a steady rate s = r / (r + r_half): occupancy saturates, so conductances, and with them rates, stay bounded at
any input. Stepped by the flow at a frozen rate to third order in the step, without a division; s stays within [0, 1].
"""

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Hz, second, share


@process
class Gate:
    """One kind of receptor at a synapse."""

    tau: second  # closing
    r_half: Hz  # presynaptic rate at which half the receptors are open

    def rate_of_change(self, s: share, rate: Hz) -> share:
        """ds/dt, per second."""
        return (rate * (1.0 - s) / self.r_half - s) / self.tau

    def step(self, s: share, rate: Hz, dt: second) -> share:
        """s after dt, at most half of tau, at a constant presynaptic rate.

        A step opens at most as much as one time constant of opening does at its start; that bites above some kHz.
        """
        closing, opening = dt / self.tau, dt / (self.tau * self.r_half) * rate
        opening = jnp.where(opening > 1.0, 1.0, opening)  # keeps NaN, and is one instruction
        both = closing + opening
        return s + (opening - both * s) * (1.0 - both * (0.5 - both / 6.0))
