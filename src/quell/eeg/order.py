"""Medians and quantiles of small arrays, as numpy has them, without the checks that cost more than the sorting."""

from collections.abc import Sequence

import numpy as np


def median(values: np.ndarray) -> float:
    """The median of values without NaN, `[values]`."""
    ordered, count = values.flatten(), values.size
    ordered.sort()
    return float((ordered[(count - 1) // 2] + ordered[count // 2]) / 2)


def quantiles(values: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Quantiles of each row of values without NaN, linear between two, float64 `[shares]` or `[shares, rows]`."""
    ordered = np.sort(values, axis=-1)
    at = np.array(shares, float) * (ordered.shape[-1] - 1)
    below = at.astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    low, high = (ordered[..., k].T.astype(float) for k in (below, above))
    return low + (high - low) * (at - below).reshape(-1, *[1] * (ordered.ndim - 1))
