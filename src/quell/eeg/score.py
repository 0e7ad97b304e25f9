"""Scores of a detector, the SzCORE way: events that overlap, false alarms a day, and seconds.

Events less than 90 s apart are joined on both sides and those longer than 5 min are divided; a reference event counts
from 30 s before to 60 s after itself, and any overlap finds it. A detection wholly outside is a false alarm.
Status epilepticus becomes many events this way, so the minutes of seizure per hour are compared as well.
Rules: Dan 2024; numbers: score.toml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quell.eeg.burden import Span, hourly, joined, marked
from quell.ground.card import from_card
from quell.ground.units import second

DAY_S = 86400.0


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """Tolerances and lengths."""

    before: second
    after: second
    apart: second
    longest: second


class Score(NamedTuple):
    """What a detector found. `sensitivity`, `precision`, `f1` by events (NaN without any); false alarms per 24 h;
    the same by seconds; and the mean and the largest error of the minutes of seizure per hour."""

    found: int
    events: int
    false: int
    sensitivity: float
    precision: float
    f1: float
    false_per_day: float
    second_sensitivity: float
    second_precision: float
    burden_error: float
    burden_worst: float


def score(reference: Sequence[Span], detected: Sequence[Span], seconds: float) -> Score:
    """Compare spans of seizure in a recording of `seconds`."""
    card = from_card(Scoring)
    truth, said = (_divided(joined(spans, card.apart), card.longest) for spans in (reference, detected))
    wide = [Span(max(0.0, start - card.before), min(seconds, stop + card.after)) for start, stop in truth]
    found = sum(any(_overlap(one, other) for other in said) for one in wide)
    false = sum(not any(_overlap(one, other) for other in wide) for one in said)
    hit, told = _over(found, len(truth)), _over(len(said) - false, len(said))
    a, b = marked(reference, seconds), marked(detected, seconds)
    both = float(np.minimum(a, b).sum())
    errors = [abs(x - y) for x, y in zip(hourly(reference, seconds), hourly(detected, seconds), strict=True)]
    return Score(
        found,
        len(truth),
        false,
        hit,
        told,
        _over(2 * hit * told, hit + told),
        false * DAY_S / seconds,
        _over(both, float(a.sum())),
        _over(both, float(b.sum())),
        float(np.mean(errors)) if errors else 0.0,
        float(np.max(errors)) if errors else 0.0,
    )


def _divided(spans: Sequence[Span], longest: float) -> list[Span]:
    made = []
    for start, stop in spans:
        while stop - start > longest:
            made.append(Span(start, start + longest))
            start += longest
        made.append(Span(start, stop))
    return made


def _overlap(one: Span, other: Span) -> bool:
    return one.start_s < other.stop_s and other.start_s < one.stop_s


def _over(above: float, below: float) -> float:
    return above / below if below else float("nan")
