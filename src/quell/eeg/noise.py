"""Addressed noise in blocks: the same bits in one piece or in many, filtered without a seam."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy import signal

from quell.ground.chance import Address, two_kicks

BLOCK = 2000  # samples computed at a time; fixed, so that sums round the same however the record is cut
WARM_BLOCKS = 4  # blocks run before the record starts, so that filters begin in their steady state


class Stream:
    """One noise of variance 1 per part, filtered by `sos` (None: white)."""

    def __init__(self, where: Address, sos: np.ndarray | None):
        self.where, self.sos = Address(where.first[0], where.second[0]), sos
        if sos is not None:
            response = np.asarray(signal.sosfilt(sos, signal.unit_impulse(BLOCK)))
            self.scale = 1.0 / np.sqrt(np.sum(response**2))
            self.memory = np.zeros((len(sos), 2, self.where.first.shape[0]))

    def block(self, number: int) -> np.ndarray:
        """The samples of block `number`, float64 `[BLOCK, parts]`; blocks are asked for in their order."""
        start = np.uint32((number * BLOCK) % 2**32)
        white = np.asarray(_near_normal(self.where, start), dtype=float)
        if self.sos is None:
            return white
        filtered, self.memory = signal.sosfilt(self.sos, white, axis=0, zi=self.memory)
        return self.scale * filtered


@jax.jit
def _near_normal(where: Address, start: jax.Array) -> jax.Array:
    """Sums of four uniform kicks, float32 `[BLOCK, parts]`: variance 1, kurtosis 0.3 below the normal."""
    steps = (jnp.uint32(start) + jnp.arange(BLOCK, dtype=jnp.uint32))[:, None] * jnp.uint32(2)
    kicks = (*two_kicks(where, steps), *two_kicks(where, steps + jnp.uint32(1)))
    return sum(kicks) * jnp.float32(0.5)  # pyright: ignore[reportReturnType]
