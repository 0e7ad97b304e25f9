"""Medians and quantiles of small arrays, as numpy has them, without the checks that cost more than the sorting."""

from collections.abc import Sequence

import numpy as np


def median(values: np.ndarray) -> float:
    """The median of values without NaN, `[values]`."""
    ordered, count = values.flatten(), values.size
    ordered.sort()
    return float((ordered[(count - 1) // 2] + ordered[count // 2]) / 2)


def medians(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """The median of each group of values, `[count]`; `groups` `[values]` counts from 0, an empty one has 0."""
    ordered = values[np.lexsort((values, groups))]
    ends = np.cumsum(np.bincount(groups, minlength=count))
    begins = np.concatenate([[0], ends[:-1]])
    low, high = np.minimum((begins + ends - 1) // 2, len(values) - 1), np.minimum((begins + ends) // 2, len(values) - 1)
    return np.where(ends > begins, (ordered[low] + ordered[high]) / 2, 0.0) if len(values) else np.zeros(count)


def quantiles(values: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Quantiles of each row of values without NaN, linear between two, float64 `[shares]` or `[shares, rows]`."""
    ordered = np.sort(values, axis=-1)
    at = np.array(shares, float) * (ordered.shape[-1] - 1)
    below = at.astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    low, high = (ordered[..., k].T.astype(float) for k in (below, above))
    return low + (high - low) * (at - below).reshape(-1, *[1] * (ordered.ndim - 1))
