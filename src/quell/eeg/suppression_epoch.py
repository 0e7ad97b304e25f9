"""Minutes of burst suppression, and minutes of suppression without a burst, from the suppressed share of each second.

Burst suppression needs bursts: half or more of every minute is suppressed, and what is not lies between suppressions
and lasts no longer than a burst can. A flat minute within a lively record has none. Numbers: suppression_epoch.toml.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from quell.eeg.burden import Span, joined
from quell.ground.card import from_card
from quell.ground.units import ratio, second, share


@dataclass(frozen=True, kw_only=True)
class Alternation:
    """When seconds make burst suppression, and when they make suppression."""

    least: share
    flat: share
    window: second
    shortest: second
    longest_burst: second
    fewest: ratio
    burst: share
    twitch: second


class Stretches(NamedTuple):
    """Stretches of burst suppression and of suppression without bursts, in seconds."""

    bursting: list[Span]
    flat: list[Span]


def stretches(suppressed: np.ndarray, known: np.ndarray) -> Stretches:
    """Both kinds, from the suppressed share of each second and whether it is known, each `[seconds]`."""
    card = from_card(Alternation)
    quiet = np.where(known, suppressed, 0.0)
    minutes = ndimage.uniform_filter1d(quiet, max(1, round(card.window)), mode="nearest")
    found = joined(_runs((minutes >= card.least) & (minutes < card.flat)), card.window)
    parts = _alternating(quiet, card)
    bursting = [_within(one, part) for one in found for part in parts]
    twitches = [run for run in _runs(known & (quiet < card.flat)) if run.stop_s - run.start_s <= card.twitch]
    marks = quiet >= card.flat
    for run in twitches:
        marks[int(run.start_s) : int(run.stop_s)] = True
    flat = [span for span in _runs(marks) if span.stop_s - span.start_s >= card.shortest]
    bursting = [_trimmed(span, flat) for span in bursting]
    long = [span for span in bursting if span.stop_s - span.start_s >= card.shortest]
    return Stretches([span for span in long if _bursts(quiet, span, card)], flat)


def _alternating(quiet: np.ndarray, card: Alternation) -> list[Span]:
    """From the first suppressed second to the last, where nothing between lasts longer than a burst."""
    return joined(_runs(quiet >= card.least), card.longest_burst)


def _bursts(quiet: np.ndarray, span: Span, card: Alternation) -> bool:
    """Whether bursts enough lie between suppressions, and not too many."""
    inside = quiet[int(span.start_s) : int(span.stop_s)]
    between = [run for run in _runs(inside <= 1.0 - card.burst) if run.start_s > 0 and run.stop_s < len(inside)]
    return len(between) >= card.fewest and inside.mean() >= card.least


def _trimmed(span: Span, flat: list[Span]) -> Span:
    """The stretch without a beginning or an end that has no bursts."""
    for one in flat:
        if one.start_s <= span.start_s < one.stop_s:
            span = Span(min(one.stop_s, span.stop_s), span.stop_s)
        if one.start_s < span.stop_s <= one.stop_s:
            span = Span(span.start_s, max(one.start_s, span.start_s))
    return span


def _within(one: Span, other: Span) -> Span:
    begin, end = max(one.start_s, other.start_s), min(one.stop_s, other.stop_s)
    return Span(begin, max(begin, end))


def _runs(marks: np.ndarray) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]])))
    return [Span(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
