"""Rhythm from second to second: how regular, how fast, how large, over which derivations, brain or muscle.

In windows of 2 s that move by 1 s, the derivations are ranked by size between 1.5 and 22 Hz. The largest is passed
over (one bad electrode), the next few give an autocorrelation, averaged with its phase taken out; its first returning
peak is the rhythm. The same windows give line length, muscle, and how much of it lies at the back of the head.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import fft

from quell.eeg.order import median
from quell.eeg.rhythm_band import Bands, Sums, between, running
from quell.eeg.spectrum import squared
from quell.ground.units import Hz, ratio, second, share


class Track(NamedTuple):
    """One value per window, `[windows]` each.

    `regularity` : height of the first returning peak, 0-1; `hz` : its frequency; `size` : peak to peak, uV
    `line` : line length of 1-25 Hz of the leading derivations, uV/s
    `strained` : sharpness above 20 Hz over that below; muscle has more above
    `back` : share of the leading derivations that touch the back of the head
    """

    regularity: np.ndarray
    hz: np.ndarray
    size: np.ndarray
    line: np.ndarray
    strained: np.ndarray
    back: np.ndarray


class Windows(NamedTuple):
    """Each derivation alone: `waves` of the fast band `[derivations, windows, samples]`, their `size` peak to peak in
    uV, and means of `line`, `sharp` and `muscle`, `[derivations, windows]` each; or windows of several stretches."""

    waves: np.ndarray
    size: np.ndarray
    line: np.ndarray
    sharp: np.ndarray
    muscle: np.ndarray

    def kept(self, rows: np.ndarray, stretches: np.ndarray) -> "Windows":
        """Some derivations in some of several stretches, windows of one after those of another."""
        chosen = (values[rows[:, None], stretches] for values in self)
        return Windows(*(values.reshape(len(rows), -1, *values.shape[3:]) for values in chosen))


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Windows and ranks."""

    window: second
    step: second
    slowest: Hz
    fastest: Hz
    passed: ratio
    leading: ratio
    nearly: share

    def track(self, bands: Bands, fs: float, back: np.ndarray, sums: Sums | None = None) -> Track:
        """The track of derivations; `back` says which of them touch the back of the head, bool `[derivations]`.

        `sums` : running sums of the bands, where they are known already.
        """
        length = bands.fast.shape[1]
        return self.followed(self.windows(bands, sums or running(bands), fs, self.begins(length, fs), length), fs, back)

    def begins(self, samples: int, fs: float) -> np.ndarray:
        """Where the windows of so many samples begin."""
        return np.arange(0, samples - min(samples, round(self.window * fs)) + 1, max(1, round(self.step * fs)))

    def windows(self, bands: Bands, sums: Sums, fs: float, begins: np.ndarray, samples: int) -> "Windows":
        """What each derivation shows in the windows that begin at samples `[...]`, of stretches of `samples`."""
        length = min(samples, round(self.window * fs))
        cut = np.lib.stride_tricks.sliding_window_view(bands.fast, length, axis=1)[:, begins]
        means = (between(values, begins, begins + length) for values in sums)
        return Windows(cut, np.sqrt(8.0) * cut.std(axis=-1), *means)

    def followed(self, windows: "Windows", fs: float, back: np.ndarray) -> Track:
        """The track through windows, on end or not."""
        first, count = self._ranks(len(windows.size))
        order = np.argsort(-windows.size, axis=0)[first : first + count]
        by_line = np.argsort(-windows.line, axis=0)[first : first + count]
        regularity, hz = self._rhythm(windows.waves[order, np.arange(order.shape[1])], fs)
        line, sharp, muscle = (np.take_along_axis(values, by_line, 0).mean(axis=0) for values in windows[2:])
        return Track(
            regularity,
            hz,
            np.take_along_axis(windows.size, order, axis=0).mean(axis=0),
            line,
            muscle / np.maximum(sharp, 1e-9),
            back[order].mean(axis=0),
        )

    def _ranks(self, rows: int) -> tuple[int, int]:
        first = round(self.passed) if rows > 4 else 0
        return first, min(rows - first, round(self.leading))

    def _rhythm(self, leading: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
        count = leading.shape[-1]
        f = np.fft.rfftfreq(2 * count, 1 / fs).astype(np.float32)
        power = squared(np.asarray(fft.rfft(leading, 2 * count, axis=-1))) * f  # half a derivative: 1/f turns white
        lags = np.asarray(fft.irfft(power, 2 * count, axis=-1))[..., : count // 2 + 1]
        weight = np.sqrt(np.maximum(lags[..., :1], 1e-12))
        r = (lags / weight).sum(axis=0) / weight.sum(axis=0)
        r = r * (count / (count - np.arange(r.shape[-1])))
        lag = np.arange(max(2, int(fs / self.fastest)), min(r.shape[-1] - 2, int(np.ceil(fs / self.slowest))) + 1)
        here = r[:, lag]
        peaks = np.where((here >= r[:, lag - 1]) & (here > r[:, lag + 1]), here, -1.0)
        best = peaks.max(axis=1)
        early = (peaks > self.nearly * np.maximum(best, 1e-9)[:, None]).argmax(axis=1)
        rows = np.arange(len(r))
        at, height = lag[early], here[rows, early]
        before, after = r[rows, at - 1], r[rows, at + 1]
        bend = before - 2 * height + after
        shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0)
        return np.where(best > 0, height, 0.0), fs / (at + shift)


def one_pace(hz: np.ndarray, wander: float) -> float:
    """Largest share of windows `[windows]` that keep one pace, within `wander` octaves.

    A wave in two or three may be larger than the others and be taken for the rhythm: that is the same pace.
    """
    middle, shares = median(hz), []
    for pace in (middle, 2 * middle, 3 * middle):
        strays = np.abs(np.log2(hz[:, None] * np.arange(1, 4) / pace)).min(axis=1)
        shares.append(float(np.mean(strays < wander)))
    return max(shares)
