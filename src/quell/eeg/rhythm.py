"""Rhythms: how regularly the waves of a band return, their frequency from wave to wave, and their size.

Regularity is the height of the first returning peak of the autocorrelation of the differentiated band (so that the
1/f background counts as white and makes no peak of its own), averaged over channels, which makes it deaf to the
reversals of phase of a bipolar chain. Frequency is the median length of waves between zero crossings of the strongest
channels, where it agrees with the autocorrelation. Numbers: rhythm.toml.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import fft

from quell.eeg.order import median, quantiles
from quell.ground.units import Hz, share


class Rhythm(NamedTuple):
    """A rhythm in some channels: regularity 0-1, frequency in Hz, and size peak to peak in uV."""

    regularity: float
    hz: float
    size: float


@dataclass(frozen=True, kw_only=True)
class Rhythms:
    """Where the return of a rhythm is looked for."""

    slowest: Hz
    fastest: Hz
    agree: share
    nearly: share
    rate: Hz

    def rhythm(self, waves: np.ndarray, fs: float) -> Rhythm:
        """The rhythm of slow waves `[channels, samples]` at `fs` Hz."""
        every = max(1, round(fs / self.rate))
        waves, fs = waves[:, ::every], fs / every
        at, height = self._first_return(returns(waves), fs)
        if at == 0:
            return Rhythm(0.0, 0.0, _size(waves))
        hz, counted = fs / at, crossings(waves, fs)
        agrees = counted > 0 and abs(np.log(counted / hz)) < np.log1p(self.agree)
        return Rhythm(height, float(counted if agrees else hz), _size(waves))

    def _first_return(self, r: np.ndarray, fs: float) -> tuple[float, float]:
        """Lag in samples (0 if none) and height of the first peak that nearly reaches the highest."""
        lags = np.arange(max(2, int(fs / self.fastest)), min(len(r) - 2, int(np.ceil(fs / self.slowest))) + 1)
        peaks = lags[(r[lags] >= r[lags - 1]) & (r[lags] > r[lags + 1])]
        if not len(peaks) or r[peaks].max() <= 0:
            return 0.0, 0.0
        early = peaks[r[peaks] > self.nearly * r[peaks].max()][0]
        bend = r[early - 1] - 2 * r[early] + r[early + 1]
        shift = 0.5 * (r[early - 1] - r[early + 1]) / bend if bend < 0 else 0.0
        return float(early + shift), float(r[early])


def returns(waves: np.ndarray) -> np.ndarray:
    """Autocorrelation of the differentiated waves `[channels, samples]`, mean over channels by amplitude, `[lags]`.

    To half the length; 1 at lag 0, unbiased. Phase plays no part, so reversals do not cancel.
    """
    speed = np.diff(waves, axis=-1)
    count = speed.shape[-1]
    total = fft.next_fast_len(count + count // 2 + 1)  # long enough for these lags not to meet
    power = np.abs(np.fft.rfft(speed, total, axis=-1)) ** 2
    lags = np.fft.irfft(power, total, axis=-1)[..., : count // 2 + 1]
    weight = np.sqrt(np.maximum(lags[..., :1], 1e-12))  # by amplitude: a few large channels alone make no rhythm
    mean = (lags / weight).sum(axis=0) / weight.sum(axis=0)
    return mean * (count / (count - np.arange(lags.shape[-1])))


def crossings(waves: np.ndarray, fs: float) -> float:
    """Frequency in Hz from the median distance of rising zero crossings, median over channels weighted by size."""
    rows, up = np.nonzero((waves[:, :-1] < 0) & (waves[:, 1:] >= 0))
    before, after = waves[rows, up], waves[rows, up + 1]
    exact = up + before / (before - after)
    apart = exact[1:] - exact[:-1]
    ends = np.searchsorted(rows, np.arange(len(waves) + 1))
    sizes = waves.std(axis=1)
    found, weights = [], []
    for row, (first, last) in enumerate(pairwise(ends.tolist())):
        if last - first > 2:
            found.append(fs / median(apart[first : last - 1]))
            weights.append(sizes[row])
    if not found:
        return 0.0
    order = np.argsort(found)
    heap = np.cumsum(np.array(weights)[order])
    return float(np.array(found)[order][np.searchsorted(heap, heap[-1] / 2)])


def _size(waves: np.ndarray) -> float:
    low, high = quantiles(waves, [0.05, 0.95])
    return median(high - low)
