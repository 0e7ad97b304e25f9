"""Discharges that follow each other quickly: how large those are that come more than 2.5 times a second.

A seizure by criterion A of the ACNS (2021) needs discharges averaging more than 2.5 Hz for 10 s; it needs no strict
rhythm. So nothing is asked of their regularity. In every derivation peaks between 1.5 and 22 Hz are counted with their
prominence. If the 13 largest of 5 s are all larger than some size, discharges of that size average more than 2.5 Hz:
the size of the 13th tells it for every size at once. Two neighbouring derivations must both have it and, where both
hang on one electrode, a third beside them nearly so: one bad electrode is not enough. Numbers: discharge_rate.toml.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

import numpy as np
from scipy import signal

from quell.eeg.montage import LONGITUDINAL_NAME, Derivation
from quell.eeg.rhythm_band import Bands, Sums, between, running
from quell.ground.units import Hz, Unit, ratio, second, share

ACROSS = (
    ("F7", "F3", "Fz", "F4", "F8"),
    ("T3", "C3", "Cz", "C4", "T4"),
    ("T5", "P3", "Pz", "P4", "T6"),
)
WALL = 1e9  # uV; nothing is seen across it
uV = Annotated[Any, Unit("uV")]


class Neighbours(NamedTuple):
    """`pairs` of neighbouring derivations `[pairs, 2]`; `others`, bool `[pairs, derivations]`: which of those beside a
    pair do not touch the electrode that the pair shares (all, where it shares none)."""

    pairs: np.ndarray
    others: np.ndarray


class Quick(NamedTuple):
    """Quick discharges around the middle of each second, `[seconds]` each.

    `size` : those larger than this (uV, prominence) average more than 2.5 Hz, in two neighbouring derivations
    `hz` : how many are at least a part of that size, per second
    `strained` : sharpness above 20 Hz over that below in the two; muscle has more above
    `back` : share of the two that touches the back of the head
    `even` : `size` over that of the largest of either polarity; phases of a discharge and waves after it are small
    """

    size: np.ndarray
    hz: np.ndarray
    strained: np.ndarray
    back: np.ndarray
    even: np.ndarray


class Held(NamedTuple):
    """What each derivation holds around each second of some stretches, `[derivations, stretches, seconds]` each.

    `size`, `hz` : of its quick discharges as in `Quick` (uV, Hz); `top` : size of the largest, of either polarity
    `sharp`, `muscle` : means of these bands
    """

    size: np.ndarray
    hz: np.ndarray
    top: np.ndarray
    sharp: np.ndarray
    muscle: np.ndarray

    def kept(self, rows: np.ndarray, at: np.ndarray) -> "Held":
        """Some derivations in some stretches."""
        return Held(*(values[rows[:, None], at] for values in self))


class Peaks(NamedTuple):
    """Peaks of one polarity in order of time: their samples, derivations, and sizes in steps of `finest`, `[peaks]`."""

    at: np.ndarray
    row: np.ndarray
    step: np.ndarray

    def cut(self, first: int, last: int) -> "Peaks":
        """Those of samples `first` to `last` (excluded), counted from `first`."""
        low, high = np.searchsorted(self.at, [first, last])
        return Peaks(self.at[low:high] - first, self.row[low:high], self.step[low:high])

    def kept(self, these: np.ndarray) -> "Peaks":
        """Those of some derivations, bool `[derivations]`."""
        inside = these[self.row]
        return Peaks(self.at[inside], (np.cumsum(these) - 1)[self.row[inside]], self.step[inside])


@dataclass(frozen=True, kw_only=True)
class Quickness:
    """How discharges are counted."""

    window: second
    pace: Hz
    largest_hz: Hz
    nearest: second
    reach: second
    smallest: uV
    largest: uV
    finest: ratio
    alike: share
    beyond: share

    def quick(
        self,
        bands: Bands,
        fs: float,
        near: Neighbours,
        back: np.ndarray,
        *,
        peaks: tuple[Peaks, Peaks] | None = None,
        sums: Sums | None = None,
    ) -> Quick:
        """Quick discharges of every whole second; `near` as of `neighbours`, `back` bool `[derivations]`.

        `peaks` : upwards and downwards, `sums` : running sums of the bands; where they are known already.
        """
        length = bands.fast.shape[1]
        found = peaks or (self.peaks(bands.fast, fs), self.peaks(-bands.fast, fs))
        held = self.held(found, sums or running(bands), fs, np.zeros(1, int), length)
        return self.judged(held, near, back)

    def held(self, peaks: tuple[Peaks, Peaks], sums: Sums, fs: float, begins: np.ndarray, length: int) -> "Held":
        """What each derivation holds around each second of stretches of `length` samples that begin at `begins`."""
        seconds = int((length + 1) / fs)  # whole to within a sample, where a second is no whole number of them
        rows, edges = len(sums.sharp), _windows(seconds, self.window)
        first, last = np.minimum(np.round(edges * fs).astype(int), length)[:, None] + begins[:, None]
        shape = (rows, len(begins), seconds)
        means = [between(values, first.ravel(), last.ravel()).reshape(shape) for values in (sums.sharp, sums.muscle)]
        size, count, top = np.zeros((3, *shape))
        for found in peaks:
            here, many, most = self._sizes(self._counts(found, rows, fs, begins, length), seconds, edges[0])
            top, better = np.maximum(top, most), here > size
            size, count = np.where(better, here, size), np.where(better, many, count)
        return Held(size, count, top, *means)

    def judged(self, held: "Held", near: Neighbours, back: np.ndarray) -> Quick:
        """Quick discharges of stretches, one second after the other, from what their derivations hold."""
        size, hz, top, sharp, muscle = (values.reshape(len(values), -1) for values in held)
        pairs, at = near.pairs, np.arange(size.shape[1])
        if not len(pairs):
            return Quick(*np.zeros((5, len(at))))
        alone = np.bincount(pairs.ravel(), minlength=len(size)) == 0
        size = np.where(alone[:, None], 0.0, size)
        third = np.where(near.others[..., None], size, 0.0).max(axis=1)
        both = np.minimum(np.minimum(size[pairs[:, 0]], size[pairs[:, 1]]), third / self.beyond)
        best = pairs[both.argmax(axis=0)].T
        return Quick(
            both.max(axis=0),
            np.take_along_axis(hz, best, 0).max(axis=0),
            muscle[best, at].mean(axis=0) / np.maximum(sharp[best, at].mean(axis=0), 1e-9),
            back[best].mean(axis=0),
            (size / np.maximum(top, 1e-9))[best, at].min(axis=0),
        )

    def peaks(self, fast: np.ndarray, fs: float) -> Peaks:
        """The upward peaks of `fast` `[derivations, samples]` that are large enough."""
        count, length = fast.shape
        joint = np.full((count, length + 1), WALL)  # all rows in one go, with a wall behind each; float64 as scipy's
        joint[:, :length] = fast
        peaks, _ = signal.find_peaks(joint.ravel(), distance=max(1, round(self.nearest * fs)))
        peaks = peaks[peaks % (length + 1) < length]
        height = signal.peak_prominences(joint.ravel(), peaks, wlen=2 * round(self.reach * fs) + 1)[0]
        step = np.log(np.maximum(height, 1e-9) / self.smallest) / np.log(self.finest)
        real = (step >= 0) & (height < WALL / 2)
        row, at = np.divmod(peaks[real], length + 1)
        order = np.argsort(at, kind="stable")
        return Peaks(at[order], row[order], np.minimum(step[real].astype(int), self._steps - 1)[order])

    @property
    def _steps(self) -> int:
        return int(np.log(self.largest / self.smallest) / np.log(self.finest)) + 2

    def _counts(self, peaks: Peaks, rows: int, fs: float, begins: np.ndarray, length: int) -> np.ndarray:
        """Peaks at least so large by second, `[sizes, rows, stretches, seconds + 1]`; sizes are steps of `finest`."""
        parts = [peaks.cut(begin, begin + length) for begin in begins.tolist()]
        stretch = np.repeat(np.arange(len(parts)), [len(part.at) for part in parts])
        at, row, step = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        seconds = int((length + 1) / fs)
        where = (step * rows + row) * len(parts) + stretch
        where = where * (seconds + 1) + np.minimum((at / fs).astype(int), seconds)
        shape = (int(step.max(initial=0)) + 1, rows, len(parts), seconds + 1)  # none is larger
        made = np.bincount(where, minlength=int(np.prod(shape))).reshape(shape).astype(np.int16)
        return np.cumsum(made[::-1], axis=0, dtype=np.int16)[::-1]

    def _sizes(self, counts: np.ndarray, seconds: int, first: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Size in uV of the last that is needed, how many a second are nearly so, and the size of the largest,
        `[rows, stretches, seconds]` each; `first` : where the window around each second begins."""
        whole = max(1, min(seconds, round(self.window)))
        larger = sum(counts[..., k : seconds - whole + 1 + k] for k in range(whole))
        needed = (int(pace * whole) for pace in (self.pace, self.largest_hz))
        enough, few = (np.add.reduce(larger > need, axis=0, dtype=np.int16) for need in needed)
        size, top = (np.where(n > 0, self.smallest * self.finest ** (n - 0.5), 0.0) for n in (enough, few))
        nearly = np.log(np.maximum(self.alike * size, self.smallest) / self.smallest) / np.log(self.finest)
        count = np.take_along_axis(larger, nearly.astype(int)[None], axis=0)[0]
        found = size, np.where(enough > 0, count / whole, 0.0), top
        return found[0][..., first], found[1][..., first], found[2][..., first]


@cache
def neighbours(derivation: Derivation) -> Neighbours:
    """Neighbours among derivations: two that share an electrode, or lie side by side in two chains.

    Only of the longitudinal bipolar montage: over other distances discharges have other sizes.
    """
    parts = [name.split("-") for name in derivation.names] if derivation.name == LONGITUDINAL_NAME else []
    found = [(a, b) for b in range(len(parts)) for a in range(b) if _near(parts[a], parts[b])]
    others = np.ones((len(found), len(parts)), bool)
    for row, (a, b) in enumerate(found):
        if shared := {*parts[a]} & {*parts[b]}:
            beside = [_near(one, parts[a]) or _near(one, parts[b]) for one in parts]
            others[row] = [near and not shared & {*one} for near, one in zip(beside, parts, strict=True)]
    return Neighbours(np.array(found, int).reshape(-1, 2), others)


def _near(one: list[str], other: list[str]) -> bool:
    if set(one) & set(other):
        return True
    return all(
        any({a, b} <= {*pair} for line in ACROSS for pair in pairwise(line)) for a, b in zip(one, other, strict=True)
    )


def _windows(seconds: int, length: float) -> np.ndarray:
    """First and last second (excluded) of the window around each second, moved inwards at the ends, `[2, seconds]`."""
    whole = min(seconds, round(length))
    first = np.clip(np.arange(seconds) - whole // 2, 0, seconds - whole)
    return np.stack([first, first + whole])
