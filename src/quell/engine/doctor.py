"""The NaN doctor: every state declares its range; leaving it stops the run with a diagnosis, not with a silent NaN.

Inside the loop `check` only compares (one flag per state and lane). When a flag is up, the host replays the chunk
bit by bit to the step before, and `diagnose` names the first variable, patch, time, value and inputs.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, get_type_hints

import jax
import jax.numpy as jnp
import numpy as np

from quell.ground.errors import RangeError
from quell.ground.units import Allowed, allowed_of, unit_of


class Watched(NamedTuple):
    """One state under watch."""

    path: str
    unit: str
    allowed: Allowed


def watched(tree: Any, path: str = "") -> list[Watched]:
    """Every leaf of a tree of NamedTuples (or dicts), in tree order, with its declared range (or any finite value)."""
    found: list[Watched] = []
    if isinstance(tree, dict):
        for name in sorted(tree):
            found += watched(tree[name], f"{path}.{name}" if path else str(name))
        return found
    if not hasattr(tree, "_fields"):
        return [Watched(path, "", Allowed(-np.inf, np.inf))]
    hints = get_type_hints(type(tree), include_extras=True)
    for name in tree._fields:
        here = f"{path}.{name}" if path else name
        child = getattr(tree, name)
        if child is None:  # a part that is switched off
            continue
        if hasattr(child, "_fields") or isinstance(child, dict):
            found += watched(child, here)
        else:
            unit = unit_of(hints[name])
            found.append(Watched(here, unit.name if unit else "", allowed_of(hints[name]) or Allowed(-np.inf, np.inf)))
    return found


def check(tree: Any) -> jax.Array:
    """Flags `[states, lanes]`: True where a state is not finite or outside its range. Cheap, for the loop."""
    flags = []
    for leaf, watch in zip(jax.tree.leaves(tree), watched(tree), strict=True):
        good = jnp.isfinite(leaf) & (leaf >= watch.allowed.low) & (leaf <= watch.allowed.high)
        flags.append(~good.reshape(good.shape[0], -1).all(axis=1))
    return jnp.stack(flags)


def diagnose(
    tree: Any,
    flags: np.ndarray,
    *,
    patient: int,
    lane: int,
    time_s: float,
    patches: Sequence[str],
    inputs: dict[str, float],
    dt: float,
) -> RangeError:
    """The error for the first state of a lane that left its range; `inputs` are shown as they were at that time."""
    leaves, watches = jax.tree.leaves(tree), watched(tree)
    index = int(np.argmax(flags[:, lane]))
    watch, values = watches[index], np.atleast_1d(np.asarray(leaves[index])[lane])
    bad = ~(np.isfinite(values) & (values >= watch.allowed.low) & (values <= watch.allowed.high))
    part = int(np.argmax(bad))
    where = f" in {patches[part]}" if values.size == len(patches) else ""
    around = ", ".join(f"{name} {value:.4g}" for name, value in inputs.items())
    minutes = time_s / 60.0
    return RangeError(
        f"Patient {patient}, {minutes:.1f} min: {watch.path}{where} became {values[part]:.6g}"
        f"{' ' + watch.unit if watch.unit else ''}, outside {watch.allowed.low:g} to {watch.allowed.high:g}"
        f" (inputs then: {around}). Try a smaller fast step (dt {dt / 2 * 1e3:g} ms), full mode,"
        f" or look for a trait override far outside its card's range."
    )
