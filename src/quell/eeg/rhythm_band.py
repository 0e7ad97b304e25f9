"""Bands: one spectrum of a stretch of bipolar EEG, cut into what detectors look at.

    slow    0.5-6 Hz     rhythmic delta, and what passes for it
    fast    1.5-22 Hz    rhythms of seizures
    line    1-25 Hz      size of the steps between samples: line length
    sharp   3-20 Hz      differentiated, squared, smoothed, root: envelope of discharges
    muscle  above 20 Hz  the same for muscle

All without delay; ends are mirrored. Numbers: rhythm_band.toml.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import fft, ndimage

from quell.ground.units import Hz, ratio, second

LOWEST = np.float32(0.01)  # Hz; below, every band is shut


class Bands(NamedTuple):
    """`[derivations, samples]` each, float32: `slow`, `fast` and `calm` (below 20 Hz) in uV, the others in uV/s."""

    slow: np.ndarray
    fast: np.ndarray
    calm: np.ndarray
    line: np.ndarray
    sharp: np.ndarray
    muscle: np.ndarray


class Sums(NamedTuple):
    """Running sums of three bands with a zero before them, float64 `[derivations, samples + 1]`: any mean from two."""

    line: np.ndarray
    sharp: np.ndarray
    muscle: np.ndarray


def running(bands: Bands) -> Sums:
    """Running sums from the first sample."""
    made = []
    for values in (bands.line, bands.sharp, bands.muscle):
        sums = np.zeros((len(values), values.shape[1] + 1))
        np.cumsum(values, axis=1, dtype=float, out=sums[:, 1:])
        made.append(sums)
    return Sums(*made)


def between(sums: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Means over samples `first` to `last` (excluded) `[windows]` each, `[derivations, windows]`."""
    return (sums[:, last] - sums[:, first]) / (last - first)


@dataclass(frozen=True, kw_only=True)
class Banding:
    """Edges of the bands, their steepness, and the smoothing of the envelopes."""

    slow_low: Hz
    slow_high: Hz
    fast_low: Hz
    fast_high: Hz
    calm_high: Hz
    line_low: Hz
    line_high: Hz
    sharp_low: Hz
    sharp_high: Hz
    order: ratio
    smooth: second
    margin: second

    def bands(self, derived: np.ndarray, fs: float) -> Bands:
        """All bands of bipolar derivations `[derivations, samples]` in uV at `fs` Hz."""
        count = derived.shape[1]
        pad = min(count - 1, round(self.margin * fs))
        total = int(fft.next_fast_len(2 * pad + count) or 0)
        total = total if total - pad - count < count else 2 * pad + count
        whole = np.pad(derived.astype(np.float32), ((0, 0), (pad, total - pad - count)), "reflect", reflect_type="odd")
        f = np.fft.rfftfreq(total, 1 / fs).astype(np.float32)
        spectrum = np.asarray(fft.rfft(whole - whole.mean(axis=1, keepdims=True), axis=1))

        def back(response: np.ndarray) -> np.ndarray:
            return np.asarray(fft.irfft(spectrum * response, total, axis=1))[:, pad : pad + count]

        speed = np.complex64(2j * np.pi) * f
        below = self._below(f, self.sharp_high)
        lines = back(self._above(f, self.line_low) * self._below(f, self.line_high))
        return Bands(
            back(self._above(f, self.slow_low) * self._below(f, self.slow_high)),
            back(self._above(f, self.fast_low) * self._below(f, self.fast_high)),
            back(self._below(f, self.calm_high)),
            np.abs(np.diff(lines, axis=1, append=lines[:, -1:])) * np.float32(fs),
            self._envelope(back(speed * self._above(f, self.sharp_low) * below), fs),
            self._envelope(back(speed * (1 - below)), fs),
        )

    def _above(self, f: np.ndarray, low: float) -> np.ndarray:
        return (1 / (1 + (low / np.maximum(f, LOWEST)) ** self.order)).astype(np.float32)

    def _below(self, f: np.ndarray, high: float) -> np.ndarray:
        return (1 / (1 + (f / high) ** self.order)).astype(np.float32)

    def _envelope(self, speed: np.ndarray, fs: float) -> np.ndarray:
        """Square, smooth by three running means (nearly a Gaussian), root."""
        power, size = speed**2, max(1, round(self.smooth * fs * 2))
        for _ in range(3):
            power = ndimage.uniform_filter1d(power, size, axis=1)
        return np.sqrt(np.maximum(power, 0.0))
