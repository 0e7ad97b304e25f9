"""A stretch of bipolar EEG with all that detectors look at: computed once, then cut as pages and seconds need it."""

from functools import cache
from typing import NamedTuple

import numpy as np

from quell.eeg.discharge_rate import Peaks, Quickness
from quell.eeg.montage import Derivation
from quell.eeg.rhythm_band import Banding, Bands, Sums, running
from quell.eeg.suppression import Suppression, middle
from quell.ground.card import from_card


class Prepared(NamedTuple):
    """Conditioned derivations `[derivations, samples]` in uV at `fs` Hz, and what was made of them.

    `deviations` : local deviation of each derivation, from the past alone; `deviation` : that of their middle
    `peaks` : peaks of the fast band, upwards and downwards; `sums` : running sums of line, sharpness and muscle
    """

    derived: np.ndarray
    fs: float
    derivation: Derivation
    bands: Bands
    deviations: np.ndarray
    deviation: np.ndarray
    peaks: tuple[Peaks, Peaks]
    sums: Sums

    def cut(self, at: slice) -> "Prepared":
        """A part of the samples."""
        first, last, _ = at.indices(self.derived.shape[1])
        return self._replace(
            derived=self.derived[:, at],
            bands=Bands(*(band[:, at] for band in self.bands)),
            deviations=self.deviations[:, at],
            deviation=self.deviation[at],
            peaks=(self.peaks[0].cut(first, last), self.peaks[1].cut(first, last)),
            sums=Sums(*(sums[:, first : last + 1] for sums in self.sums)),
        )

    def kept(self, these: np.ndarray) -> "Prepared":
        """Some of the derivations, bool `[derivations]`."""
        if these.all():
            return self
        deviations = self.deviations[these]
        return self._replace(
            derived=self.derived[these],
            derivation=self.derivation.kept(these),
            bands=Bands(*(band[these] for band in self.bands)),
            deviations=deviations,
            deviation=middle(deviations, float(_cards()[2].dead)),
            peaks=(self.peaks[0].kept(these), self.peaks[1].kept(these)),
            sums=Sums(*(sums[these] for sums in self.sums)),
        )


def prepared(derived: np.ndarray, fs: float, derivation: Derivation) -> Prepared:
    """All of it, from derivations `[derivations, samples]` that are conditioned."""
    banding, quickness, suppression = _cards()
    bands, deviations = banding.bands(derived, fs), suppression.local_deviations(derived, fs)
    peaks = quickness.peaks(bands.fast, fs), quickness.peaks(-bands.fast, fs)
    deviation = middle(deviations, float(suppression.dead))
    return Prepared(derived, fs, derivation, bands, deviations, deviation, peaks, running(bands))


@cache
def _cards() -> tuple[Banding, Quickness, Suppression]:
    return from_card(Banding), from_card(Quickness), from_card(Suppression)
