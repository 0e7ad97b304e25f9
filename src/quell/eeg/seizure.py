"""Seizures of a recording by the logic of the ACNS (2021), and status epilepticus made of them.

Each second is judged by four ways that lead to a seizure: a rhythm above 2.5 Hz that is large for this patient; one
that is large for anyone; discharges that average more than 2.5 Hz, however irregular; and an EEG so lively that it can
hardly be anything else. Muscle, a head that is shaken by hands or by a bed, and alpha count against it. What stays
likely for 10 s is an electrographic seizure.

The patient's calm is a low quantile of the whole recording held between absolute bounds, so a recording that begins
in status epilepticus, or is nothing else, does not become its own baseline. Not for the bedside. Numbers: seizure.toml.
"""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
from scipy import ndimage

from quell.eeg.block import Source
from quell.eeg.burden import Span, joined, status_spans
from quell.eeg.rhythm_track import one_pace
from quell.eeg.seizure_course import Course, Reporter, follow
from quell.eeg.suppression_epoch import stretches
from quell.ground.card import from_card
from quell.ground.units import Hz, Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]
uV_per_s = Annotated[Any, Unit("uV/s")]


class Event(NamedTuple):
    """Something that lasts: begin and end in s, its kind, how likely it is (0-1), and its frequency in Hz or None."""

    start_s: float
    stop_s: float
    kind: str
    likely: float
    hz: float | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.stop_s - self.start_s


@dataclass(frozen=True, kw_only=True)
class Seizures:
    """Limits of the detector; each is where a finding counts half."""

    steepness: ratio
    calm_quantile: share
    calm_least: uV_per_s
    calm_most: uV_per_s
    times_calm: ratio
    regularity: share
    size: uV
    line: uV_per_s
    line_weight: share
    muscle: ratio
    alpha_low: Hz
    alpha_high: Hz
    back: share
    alpha_size: uV
    quick_least: uV
    quick_most: uV
    quick_times: ratio
    quick_even: share
    quick_slow: share
    machine: share
    pillow: share
    wander: share
    kept: share
    sure: share
    fewest: ratio
    hardly: share
    bout: second
    largest: uV
    ictal_hz: Hz
    ending_hz: Hz
    ending: second
    smooth: second
    enter: share
    leave: share
    pause: second
    shortest: second

    def over(self, value: Any, limit: float, times: float = 1.0) -> Any:
        """0 far below the limit, a half at it, 1 far above."""
        safe = np.maximum(value, 1e-9)
        return 1.0 / (1.0 + np.exp(-np.clip(times * self.steepness * np.log(safe / limit), -50, 50)))

    def calm(self, course: Course) -> float:
        """The patient's own line length at rest in uV/s: a low quantile, held between bounds."""
        sound = course.line[course.known & (course.strained < self.muscle)]
        low = np.quantile(sound, self.calm_quantile) if len(sound) else self.calm_most
        return float(np.clip(low, self.calm_least, self.calm_most))

    def quick_limit(self, course: Course) -> float:
        """How large quick discharges must be in uV: by what the patient shows at rest, held between bounds."""
        sizes = course.quick_size[course.known & (course.quick_strained < self.muscle)]
        low = np.quantile(sizes, self.calm_quantile) if len(sizes) else self.quick_most
        return float(np.clip(self.quick_times * low, self.quick_least, self.quick_most))

    def quick(self, course: Course) -> np.ndarray:
        """How likely quick discharges alone make each second a seizure, 0-1 `[seconds]`.

        Muscle counts against it, and peaks so uneven that most are phases of fewer discharges; where a slower rhythm
        is regular they must be even indeed.
        """
        slow = self.over(course.regularity, self.regularity) * (1.0 - self.over(course.hz, self.ictal_hz, 2.0))
        even = self.over(course.quick_even, self.quick_even) * (
            1.0 - slow * (1.0 - self.over(course.quick_even, self.quick_slow))
        )
        large = self.over(course.quick_size, self.quick_limit(course))
        return large * even * (1.0 - self.over(course.quick_strained, self.muscle))

    def pace(self, course: Course) -> np.ndarray:
        """Frequency of each second in Hz: of its rhythm, or where that is not regular, of its quick discharges."""
        regular = (course.regularity > self.regularity) & (course.hz > self.ictal_hz)
        counted = ~regular & (course.quick_size > self.quick_limit(course))
        return np.where(counted, course.quick_hz, course.hz)

    def likelihood(self, course: Course, slowest: float | None = None) -> np.ndarray:
        """How likely each second is a seizure, 0-1 `[seconds]`; 0 where nothing is known.

        A rhythm at `slowest` (Hz, default that of the card) counts half.
        """
        known = course.known
        hz = np.where(known, course.hz, 0.0)
        regular = self.over(course.regularity, self.regularity)
        healthy = self.over(hz, self.alpha_low, 3.0) * (1.0 - self.over(hz, self.alpha_high, 3.0))
        healthy *= self.over(course.back, self.back) * (1.0 - self.over(course.size, self.alpha_size))
        regular *= self.over(hz, slowest or self.ictal_hz, 2.0)
        ways = (
            self.over(course.line / self.calm(course), self.times_calm) * regular * (1.0 - healthy),
            self.over(course.size, self.size) * regular * (1.0 - healthy),
            self.over(course.line, self.line) * self.line_weight,
        )
        calm = 1.0 - self.over(course.strained, self.muscle)
        any_way = 1.0 - np.prod([1.0 - way * calm for way in ways], axis=0) * (
            1.0 - self.quick(course) * (1.0 - healthy)
        )
        likely = any_way * (1.0 - self.over(course.size, self.largest))
        filled = np.where(known, likely, 0.0)
        return ndimage.median_filter(filled, size=max(1, round(self.smooth)), mode="nearest")

    def spans(self, likely: np.ndarray, course: Course) -> list[Span]:
        """Stretches of 10 s and more from where it is likely until it no longer is; short pauses bridged.

        Seizures slow before they end, so for a while one that is going on may be slower than one that begins. A
        stretch in which a shaken head is likelier than a brain is left out.
        """
        near = ndimage.maximum_filter1d(likely, 2 * round(self.ending) + 1) >= self.enter
        going = np.maximum(likely, np.where(near, self.likelihood(course, self.ending_hz), 0.0))
        found = joined(self._unshaken(course, _runs(_held(likely, going, self.enter, self.leave))), self.pause)
        long = [span for span in found if span.stop_s - span.start_s >= self.shortest]
        return [span for span in long if not self.shaken(course, span) >= 0.5]

    def _unshaken(self, course: Course, pieces: list[Span]) -> list[Span]:
        """Pieces in which the head is not shaken, so that a seizure beside a shaken head is not thrown out with it.

        A piece that tells little is taken for what it is among its neighbours.
        """
        kept = []
        for group in joined(pieces, self.bout):
            among = self.shaken(course, group) >= 0.5
            for piece in (one for one in pieces if group.start_s <= one.start_s < group.stop_s):
                own = self.shaken(course, piece)
                if own < self.hardly or not (among or own >= 0.5):
                    kept.append(piece)
        return kept

    def shaken(self, course: Course, span: Span) -> float:
        """How likely hands or a bed shake the head, 0-1: too regular for a brain, of one pace, where the head lies.

        NaN where too few seconds are regular for anything to be said.
        """
        cut = slice(int(span.start_s), int(span.stop_s))
        regular = course.regularity[cut] > self.sure
        if regular.sum() < self.fewest:
            return float("nan")
        hz = course.hz[cut][regular]
        steady = self.over(one_pace(hz, self.wander), self.kept)
        even = self.over(np.median(course.regularity[cut][regular]), self.machine, 3.0)
        return float(steady * even * self.over(np.median(course.back[cut][regular]), self.pillow, 2.0))


def detect(record: Source, progress: Reporter | None = None) -> list[Event]:
    """Seizures, status epilepticus and burst suppression of a Record or a Recording, in order of time.

    Kinds: `seizure` (10 s and more), `status` (from where the criterion is met: 10 min on end, or a fifth of the last
    hour), `burst_suppression` (minutes of which half or more is suppressed, with bursts) and `suppression` (minutes
    without a burst). `progress` is called with seconds done and in all. Raises InputError where there is no EEG.
    """
    return events(follow(record, progress))


def events(course: Course) -> list[Event]:
    """The events of a course that was followed already."""
    seizures = from_card(Seizures)
    likely = seizures.likelihood(course)
    found = seizures.spans(likely, course)
    made = [_event(span, "seizure", likely, seizures.pace(course)) for span in found]
    made += [_event(span, "status", likely, None) for span in status_spans(found, course.seconds)]
    quiet = stretches(course.suppressed, course.known)
    for kind, spans in (("burst_suppression", quiet.bursting), ("suppression", quiet.flat)):
        made += [_event(span, kind, course.suppressed, None) for span in spans]
    return sorted(made, key=lambda event: (event.start_s, event.kind))


def _event(span: Span, kind: str, likely: np.ndarray, hz: np.ndarray | None) -> Event:
    cut = slice(int(span.start_s), max(int(span.start_s) + 1, int(np.ceil(span.stop_s))))
    pace = None if hz is None else float(np.nanmedian(hz[cut]))
    return Event(span.start_s, span.stop_s, kind, float(np.nanmean(likely[cut])), pace)


def _held(likely: np.ndarray, going: np.ndarray, enter: float, leave: float) -> np.ndarray:
    """True where `going` stays above `leave` around a second in which `likely` reaches `enter`."""
    made = going > leave
    edges = np.flatnonzero(np.diff(np.concatenate([[0], made, [0]])))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if likely[begin:end].max() < enter:
            made[begin:end] = False
    return made


def _runs(marks: np.ndarray) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]])))
    return [Span(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
