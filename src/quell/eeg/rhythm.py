"""Rhythms: how regularly the waves of a band return, their frequency from wave to wave, and their size.

Regularity is the height of the first returning peak of the autocorrelation of the differentiated band (so that the
1/f background counts as white and makes no peak of its own), averaged over channels, which makes it deaf to the
reversals of phase of a bipolar chain. Frequency is the median length of waves between zero crossings of the strongest
channels, where it agrees with the autocorrelation. Numbers: rhythm.toml.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quell.ground.units import Hz, ratio, second, share


class Rhythm(NamedTuple):
    """A rhythm in some channels: regularity 0-1, frequency in Hz, size peak to peak in uV, and change of pace in Hz."""

    regularity: float
    hz: float
    size: float
    drift: float


@dataclass(frozen=True, kw_only=True)
class Rhythms:
    """Bands in which rhythms are looked for."""

    slow_low: Hz
    slow_least: Hz
    slow_high: Hz
    fast_low: Hz
    fast_high: Hz
    beyond: Hz
    agree: share
    window: second
    sure: share
    order: ratio

    def band(self, bipolar: np.ndarray, fs: float, low: float, high: float) -> np.ndarray:
        """`[channels, samples]` between two frequencies, no delay, ends mirrored."""
        count = bipolar.shape[1]
        pad = min(count - 1, round(2 * fs))
        whole = np.pad(bipolar, ((0, 0), (pad, pad)), "reflect", reflect_type="odd")
        f = np.fft.rfftfreq(whole.shape[1], 1 / fs)
        band = 1 / (1 + (low / np.maximum(f, 1e-9)) ** self.order) / (1 + (f / high) ** self.order)
        return np.fft.irfft(np.fft.rfft(whole, axis=1) * band, whole.shape[1], axis=1)[:, pad : pad + count]

    def rhythm(self, waves: np.ndarray, fs: float, low: float, high: float) -> Rhythm:
        """The rhythm of band-passed channels `[channels, samples]`, its return sought from `low` to `high` Hz."""
        r = returns(waves[:, None], fs)[0]
        at, height = _first_return(r, fs, low, high)
        if at == 0:
            return Rhythm(0.0, 0.0, _size(waves), 0.0)
        hz, counted = fs / at, crossings(waves, fs)
        agrees = counted > 0 and abs(np.log(counted / hz)) < np.log1p(self.agree)
        return Rhythm(height, float(counted if agrees else hz), _size(waves), 0.0)

    def moving(self, waves: np.ndarray, fs: float, low: float, high: float) -> Rhythm:
        """A rhythm that may change its pace: medians over short windows, and how far it runs from start to end."""
        length = min(waves.shape[1], round(self.window * fs))
        cut = np.lib.stride_tricks.sliding_window_view(waves, length, axis=1)[:, :: max(1, length // 2)]
        found = np.array([_first_return(r, fs, low, high) for r in returns(cut, fs)])
        hz = np.where(found[:, 0] > 0, fs / np.maximum(found[:, 0], 1e-9), 0.0)
        sure = found[:, 1] > self.sure
        drift = 0.0
        if sure.sum() >= 4:
            half = np.flatnonzero(sure)
            early, late = np.median(hz[half[: len(half) // 2]]), np.median(hz[half[len(half) // 2 :]])
            drift = float(late - early)
        pace = float(np.median(hz[sure])) if sure.any() else float(np.median(hz))
        return Rhythm(float(np.median(found[:, 1])), pace, _size(waves), drift)


def returns(waves: np.ndarray, fs: float) -> np.ndarray:
    """Autocorrelation of the differentiated waves `[channels, windows, samples]`, mean over channels by amplitude.

    `[windows, lags]` to half the window; 1 at lag 0, unbiased. Phase plays no part, so reversals do not cancel.
    """
    speed = np.diff(waves, axis=-1)
    count = speed.shape[-1]
    spectrum = np.abs(np.fft.rfft(speed, 2 * count, axis=-1)) ** 2
    lags = np.fft.irfft(spectrum, axis=-1)[..., : count // 2 + 1]
    power = lags[..., :1]
    weight = np.sqrt(np.maximum(power, 1e-12))  # by amplitude: a few large channels alone make no rhythm
    mean = (lags / np.maximum(power, 1e-12) * weight).sum(axis=0) / weight.sum(axis=0)
    return mean * (count / (count - np.arange(lags.shape[-1])))


def _first_return(r: np.ndarray, fs: float, low: float, high: float) -> tuple[float, float]:
    """Lag in samples (0 if none) and height of the first peak that nearly reaches the highest."""
    first, last = max(2, int(fs / high)), min(len(r) - 2, int(np.ceil(fs / low)))
    lags = np.arange(first, last + 1)
    peaks = lags[(r[lags] >= r[lags - 1]) & (r[lags] > r[lags + 1])]
    if not len(peaks) or r[peaks].max() <= 0:
        return 0.0, 0.0
    early = peaks[r[peaks] > 0.8 * r[peaks].max()][0]
    bend = r[early - 1] - 2 * r[early] + r[early + 1]
    shift = 0.5 * (r[early - 1] - r[early + 1]) / bend if bend < 0 else 0.0
    return float(early + shift), float(r[early])


def crossings(waves: np.ndarray, fs: float) -> float:
    """Frequency in Hz from the median distance of rising zero crossings, median over channels weighted by size."""
    found, weights = [], []
    for row in waves:
        up = np.flatnonzero((row[:-1] < 0) & (row[1:] >= 0))
        if len(up) > 2:
            exact = up + row[up] / (row[up] - row[up + 1])
            found.append(fs / np.median(np.diff(exact)))
            weights.append(row.std())
    if not found:
        return 0.0
    order = np.argsort(found)
    heap = np.cumsum(np.array(weights)[order])
    return float(np.array(found)[order][np.searchsorted(heap, heap[-1] / 2)])


def _size(waves: np.ndarray) -> float:
    return float(np.median(np.percentile(waves, 95, axis=1) - np.percentile(waves, 5, axis=1)))
