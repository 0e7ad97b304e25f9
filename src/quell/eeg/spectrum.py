"""Spectra: power by band, spectral edge, and the density over time that trend monitors show."""

from functools import cache

import numpy as np
from scipy import fft, signal

BANDS = {"delta": (0.5, 4.0), "theta": (4.0, 8.0), "alpha": (8.0, 13.0), "beta": (13.0, 30.0)}
WHOLE = (0.5, 40.0)
WINDOW_S = 4.0


def band_powers(eeg: np.ndarray, fs: float) -> dict[str, np.ndarray]:
    """Power of each band in uV^2 per channel, `[channels]`, from `[samples, channels]` (Welch, 4 s windows)."""
    f, power = _density(eeg, fs)
    step = f[1] - f[0]
    return {name: power[(f >= low) & (f < high)].sum(axis=0) * step for name, (low, high) in BANDS.items()}


def spectral_edge(eeg: np.ndarray, fs: float, share: float = 0.95) -> np.ndarray:
    """Frequency in Hz below which `share` of the power of 0.5-40 Hz lies, `[channels]`."""
    f, power = _density(eeg, fs)
    inside = (f >= WHOLE[0]) & (f <= WHOLE[1])
    grown = np.cumsum(power[inside], axis=0)
    total = np.maximum(grown[-1], np.finfo(float).tiny)
    return f[inside][np.argmax(grown / total >= share, axis=0)]


def spectrogram(trace: np.ndarray, fs: float, *, window_s: float = WINDOW_S) -> tuple[np.ndarray, ...]:
    """Frequencies `[f]` in Hz, times `[t]` in s, power density `[f, t]` in uV^2/Hz of one channel `[samples]`."""
    length = min(len(trace), round(window_s * fs))
    return signal.spectrogram(trace, fs, nperseg=length, noverlap=length // 2, detrend="linear")


def windows(
    signals: np.ndarray, fs: float, *, window_s: float = WINDOW_S, step_s: float = WINDOW_S / 2
) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies `[f]` in Hz up to 40, and complex spectra `[channels, windows, f]` of `[channels, samples]`.

    Hann windows with their mean taken out; the squared size is one-sided power density in uV^2/Hz. Signals shorter
    than a window give one shorter window.
    """
    length = min(signals.shape[1], round(window_s * fs))
    step = max(1, round(step_s * fs))
    cut = np.lib.stride_tricks.sliding_window_view(signals, length, axis=1)[:, ::step]
    f, taper = np.fft.rfftfreq(length, 1 / fs), _hann(length)
    whole = cut - cut.mean(axis=-1, keepdims=True)
    whole *= taper
    spectra = np.asarray(fft.rfft(whole, axis=-1, overwrite_x=True))
    scale = np.sqrt(2.0 / (fs * float((taper**2).sum())))
    last = int(np.searchsorted(f, WHOLE[1], side="right"))
    return f[:last], spectra[..., :last] * np.float32(scale)


def squared(spectra: np.ndarray) -> np.ndarray:
    """Squared sizes of complex numbers, without the roots that `abs` draws."""
    return np.real(spectra) ** 2 + np.imag(spectra) ** 2


@cache
def _hann(length: int) -> np.ndarray:
    return np.hanning(length + 1)[:-1].astype(np.float32)


def _density(eeg: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    length = min(len(eeg), round(WINDOW_S * fs))
    return signal.welch(eeg, fs, nperseg=length, axis=0, detrend="linear")
