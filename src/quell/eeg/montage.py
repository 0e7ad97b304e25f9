"""Montages: the same electrodes read against their neighbours or against their mean."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from quell.eeg.leadfield import electrode_names
from quell.ground.errors import InputError

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


FEWEST_LINKS = 4
LONGITUDINAL_NAME = "longitudinal bipolar"


def longitudinal(eeg: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """18 bipolar channels `[samples, 18]` from 19 electrodes `[samples, 19]`, and their names."""
    index = {name: k for k, name in enumerate(electrode_names())}
    first = [index[a] for a, _ in LONGITUDINAL]
    second = [index[b] for _, b in LONGITUDINAL]
    return eeg[:, first] - eeg[:, second], tuple(f"{a}-{b}" for a, b in LONGITUDINAL)


def average(eeg: np.ndarray) -> np.ndarray:
    """The same electrodes against their mean; channels then sum to zero at every sample."""
    return eeg - eeg.mean(axis=1, keepdims=True)


def referential(eeg: np.ndarray, reference: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Every other electrode against one of the 19, `[samples, 18]`, and the channels' names such as "F3-Cz"."""
    names = electrode_names()
    if reference not in names:
        raise InputError(f"there is no electrode {reference!r}", field="reference", allowed=", ".join(names))
    others = [k for k, name in enumerate(names) if name != reference]
    return eeg[:, others] - eeg[:, [names.index(reference)]], tuple(f"{names[k]}-{reference}" for k in others)


class Derivation(NamedTuple):
    """How channels to measure are made from channels as recorded: `second` is -1 where nothing is subtracted."""

    name: str  # said wherever a number depends on it
    names: tuple[str, ...]
    first: tuple[int, ...]
    second: tuple[int, ...]

    def apply(self, signals: np.ndarray) -> np.ndarray:
        """`[derivations, samples]` from `[channels, samples]`."""
        made = signals[list(self.first)]
        rows = [k for k, second in enumerate(self.second) if second >= 0]
        made[rows] -= signals[[self.second[k] for k in rows]]
        return made

    def kept(self, these: np.ndarray) -> "Derivation":
        """Some of the derivations, bool `[derivations]`."""
        rows = np.flatnonzero(these)
        names, first, second = (
            tuple(self.names[row] for row in rows),
            tuple(self.first[row] for row in rows),
            tuple(self.second[row] for row in rows),
        )
        return Derivation(self.name, names, first, second)

    def sides(self) -> np.ndarray:
        """-1 left, 1 right, 0 midline for each derivation, `[derivations]`; odd electrodes lie on the left."""
        return np.array([_side(name) for name in self.names])

    def homologous(self) -> list[tuple[int, int]]:
        """Pairs (left, right) of derivations that mirror each other."""
        mirrored = {_mirror(name): k for k, name in enumerate(self.names) if _side(name) == 1}
        return [(k, mirrored[name]) for k, name in enumerate(self.names) if _side(name) == -1 and name in mirrored]


def bipolar(names: Sequence[str]) -> Derivation:
    """The longitudinal chain from the EEG channels at hand (`names` in standard spelling), as far as they reach.

    A recording that is bipolar already, or has fewer than four links of the chain, is taken as recorded.
    """
    at = {name: k for k, name in enumerate(names)}
    links = [(a, b) for a, b in LONGITUDINAL if a in at and b in at]
    if len(links) >= FEWEST_LINKS:
        made = tuple(f"{a}-{b}" for a, b in links)
        return Derivation(LONGITUDINAL_NAME, made, tuple(at[a] for a, _ in links), tuple(at[b] for _, b in links))
    recorded = [name for name in names if "-" in name] or list(names)
    said = "bipolar as recorded" if "-" in recorded[0] else "referential as recorded"
    return Derivation(said, tuple(recorded), tuple(at[name] for name in recorded), (-1,) * len(recorded))


@cache
def _side(name: str) -> int:
    sides = {0 if part.endswith("z") else (-1 if int(part[-1]) % 2 else 1) for part in name.split("-") if part}
    return sides.pop() if len(sides) == 1 else 0


@cache
def _mirror(name: str) -> str:
    """The derivation on the other side: F8-T4 gives F7-T3."""
    return re.sub(r"\d+", lambda found: str(int(found[0]) + (1 if int(found[0]) % 2 else -1)), name)
