"""Seizure burden: how much of an hour is seizure, and when that makes status epilepticus.

Electrographic status epilepticus by the ACNS (2021): a seizure of 10 min on end, or seizures over more than a fifth of
any 60 min. Both are told from the moment they are met. Numbers: burden.toml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quell.ground.card import from_card
from quell.ground.units import second, share


class Span(NamedTuple):
    """A stretch of time in s."""

    start_s: float
    stop_s: float


@dataclass(frozen=True, kw_only=True)
class Burden:
    """The criteria of electrographic status epilepticus."""

    continuous: second
    window: second
    share: share


def joined(spans: Sequence[Span], pause_s: float) -> list[Span]:
    """Spans in order, with pauses shorter than `pause_s` bridged."""
    made: list[Span] = []
    for span in sorted(spans):
        if made and span.start_s - made[-1].stop_s < pause_s:
            made[-1] = Span(made[-1].start_s, max(made[-1].stop_s, span.stop_s))
        else:
            made.append(Span(float(span.start_s), float(span.stop_s)))
    return made


def marked(spans: Sequence[Span], seconds: float) -> np.ndarray:
    """Share of every second that lies in a span, `[seconds]`."""
    total = np.zeros(int(np.ceil(seconds)) + 1)
    for start, stop in joined(spans, 0.0):
        start, stop = max(0.0, start), min(float(seconds), stop)
        if stop <= start:
            continue
        first, last = int(start), int(stop)
        total[first : last + 1] += 1.0
        total[first] -= start - first
        total[last] -= last + 1 - stop
    return np.clip(total[: int(np.ceil(seconds))], 0.0, 1.0)


def hourly(spans: Sequence[Span], seconds: float) -> list[float]:
    """Minutes of seizure in each hour from the start; the last hour may be shorter."""
    mark = marked(spans, seconds)
    return [float(mark[at : at + 3600].sum() / 60) for at in range(0, len(mark), 3600)]


def trailing(spans: Sequence[Span], seconds: float) -> np.ndarray:
    """Seconds of seizure in the last 60 min over 3600 at the end of every second, `[seconds]`.

    Before an hour has passed the hour is still counted whole: a share of a few minutes is no burden.
    """
    window = int(from_card(Burden).window)
    sums = np.concatenate([[0.0], np.cumsum(marked(spans, seconds))])
    ends = np.arange(1, len(sums))
    return (sums[ends] - sums[np.maximum(ends - window, 0)]) / window


def status_spans(seizures: Sequence[Span], seconds: float) -> list[Span]:
    """Electrographic status epilepticus, each from the moment a criterion is met until it no longer is.

    A long seizure counts until its end; the share of the last hour until the last seizure within it has ended.
    """
    most = from_card(Burden).continuous
    long = [Span(start + most, stop) for start, stop in seizures if stop - start >= most]
    long += crowded(seizures, seconds)
    return joined([Span(min(start, seconds), min(stop, seconds)) for start, stop in long], 1.0)


def crowded(spans: Sequence[Span], seconds: float) -> list[Span]:
    """Stretches in which spans fill more than a fifth of the last hour, from when they do to the end of the last."""
    over, made = trailing(spans, seconds) > from_card(Burden).share, []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], over.astype(int), [0]])))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        last = max((stop for start, stop in spans if start < end), default=float(end))
        met = float(begin + 1)
        if min(float(end), last) > met - 1:
            made.append(Span(met, max(met, min(float(end), last))))
    return made
