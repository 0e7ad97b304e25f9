"""Montages: the same electrodes read against their neighbours or against their mean."""

import numpy as np

from quell.eeg.leadfield import electrode_names

# The longitudinal bipolar montage of the ACNS guidelines: left outer and inner chain, midline, right inner and outer.
LONGITUDINAL = (
    ("Fp1", "F7"),
    ("F7", "T3"),
    ("T3", "T5"),
    ("T5", "O1"),
    ("Fp1", "F3"),
    ("F3", "C3"),
    ("C3", "P3"),
    ("P3", "O1"),
    ("Fz", "Cz"),
    ("Cz", "Pz"),
    ("Fp2", "F4"),
    ("F4", "C4"),
    ("C4", "P4"),
    ("P4", "O2"),
    ("Fp2", "F8"),
    ("F8", "T4"),
    ("T4", "T6"),
    ("T6", "O2"),
)


def longitudinal(eeg: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """18 bipolar channels `[samples, 18]` from 19 electrodes `[samples, 19]`, and their names."""
    index = {name: k for k, name in enumerate(electrode_names())}
    first = [index[a] for a, _ in LONGITUDINAL]
    second = [index[b] for _, b in LONGITUDINAL]
    return eeg[:, first] - eeg[:, second], tuple(f"{a}-{b}" for a, b in LONGITUDINAL)


def average(eeg: np.ndarray) -> np.ndarray:
    """The same electrodes against their mean; channels then sum to zero at every sample."""
    return eeg - eeg.mean(axis=1, keepdims=True)
