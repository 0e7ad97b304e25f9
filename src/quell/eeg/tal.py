"""Time-stamped annotations of EDF+: what was remarked when, and when each record really began.

Readers that count records glue an interrupted recording (EDF+D) together without a word. Here the time written in
each record decides where it lies; what lies between is missing.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from quell.eeg.header import LONGEST_S
from quell.eeg.record import Annotation
from quell.ground.errors import InputError

ONSET = re.compile(rb"[+-]\d{1,12}(\.\d{0,12})?")
LENGTH = re.compile(rb"\d{1,12}(\.\d{0,12})?")
MOST_NOTES = 200_000
LONGEST_TEXT = 1000
LONGEST_GAP_S = 86_400.0  # a longer one is taken for damage


class Run(NamedTuple):
    """Records that follow each other without a gap: the first, how many, and the sample where they begin."""

    first: int
    records: int
    sample: int


def parse(raw: bytes) -> tuple[float | None, list[Annotation]]:
    """The time of a record (None where it has none) and the remarks in it, from the bytes of its annotations."""
    time, notes = None, []
    for entry in raw.rstrip(b"\x00").split(b"\x00"):
        if not entry:
            continue
        when, *texts = entry.split(b"\x14")
        onset, _, length = when.partition(b"\x15")
        if not texts or not ONSET.fullmatch(onset):
            continue
        texts = texts[:-1] if not texts[-1] else texts  # each text ends with a mark
        if time is None and texts and not texts[0]:
            time, texts = float(onset), texts[1:]
        duration = float(length) if LENGTH.fullmatch(length) else None
        notes += [Annotation(float(onset), duration, _words(text)) for text in texts]
    return time, notes


def runs(times: Iterable[float | None], kind: str, *, record_s: float, fs: float) -> tuple[list[Run], list[str]]:
    """Where the records lie on the time axis, from the time in each (seconds; None where it has none).

    Raises InputError where an interrupted recording (`kind` EDF+D) does not say when a record began, where time runs
    backwards, or where a gap is longer than a day or the whole longer than 40 days.
    """
    made: list[Run] = []
    begin, origin, length = 0.0, None, round(record_s * fs)
    for number, time in enumerate(times):
        if time is None:
            if kind == "EDF+D":
                raise InputError(f"record {number + 1} of an interrupted recording (EDF+D) does not say when it began")
            time = (origin or 0.0) + begin + (number - made[-1].first) * record_s if made else 0.0
        origin = time if origin is None else origin
        since = time - origin
        expected = begin + (number - made[-1].first) * record_s if made else since
        if made and abs(since - expected) <= max(1.0 / fs, 1e-3):
            made[-1] = made[-1]._replace(records=made[-1].records + 1)
            continue
        sample = round(since * fs)
        if made and sample < made[-1].sample + made[-1].records * length:
            raise InputError(f"time runs backwards at record {number + 1}")
        if since - expected > LONGEST_GAP_S or since > LONGEST_S:
            what = f"record {number + 1} lies {(since - expected) / 3600:.0f} h after the end of the one before"
            raise InputError(what, allowed="gaps of a day, and 40 days in all")
        begin = since
        made.append(Run(number, 1, sample))
    gaps = np.diff([run.sample for run in made]) - [run.records * length for run in made[:-1]] if made else np.zeros(0)
    if not len(gaps):
        return made, []
    said = "the file calls itself continuous, yet " if kind == "EDF+C" else ""
    return made, [f"{said}{len(gaps)} gaps, {gaps.sum() / fs:.1f} s in all, are missing and left empty"]


def _words(text: bytes) -> str:
    words = text.decode("utf-8", "replace")[:LONGEST_TEXT]
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())
