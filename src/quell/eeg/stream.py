"""A recording on disk, read in stretches: the samples of an EDF file whose header has been checked."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from quell.eeg.channels import Channel
from quell.eeg.header import Header, Signal
from quell.eeg.level import scale
from quell.eeg.record import Annotation, Record
from quell.eeg.tal import Run
from quell.ground.errors import InputError

MOST_BYTES = 4 << 30  # of one record in memory; longer ones are read in stretches
SIMULATED = "Quell_simulation"
NOT_FOR_CARE = "not_for_clinical_use"


@dataclass(frozen=True)
class Recording:
    """An EDF file, open for reading in stretches; nothing but its header and annotations is in memory.

    Parameters
    ----------
    fs : sampling rate in Hz of the channels that are read
    channels : name, kind and label of each
    samples : length, gaps included
    annotations, start, simulated, warnings : as in Record
    """

    path: Path
    header: Header
    fs: float
    channels: tuple[Channel, ...]
    columns: tuple[Signal, ...]
    factors: np.ndarray  # to microvolts, one per channel
    runs: tuple[Run, ...]
    annotations: tuple[Annotation, ...]
    warnings: tuple[str, ...]

    @property
    def samples(self) -> int:
        """Samples per channel, gaps included."""
        return self.runs[-1].sample + self.runs[-1].records * self.columns[0].length

    @property
    def duration_s(self) -> float:
        """Length in seconds, gaps included."""
        return self.samples / self.fs

    @property
    def start(self) -> datetime | None:
        """Date and time of the first sample; a simulation has none."""
        return None if self.simulated else self.header.start

    @property
    def simulated(self) -> bool:
        """Whether the file says that Quell simulated it."""
        return SIMULATED in self.header.recording

    def stretch(self, first: int, last: int) -> np.ndarray:
        """Samples `first` to `last` (excluded) of every channel, float32 `[channels, last - first]` uV, gaps NaN."""
        out = np.full((len(self.channels), max(0, last - first)), np.nan, np.float32)
        length = self.columns[0].length
        at = max(0, bisect_right(self.runs, first, key=lambda run: run.sample) - 1)
        for run in self.runs[at:]:
            if run.sample >= last:
                break
            begin = max(first, run.sample)
            end = min(last, run.sample + run.records * length)
            if end <= begin:
                continue
            low, high = (begin - run.sample) // length, -(-(end - run.sample) // length)
            values = self._records(run.first + low, run.first + high)
            skip = begin - run.sample - low * length
            out[:, begin - first : end - first] = values[:, skip : skip + end - begin]
        return out

    def blocks(self, seconds: float) -> Iterator[tuple[int, np.ndarray]]:
        """The whole recording in stretches of `seconds`: number of the first sample, and the samples."""
        step = max(1, round(seconds * self.fs))
        for first in range(0, self.samples, step):
            yield first, self.stretch(first, min(first + step, self.samples))

    def record(self) -> Record:
        """The whole recording in memory. Raises InputError where it would take more than 4 GiB."""
        if 4 * self.samples * len(self.channels) > MOST_BYTES:
            what = f"{self.duration_s / 3600:.0f} h of {len(self.channels)} channels do not fit into memory at once"
            allowed = "`quell eeg`, or `quell.eeg.stretches(path)`, which read it in stretches"
            raise InputError(what, file=self.path.name, allowed=allowed)
        return Record(
            self.stretch(0, self.samples),
            self.fs,
            self.channels,
            annotations=self.annotations,
            start=self.start,
            simulated=self.simulated,
            warnings=self.warnings,
            source=self.path.name,
        )

    def _records(self, first: int, last: int) -> np.ndarray:
        """The channels in records `first` to `last` (excluded), float32 `[channels, samples]` uV."""
        raw = words(self.path, self.header, first, last)
        out = np.empty((len(self.columns), (last - first) * self.columns[0].length), np.float32)
        for row, (signal, factor) in enumerate(zip(self.columns, self.factors, strict=True)):
            gain, offset = scale(signal)
            digital = raw[:, signal.first : signal.first + signal.length].reshape(-1)
            out[row] = (digital * gain + offset) * factor
        return out


def words(path: Path, header: Header, first: int, last: int) -> np.ndarray:
    """Records `first` to `last` (excluded) as 16-bit words `[records, width]`."""
    with path.open("rb") as file:
        file.seek(header.size + 2 * header.width * first)
        raw = np.fromfile(file, "<i2", (last - first) * header.width)
    if len(raw) < (last - first) * header.width:
        raise InputError("the file became shorter while it was read", file=path.name)
    return raw.reshape(last - first, header.width)
