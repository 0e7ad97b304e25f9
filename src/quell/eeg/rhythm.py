"""Rhythms: how regularly the waves of a band return, their frequency from wave to wave, and their size.

Regularity is the height of the first returning peak of the autocorrelation of the differentiated band (so that the
1/f background counts as white and makes no peak of its own), averaged over channels, which makes it deaf to the
reversals of phase of a bipolar chain. Frequency is the median length of waves between zero crossings of the strongest
channels, where it agrees with the autocorrelation. Numbers: rhythm.toml.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import fft

from quell.eeg.order import median, medians, quantiles
from quell.eeg.spectrum import squared
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

    def waves(self, slow: np.ndarray, fs: float) -> "Waves":
        """What each channel of slow waves `[channels, samples]` at `fs` Hz shows alone."""
        every = max(1, round(fs / self.rate))
        slow, fs = slow[:, ::every], fs / every
        low, high = quantiles(slow, [0.05, 0.95])
        return Waves(returns(slow), crossings(slow, fs), slow.std(axis=1), high - low, slow.shape[1] - 1, fs)

    def rhythm(self, waves: "Waves") -> Rhythm:
        """The rhythm that channels have in common."""
        size = median(waves.span)
        at, height = self._first_return(shared(waves.lags, waves.steps), waves.fs)
        if at == 0:
            return Rhythm(0.0, 0.0, size)
        hz, counted = waves.fs / at, _middle(waves.hz, waves.size)
        agrees = counted > 0 and abs(np.log(counted / hz)) < np.log1p(self.agree)
        return Rhythm(height, float(counted if agrees else hz), size)

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


class Waves(NamedTuple):
    """Waves of some channels, each alone: `steps` from sample to sample at `fs` Hz.

    `lags` : autocorrelation of the differentiated waves to half the length, `[channels, lags]`
    `hz` : frequency from zero crossings, 0 where there are too few; `size`, `span` : standard deviation and 5th to
    95th percentile in uV, `[channels]` each
    """

    lags: np.ndarray
    hz: np.ndarray
    size: np.ndarray
    span: np.ndarray
    steps: int
    fs: float

    def kept(self, rows: np.ndarray) -> "Waves":
        """Those of some channels."""
        return Waves(self.lags[rows], self.hz[rows], self.size[rows], self.span[rows], self.steps, self.fs)


def returns(waves: np.ndarray) -> np.ndarray:
    """Autocorrelation of the differentiated waves `[channels, samples]`, each alone, `[channels, lags]`.

    To half the length. Phase plays no part, so reversals do not cancel.
    """
    speed = np.diff(waves, axis=-1)
    count = speed.shape[-1]
    total = fft.next_fast_len(count + count // 2 + 1)  # long enough for these lags not to meet
    power = squared(np.asarray(fft.rfft(speed, total, axis=-1)))
    return np.asarray(fft.irfft(power, total, axis=-1))[..., : count // 2 + 1]


def shared(lags: np.ndarray, count: int) -> np.ndarray:
    """The mean over channels by amplitude of autocorrelations `[channels, lags]` of `count` steps: `[lags]`.

    1 at lag 0, unbiased.
    """
    weight = np.sqrt(np.maximum(lags[:, :1], 1e-12))  # by amplitude: a few large channels alone make no rhythm
    mean = (lags / weight).sum(axis=0) / weight.sum(axis=0)
    return mean * (count / (count - np.arange(len(mean))))


def crossings(waves: np.ndarray, fs: float) -> np.ndarray:
    """Frequency in Hz of each channel from the median distance of rising zero crossings; 0 where fewer than three."""
    rows, up = np.nonzero((waves[:, :-1] < 0) & (waves[:, 1:] >= 0))
    before, after = waves[rows, up], waves[rows, up + 1]
    exact = up + before / (before - after)
    same = rows[1:] == rows[:-1]
    apart = medians((exact[1:] - exact[:-1])[same], rows[1:][same], len(waves))
    return np.where(np.bincount(rows, minlength=len(waves)) > 2, fs / np.where(apart > 0, apart, np.inf), 0.0)


def _middle(hz: np.ndarray, sizes: np.ndarray) -> float:
    """Median over channels weighted by size; 0 where none has a frequency."""
    hz, sizes = hz[hz > 0], sizes[hz > 0]
    if not len(hz):
        return 0.0
    order = np.argsort(hz)
    heap = np.cumsum(sizes[order])
    return float(hz[order][np.searchsorted(heap, heap[-1] / 2)])
