"""What no brain has made and no reader should name: channels that all stand still, and mains hum that is all there is.

    held   every EEG channel keeps its value for a quarter of a second: samples are repeated or none was taken
    hum    50 or 60 Hz ten times larger than everything from 1 to 40 Hz, in the middle channel, for minutes

An amplifier alone makes noise, so even a silent brain never stands still. Behind hum the EEG would be as flat as a
suppressed one, but electrodes that hum so are the first to doubt; bursts between prove them sound, so suppressions of
less than a minute, and of five where the hum is small, are left to be read. Numbers: unreadable.toml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from scipy import fft

from quell.eeg.block import Source
from quell.eeg.burden import Span
from quell.eeg.spectrum import squared
from quell.ground.card import from_card
from quell.ground.units import Hz, Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]
AT_ONCE_S = 600
MOST_CHANNELS = 8  # looked at for hum: the middle of them is that of all


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """When channels stand still together, and when hum is all there is."""

    still: second
    times: ratio
    low: Hz
    high: Hz
    mains_low: Hz
    mains_high: Hz
    width: Hz
    large: uV
    run: second
    run_small: second
    whole: share

    def held(self, eeg: np.ndarray, fs: float) -> np.ndarray:
        """Where all channels `[channels, samples]` keep their values long enough, bool `[samples]`."""
        same = (eeg[:, 1:] == eeg[:, :-1]).all(axis=0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
        made = np.zeros(eeg.shape[1], bool)
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            if end - begin >= self.still * fs:
                made[begin : end + 1] = True
        return made

    def hums(self, eeg: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
        """Whether hum is all that each second shows, bool `[seconds]`, and its root mean square in uV."""
        length = round(fs)
        starts = np.round(np.arange(int(eeg.shape[1] / fs)) * fs).astype(int)
        starts = starts[starts + length <= eeg.shape[1]]
        cut = eeg[:, starts[:, None] + np.arange(length)]
        taper = np.hanning(length + 1)[:-1].astype(np.float32)
        with np.errstate(invalid="ignore"):
            spectrum = np.asarray(fft.rfft((cut - cut.mean(axis=-1, keepdims=True)) * taper, axis=-1))
        power = squared(spectrum) * np.float32(2.0 / (length * float((taper**2).sum())))
        f = np.fft.rfftfreq(length, 1 / fs)
        mains = (np.abs(f - self.mains_low) <= self.width) | (np.abs(f - self.mains_high) <= self.width)
        inside = (f >= self.low) & (f <= self.high)
        line, brain = (np.sqrt(np.median(power[..., part].sum(axis=-1), axis=0)) for part in (mains, inside))
        return line > self.times * brain, line

    def lasting(self, hum: np.ndarray, size: np.ndarray) -> np.ndarray:
        """The seconds of stretches of hum that are too long for a suppression, bool `[seconds]`."""
        if len(hum) and hum.mean() >= self.whole:
            return hum
        made = np.zeros(len(hum), bool)
        for begin, end in _runs(hum):
            need = self.run if np.median(size[begin:end]) >= self.large else self.run_small
            made[begin:end] = end - begin >= need
        return made


class Readable:
    """A source whose unreadable stretches are gaps (NaN) in its EEG channels; the others stay as they are.

    `hum` : seconds that show hum and nothing else
    """

    def __init__(self, source: Source):
        self.source, self.fs, self.channels, self.samples = source, source.fs, source.channels, source.samples
        self.annotations, self.start, self.simulated = source.annotations, source.start, source.simulated
        self.warnings = source.warnings
        self.rows = [k for k, channel in enumerate(source.channels) if channel.kind == "eeg"]
        self.card = from_card(Unreadable)
        self.hum = _humming(source, self.rows, self.card)
        self._still: dict[int, float] = {}  # seconds with samples that stand still, as far as they were read

    def stretch(self, first: int, last: int) -> np.ndarray:
        """As the source's, with gaps where nothing can be read."""
        raw = self.source.stretch(first, last)
        if not self.rows or not raw.shape[1]:
            return raw
        lost = self.card.held(raw[self.rows], self.fs)
        seconds, counts = np.unique(((first + np.flatnonzero(lost)) / self.fs).astype(int), return_counts=True)
        for at, count in zip(seconds.tolist(), counts.tolist(), strict=True):
            self._still[at] = max(self._still.get(at, 0.0), count / self.fs)
        if self.hum.any():
            at = np.minimum(((first + np.arange(raw.shape[1])) / self.fs).astype(int), len(self.hum) - 1)
            lost |= self.hum[at]
        if not lost.any():
            return raw
        raw = np.array(raw, np.float32)  # what was given stays as it is
        raw[np.ix_(self.rows, np.flatnonzero(lost))] = np.nan
        return raw

    @property
    def still_s(self) -> float:
        """Seconds in which all channels stood still, of what was read."""
        return round(sum(self._still.values()), 2)

    def hum_spans(self) -> list[Span]:
        """Stretches of hum, in seconds."""
        return [Span(float(begin), float(end)) for begin, end in _runs(self.hum)]


def readable(source: Source) -> Readable:
    """The source with its unreadable stretches as gaps; one that is so already is taken as it is."""
    return source if isinstance(source, Readable) else Readable(source)


def _humming(source: Source, rows: Sequence[int], card: Unreadable) -> np.ndarray:
    """Whether each second is one of hum and nothing else for long, bool `[seconds]`; the last takes the rest."""
    seconds = int(source.samples / source.fs)
    hum, size = np.zeros(seconds, bool), np.zeros(seconds)
    if source.fs <= 2.0 * (card.mains_low + card.width) or not rows or not seconds:
        return hum  # too slow to show it, or filtered away
    few = [rows[k] for k in np.unique(np.linspace(0, len(rows) - 1, MOST_CHANNELS).round().astype(int))]
    for first in range(0, seconds, AT_ONCE_S):
        last = min(first + AT_ONCE_S, seconds)
        raw = source.stretch(round(first * source.fs), min(round(last * source.fs) + 1, source.samples))[few]
        found, line = card.hums(raw, source.fs)
        hum[first : first + len(found)], size[first : first + len(found)] = found[: last - first], line[: last - first]
    return card.lasting(hum, size)


def _runs(marks: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
