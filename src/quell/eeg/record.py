"""A record: the EEG as one labelled array with its rate, channels, gaps, annotations and start."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from quell.eeg.channels import Channel
from quell.ground.errors import InputError


class Annotation(NamedTuple):
    """A remark in the record: seconds from its start, seconds it lasts (None if it has no length), and its text."""

    onset_s: float
    duration_s: float | None
    text: str


@dataclass(frozen=True)
class Record:
    """An EEG in memory.

    Parameters
    ----------
    signals : float32 `[channels, samples]`, microvolt for EEG and other voltages; NaN where nothing was recorded
    fs : sampling rate in Hz
    channels : name in standard spelling, kind and original label of each row
    annotations : in order of time
    start : date and time of the first sample, where the file has one
    simulated : whether the file says that it comes from a simulation
    warnings : what a reader should know before trusting the numbers
    source : where it came from, for messages
    """

    signals: np.ndarray
    fs: float
    channels: tuple[Channel, ...]
    annotations: tuple[Annotation, ...] = ()
    start: datetime | None = None
    simulated: bool = False
    warnings: tuple[str, ...] = ()
    source: str = field(default="", compare=False)

    def __post_init__(self):
        if self.signals.ndim != 2 or len(self.signals) != len(self.channels):
            raise InputError(f"signals {self.signals.shape} do not fit {len(self.channels)} channels")
        if not self.fs > 0:
            raise InputError(f"{self.fs} Hz is no sampling rate", allowed="a rate above 0 Hz")

    @property
    def names(self) -> tuple[str, ...]:
        """Channel names in standard spelling, in the order of the rows."""
        return tuple(channel.name for channel in self.channels)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kind of each row: eeg, ecg, eog, emg, reference, respiration, vital, marker or other."""
        return tuple(channel.kind for channel in self.channels)

    @property
    def duration_s(self) -> float:
        """Length in seconds, gaps included."""
        return self.signals.shape[1] / self.fs

    @property
    def samples(self) -> int:
        """Samples per channel, gaps included."""
        return self.signals.shape[1]

    def stretch(self, first: int, last: int) -> np.ndarray:
        """Samples `first` to `last` (excluded), float32 `[channels, last - first]` uV."""
        return self.signals[:, first:last]

    def eeg(self) -> "Record":
        """The EEG channels alone."""
        return self.pick([k for k, kind in enumerate(self.kinds) if kind == "eeg"])

    def pick(self, rows: Sequence[int]) -> "Record":
        """Some rows, in the order given."""
        return replace(self, signals=self.signals[list(rows)], channels=tuple(self.channels[k] for k in rows))

    def page(self, start_s: float, stop_s: float) -> "Record":
        """The part from `start_s` to `stop_s` (seconds; cut at the ends), annotations that touch it moved along."""
        first, last = (min(max(round(t * self.fs), 0), self.signals.shape[1]) for t in (start_s, stop_s))
        begin, end = first / self.fs, last / self.fs
        notes = tuple(
            note._replace(onset_s=note.onset_s - begin)
            for note in self.annotations
            if note.onset_s < end and note.onset_s + (note.duration_s or 0.0) >= begin
        )
        return replace(self, signals=self.signals[:, first:last], annotations=notes, start=None)

    def to_xarray(self) -> Any:
        """The signals as an xarray DataArray `[channel, time]` in uV, time in seconds."""
        import xarray as xr

        times = np.arange(self.signals.shape[1]) / self.fs
        coords = {"channel": list(self.names), "kind": ("channel", list(self.kinds)), "time": times}
        attrs = {"units": "uV", "fs": self.fs, "simulated": int(self.simulated)}
        return xr.DataArray(self.signals, dims=("channel", "time"), coords=coords, attrs=attrs, name="eeg")
