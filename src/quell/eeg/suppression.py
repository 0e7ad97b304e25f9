"""Burst suppression: when the EEG is flat, when it bursts, and the share of time it is flat.

    mean      m' = b m + (1 - b) x          b = exp(-1 / (tau fs))
    variance  v' = b v + (1 - b) (s (x - m))^2       s = 0.9534, which is b at 200 Hz

per bipolar channel (Westover 2013 takes m' for m; s makes the two equal there and alike at every other rate), then
the median of sqrt(v) over channels, in uV: the local deviation g. It forgets a burst only after half a second, so
reports take the smaller of g run forwards and backwards.
Suppressed from where g falls below `enter` until it rises above `leave`; too short a burst, then too short a
suppression, is dissolved. The levels are absolute, so a page that is flat throughout is flat and one that bursts
throughout is not. Numbers, with montage and filter: suppression.toml.
"""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
from scipy import signal

from quell.ground.units import Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]
UNKNOWN, BURST, SUPPRESSED = -1, 0, 1


class Span(NamedTuple):
    """A stretch of one state (BURST or SUPPRESSED), in seconds; `whole` if both its ends were seen."""

    start_s: float
    stop_s: float
    state: int
    whole: bool


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """The levels and lengths that make suppression."""

    tau: second
    scale: ratio
    enter: uV
    leave: uV
    shortest_suppression: second
    shortest_burst: second
    strict: uV
    strict_window: second
    dead: uV
    known: share
    contrast: ratio

    def local_deviation(self, bipolar: np.ndarray, fs: float) -> np.ndarray:
        """The local deviation g in uV, `[samples]`, from bipolar channels `[channels, samples]` at `fs` Hz.

        It knows the past only, as control must, and takes half a second to forget a burst.
        Channels that show nothing at all are left out; NaN where none is left (disconnected).
        """
        return middle(self.local_deviations(bipolar, fs), least=float(self.dead))

    def local_deviations(self, bipolar: np.ndarray, fs: float) -> np.ndarray:
        """The local deviation of each channel in uV, `[channels, samples]`."""
        b = np.exp(-1.0 / (self.tau * fs))
        mean = self._followed(bipolar, b)
        behind = np.concatenate([mean[:, :1], mean[:, :-1]], axis=1)
        return np.sqrt(self._followed((bipolar - behind) ** 2, b)) * np.float32(self.scale)

    def settled_deviation(self, bipolar: np.ndarray, fs: float, forwards: np.ndarray | None = None) -> np.ndarray:
        """The smaller of the local deviation run forwards and backwards: both ends of a burst are sharp.

        `forwards` : the local deviation, where it is known already.
        """
        backwards = self.local_deviation(np.ascontiguousarray(bipolar[:, ::-1]), fs)[::-1]
        return np.minimum(self.local_deviation(bipolar, fs) if forwards is None else forwards, backwards)

    def peak_to_peak(self, bipolar: np.ndarray, fs: float) -> np.ndarray:
        """Largest minus smallest value within 0.5 s around each sample, median over channels, uV `[samples]`."""
        size = max(2, round(self.strict_window * fs))
        around = np.pad(bipolar, ((0, 0), (size // 2, size - size // 2 - 1)), "symmetric")
        return middle(_most(around, size, np.maximum) - _most(around, size, np.minimum), least=float(self.dead))

    def states(self, deviation: np.ndarray, fs: float) -> np.ndarray:
        """SUPPRESSED, BURST or UNKNOWN at each sample, int8 `[samples]`, from the local deviation (NaN: unknown)."""
        unknown = ~np.isfinite(deviation)
        marks = np.select([unknown, deviation < self.enter, deviation > self.leave], [UNKNOWN, SUPPRESSED, BURST], 2)
        states = _held(marks)
        states = _dissolved(states, BURST, SUPPRESSED, round(self.shortest_burst * fs))
        return _dissolved(states, SUPPRESSED, BURST, round(self.shortest_suppression * fs))

    def ratio(self, states: np.ndarray) -> float:
        """Share of the known samples that are suppressed; NaN where too little is known."""
        known = np.count_nonzero(states != UNKNOWN)
        if known == 0 or known < self.known * len(states):
            return float("nan")
        return np.count_nonzero(states == SUPPRESSED) / known

    def trailing_ratio(self, states: np.ndarray, fs: float, window_s: float) -> np.ndarray:
        """The ratio over the last `window_s` seconds at the end of every second, `[seconds]`; NaN until it is full."""
        ends = np.floor(np.arange(1, int(len(states) / fs) + 1) * fs).astype(int)
        begins = ends - round(window_s * fs)
        flat = np.concatenate([[0], np.cumsum(states == SUPPRESSED)])
        known = np.concatenate([[0], np.cumsum(states != UNKNOWN)])
        first = np.maximum(begins, 0)
        measured = known[ends] - known[first]
        enough = (begins >= 0) & (measured >= self.known * window_s * fs) & (measured > 0)
        return np.where(enough, (flat[ends] - flat[first]) / np.maximum(measured, 1), np.nan)

    def _followed(self, values: np.ndarray, b: float) -> np.ndarray:
        start = values[:, : max(1, round(1 / (1 - b)))].mean(axis=1, keepdims=True) * b
        ahead, back = np.array([1 - b], values.dtype), np.array([1, -b], values.dtype)
        return signal.lfilter(ahead, back, values, axis=1, zi=start.astype(values.dtype))[0]


def spans(states: np.ndarray, fs: float) -> list[Span]:
    """The bursts and suppressions one after the other; `whole` is false beside a gap and at the ends of the record."""
    edges = np.flatnonzero(np.diff(states)) + 1
    begins, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(states)]])
    made = []
    for begin, end in zip(begins, ends, strict=True):
        if end > begin and states[begin] != UNKNOWN:
            seen = begin > 0 and end < len(states) and states[begin - 1] != UNKNOWN and states[end] != UNKNOWN
            made.append(Span(begin / fs, end / fs, int(states[begin]), bool(seen)))
    return made


def _most(values: np.ndarray, size: int, of: np.ufunc) -> np.ndarray:
    """Largest or smallest of every `size` samples on end, by doubling: faster than a filter sample by sample."""
    reach = 1
    while reach < size:
        step = min(reach, size - reach)
        values, reach = of(values[:, :-step], values[:, step:]), reach + step
    return values


def middle(values: np.ndarray, least: float) -> np.ndarray:
    """Median over channels `[channels, samples]` of those that reach `least`; NaN where none does."""
    alive, rows = values >= least, len(values)
    if rows and alive.all():
        ordered = np.sort(values, axis=0)  # faster than a median
        return (ordered[(rows - 1) // 2] + ordered[rows // 2]) / 2
    ordered = np.sort(np.where(alive, values, np.inf), axis=0)
    count = alive.sum(axis=0)
    low, high = np.maximum((count - 1) // 2, 0), count // 2
    at = np.arange(values.shape[1])
    both = ordered[low, at], ordered[np.minimum(high, len(values) - 1), at]
    return np.where(count > 0, np.where(count > 0, both[0] + both[1], 0.0) / 2, np.nan)


def _held(marks: np.ndarray) -> np.ndarray:
    """Marks with the undecided (2) replaced by the last decision, or the next where there was none yet."""
    decided = marks != 2
    last = np.maximum.accumulate(np.where(decided, np.arange(len(marks)), -1))
    states = np.where(last >= 0, marks[np.maximum(last, 0)], 2)
    # After a gap nothing is held over it: the undecided take what comes next.
    open_ = (~decided & (states == UNKNOWN)) | (states == 2)
    if open_.any():
        following = np.minimum.accumulate(np.where(decided, np.arange(len(marks)), len(marks))[::-1])[::-1]
        ahead = np.where(following < len(marks), marks[np.minimum(following, len(marks) - 1)], BURST)
        states = np.where(open_, np.where(ahead == UNKNOWN, BURST, ahead), states)
    return states.astype(np.int8)


def _dissolved(states: np.ndarray, state: int, into: int, shortest: int) -> np.ndarray:
    """Stretches of `state` shorter than `shortest` samples become `into`, where both neighbours are known and seen."""
    edges = np.flatnonzero(np.diff(states)) + 1
    begins, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(states)]])
    short = (states[begins] == state) & (ends - begins < shortest) & (begins > 0) & (ends < len(states))
    short &= (states[np.maximum(begins - 1, 0)] == into) & (states[np.minimum(ends, len(states) - 1)] == into)
    change = np.repeat(short, ends - begins)
    return np.where(change, np.int8(into), states)
