"""Discharges: sharp transients that stand out of the background, their times, and how regularly they return.

They are sought in the envelope of sharpness (rhythm_band.py), where slow waves and 1/f background weigh little. Its
peaks are candidates. Of these a chain is chosen by dynamic programming: for each period T

    sum over the chain of (size - least) - stiffness (ln(interval / T))^2

is made as large as can be, and the period with the largest sum wins. So frequency is counted from discharge to
discharge, and neither harmonics nor a missed discharge double or halve it. Numbers: discharge.toml.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import signal

from quell.eeg.order import median, quantiles
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
        peaks, _ = signal.find_peaks(envelope, distance=max(1, round(self.nearest * fs)))
        if len(peaks) < 3:
            return NONE
        ground = max(float(quantiles(envelope, [self.ground])[0]), 1e-9)
        top = max(float(np.sort(envelope[peaks])[-3]), 1.0001 * ground)
        sizes = np.clip(np.log(np.maximum(envelope[peaks] / ground, 1e-9)) / np.log(top / ground), -1.0, self.most)
        real = sizes > self.faint
        peaks, sizes = peaks[real], sizes[real]
        if len(peaks) < 3:
            return NONE
        chain = self._chain(peaks / fs, sizes)
        if len(chain) < 3:
            return NONE
        return self._measured(
            envelope,
            fs,
            picks=peaks[chain],
            stands=top / ground,
            large=np.bincount(chain, minlength=len(sizes))[sizes > self.large],
        )

    @cached_property
    def _expected(self) -> np.ndarray:
        """The logarithms of the periods that are tried."""
        return np.log(1 / np.geomspace(self.slowest, self.fastest, round(self.periods)))

    def _chain(self, times: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        count = len(times)
        best = np.repeat((sizes - self.least)[:, None], len(self._expected), axis=1)  # [peaks, periods]
        near = np.searchsorted(times, times - FURTHEST / self.slowest)
        starts = np.concatenate([[0], np.cumsum(np.arange(count) - near)])  # of the pairs that end in each peak
        later = np.repeat(np.arange(count), np.diff(starts))
        earlier = np.arange(starts[-1]) - starts[later] + near[later]
        cost = self.stiffness * (np.log(times[later] - times[earlier])[:, None] - self._expected) ** 2
        begins = zip(near.tolist(), starts[:-1].tolist(), strict=True)
        pairs = [(first, k, begin, begin + k - first) for k, (first, begin) in enumerate(begins)]
        for first, k, begin, end in pairs:
            if k > first:
                best[k] += np.maximum.reduce(best[first:k] - cost[begin:end], axis=0, initial=0.0)
        last, period = np.unravel_index(best.argmax(), best.shape)
        chain, more = [int(last)], True
        while more:  # back along the winning period
            first, k, begin, end = pairs[chain[-1]]
            score = best[first:k, period] - cost[begin:end, period]
            before = int(score.argmax()) if len(score) else 0
            more = len(score) > 0 and score[before] > 0
            chain += [first + before] if more else []
        return np.array(chain[::-1])

    def _measured(
        self, envelope: np.ndarray, fs: float, *, picks: np.ndarray, stands: float, large: np.ndarray
    ) -> Train:
        apart = picks[1:] - picks[:-1]
        gaps, third = apart / fs, apart // 3
        first, last = picks[:-1] + third, picks[1:] - third + 1
        begun = picks[0]  # nothing outside the train is summed
        sums = np.concatenate([[0.0], np.cumsum(envelope[begun : picks[-1] + 1], dtype=float)])
        between = (sums[last - begun] - sums[first - begun]) / (last - first)
        contrast = median(envelope[picks]) / max(median(between), 1e-9)
        pairs = np.abs(gaps[1:] - gaps[:-1]) / np.minimum(gaps[1:], gaps[:-1])
        regular = float(np.mean(pairs < self.differ)) if len(pairs) else 0.0
        period = median(gaps)
        covered = min(1.0, ((picks[-1] - picks[0]) / fs + period) / (len(envelope) / fs))
        explained = float(large.mean()) if len(large) else 0.0
        width = median(signal.peak_widths(envelope, picks)[0]) / fs
        return Train(picks, 1 / period, stands, contrast, regular, covered, explained, width)
