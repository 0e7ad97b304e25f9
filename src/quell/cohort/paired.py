"""Paired counterfactuals: the same patients with the same chance under two settings, and what the change did.

A patient's random numbers have addresses, so two arms that share their seed differ only by what was changed. The
difference between them is a difference within patients, and its interval is far narrower than that of two groups.

Interval of a difference of paired shares: Wilson's interval for each share, joined by square and add with their
correlation, corrected for continuity (Newcombe 1998, Stat Med 17:2635, method 10). Test: McNemar's, exact. For any
other number: bootstrap with Poisson weights, whose random numbers are addressed by patient, so more patients leave
the weights of the others as they were.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from quell.cohort.result import Cohort
from quell.cohort.run import run_cohort
from quell.ground.errors import InputError

LEVEL = 0.95
DRAWS = 2000
AT_ONCE = 1024  # patients weighed together, to bound memory


class Interval(NamedTuple):
    """An estimate with the bounds of its interval."""

    value: float
    low: float
    high: float


class PairedShares(NamedTuple):
    """A binary endpoint in two arms of the same patients."""

    difference: Interval  # share in the other arm minus share in the reference
    p: float  # exact McNemar test of no difference, two-sided
    both: int  # patients with the endpoint in both arms
    only_other: int
    only_reference: int
    neither: int


def run_arms(
    job: str, arms: Mapping[str, dict[str, Any]], patients: int, *, out: Path, **how: Any
) -> dict[str, Cohort]:
    """Run the same patients under every arm's settings, each in its own folder `out/<arm>`.

    `how` goes on to `run_cohort` (workers, scheduler, block, progress). InputError if the arms' seeds differ, which
    would make them other people with other luck.
    """
    seeds = {settings.get("seed") for settings in arms.values()}
    if len(seeds) > 1:
        raise InputError(f"the arms have {len(seeds)} different seeds", field="seed", allowed="one seed for all arms")
    for arm in arms:
        if not arm or Path(arm).name != arm or arm == "..":
            raise InputError(f'"{arm}" cannot name a folder', field="arms", allowed="a plain word per arm")
    return {arm: run_cohort(job, settings, patients, out=Path(out) / arm, **how) for arm, settings in arms.items()}


def paired_shares(reference: np.ndarray, other: np.ndarray, *, level: float = LEVEL) -> PairedShares:
    """Compare a binary endpoint, bool `[patients]`, of the same patients in two arms."""
    reference, other = _matched(reference, other)
    if reference.dtype != bool or other.dtype != bool:
        what = f"an endpoint of type {reference.dtype} and {other.dtype} is no yes or no"
        raise InputError(what, allowed="bool; for other numbers mean_difference")
    both, neither = int((reference & other).sum()), int((~reference & ~other).sum())
    only_other, only_reference = int((other & ~reference).sum()), int((reference & ~other).sum())
    discordant = only_other + only_reference
    p = float(stats.binomtest(only_other, discordant).pvalue) if discordant else 1.0
    difference = newcombe(both, only_other, only_reference, neither=neither, level=level)
    return PairedShares(difference, p, both, only_other, only_reference, neither)


def newcombe(both: int, only_first: int, only_second: int, *, neither: int, level: float = LEVEL) -> Interval:
    """First share minus second share of the same patients, with its interval (Newcombe 1998, method 10)."""
    count = both + only_first + only_second + neither
    first, second = (_wilson(both + only, count, level) for only in (only_first, only_second))
    difference = first.value - second.value
    correlation = _correlation(both, only_first, only_second, neither=neither)

    def reach(one: float, two: float) -> float:
        return float(np.sqrt(max(one**2 - 2.0 * correlation * one * two + two**2, 0.0)))

    below = reach(first.value - first.low, second.high - second.value)
    above = reach(first.high - first.value, second.value - second.low)
    return Interval(difference, max(difference - below, -1.0), min(difference + above, 1.0))


def mean_difference(
    reference: np.ndarray, other: np.ndarray, *, seed: int, level: float = LEVEL, draws: int = DRAWS
) -> Interval:
    """Mean of other minus reference, numbers `[patients]`, with a percentile bootstrap interval over patients."""
    reference, other = _matched(reference, other)
    change = other.astype(np.float64) - reference.astype(np.float64)
    weights, weighted = np.zeros(draws), np.zeros(draws)
    for start in range(0, len(change), AT_ONCE):
        part = change[start : start + AT_ONCE]
        weight = _weights(seed, np.arange(start, start + len(part)), draws)
        weights += weight.sum(axis=0)
        weighted += part @ weight
    means = weighted[weights > 0] / weights[weights > 0]
    low, high = np.quantile(means, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(float(change.mean()), float(low), float(high))


def _matched(reference: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    reference, other = np.asarray(reference), np.asarray(other)
    if reference.shape != other.shape or reference.ndim != 1 or not reference.size:
        what = f"endpoints of shape {list(reference.shape)} and {list(other.shape)} cannot be paired"
        raise InputError(what, allowed="one number per patient, the same patients in both arms")
    return reference, other


def _wilson(yes: int, count: int, level: float) -> Interval:
    if not 0.0 < level < 1.0:
        raise InputError(f"{level} is no level of confidence", field="level", allowed=f"0 to 1, usually {LEVEL}")
    low, high = stats.binomtest(yes, count).proportion_ci(level, method="wilson")
    return Interval(yes / count, float(low), float(high))


def _correlation(both: int, only_first: int, only_second: int, *, neither: int) -> float:
    """Of the two shares, with the continuity correction that method 10 applies where it is positive."""
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    if not margins:
        return 0.0
    excess = both * neither - only_first * only_second
    half = (both + only_first + only_second + neither) / 2.0
    corrected = max(excess - half, 0.0) if excess > 0 else excess
    return float(corrected / np.sqrt(float(margins)))


def _weights(seed: int, patients: np.ndarray, draws: int) -> np.ndarray:
    """How often each patient counts in each draw, Poisson with mean 1, `[patients, draws]`."""
    import jax.numpy as jnp

    from quell.ground.chance import uniform
    from quell.ground.compute import prepare

    prepare()
    chance = np.asarray(uniform(seed, jnp.asarray(patients), "bootstrap", draws))
    steps = stats.poisson.cdf(np.arange(64), 1.0)  # beyond 64 there is nothing left in float64
    return np.searchsorted(steps, chance).astype(np.float64)
