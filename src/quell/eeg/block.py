"""Ten minutes of EEG at a time: filtered once, measured page by page, so that a day needs the memory of one block."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np

from quell.eeg.channels import Channel
from quell.eeg.coherence import HIGHEST, Synchrony, banded, coherence, synchrony
from quell.eeg.conditioning import Band, bridged, widened
from quell.eeg.montage import Derivation, bipolar
from quell.eeg.page import TRENDS, Page, measure
from quell.eeg.pattern_rows import Look
from quell.eeg.prepared import Prepared, prepared
from quell.eeg.quantity import Quantity
from quell.eeg.record import Annotation
from quell.eeg.suppression import UNKNOWN, Suppression
from quell.eeg.suppression_level import OwnLevel
from quell.ground.card import from_card
from quell.ground.errors import InputError

BLOCK_S = 600.0

LOOK_S = 5.0  # a page is named by what lies this near to it, too: slow patterns need several cycles
LEAST_S = 10.0  # seizures are looked for in the page alone, or in this much around it if it is shorter

Reader = Callable[[Prepared, Sequence[Look]], list[Any]]  # names pages of one stretch


class Source(Protocol):
    """What is analysed: a Record in memory or a Recording on disk."""

    @property
    def fs(self) -> float: ...
    @property
    def channels(self) -> tuple[Channel, ...]: ...
    @property
    def samples(self) -> int: ...
    @property
    def annotations(self) -> tuple[Annotation, ...]: ...
    @property
    def start(self) -> datetime | None: ...
    @property
    def simulated(self) -> bool: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    def stretch(self, first: int, last: int) -> np.ndarray: ...


class Stretch(NamedTuple):
    """A few minutes, conditioned, from `begin` to `end` s, with margins: `origin` is the time of the first sample.

    `gap` : what is not measured, bool `[samples]`; `missing` : what was not recorded, at `recorded_fs` Hz
    `prepared` : None where nothing was recorded
    """

    begin: float
    end: float
    origin: float
    filtered: np.ndarray
    gap: np.ndarray
    missing: np.ndarray
    recorded_fs: float
    prepared: Prepared | None


class Measured(NamedTuple):
    """A block in numbers: states of each sample at `fs`, trends, spectra and sayings of each page (None: unknown)."""

    states: np.ndarray
    trends: list[dict[str, float]]
    spectra: list[np.ndarray]
    said: list[Any]
    synchrony: list[dict[str, Any]]


@dataclass(frozen=True)
class Bench:
    """What measures the blocks of one source."""

    source: Source
    rows: tuple[int, ...]  # the EEG among the channels
    derivation: Derivation
    band: Band
    suppression: Suppression
    own: OwnLevel
    quantity: Quantity
    synchrony: Synchrony

    @cached_property
    def fs(self) -> float:
        """Sampling rate of what is measured."""
        return self.band.rate_after(self.source.fs)

    def groups(self, pages: Sequence[tuple[float, float]]) -> Iterator[Sequence[tuple[float, float]]]:
        """The pages, as many together as a block holds."""
        together = max(1, int(BLOCK_S / (pages[0][1] - pages[0][0])))
        for first in range(0, len(pages), together):
            yield pages[first : first + together]

    def block(self, pages: Sequence[tuple[float, float]], reader: Reader) -> Measured:
        """A few pages on end."""
        return self.measured(self.stretch(pages[0][0], pages[-1][1]), pages, reader)

    def stretch(self, begin: float, end: float) -> Stretch:
        """From `begin` to `end` s, filtered once for all that looks at it."""
        filtered, gap, missing = self._filtered(begin, end)
        derived = None if gap.all() else prepared(self.derivation.apply(filtered), self.fs, self.derivation)
        origin = max(0.0, begin - self.band.margin)
        return Stretch(begin, end, origin, filtered, gap, missing, self.source.fs, derived)

    def measured(self, stretch: Stretch, pages: Sequence[tuple[float, float]], reader: Reader) -> Measured:
        """The pages of a stretch in numbers."""
        seen, gap, begin = stretch.prepared, stretch.gap, stretch.begin
        if seen is None:
            return self._nothing(pages)
        derived = seen.derived
        margin = self._at(begin) - self._at(stretch.origin)
        inner = slice(margin, margin + self._at(stretch.end) - self._at(begin))
        settled = self.suppression.settled_deviation(derived, self.fs, forwards=seen.deviation)
        deviation = np.where(gap, np.nan, settled)
        levels = self.own.of(self.suppression, deviation, self.fs)
        states = levels.states(deviation, self.fs)[inner]  # decided with what lies before and after
        deviation = deviation[inner]
        swing = self.suppression.peak_to_peak(derived, self.fs)[inner]
        envelope = self.quantity.amplitude(derived, self.fs).astype(np.float32)[:, inner]
        measured, looks = Measured(states, [], [], [], []), []
        for start, stop in pages:
            cut = slice(self._at(start) - self._at(begin), self._at(stop) - self._at(begin))
            whole = (derived[:, inner][:, cut], self.fs, deviation[cut], swing[cut], states[cut], envelope[:, cut])
            trends, spectra = measure(Page(start, stop, *whole), self.derivation, self.suppression, self.quantity)
            measured.trends.append(trends)
            measured.spectra.append(spectra)
            known = trends["known"] >= self.suppression.known
            looks.append(surroundings(margin + cut.start, margin + cut.stop, gap, self.fs) if known else None)
        named = iter(reader(seen, [look for look in looks if look is not None]))
        measured.said.extend(None if look is None else next(named) for look in looks)
        measured.synchrony.extend(self._synchrony(stretch.filtered[:, inner], gap[inner], deviation, begin))
        return measured

    def _nothing(self, pages: Sequence[tuple[float, float]]) -> Measured:
        """Pages on which nothing was recorded; a gap of a day is passed over quickly."""
        states = np.full(self._at(pages[-1][1]) - self._at(pages[0][0]), UNKNOWN, np.int8)
        trends = dict.fromkeys((name for name, _, _ in TRENDS), float("nan")) | {"known": 0.0}
        spectra = np.full((2, 1), np.nan, np.float32)
        return Measured(states, [trends] * len(pages), [spectra] * len(pages), [None] * len(pages), [])

    def _filtered(self, begin: float, end: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Band-passed EEG from `begin` to `end` with margins, what is not measured of it, and what was not recorded."""
        fs = self.source.fs
        low, high = (round(t * fs) for t in (max(0.0, begin - self.band.margin), end + self.band.margin))
        recorded = self.source.stretch(low, min(high, self.source.samples))[list(self.rows)]
        if not np.isfinite(recorded).any():
            return recorded, np.ones(1, bool), np.ones(recorded.shape[1], bool)
        eeg, missing = bridged(recorded)
        filtered = self.band.apply(eeg, fs)
        at = np.minimum((np.arange(filtered.shape[1]) * fs / self.fs).astype(int), len(missing) - 1)
        gap = widened(missing, round(self.band.beside_gap * fs))[at]
        need = self._at(end) - self._at(max(0.0, begin - self.band.margin)) - filtered.shape[1]
        if need > 0:  # the rounding of rates that do not divide each other
            filtered, gap = np.pad(filtered, ((0, 0), (0, need)), "edge"), np.pad(gap, (0, need), "edge")
        return filtered, gap, missing

    def _synchrony(
        self, filtered: np.ndarray, gap: np.ndarray, deviation: np.ndarray, begin: float
    ) -> Iterator[dict[str, Any]]:
        """Coherence between channels by epochs of a minute; nothing where it would mean nothing."""
        if len(self.rows) < 3 or any(self.source.channels[row].bipolar for row in self.rows):
            return
        step = round(self.synchrony.epoch * self.fs)
        for first in range(0, max(1, filtered.shape[1] - step // 2), step):
            cut = slice(first, first + step)
            if gap[cut].any() or not np.nanmedian(deviation[cut]) >= self.synchrony.gate:
                continue
            part = filtered[:, cut]
            f, coherent, count = coherence(part - part.mean(axis=0), self.fs, below=HIGHEST)
            if count >= self.synchrony.fewest:
                yield {"start_s": begin + first / self.fs, "windows": count, "bands": banded(f, coherent)}

    def _at(self, seconds: float) -> int:
        return round(seconds * self.fs)


def surroundings(start: int, stop: int, gap: np.ndarray, fs: float) -> Look:
    """What is looked at to name samples `start` to `stop`: the whole, and within it the part where seizures are sought.

    LOOK_S on either side, up to the next gap (bool `[samples]`); at the ends of a recording more on the other side.
    """
    look, least = round(LOOK_S * fs), round(LEAST_S * fs)
    first, last = max(0, start - look), min(len(gap), stop + look)
    short = max(0, least - (last - first))
    first, last = max(0, first - short), min(len(gap), last + short)
    before, after = np.flatnonzero(gap[first:start]), np.flatnonzero(gap[stop:last])
    first = first + int(before[-1]) + 1 if len(before) else first
    last = stop + int(after[0]) if len(after) else last
    wide = min(last - first, max(stop - start, least))
    begin = min(max(first, (start + stop - wide) // 2), last - wide)
    return Look(slice(first, last), slice(begin - first, begin - first + wide))


def bench(source: Source) -> Bench:
    """All that is needed to measure a source, from the cards. Raises InputError where it has no EEG."""
    rows = tuple(k for k, channel in enumerate(source.channels) if channel.kind == "eeg")
    if not rows:
        raise InputError("there is no EEG channel", allowed="channels with names of the 10-20 system")
    return Bench(
        source,
        rows,
        bipolar([source.channels[row].name for row in rows]),
        from_card(Band),
        from_card(Suppression),
        from_card(OwnLevel),
        from_card(Quantity),
        synchrony(),
    )
