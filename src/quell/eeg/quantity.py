"""Quantities of the EEG: one function each, from power by frequency or from samples; no loops, no state.

Power is `[..., frequencies]` in uV^2/Hz, samples are `[channels, samples]` in uV. Numbers: quantity.toml.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import fft

from quell.eeg.spectrum import BANDS
from quell.ground.units import Hz, ratio, second, share


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """Windows, bands and quantiles, from the card."""

    window: second
    step: second
    edge_share: share
    edge_low: Hz
    edge_high: Hz
    adr_alpha_low: Hz
    adr_alpha_high: Hz
    adr_delta_low: Hz
    adr_delta_high: Hz
    symmetry_low: Hz
    symmetry_high: Hz
    rhythm_low: Hz
    rhythm_high: Hz
    amplitude_low: Hz
    amplitude_high: Hz
    amplitude_tilt: ratio
    amplitude_smooth: Hz
    amplitude_lower: share
    amplitude_upper: share

    def edge(self, f: np.ndarray, power: np.ndarray) -> np.ndarray:
        """Spectral edge: frequency in Hz below which 95 % of the power of 0.5-30 Hz lies; NaN without power."""
        inside = (f >= self.edge_low) & (f <= self.edge_high)
        grown = np.cumsum(power[..., inside], axis=-1)
        total = grown[..., -1:]
        found = f[inside][np.argmax(grown >= self.edge_share * total, axis=-1)]
        return np.where(total[..., 0] > 0, found, np.nan)

    def alpha_delta(self, f: np.ndarray, power: np.ndarray) -> np.ndarray:
        """Alpha-delta ratio: power of 8-13 Hz over that of 1-4 Hz."""
        alpha = power[..., (f >= self.adr_alpha_low) & (f < self.adr_alpha_high)].sum(axis=-1)
        delta = power[..., (f >= self.adr_delta_low) & (f < self.adr_delta_high)].sum(axis=-1)
        return _over(alpha, delta)

    def symmetry_index(self, f: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Brain symmetry index, 0 (alike) to 1: mean over pairs and 1-25 Hz of |R - L| / (R + L)."""
        inside = (f >= self.symmetry_low) & (f <= self.symmetry_high)
        left, right = left[..., inside], right[..., inside]
        return np.abs(_over(right - left, right + left)).mean(axis=-1)

    def rhythmicity(self, f: np.ndarray, power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Height of the highest peak of 0.5-10 Hz over a 1/f^a line through the spectrum (ratio), and its frequency.

        The line is fitted to the logarithms, once, and once more without what stands far above it. NaN without power.
        """
        inside = (f >= self.rhythm_low) & (f <= self.edge_high)
        x, y = np.log(f[inside]), np.log(np.maximum(power[..., inside], 1e-12))
        there = (power[..., inside] > 0).any(axis=-1)
        keep, above = np.ones_like(y), y
        for _ in range(2):
            slope, level = _line(x, y, keep)
            above = y - (level[..., None] + slope[..., None] * x)
            keep = ((above < above.std(axis=-1, keepdims=True)) | ~there[..., None]).astype(float)
        low = f[inside] <= self.rhythm_high
        best = np.argmax(above[..., low], axis=-1)
        height = np.exp(np.take_along_axis(above[..., low], best[..., None], axis=-1)[..., 0])
        return np.where(there, height, np.nan), np.where(there, f[inside][low][best], np.nan)

    def amplitude(self, signals: np.ndarray, fs: float) -> np.ndarray:
        """Amplitude-integrated EEG `[channels, samples]`: peak-to-peak uV of the weighted band, smoothed.

        Band 2-15 Hz rising by 12 dB per decade, squared, smoothed below 0.5 Hz, root, times 2 sqrt(2).
        """
        f = np.fft.rfftfreq(signals.shape[1], 1 / fs)
        middle = (self.amplitude_low * self.amplitude_high) ** 0.5
        tilt = (np.maximum(f, 1e-9) / middle) ** (self.amplitude_tilt / 20.0)
        band = 1 / (1 + (self.amplitude_low / np.maximum(f, 1e-9)) ** 8) / (1 + (f / self.amplitude_high) ** 8)
        smooth = np.exp(-0.5 * (f / self.amplitude_smooth) ** 2)  # a Gaussian: what is smoothed stays positive
        weighted = _shaped(signals, band * tilt)
        return np.float32(8.0**0.5) * np.sqrt(np.maximum(_shaped(weighted**2, smooth), np.float32(0.0)))


def band_power(f: np.ndarray, power: np.ndarray, low: float, high: float) -> np.ndarray:
    """Power in uV^2 from `low` to below `high` Hz."""
    return power[..., (f >= low) & (f < high)].sum(axis=-1) * (f[1] - f[0])


def bands(f: np.ndarray, power: np.ndarray) -> dict[str, np.ndarray]:
    """Power in uV^2 of delta (0.5-4), theta (4-8), alpha (8-13) and beta (13-30 Hz)."""
    return {name: band_power(f, power, low, high) for name, (low, high) in BANDS.items()}


def asymmetry(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Relative asymmetry in per cent: 100 (R - L) / (R + L); positive where the right side has more."""
    return 100.0 * _over(right - left, right + left)


def line_length(signals: np.ndarray, fs: float) -> np.ndarray:
    """Line length in uV/s: sum of the steps between samples over time, `[channels]`."""
    return np.abs(np.diff(signals, axis=1)).sum(axis=1) * (fs / max(1, signals.shape[1] - 1))


def _shaped(signals: np.ndarray, response: np.ndarray) -> np.ndarray:
    """`[channels, samples]` with the amplitude of each frequency multiplied."""
    spectrum = np.asarray(fft.rfft(signals, axis=1)) * response.astype(np.float32)
    return np.asarray(fft.irfft(spectrum, signals.shape[1], axis=1))


def _over(above: np.ndarray, below: np.ndarray) -> Any:
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)


def _line(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    total = weight.sum(axis=-1)
    mean_x, mean_y = (weight * x).sum(axis=-1) / total, (weight * y).sum(axis=-1) / total
    from_x = x - mean_x[..., None]
    slope = (weight * from_x * y).sum(axis=-1) / (weight * from_x**2).sum(axis=-1)
    return slope, mean_y - slope * mean_x
