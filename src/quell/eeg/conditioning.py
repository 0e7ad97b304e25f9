"""From raw samples to what is measured: gaps bridged, one band, one rate, the same for files of any length.

The filter is a Butterworth of fourth order run forwards and backwards, applied to the spectrum of a stretch, which also
brings it to 100 Hz. It has no delay and uses the future: for reports, not for control. Numbers: conditioning.toml.
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft

from quell.ground.units import Hz, second

ORDER = 4


@dataclass(frozen=True, kw_only=True)
class Band:
    """The band, the rate after it, and what is read or left out around stretches and gaps."""

    low: Hz
    high: Hz
    rate: Hz
    margin: second
    beside_gap: second

    def rate_after(self, fs: float) -> float:
        """Sampling rate in Hz after the filter: a slower recording keeps its own."""
        return min(float(self.rate), fs)

    def apply(self, signals: np.ndarray, fs: float) -> np.ndarray:
        """`[channels, samples]` without NaN in this band at `rate_after(fs)`, float32; ends mirrored, no delay."""
        count = signals.shape[-1]
        pad = min(count - 1, round(self.margin * fs))
        before, after = 2 * signals[:, :1] - signals[:, pad:0:-1], 2 * signals[:, -1:] - signals[:, -2 : -pad - 2 : -1]
        whole = np.concatenate([before, signals, after], axis=1)
        spectrum = np.asarray(fft.rfft(whole - whole.mean(axis=1, keepdims=True), axis=1))
        spectrum *= self.response(np.fft.rfftfreq(whole.shape[1], 1 / fs)).astype(np.float32)
        rate = self.rate_after(fs)
        out = max(1, round(whole.shape[1] * rate / fs))
        bins = out // 2 + 1
        short = np.asarray(fft.irfft(spectrum[:, :bins], out, axis=1)) * np.float32(out / whole.shape[1])
        first = round(pad * rate / fs)
        return short[:, first : first + round(count * rate / fs)]

    def response(self, frequency: np.ndarray) -> np.ndarray:
        """Amplitude response at frequencies in Hz: the square of a Butterworth's."""
        safe = np.maximum(frequency, 1e-9)
        return 1.0 / (1.0 + (self.low / safe) ** (2 * ORDER)) / (1.0 + (frequency / self.high) ** (2 * ORDER))


def bridged(signals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signals with gaps (NaN) bridged by straight lines, and where any channel has one, bool `[samples]`.

    A channel that is missing throughout becomes zero.
    """
    missing = ~np.isfinite(signals)
    gap = missing.any(axis=0)
    if not gap.any():
        return signals, gap
    out = np.array(signals, np.float32)
    at = np.arange(signals.shape[1])
    for row in np.flatnonzero(missing.any(axis=1)):
        there = ~missing[row]
        out[row] = np.interp(at, at[there], signals[row, there]) if there.any() else 0.0
    return out, gap


def widened(gap: np.ndarray, by: int) -> np.ndarray:
    """A mask `[samples]` with `by` samples more on both sides of each stretch."""
    if not gap.any() or by < 1:
        return gap
    sums = np.concatenate([[0], np.cumsum(gap)])
    at = np.arange(len(gap))
    return sums[np.minimum(at + by + 1, len(gap))] > sums[np.maximum(at - by, 0)]
