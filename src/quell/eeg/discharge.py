"""Discharges: sharp transients that stand out of the background, their times, and how regularly they return.

They are sought in the envelope of sharpness (rhythm_band.py), where slow waves and 1/f background weigh little. Its
peaks are candidates. Of these a chain is chosen by dynamic programming: for each period T

    sum over the chain of (size - least) - stiffness (ln(interval / T))^2

is made as large as can be, and the period with the largest sum wins. So frequency is counted from discharge to
discharge, and neither harmonics nor a missed discharge double or halve it. Numbers: discharge.toml.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import signal

from quell.eeg.order import median, medians, quantiles
from quell.ground.units import Hz, ratio, second, share


class Train(NamedTuple):
    """Discharges that return: their samples, frequency in Hz (0 if fewer than three), and how much of a train it is.

    `stands` : how far the third largest peak stands above the ground (the 30th percentile of sharpness), ratio
    `contrast` : sharpness at discharges over that between them (1 if there are none)
    `regular` : share of consecutive pairs of intervals that differ by less than half (ACNS 2021)
    `covered` : share of the page between the first and the last discharge, one interval added
    `explained` : share of the large peaks that are in the chain
    `width` : median length of a discharge at half its height, s
    """

    samples: np.ndarray
    hz: float
    stands: float
    contrast: float
    regular: float
    covered: float
    explained: float
    width: float

    def clear(self, enough: float) -> float:
        """How clearly it is a train: the logarithm of `stands` times the root of the count, at most `enough`."""
        return math.log(max(self.stands, 1.0)) * math.sqrt(min(len(self.samples), enough))

    @property
    def worth(self) -> float:
        """By which trains are compared."""
        return self.contrast * self.explained

    @property
    def strength(self) -> float:
        """By which two lengths of the same recording are compared: a longer train is the clearer one."""
        return self.worth * self.clear(float(len(self.samples)))


NONE = Train(np.zeros(0, int), 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
FURTHEST = 2.0  # longest periods between which two discharges are still of one train
FAR = 1 << 40  # samples; further apart than any recording is long


@dataclass(frozen=True, kw_only=True)
class Discharges:
    """How discharges are looked for."""

    nearest: second
    slowest: Hz
    fastest: Hz
    periods: ratio
    ground: share
    faint: share
    least: share
    most: ratio
    stiffness: ratio
    large: share
    differ: share

    def train(self, envelope: np.ndarray, fs: float) -> Train:
        """The train of discharges in an envelope `[samples]`."""
        return self.clearest(envelope[None], fs)[0]

    def clearest(self, envelopes: np.ndarray, fs: float, page: slice = slice(None)) -> list[Train]:
        """The train of each envelope `[envelopes, samples]`, or that of the `page` in it where that is clearer."""
        wide = self._trains(envelopes, fs)
        first, last, _ = page.indices(envelopes.shape[1])
        if last - first == envelopes.shape[1]:
            return [self._with_width(one, envelope, fs) for one, envelope in zip(wide, envelopes, strict=True)]
        made = []
        for one, own, envelope in zip(wide, self._trains(envelopes[:, page], fs), envelopes, strict=True):
            clearer = own.strength > one.strength
            train = self._with_width(own, envelope[page], fs) if clearer else self._with_width(one, envelope, fs)
            made.append(train._replace(samples=train.samples + first) if clearer else train)
        return made

    def _with_width(self, train: Train, envelope: np.ndarray, fs: float) -> Train:
        """With the width of its discharges: it takes long to measure, so only of a train that is told."""
        if not len(train.samples):
            return train
        return train._replace(width=median(signal.peak_widths(envelope, train.samples)[0]) / fs)

    def _trains(self, envelopes: np.ndarray, fs: float) -> list[Train]:
        """The trains of many envelopes of one length `[envelopes, samples]`, their width not yet measured."""
        rows, peaks = self._peaks(envelopes, fs)
        heights = envelopes[rows, peaks]
        ground = np.maximum(quantiles(envelopes, [self.ground])[0], 1e-9)
        third = np.cumsum(np.bincount(rows, minlength=len(envelopes))) - 3
        first = np.searchsorted(rows, np.arange(len(envelopes)))
        enough = third >= first
        sorted_heights = heights[np.lexsort((heights, rows))]
        top = np.full(len(envelopes), 1.0)
        top[enough] = sorted_heights[third[enough]]
        top = np.maximum(top, 1.0001 * ground)
        above = np.log(np.maximum(heights / ground.astype(heights.dtype)[rows], 1e-9)) / np.log(top / ground)[rows]
        sizes = np.clip(above, -1.0, self.most)
        real = (sizes > self.faint) & enough[rows]
        found = _Candidates.of(rows[real], peaks[real], sizes[real], len(envelopes))
        return self._measured(envelopes, fs, found=found, chained=self._chained(found, fs), stands=top / ground)

    def _peaks(self, envelopes: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
        """Rows and samples of the peaks: all rows in one go, with walls between that reach further than `nearest`."""
        nearest = max(1, round(self.nearest * fs))
        count, length = envelopes.shape
        width = length + 2 * nearest + 2
        joint = np.full((count, width), np.inf)
        joint[:, :length] = envelopes
        rows, peaks = np.divmod(signal.find_peaks(joint.ravel(), distance=nearest)[0], width)
        inside = peaks < length
        return rows[inside], peaks[inside]

    def _chained(self, found: "_Candidates", fs: float) -> np.ndarray:
        """Which candidates are in the chain of their envelope, bool `[envelopes, candidates]`."""
        costs, at = _costs(self, fs), np.ascontiguousarray(found.at.T)
        longest, reach = len(costs) - 1, self._reach(fs)
        best = np.repeat((found.sizes.T - self.least)[..., None], costs.shape[1], axis=2)
        for k in range(1, len(best)):
            apart = at[k] - at[max(0, k - reach) : k]
            near = int((apart < longest).sum(axis=0).max())
            if near:
                gained = costs.take(apart[-near:], axis=0, mode="clip")  # much faster than an index
                np.subtract(best[k - near : k], gained, out=gained)
                best[k] += np.maximum(gained.max(axis=0), 0.0)
        return self._traced(found, best.transpose(1, 0, 2), costs, reach)

    def _reach(self, fs: float) -> int:
        """How many candidates before another can be near enough to it for one train."""
        return int(FURTHEST / self.slowest * fs) // max(1, round(self.nearest * fs)) + 1

    def _traced(self, found: "_Candidates", best: np.ndarray, costs: np.ndarray, reach: int) -> np.ndarray:
        """The chains back from their best ends, along the periods that won."""
        rows, (_, count, periods) = np.arange(len(best)), best.shape
        made = np.zeros(found.at.shape, bool)
        if not count:
            return made
        last, period = np.divmod(best.reshape(len(best), -1).argmax(axis=1), periods)
        score, cost, longest = best[rows, :, period], costs[:, period].T, len(costs) - 1
        going = rows[found.counts >= 3]
        while len(going):
            made[going, last[going]] = True
            here, each = last[going], going[:, None]
            before = np.maximum(here[:, None] - np.arange(reach, 0, -1), 0)
            apart = found.at[going, here][:, None] - found.at[each, before]
            gained = score[each, before] - cost[each, np.where(apart > 0, np.minimum(apart, longest), longest)]
            most = np.arange(len(going)), gained.argmax(axis=1)
            last[going] = before[most]
            going = going[gained[most] > 0]
        return made

    def _measured(
        self, envelopes: np.ndarray, fs: float, *, found: "_Candidates", chained: np.ndarray, stands: np.ndarray
    ) -> list[Train]:
        count, chained = len(envelopes), chained & (chained.sum(axis=1) >= 3)[:, None]
        rows, at = np.nonzero(chained)
        picks = found.at[rows, at]
        same = rows[1:] == rows[:-1]
        apart, row = (picks[1:] - picks[:-1])[same], rows[1:][same]
        third = apart // 3
        first, last = picks[:-1][same] + third, picks[1:][same] - third + 1
        sums = np.zeros((count, envelopes.shape[1] + 1))
        np.cumsum(envelopes, axis=1, dtype=float, out=sums[:, 1:])
        calm = medians((sums[row, last] - sums[row, first]) / (last - first), row, count)
        contrast = medians(envelopes[rows, picks], rows, count) / np.maximum(calm, 1e-9)
        gaps = apart / fs
        period = medians(gaps, row, count)
        two = row[1:] == row[:-1]
        differ = (np.abs(gaps[1:] - gaps[:-1]) / np.minimum(gaps[1:], gaps[:-1]))[two] < self.differ
        regular = np.bincount(row[1:][two], differ, count) / np.maximum(np.bincount(row[1:][two], minlength=count), 1)
        large = found.sizes > self.large
        explained = (large & chained).sum(axis=1) / np.maximum(large.sum(axis=1), 1)
        ends = np.cumsum(chained.sum(axis=1))
        made = []
        for k, (end, many) in enumerate(zip(ends.tolist(), chained.sum(axis=1).tolist(), strict=True)):
            mine = picks[end - many : end]
            if not many:
                made.append(NONE)
                continue
            covered = min(1.0, float((mine[-1] - mine[0]) / fs + period[k]) / (envelopes.shape[1] / fs))
            numbers = (1 / period[k], stands[k], contrast[k], regular[k], covered, explained[k], 0.0)
            made.append(Train(mine, *map(float, numbers)))
        return made


@cache
def _costs(card: Discharges, fs: float) -> np.ndarray:
    """Cost of each interval in samples under each period, `[intervals, periods]`; the last is too long for any."""
    periods = np.log(1 / np.geomspace(card.slowest, card.fastest, round(card.periods)))
    longest = int(FURTHEST / card.slowest * fs + 1e-9)
    made = np.full((longest + 2, len(periods)), np.inf)
    made[1:-1] = card.stiffness * (np.log(np.arange(1, longest + 1) / fs)[:, None] - periods) ** 2
    return made


class _Candidates(NamedTuple):
    """Peaks that may be discharges, one row an envelope, filled up behind the last with what no chain can take.

    `at` : samples, `sizes` : logarithmic, both `[envelopes, candidates]`; `counts` of the candidates, `[envelopes]`
    """

    at: np.ndarray
    sizes: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, at: np.ndarray, sizes: np.ndarray, envelopes: int) -> "_Candidates":
        """From rows in ascending order, samples and sizes `[peaks]` each."""
        count = np.bincount(rows, minlength=envelopes)
        column = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        shape = (envelopes, int(count.max(initial=0)))
        nowhere = FAR * np.arange(1, shape[1] + 1)  # far from each other, too
        made = cls(np.repeat(nowhere[None], envelopes, axis=0), np.full(shape, -np.inf), count)
        made.at[rows, column], made.sizes[rows, column] = at, sizes
        return made
