"""Gates of synapses: opened by presynaptic spikes, saturating, closing exponentially.

    ds/dt = -s / tau + r (1 - s) / (tau r_half)

At a steady rate s = r / (r + r_half): occupancy saturates, so conductances, and with them rates, stay bounded at
any input. Stepped by the implicit midpoint rule, which is second order and stable at any step.
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
        """s after dt at a constant presynaptic rate (implicit midpoint)."""
        opening = 0.5 * dt / self.tau * (rate / self.r_half)
        half = 0.5 * dt / self.tau + opening
        return jnp.minimum((s * (1.0 - half) + 2.0 * opening) / (1.0 + half), 1.0)  # bites above some kHz only
