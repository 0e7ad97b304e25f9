"""The header of an EDF file, read field by field and believed only where the file's size agrees.

European Data Format and EDF+ (Kemp 1992, Kemp and Olivan 2003): 256 bytes for the file, 256 for each signal, then
records of 16-bit samples. What cannot be true is refused in one sentence before anything is allocated.
"""

import math
import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

from quell.ground.errors import InputError

MOST_SIGNALS = 1024
LONGEST_S = 40 * 86_400.0  # a longer record is taken for damage
MOST_WORDS = 32 << 20  # in one record; the standard recommends 30 thousand
ANNOTATIONS = "EDF Annotations"
ALLOWED = "an EDF or EDF+ file (16 bit)"
WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)  # bytes per field in the signals' part of the header
LENGTHS = 8  # of these fields, how many samples a record holds
ANONYMOUS = datetime(1985, 1, 1)  # the first day of EDF, written where the true one is taken out
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Signal(NamedTuple):
    """One signal of the header; `first` and `length` place its samples inside a record."""

    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[int, int]
    first: int
    length: int
    filters: str

    @property
    def is_annotation(self) -> bool:
        """Whether it holds annotations instead of samples."""
        return self.label == ANNOTATIONS


class Header(NamedTuple):
    """What an EDF header says, checked against the size of the file."""

    size: int  # bytes before the first record
    records: int
    record_s: float
    width: int  # 16-bit words per record
    signals: tuple[Signal, ...]
    kind: str  # "EDF", "EDF+C" or "EDF+D"
    start: datetime | None
    patient: str
    recording: str
    warnings: tuple[str, ...]

    @property
    def samples(self) -> list[Signal]:
        """The signals that hold samples, not annotations."""
        return [signal for signal in self.signals if not signal.is_annotation]


def read_header(path: Path, *, partial: bool = False) -> Header:
    """The header of `path`. Raises InputError in one sentence where it cannot be true.

    A file that ends before its header says is refused, unless `partial`: then the whole records that are there count.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            main = file.read(256)
            signals = _integer(path, main[252:256], "number of signals", 1, MOST_SIGNALS) if _is_edf(path, main) else 0
            rest = file.read(256 * signals)
    except OSError as error:
        _refuse(path, f"cannot be read ({error.strerror or error})", "a file that is there and may be read")
    if len(rest) < 256 * signals:
        _refuse(path, f"the file ends inside its header ({size} bytes for {signals} signals)")
    head = _integer(path, main[184:192], "length of the header", 1, 256 * (MOST_SIGNALS + 1))
    if head != 256 * (signals + 1):
        _refuse(path, f"the header says it has {head} bytes, which does not fit {signals} signals")
    return _checked(path, main, _signals(path, rest, signals), size=size, partial=partial)


def _is_edf(path: Path, main: bytes) -> bool:
    if not main:
        _refuse(path, "the file is empty")
    if main.startswith(b"version https://git-lfs"):
        _refuse(path, "this is a Git LFS pointer, not the recording itself", "the file fetched with `git lfs pull`")
    if main[:1] == b"\xff" and main[1:8] == b"BIOSEMI":
        _refuse(path, "this is a BDF file (24 bit)")
    if main[:8].strip() != b"0":
        _refuse(path, "this is not EDF: it does not begin with version 0")
    if len(main) < 256:
        _refuse(path, f"the file ends inside its header ({len(main)} bytes)")
    return True


def _checked(path: Path, main: bytes, signals: tuple[Signal, ...], *, size: int, partial: bool) -> Header:
    stated = _integer(path, main[236:244], "number of records", -1, 10**8)
    record_s = _real(path, main[244:252], "length of a record")
    kind = _text(main[192:236])[:5].upper()
    kind = kind if kind in ("EDF+C", "EDF+D") else "EDF"
    if all(signal.is_annotation for signal in signals):
        _refuse(path, "the file holds annotations only, no EEG")
    if not 1e-4 <= record_s <= 86_400:
        _refuse(path, f"a record of {record_s:g} s cannot be", "records between 0.1 ms and one day")
    width = sum(signal.length for signal in signals)
    if width > MOST_WORDS:
        _refuse(path, f"one record of {width} samples is too large", f"at most {MOST_WORDS} samples")
    head = 256 * (len(signals) + 1)
    records, warnings = _records(path, stated, (size - head) / (2 * width), partial=partial)
    if records * record_s > LONGEST_S:
        _refuse(path, f"a record of {records * record_s / 86_400:.0f} days cannot be read", "40 days in one file")
    return Header(
        size=head,
        records=records,
        record_s=record_s,
        width=width,
        signals=signals,
        kind=kind,
        start=_start(main),
        patient=_text(main[8:88]),
        recording=_text(main[88:168]),
        warnings=warnings,
    )


def _records(path: Path, stated: int, held: float, *, partial: bool) -> tuple[int, tuple[str, ...]]:
    """How many records to read, with warnings; `held` is how many the file has room for."""
    there = math.floor(held)
    if there < 1:
        _refuse(path, "the file ends before its first record is whole")
    if stated == -1:
        return there, (f"the recording was not closed: its {there} whole records are read",)
    if stated == 0:
        _refuse(path, "the header says there are no records")
    if stated == there:
        return there, (f"bytes after the last whole record ({stated}) are not read",) if held > there else ()
    if not partial:
        what = f"the header says {stated} records and the file holds {there}: it is cut short, or the header is wrong"
        _refuse(path, what, "a whole file; the part that is there is read with `--partial` (in Python `partial=True`)")
    used = min(stated, there)
    return used, (f"the header says {stated} records, the file holds {there}; {used} are read",)


def _signals(path: Path, raw: bytes, count: int) -> tuple[Signal, ...]:
    columns, at = [], 0
    for width in WIDTHS:
        columns.append([raw[at + k * width : at + (k + 1) * width] for k in range(count)])
        at += width * count
    made, first = [], 0
    for k in range(count):
        signal = _signal(path, k, [column[k] for column in columns], first)
        made.append(signal)
        first += signal.length
    return tuple(made)


def _signal(path: Path, number: int, fields: list[bytes], first: int) -> Signal:
    label = _text(fields[0])
    where = f"signal {number + 1} ({label})"
    samples = _integer(path, fields[8], f"samples per record of {where}", 1, 10**7)
    if label == ANNOTATIONS:
        return Signal(label, "", (0.0, 0.0), (0, 0), first, samples, "")
    physical = (_real(path, fields[3], f"range of {where}"), _real(path, fields[4], f"range of {where}"))
    low = _integer(path, fields[5], f"digital range of {where}", -32768, 32767)
    high = _integer(path, fields[6], f"digital range of {where}", -32768, 32767)
    return Signal(label, _text(fields[2]), physical, (low, high), first, samples, _text(fields[7]))


def _start(main: bytes) -> datetime | None:
    """Date and time of the first sample, by the four-digit year of EDF+ where there is one; None where unreadable."""
    day, clock = _text(main[168:176]), _text(main[176:184])
    time = re.fullmatch(r"(\d\d)[.:](\d\d)[.:](\d\d)", clock)
    full = re.search(r"Startdate (\d\d)-([A-Z]{3})-(\d{4})", _text(main[88:168]), re.IGNORECASE)
    short = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d\d)", day)
    try:
        hour, minute, second = (int(part) for part in time.groups()) if time else (0, 0, 0)
        if full:
            date = (int(full[3]), MONTHS.index(full[2].upper()) + 1, int(full[1]))
        elif short:
            year = int(short[3])
            date = (year + (1900 if year >= 85 else 2000), int(short[2]), int(short[1]))
        else:
            return None
        start = datetime(*date, hour, minute, second)
        return None if start == ANONYMOUS else start
    except ValueError:
        return None


def _integer(path: Path, raw: bytes, what: str, low: int, high: int) -> int:
    text = _text(raw)
    if not re.fullmatch(r"[+-]?\d{1,8}(\.0*)?", text):
        _refuse(path, f"{text[:20]!r} as {what} is no whole number")
    value = int(text.partition(".")[0])
    if not low <= value <= high:
        _refuse(path, f"{value} as {what} cannot be", f"{low} to {high}")
    return value


def _real(path: Path, raw: bytes, what: str) -> float:
    text = _text(raw).replace(",", ".")
    try:
        value = float(text) if re.fullmatch(r"[0-9.eE+-]+", text) else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        _refuse(path, f"{text[:20]!r} as {what} is no number")
    return value


def _text(raw: bytes) -> str:
    """A field as text: control characters and outer blanks go; bytes beyond ASCII are read as Latin-1."""
    return "".join(c if c.isprintable() else " " for c in raw.decode("latin-1")).strip()


def _refuse(path: Path, what: str, allowed: str = ALLOWED) -> NoReturn:
    raise InputError(what, file=path.name, allowed=allowed)


def lengths_at(signals: int) -> int:
    """Where the header of so many signals, annotations included, says how many samples of each a record holds."""
    return 256 + sum(WIDTHS[:LENGTHS]) * signals
