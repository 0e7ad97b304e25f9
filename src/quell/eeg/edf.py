"""EDF+ out: scalp EEG on disk in microvolts, each channel with its own range, events as annotations.

The file is written block by block, so a day of 19 channels needs the memory of one block: the samples are
spooled to an unnamed file first (each channel's range is known only at the end), then turned into 16-bit records
of one second. The final name appears only when the file is whole. Its header says that it is simulated and not for
clinical use; `opening.py` reads it back as it reads any other file.
Format: European Data Format plus (Kemp and Olivan 2003).
"""

import math
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from quell.eeg.stream import NOT_FOR_CARE, SIMULATED
from quell.ground.errors import InputError, QuellError

DIGITAL_LOW, DIGITAL_HIGH = -32768, 32767
STEPS = DIGITAL_HIGH - DIGITAL_LOW
START_DATE = ("01.01.85", "01-JAN-1985")  # EDF's first year: a simulated record has no calendar
MARK = f"{SIMULATED} {NOT_FOR_CARE}"
ANNOTATION_BYTES = 128  # per record, widened if the events do not fit
LONGEST_TEXT = 80  # characters of one annotation
RECORDS_AT_ONCE = 600


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
            low, high = _spool(blocks, spool, labels, int(fs))
            _write_records(file, spool, (low, high), fs=int(fs), labels=labels, notes=annotations, patient=patient)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _spool(blocks: Iterable[np.ndarray], spool: IO[bytes], labels: Sequence[str], fs: int) -> tuple[np.ndarray, ...]:
    """All samples to disk as float32; gives each channel's lowest and highest value."""
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
    return low, high


def _write_records(
    file: IO[bytes],
    spool: IO[bytes],
    span: tuple[np.ndarray, ...],
    *,
    fs: int,
    labels: Sequence[str],
    notes: Iterable[tuple[float, str]],
    patient: str,
) -> None:
    width = len(labels)
    low = np.array([_eight(value, math.floor) for value in span[0]])
    high = np.array([_eight(value, math.ceil) for value in span[1]])
    high = np.where(high > low, high, low + 1.0)  # a constant channel still needs a range
    records = spool.tell() // (4 * width * fs)
    timekeeping, breadth = _annotation_records(records, notes)
    file.write(_header(records, fs, labels, low, high, breadth // 2, patient))
    spool.seek(0)
    for first in range(0, records, RECORDS_AT_ONCE):
        count = min(RECORDS_AT_ONCE, records - first)
        values = np.frombuffer(spool.read(count * fs * width * 4), dtype="<f4").reshape(count, fs, width)
        digital = np.rint((values - low) / (high - low) * STEPS + DIGITAL_LOW).clip(DIGITAL_LOW, DIGITAL_HIGH)
        body = digital.astype("<i2").transpose(0, 2, 1).reshape(count, -1)
        times = np.frombuffer(b"".join(timekeeping[first : first + count]), "<i2").reshape(count, -1)
        file.write(np.concatenate([body, times], axis=1).tobytes())


def _annotation_records(records: int, notes: Iterable[tuple[float, str]]) -> tuple[list[bytes], int]:
    """One annotation field per record (its own time, then events), all of one breadth in bytes.

    An event is written in the first record from its own time on that has room; its onset is written out, so
    readers place it rightly. Where even the last record is full, the breadth doubles.
    """
    waiting = sorted((max(float(onset), 0.0), _plain(text)) for onset, text in notes)
    breadth = ANNOTATION_BYTES
    while True:
        fields, left = [], list(reversed(waiting))
        for record in range(records):
            field = f"+{record}\x14\x14\x00".encode()
            while left and (left[-1][0] < record + 1 or record == records - 1):
                event = f"+{left[-1][0]:.3f}".rstrip("0").rstrip(".").encode() + f"\x14{left[-1][1]}\x14\x00".encode()
                if len(field) + len(event) > breadth:
                    break
                field += event
                left.pop()
            fields.append(field.ljust(breadth, b"\x00"))
        if not left:
            return fields, breadth
        breadth *= 2


def _header(
    records: int, fs: int, labels: Sequence[str], low: np.ndarray, high: np.ndarray, notes: int, patient: str
) -> bytes:
    def text(value: object, length: int) -> bytes:
        return str(value).encode("ascii", "replace")[:length].ljust(length)

    total = len(labels) + 1
    identity = [(0, 8), (f"{_plain(patient).replace(' ', '_')} X X X", 80)]
    identity += [
        (f"Startdate {START_DATE[1]} X X {MARK}", 80),
        (START_DATE[0], 8),
        ("00.00.00", 8),
    ]
    identity += [(256 * (total + 1), 8), ("EDF+C", 44), (records, 8), (1, 8), (total, 4)]
    columns: list[tuple[Sequence[object], int]] = [
        ([*(f"EEG {label}-Avg" for label in labels), "EDF Annotations"], 16),
        ([*("simulated electrode" for _ in labels), ""], 80),
        ([*("uV" for _ in labels), ""], 8),
        ([*(_shortest(value) for value in low), -1], 8),
        ([*(_shortest(value) for value in high), 1], 8),
        ([DIGITAL_LOW] * total, 8),
        ([DIGITAL_HIGH] * total, 8),
        ([""] * total, 80),
        ([fs] * len(labels) + [notes], 8),
        ([""] * total, 32),
    ]
    fixed = b"".join(text(value, length) for value, length in identity)
    return fixed + b"".join(text(value, length) for values, length in columns for value in values)


def _eight(value: float, rounded: Callable[[float], int]) -> float:
    """The nearest number outside `value` that EDF's eight characters can hold."""
    whole = len(str(int(abs(value)))) + (value < 0)
    factor = 10 ** max(0, min(3, 7 - whole))
    return rounded(value * factor) / factor


def _shortest(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def _plain(text: str) -> str:
    """Text without control characters (they delimit annotations), at most LONGEST_TEXT characters."""
    return "".join(c if c.isprintable() else " " for c in str(text))[:LONGEST_TEXT].strip()
