"""Synchrony between scalp channels, with the share that mere conduction through the head explains.

Coherence C = S_xy / sqrt(S_xx S_yy) against the average reference. Every electrode sees every source, so channels of
a brain whose patches are all independent are coherent too: that floor is computed from the lead field and named beside
each number. Its imaginary part ignores what arrives without delay. What thalamus and cortex do together cannot be read
from the scalp: this is inter-channel synchrony, no more. Numbers: quantity.toml.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np

from quell.eeg.leadfield import electrode_directions, electrode_names, head, patch_dipoles, patch_names
from quell.eeg.spectrum import windows
from quell.ground.card import from_card
from quell.ground.units import Unit, ratio, second

uV = Annotated[Any, Unit("uV")]
SYNCHRONY_BANDS = {"delta": (1.0, 4.0), "theta": (4.0, 8.0), "alpha": (8.0, 13.0)}
HIGHEST = max(high for _, high in SYNCHRONY_BANDS.values())


@dataclass(frozen=True, kw_only=True)
class Synchrony:
    """Length of an epoch, fewest windows for a number, and least level of the EEG."""

    epoch: second
    fewest: ratio
    gate: uV


class Floor(NamedTuple):
    """What independent sources alone give between two channels: median, 90 %, and largest |coherence|."""

    median: float
    high: float
    largest: float


def synchrony() -> Synchrony:
    """The constants, from their card."""
    return from_card(Synchrony, Path(__file__).with_name("quantity.toml"))


def coherence(signals: np.ndarray, fs: float, below: float = np.inf) -> tuple[np.ndarray, np.ndarray, int]:
    """Frequencies `[f]`, complex coherence `[channels, channels, f]` of `[channels, samples]`, and windows used.

    `below` : frequency in Hz from which on none is asked for.
    """
    f, spectra = windows(signals, fs)
    f, spectra = f[f < below], spectra[..., f < below]
    by_frequency = np.ascontiguousarray(spectra.transpose(2, 0, 1))  # [f, channels, windows]
    cross = by_frequency @ by_frequency.conj().transpose(0, 2, 1)
    power = np.real(np.diagonal(cross, axis1=1, axis2=2))
    size = np.sqrt(np.maximum(power[:, :, None] * power[:, None, :], np.finfo(np.float32).tiny))
    return f, (cross / size).transpose(1, 2, 0), spectra.shape[1]


def banded(f: np.ndarray, coherent: np.ndarray) -> dict[str, tuple[float, float]]:
    """By band: median over channel pairs of |coherence| and of its imaginary part's size."""
    upper = np.triu_indices(len(coherent), 1)
    pairs = coherent[upper]
    found = {}
    for name, (low, high) in SYNCHRONY_BANDS.items():
        inside = pairs[:, (f >= low) & (f < high)]
        whole, delayed = (np.median(np.abs(part).mean(axis=1)) for part in (inside, np.imag(inside)))
        found[name] = (float(whole), float(delayed))
    return found


@cache
def conduction_floor(names: tuple[str, ...]) -> Floor | None:
    """|coherence| between channels `names` (average reference) if every source were independent; None if unknown."""
    rows = [electrode_names().index(name) for name in names if name in electrode_names()]
    if len(rows) < 2:
        return None
    parts = [patch_dipoles(name) for name in patch_names()]
    at, moments = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    field = head().potential(electrode_directions(), at, moments)[rows]
    field = field - field.mean(axis=0)
    cross = field @ field.T
    sizes = np.abs(cross / np.sqrt(np.outer(np.diag(cross), np.diag(cross))))[np.triu_indices(len(rows), 1)]
    return Floor(float(np.median(sizes)), float(np.quantile(sizes, 0.9)), float(sizes.max()))
