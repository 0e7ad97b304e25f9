"""EDF+ out, by edfio: scalp EEG on disk in microvolts, each channel with its own range, events as annotations.

edfio holds what it writes in memory, so a day goes through it in stretches: the samples are spooled to an unnamed file
first (each channel's range is known only at the end); then edfio makes a *frame* of the whole file, which is its header
and the annotations of every record beside channels of one sample a second, and the samples of ten minutes at a time.
The final name appears only when the file is whole. Its header says that it is simulated and not for clinical use.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

import numpy as np

from quell.eeg.header import lengths_at
from quell.eeg.stream import NOT_FOR_CARE, SIMULATED
from quell.ground.errors import InputError, QuellError

START_DATE = date(1985, 1, 1)  # EDF's first year: a simulated record has no calendar
LONGEST_TEXT = 80  # characters of one annotation
RECORDS_AT_ONCE = 600
SAMPLE_BYTES = 2

Ranges = list[tuple[float, float]]  # lowest and highest microvolts of each channel


def write(
    path: Path,
    blocks: Iterable[np.ndarray],
    fs: float,
    *,
    labels: Sequence[str],
    annotations: Iterable[tuple[float, str]] = (),
    patient: str = "virtual",
) -> None:
    """Write blocks `[samples, channels]` in uV at `fs` Hz (a whole number) as EDF+C.

    `annotations` are pairs (seconds from the start, text). A record that does not end on a whole second is
    completed with its last values. Raises InputError for another rate, QuellError for values that are not finite.
    """
    if fs != int(fs) or fs <= 0:
        raise InputError(f"EDF records of one second cannot hold {fs} samples", allowed="a whole sampling rate in Hz")
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        with tempfile.TemporaryFile(dir=path.parent) as spool, part.open("wb") as file:
            ranges = _spool(blocks, spool, labels, int(fs))
            records = spool.tell() // (4 * len(labels) * int(fs))
            header, notes = _frame(records, ranges, int(fs), labels=labels, annotations=annotations, patient=patient)
            file.write(header)
            spool.seek(0)
            for first, samples in _stretches(spool, ranges, int(fs), labels):
                file.write(np.concatenate([samples, notes[first : first + len(samples)]], axis=1).tobytes())
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _spool(blocks: Iterable[np.ndarray], spool: IO[bytes], labels: Sequence[str], fs: int) -> Ranges:
    """All samples to disk as float32; gives each channel's range. A constant channel still needs one."""
    low, high = np.full(len(labels), np.inf), np.full(len(labels), -np.inf)
    count, last = 0, np.zeros((1, len(labels)), np.float32)
    for block in blocks:
        whole = np.ascontiguousarray(block, dtype=np.float32)
        if not np.isfinite(whole).all():
            row, channel = np.argwhere(~np.isfinite(whole))[0]
            raise QuellError(
                f"the EEG at {labels[channel]} is not finite at {(count + row) / fs:.2f} s; nothing written"
            )
        spool.write(whole.tobytes())
        low, high = np.minimum(low, whole.min(axis=0)), np.maximum(high, whole.max(axis=0))
        count, last = count + len(whole), whole[-1:]
    if count == 0:
        raise QuellError("there is no EEG to write")
    spool.write(np.repeat(last, -count % fs, axis=0).tobytes())
    return [(float(a), float(b if b > a else a + 1.0)) for a, b in zip(low, high, strict=True)]


def _frame(
    records: int,
    ranges: Ranges,
    fs: int,
    *,
    labels: Sequence[str],
    annotations: Iterable[tuple[float, str]],
    patient: str,
) -> tuple[bytes, np.ndarray]:
    """The header of the file, and the bytes of the annotations of each record, uint8 `[records, bytes]`."""
    import edfio

    notes = [edfio.EdfAnnotation(round(max(float(at), 0.0), 3), None, _plain(text)) for at, text in annotations]
    still = [np.full(records, low) for low, _ in ranges]
    whole = edfio.Edf(
        _signals(still, ranges, 1, labels),
        patient=edfio.Patient(code=_plain(patient).replace(" ", "_")),
        recording=edfio.Recording(startdate=START_DATE, additional=(SIMULATED, NOT_FOR_CARE)),
        data_record_duration=1,
        annotations=notes,
    )
    made, size = whole.to_bytes(), whole.bytes_in_header_record
    lengths = lengths_at(len(labels) + 1)  # where the header says how many samples a record holds
    told = f"{fs:<8}".encode() * len(labels)
    header = made[:lengths] + told + made[lengths + len(told) : size]
    body = np.frombuffer(made, np.uint8, offset=size).reshape(records, -1)
    return header, body[:, SAMPLE_BYTES * len(labels) :]


def _stretches(spool: IO[bytes], ranges: Ranges, fs: int, labels: Sequence[str]) -> Iterator[tuple[int, np.ndarray]]:
    """The spooled samples as records: number of the first, and their bytes, uint8 `[records, bytes]`."""
    import edfio

    size, first = 4 * len(labels) * fs, 0
    while raw := spool.read(size * RECORDS_AT_ONCE):
        values = np.frombuffer(raw, "<f4").reshape(-1, len(labels)).T.astype(np.float64)
        made = edfio.Edf(_signals(values, ranges, fs, labels), data_record_duration=1)
        records = len(raw) // size
        yield first, np.frombuffer(made.to_bytes(), np.uint8, offset=made.bytes_in_header_record).reshape(records, -1)
        first += records


def _signals(values: Iterable[np.ndarray], ranges: Ranges, fs: int, labels: Sequence[str]) -> list[Any]:
    """Channels of edfio from microvolts."""
    import edfio

    return [
        edfio.EdfSignal(
            row,
            fs,
            label=f"EEG {label}-Avg",
            transducer_type="simulated electrode",
            physical_dimension="uV",
            physical_range=span,
        )
        for row, span, label in zip(values, ranges, labels, strict=True)
    ]


def _plain(text: str) -> str:
    """Text without control characters (they delimit annotations), at most LONGEST_TEXT characters."""
    return "".join(c if c.isprintable() else " " for c in str(text))[:LONGEST_TEXT].strip()
