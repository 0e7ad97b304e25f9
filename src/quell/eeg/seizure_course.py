"""The course of a recording: rhythm, size, muscle and suppression of every second.

A day needs the memory of one block (quell.eeg.block), from whose bands and peaks pages are named too, and of a dozen
numbers per second. Windows last 2 s and are told at their middle.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from math import ceil
from typing import NamedTuple

import numpy as np

from quell.eeg.block import BLOCK_S, Source, Stretch, bench
from quell.eeg.conditioning import Band
from quell.eeg.discharge_rate import Quickness, neighbours
from quell.eeg.pattern import BACK, touching
from quell.eeg.pattern_level import Levels
from quell.eeg.rhythm_track import Track, Tracking
from quell.eeg.suppression import SUPPRESSED, Suppression
from quell.eeg.unreadable import readable
from quell.ground.card import from_card

STRETCH_S = 120.0
Reporter = Callable[[float, float], None]
Part = tuple[int, dict[str, np.ndarray]]  # the first second, and values of it and those after it


@dataclass(frozen=True)
class Course:
    """What every second shows, float32 `[seconds]` each; NaN where nothing can be said.

    `regularity`, `hz`, `size`, `line`, `strained`, `back` as in `quell.eeg.rhythm_track.Track`;
    `suppressed` : share of the second that is suppressed. `known` is bool. Second k is from k to k + 1 s.
    `quick_size`, `quick_hz`, `quick_strained`, `quick_back`, `quick_even` as in `quell.eeg.discharge_rate.Quick`.
    """

    regularity: np.ndarray
    hz: np.ndarray
    size: np.ndarray
    line: np.ndarray
    strained: np.ndarray
    back: np.ndarray
    suppressed: np.ndarray
    quick_size: np.ndarray
    quick_hz: np.ndarray
    quick_strained: np.ndarray
    quick_back: np.ndarray
    quick_even: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Whether anything is known of a second, bool `[seconds]`."""
        return np.isfinite(self.line)

    @property
    def seconds(self) -> int:
        """Length in whole seconds."""
        return len(self.line)


def follow(source: Source, progress: Reporter | None = None) -> Course:
    """The course of a Record in memory or a Recording on disk. Raises InputError where there is no EEG."""
    table = bench(readable(source))
    seconds, parts = int(table.source.samples / table.source.fs), []
    for first in range(0, seconds, int(BLOCK_S)):
        last = min(first + int(BLOCK_S), seconds)
        parts += parts_of(table.stretch(first, last), seconds)
        if progress:
            progress(last, seconds)
    return course_of(parts, seconds)


def course_of(parts: Iterable[Part], seconds: int) -> Course:
    """The course of a recording of so many whole `seconds`, from its parts; unknown where there is none."""
    made = {field.name: np.full(seconds, np.nan, np.float32) for field in fields(Course)}
    for first, values in parts:
        for name, column in values.items():
            made[name][first : first + len(column)] = column
    return Course(**made)


def parts_of(stretch: Stretch, seconds: int) -> list[Part]:
    """What the seconds show that begin in a stretch of a recording of so many whole `seconds`."""
    begin, end = ceil(stretch.begin), min(ceil(stretch.end), seconds)
    starts = range(begin, end, int(STRETCH_S))
    return [(first, _part(stretch, first, min(first + int(STRETCH_S), end), seconds)) for first in starts]


def _part(stretch: Stretch, first: int, last: int, seconds: int) -> dict[str, np.ndarray]:
    """Values of the seconds from `first` to `last` (excluded)."""
    whole, cards = stretch.prepared, _cards()
    if whole is None:
        return {}
    rate, margin = whole.fs, int(cards.band.margin)
    low, high = max(0, first - margin), min(seconds, last + margin)
    seen = whole.cut(slice(*(max(0, round((t - stretch.origin) * rate)) for t in (low, high))))
    few = len(seen.derived) <= 2 and not stretch.missing.any()
    live = np.ones(len(seen.derived), bool) if few else cards.levels.usable(seen.derived)
    if live.sum() < 2:
        return {}
    seen = seen.kept(live)
    back = touching(seen.derivation, BACK)
    flat = cards.suppression.states(seen.deviation, rate) == SUPPRESSED
    values = _by_second(cards.tracking.track(seen.bands, rate, back, seen.sums), first - low, last - first)
    quick = cards.quickness.quick(seen.bands, rate, neighbours(seen.derivation), back, peaks=seen.peaks, sums=seen.sums)
    values |= {f"quick_{name}": column[first - low : last - low] for name, column in quick._asdict().items()}
    at = np.arange(first, last + 1)
    values["suppressed"] = _shares(flat, (at - low) * rate)
    lost = _shares(stretch.missing, at * stretch.recorded_fs - round(stretch.origin * stretch.recorded_fs)) > 0.5
    return {name: np.where(lost, np.nan, column) for name, column in values.items()}


def _shares(marks: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Share of the samples between two edges (in samples, rounded) that are marked, `[edges - 1]`."""
    at = np.clip(np.round(edges).astype(int), 0, len(marks))
    counts = np.concatenate([[0], np.cumsum(marks[at[0] : at[-1]])])
    return np.diff(counts[at - at[0]]) / np.maximum(np.diff(at), 1)


def _by_second(track: Track, first: int, count: int) -> dict[str, np.ndarray]:
    """Second k takes the mean of the windows that begin at k - 1 and at k, which share it; the pace of the surer."""
    last, at = len(track.hz) - 1, np.arange(first, first + count)
    here, before = np.clip(at, 0, last), np.clip(at - 1, 0, last)
    made = {name: (values[here] + values[before]) / 2 for name, values in track._asdict().items()}
    made["hz"] = np.where(track.regularity[here] >= track.regularity[before], track.hz[here], track.hz[before])
    return made


class _Cards(NamedTuple):
    tracking: Tracking
    quickness: Quickness
    band: Band
    levels: Levels
    suppression: Suppression


@cache
def _cards() -> _Cards:
    first = (from_card(Tracking), from_card(Quickness), from_card(Band))
    return _Cards(*first, from_card(Levels), from_card(Suppression))
