"""The cortex: patches, how strongly their cells are wired, and how patches reach each other."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jax
import numpy as np

from quell.ground.contract import process
from quell.ground.errors import InputError
from quell.ground.units import mV, ratio


@process
class Wiring:
    """Largest conductances of a patch, relative to the leak, and its resting input."""

    w_ampa: ratio
    w_nmda: ratio
    w_gaba: ratio
    w_tonic: ratio
    w_far: ratio
    w_EI: ratio
    w_II: ratio
    w_ahp: ratio  # per Hz
    bias: mV
    noise: mV


@dataclass(frozen=True)
class Atlas:
    """Patches of a brain: names, coupling (rows sum to 1), which of them move the body."""

    names: tuple[str, ...]
    coupling: np.ndarray  # [patches, patches]
    motor: tuple[bool, ...]

    def index(self, patch: str) -> int:
        """The number of a patch. Raises InputError for a name that is not in the atlas."""
        if patch not in self.names:
            raise InputError(f"no patch is called {patch!r}", field="patch", allowed=", ".join(self.names))
        return self.names.index(patch)


EVERYWHERE = "everywhere"


def site_patches(site: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The patches that a site names: `a+b`, or all of `names` for "everywhere"; none for an empty text."""
    return names if site == EVERYWHERE else tuple(name.strip() for name in site.split("+") if site)


@cache
def atlas(patches: int) -> Atlas:
    """The atlas with this many patches (2 or 10), from cortex.toml."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["atlas"]
    if str(patches) not in table:
        raise InputError(f"no brain has {patches} patches", field="brain", allowed=", ".join(table))
    chosen = table[str(patches)]
    names = tuple(chosen["names"])
    weights = np.zeros((len(names), len(names)))
    for first, second, weight in chosen["links"]:
        weights[names.index(first), names.index(second)] += weight
        weights[names.index(second), names.index(first)] += weight
    return Atlas(names, weights / weights.sum(axis=1, keepdims=True), tuple(name in chosen["motor"] for name in names))


def reach(coupling: np.ndarray):
    """A function from glutamate of every patch to glutamate arriving at every patch, in a fixed order of sums.

    `[patches, lanes]` or flat, patch after patch, to the same: lanes are neighbours in memory, so a patch is multiplied
    as a whole. The barriers keep XLA from the sums in any other loop, which would then be no plain run over memory.
    """
    count = len(coupling)

    def arriving(ampa):
        weights, rows = coupling.astype(ampa.dtype), jax.lax.optimization_barrier(ampa.reshape(count, -1))
        total = rows[0:1] * weights[:, 0:1]
        for source in range(1, count):
            total = total + rows[source : source + 1] * weights[:, source : source + 1]
        return jax.lax.optimization_barrier(total).reshape(ampa.shape)

    return arriving
