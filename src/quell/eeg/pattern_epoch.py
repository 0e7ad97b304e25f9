"""Epochs: pages of one pattern on end, how much of a recording they fill, and what lies between them and a seizure.

A pattern is told where it is the likeliest name of its pages. The ictal-interictal continuum (ACNS 2021) is periodic
discharges above 1 Hz, or lateralised rhythmic delta above 1 Hz, that are no seizure; ten minutes of it, or more than a
fifth of any hour, are possible status epilepticus, which a drug that helps would make probable. Numbers:
pattern_epoch.toml and burden.toml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quell.eeg.burden import Span, crowded, joined
from quell.eeg.seizure import Event
from quell.ground.card import from_card
from quell.ground.units import Hz, second, share

TOLD = ("lpd", "gpd", "lrda", "grda", "low_voltage")
CONTINUUM = ("lpd", "gpd", "lrda")


@dataclass(frozen=True, kw_only=True)
class Epochs:
    """When pages make an epoch, and the words of the terminology."""

    likely: share
    pause: second
    continuum_hz: Hz
    seizure_hz: Hz
    possible: second
    continuous: share
    abundant: share
    frequent: share
    occasional: share
    nearly: share
    discontinuous: share
    burst_suppression: share
    suppressed: share

    def prevalence(self, part: float) -> str:
        """The word for a share of the recording: continuous, abundant, frequent, occasional or rare."""
        for name in ("continuous", "abundant", "frequent", "occasional"):
            if part >= getattr(self, name):
                return name
        return "rare"

    def continuity(self, flat: float) -> str:
        """The word for a share of suppression: continuous to suppressed."""
        steps = (self.nearly, self.discontinuous, self.burst_suppression, self.suppressed)
        names = ("continuous", "nearly continuous", "discontinuous", "burst suppression", "suppressed")
        return names[int(np.searchsorted(steps, flat, side="right"))]


def epochs(edges: np.ndarray, probabilities: Mapping[str, np.ndarray], pattern_hz: np.ndarray) -> list[Event]:
    """Epochs of periodic and rhythmic patterns and of low voltage, and possible status epilepticus, in order of time.

    `edges` `[pages, 2]` s, `probabilities` by class `[pages]`, `pattern_hz` `[pages]` Hz or NaN, as an analysis has
    them. Kinds: lpd, gpd, lrda, grda, low_voltage, possible_status.
    """
    card = from_card(Epochs)
    names, table = list(probabilities), np.stack(list(probabilities.values()))
    known = np.isfinite(table).all(axis=0)
    best = np.where(known, np.argmax(np.nan_to_num(table), axis=0), -1)
    made, between = [], []
    for name in TOLD:
        row = table[names.index(name)]
        pages = np.flatnonzero((best == names.index(name)) & (row >= card.likely))
        made += [_event(name, span, edges, pages, (row, pattern_hz)) for span in _spans(edges, pages, card.pause)]
        if name in CONTINUUM:
            between += [k for k in pages if card.continuum_hz < pattern_hz[k] <= card.seizure_hz]
    pages, sure = np.array(sorted(between), int), np.where(known, 1.0 - np.nan_to_num(table[names.index("other")]), 0.0)
    met = [span for span in _spans(edges, pages, card.pause) if span.stop_s - span.start_s >= card.possible]
    if len(pages):
        met += crowded(_spans(edges, pages, 0.0), float(edges[-1, 1]))
    made += [_event("possible_status", span, edges, pages, (sure, pattern_hz)) for span in joined(met, 1.0)]
    return sorted(made, key=lambda event: (event.start_s, event.kind))


def prevalences(found: Sequence[Event], stop_s: float, start_s: float = 0.0) -> dict[str, tuple[float, str]]:
    """The share of a stretch that each kind fills, and the word of the terminology for it."""
    card, made = from_card(Epochs), {}
    for kind in sorted({event.kind for event in found}):
        spans = joined([Span(event.start_s, event.stop_s) for event in found if event.kind == kind], 0.0)
        inside = sum(max(0.0, min(stop, stop_s) - max(start, start_s)) for start, stop in spans)
        part = inside / (stop_s - start_s)
        made[kind] = (part, card.prevalence(part))
    return made


def _spans(edges: np.ndarray, pages: np.ndarray, pause: float) -> list[Span]:
    return joined([Span(float(edges[k, 0]), float(edges[k, 1])) for k in pages], pause)


def _event(kind: str, span: Span, edges: np.ndarray, pages: np.ndarray, values: tuple[np.ndarray, np.ndarray]) -> Event:
    inside = [k for k in pages if edges[k, 1] > span.start_s and edges[k, 0] < span.stop_s]
    hz = values[1][inside]
    pace = float(np.median(hz[np.isfinite(hz)])) if np.isfinite(hz).any() else None
    return Event(span.start_s, span.stop_s, kind, float(values[0][inside].mean()), pace)
