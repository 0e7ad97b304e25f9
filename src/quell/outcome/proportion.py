"""Proportions with honest intervals: Wilson's for one, Newcombe's for the difference of two.

    centre = (p + z^2/2n) / (1 + z^2/n)      half-width = z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n)

Sources: Wilson 1927; Newcombe 1998 (method 10 of the two-sample comparison).
"""

import math
from statistics import NormalDist
from typing import NamedTuple

from quell.ground.errors import InputError


class Proportion(NamedTuple):
    """`events` of `n`, their share, and the interval from `low` to `high`."""

    events: int
    n: int
    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.events}/{self.n} = {self.share:.0%} ({self.low:.0%} to {self.high:.0%})"


def wilson(events: int, n: int, *, confidence: float = 0.95) -> Proportion:
    """A share with its Wilson interval. Raises InputError unless 0 <= events <= n and n > 0."""
    if not 0 <= events <= n or n == 0:
        raise InputError(f"{events} of {n} is no proportion", allowed="0 <= events <= n, n at least 1")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p, stretch = events / n, 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / stretch
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / stretch
    return Proportion(events, n, p, min(max(0.0, centre - half), p), max(min(1.0, centre + half), p))


def difference(first: Proportion, second: Proportion) -> tuple[float, float, float]:
    """The first share minus the second, with its Newcombe interval (low, high)."""
    gap = first.share - second.share
    low = gap - math.hypot(first.share - first.low, second.high - second.share)
    high = gap + math.hypot(first.high - first.share, second.share - second.low)
    return gap, max(-1.0, low), min(1.0, high)
