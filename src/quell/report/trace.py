"""EEG as a reader sees it: ten-second excerpts in a bipolar montage, with a scale."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from scipy import signal

from quell.eeg import scalp
from quell.eeg.artefact import Truth, truth
from quell.eeg.montage import longitudinal
from quell.outcome.spell import of_patient, step_s
from quell.report import style

SHOWN = ("Fp1-F7", "F7-T3", "T3-T5", "T5-O1", "Fp2-F8", "F8-T4", "T4-T6", "T6-O2")
SECONDS = 10.0
MARGIN_S = 2.0  # drawn EEG is filtered; this much on either side takes the filter's transients
BAND_HZ = (0.5, 40.0)


@dataclass(frozen=True)
class SourceEeg:
    """Source activity of one patient with all that the scalp needs: `source` float32 `[samples, patches]`, nAm."""

    source: np.ndarray
    record: xr.Dataset
    fs: float = 200.0
    study: int = 0
    patient: int = 0
    artefacts: tuple[str, ...] = ()

    @cached_property
    def start_s(self) -> float:
        """Time of the first sample on the clock of the record."""
        times = self.record["time"].values
        return float(times[0]) - step_s(self.record)

    @cached_property
    def options(self) -> dict[str, object]:
        """What `eeg.scalp` is told: patches, start, and the course of the patient's state."""
        one = of_patient(self.record)
        course = scalp.Course(
            one["time"].values.astype(float),
            responsiveness=one["responsiveness"].values,
            convulsing=one["convulsing"].values.astype(float),
            rate=one["rate_E"].values,
            relaxed=one["relaxed"].values.astype(float) if "relaxed" in one else None,
            seizing=one["seizing_patch"].values.astype(float) if "seizing_patch" in one else None,
            withheld=one["withheld"].values if "withheld" in one else None,
        )
        patches = tuple(str(patch) for patch in one["patch"].values)
        return {"patches": patches, "course": course, "start_s": self.start_s, "artefacts": self.artefacts}

    def spoilt(self) -> list[Truth]:
        """The rare artefacts of the record with their times, on the clock of the record."""
        found = truth(self.artefacts, self.study, self.patient, len(self.source) / self.fs)
        return [one._replace(start_s=one.start_s + self.start_s, end_s=one.end_s + self.start_s) for one in found]

    def blocks(self):
        """The whole scalp EEG, block by block."""
        return scalp.chunks(self.source, self.fs, self.study, self.patient, **self.options)  # type: ignore[arg-type]

    def around(self, at_s: float, seconds: float = SECONDS) -> np.ndarray:
        """Bipolar EEG `[samples, 8]` in uV from `at_s` on, 0.5-40 Hz."""
        piece = scalp.window(
            self.source,
            self.fs,
            self.study,
            self.patient,
            at_s=at_s - MARGIN_S,
            seconds=seconds + 2 * MARGIN_S,
            **self.options,
        )
        bipolar, names = longitudinal(piece.astype(float))
        shown = bipolar[:, [names.index(name) for name in SHOWN]]
        if len(shown) < 40:
            return shown[:0]
        sos = signal.butter(2, BAND_HZ, "bandpass", fs=self.fs, output="sos")
        filtered = signal.sosfiltfilt(sos, shown, axis=0)
        first = round(min(MARGIN_S, max(0.0, at_s - self.start_s)) * self.fs)
        return filtered[first : first + round(seconds * self.fs)]


def excerpt(ax: Axes, eeg: np.ndarray, fs: float, *, title: str, gap_uV: float, names: bool) -> None:
    """Eight channels below one another, left chain blue, right chain red as in clinical reading."""
    time = np.arange(len(eeg)) / fs
    for channel in range(eeg.shape[1]):
        side = "#274b7a" if channel < 4 else "#7a2f35"
        ax.plot(time, np.clip(eeg[:, channel], -1.2 * gap_uV, 1.2 * gap_uV) - gap_uV * channel, color=side, lw=0.55)
    ax.set_ylim(-gap_uV * (eeg.shape[1] - 0.2), gap_uV * 0.9)
    ax.set_xlim(0, max(SECONDS, time[-1] if len(time) else SECONDS))
    ax.set_yticks([-gap_uV * k for k in range(len(SHOWN))] if names else [], SHOWN if names else [], fontsize=6.5)
    ax.set_xticks([])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    for second in range(1, int(SECONDS)):
        ax.axvline(second, color=style.GRID, lw=0.6, zorder=0)
    ax.set_title(title, fontsize=8, fontweight="normal")


def scale(ax: Axes, gap_uV: float) -> None:
    """A bar of one second and of so many microvolts in the lower right corner."""
    right, low = SECONDS, -gap_uV * (len(SHOWN) - 0.45)
    size = _round(gap_uV)
    ax.plot([right - 1, right, right], [low, low, low + size], color=style.INK, lw=1.2, clip_on=False)
    ax.text(right - 0.5, low - 0.12 * gap_uV, "1 s", ha="center", va="top", fontsize=6.5)
    ax.text(right + 0.1, low + size / 2, f"{size:.0f} µV", ha="left", va="center", fontsize=6.5)


def gap(excerpts: list[np.ndarray]) -> float:
    """Distance between channels in uV at which the largest excerpt is still readable."""
    sizes = [np.percentile(np.abs(piece), 98) for piece in excerpts if piece.size]
    return float(np.clip(1.6 * max(sizes, default=50.0), 50.0, 1500.0))


def _round(value: float) -> float:
    step = 10 ** np.floor(np.log10(value))
    return float(max(s * step for s in (1, 2, 5) if s * step <= value))
