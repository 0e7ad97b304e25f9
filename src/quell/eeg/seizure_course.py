"""The course of a recording: rhythm, size, muscle and suppression of every second, read in stretches.

A day needs the memory of one stretch and of a dozen numbers per second. Windows last 2 s and are told at their middle.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple

import numpy as np

from quell.eeg.block import Source
from quell.eeg.conditioning import Band, bridged
from quell.eeg.discharge_rate import Quickness, neighbours
from quell.eeg.montage import Derivation, bipolar
from quell.eeg.pattern import BACK, touching
from quell.eeg.pattern_level import Levels
from quell.eeg.rhythm_band import Banding
from quell.eeg.rhythm_track import Track, Tracking
from quell.eeg.suppression import SUPPRESSED, Suppression
from quell.eeg.unreadable import readable
from quell.ground.card import from_card
from quell.ground.errors import InputError

STRETCH_S = 120.0
Reporter = Callable[[float, float], None]


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


class _Bench(NamedTuple):
    rows: tuple[int, ...]
    derivation: Derivation
    back: np.ndarray


def follow(source: Source, progress: Reporter | None = None) -> Course:
    """The course of a Record in memory or a Recording on disk. Raises InputError where there is no EEG."""
    source = readable(source)
    rows = tuple(k for k, channel in enumerate(source.channels) if channel.kind == "eeg")
    if not rows:
        raise InputError("there is no EEG channel", allowed="channels with names of the 10-20 system")
    derivation = bipolar([source.channels[row].name for row in rows])
    bench = _Bench(rows, derivation, touching(derivation, BACK))
    seconds = int(source.samples / source.fs)
    made = {field.name: np.full(seconds, np.nan, np.float32) for field in fields(Course)}
    for first in range(0, seconds, int(STRETCH_S)):
        last = min(first + int(STRETCH_S), seconds)
        for name, values in _stretch(source, bench, first, last).items():
            made[name][first : first + len(values)] = values
        if progress:
            progress(last, seconds)
    return Course(**made)


def _stretch(source: Source, bench: _Bench, first: int, last: int) -> dict[str, np.ndarray]:
    """Values of the seconds from `first` to `last` (excluded)."""
    banding, tracking, quickness, band, levels, suppression = _cards()
    fs, margin = source.fs, int(band.margin)
    low, high = max(0, first - margin), min(int(source.samples / fs), last + margin)
    raw = source.stretch(round(low * fs), round(high * fs))[list(bench.rows)]
    if not np.isfinite(raw).any():
        return {}
    missing = ~np.isfinite(raw)
    eeg, gap = bridged(raw)
    derived = bench.derivation.apply(band.apply(np.where(np.isfinite(eeg), eeg, np.float32(0.0)), fs))
    rate = band.rate_after(fs)
    whole = [slice(round((t - low) * rate), round((t + 1 - low) * rate)) for t in range(first, last)]
    live = levels.usable(derived) if missing.any() or len(derived) > 2 else np.ones(len(derived), bool)
    if live.sum() < 2:
        return {}
    bands = banding.bands(derived[live], rate)
    track = tracking.track(bands, rate, bench.back[live])
    states = suppression.states(suppression.local_deviation(derived[live], rate), rate)
    values = _by_second(track, first - low, last - first)
    quick = quickness.quick(bands, rate, neighbours(bench.derivation.kept(live)), bench.back[live])
    values |= {f"quick_{name}": column[first - low : last - low] for name, column in quick._asdict().items()}
    values["suppressed"] = np.array([np.mean(states[cut] == SUPPRESSED) for cut in whole])
    lost = [gap[round((t - low) * fs) : round((t + 1 - low) * fs)].mean() > 0.5 for t in range(first, last)]
    return {name: np.where(lost, np.nan, column) for name, column in values.items()}


def _by_second(track: Track, first: int, count: int) -> dict[str, np.ndarray]:
    """Second k takes the mean of the windows that begin at k - 1 and at k, which share it; the pace of the surer."""
    last, at = len(track.hz) - 1, np.arange(first, first + count)
    here, before = np.clip(at, 0, last), np.clip(at - 1, 0, last)
    made = {name: (values[here] + values[before]) / 2 for name, values in track._asdict().items()}
    made["hz"] = np.where(track.regularity[here] >= track.regularity[before], track.hz[here], track.hz[before])
    return made


@cache
def _cards() -> tuple[Banding, Tracking, Quickness, Band, Levels, Suppression]:
    first = (from_card(Banding), from_card(Tracking), from_card(Quickness))
    return (*first, from_card(Band), from_card(Levels), from_card(Suppression))
