"""A recording on disk, read in stretches by edfio: the samples of an EDF file whose header has been checked.

edfio is handed the header and the records of one stretch, never the file: so memory is bounded by the stretch, and
neither a header that lies about the file's length nor an interrupted recording can mislead it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import edfio
import numpy as np

from quell.eeg.channels import Channel
from quell.eeg.header import ANNOTATIONS, Header, Signal, lengths_at
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
        held = dict(
            zip((s.first for s in self.header.samples), digital(self.path, self.header, first, last), strict=True)
        )
        out = np.empty((len(self.columns), (last - first) * self.columns[0].length), np.float32)
        for row, (signal, factor) in enumerate(zip(self.columns, self.factors, strict=True)):
            gain, offset = scale(signal)
            values = held[signal.first] * gain
            values += offset
            values *= factor
            out[row] = values
        return out


def digital(path: Path, header: Header, first: int, last: int) -> list[np.ndarray]:
    """Records `first` to `last` (excluded) as edfio reads them: 16-bit samples of every signal but annotations."""
    with path.open("rb") as file:
        head = file.read(header.size)
    whole = _understood(head, header, last - first) + records(path, header, first, last)
    return [signal.digital for signal in edfio.read_edf(whole, header_encoding="latin-1").signals]


def _understood(head: bytes, header: Header, count: int) -> bytes:
    """The header of `count` records for edfio: its lengths and labels as Quell has read them, so that both agree.

    What Quell forgives ("256.0" samples, a stray byte in a label) edfio would refuse or read otherwise.
    """
    number = len(header.signals)
    names = [ANNOTATIONS if signal.is_annotation else str(k) for k, signal in enumerate(header.signals)]
    labels = "".join(f"{name:<16}" for name in names).encode()
    lengths = "".join(f"{signal.length:<8}" for signal in header.signals).encode()
    main = f"{header.size:<8}".encode() + head[192:236] + f"{count:<8}{1:<8}{number:<4}".encode()
    at = lengths_at(number)
    return head[:184] + main + labels + head[256 + 16 * number : at] + lengths + head[at + 8 * number :]


def records(path: Path, header: Header, first: int, last: int) -> bytes:
    """Records `first` to `last` (excluded) as they lie in the file."""
    size = 2 * header.width
    with path.open("rb") as file:
        file.seek(header.size + size * first)
        raw = file.read(size * (last - first))
    if len(raw) < size * (last - first):
        raise InputError("the file became shorter while it was read", file=path.name)
    return raw
