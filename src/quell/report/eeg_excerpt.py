"""The pages of an EEG that its report shows: all of a short record, a choice of a long one, packed for the viewer."""

import base64
from typing import Any, NamedTuple

import numpy as np

from quell.eeg.analysis import Analysis
from quell.eeg.block import Source
from quell.eeg.conditioning import Band, bridged
from quell.ground.card import from_card

WHOLE_S = 900.0  # a record up to this length is shown whole
MOST_PAGES = 60
CLEAR = 0.3  # least probability of a page that stands for its class
EACH = 4  # such pages of each class
STEP_UV = 0.25  # of the packed samples
NOTHING = -32768
SHOWN_KINDS = ("eeg", "ecg", "eog", "emg")


class Excerpt(NamedTuple):
    """A stretch for the viewer: seconds, rate in Hz, and 16-bit samples `[channels, samples]` as base64."""

    start_s: float
    stop_s: float
    fs: float
    data: str


def chosen(analysis: Analysis) -> tuple[list[tuple[float, float]], str]:
    """Stretches to show, and the rule in words."""
    if analysis.duration_s <= WHOLE_S:
        return [(0.0, analysis.duration_s)], "The whole record is here."
    pages: set[int] = {0, len(analysis.edges) - 1}
    for values in analysis.probabilities.values():
        clear = [int(page) for page in np.argsort(-np.nan_to_num(values))[:EACH] if values[page] >= CLEAR]
        pages |= set(clear)
    for event in analysis.events:
        if event["kind"] == "seizure" and len(pages) < MOST_PAGES // 2:
            pages.add(int(np.searchsorted(analysis.edges[:, 1], event["start_s"], side="right")))
    room = max(1, MOST_PAGES - len(pages))
    pages |= {int(page) for page in np.linspace(0, len(analysis.edges) - 1, room)}
    ordered = sorted(page for page in pages if page < len(analysis.edges))
    spans: list[tuple[float, float]] = []
    for page in ordered:
        start, stop = (float(edge) for edge in analysis.edges[page])
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    words = f"{len(ordered)} of {len(analysis.edges)} pages are here: the clearest of each class, where seizures begin,"
    return spans, f"{words} and others spread evenly over the record."


def excerpt(source: Source, start_s: float, stop_s: float) -> Excerpt:
    """One stretch of the channels shown, 0.5-40 Hz; where nothing was recorded it stays empty."""
    band = from_card(Band)
    fs, rate = source.fs, band.rate_after(source.fs)
    low = max(0, round((start_s - band.margin) * fs))
    high = min(source.samples, round((stop_s + band.margin) * fs))
    raw = source.stretch(low, high)[shown_rows(source)]
    there = np.isfinite(raw).all(axis=1)
    missing = ~np.isfinite(raw)
    filtered = band.apply(bridged(raw)[0], fs) if there.any() or np.isfinite(raw).any() else np.zeros((len(raw), 1))
    first = round((start_s - low / fs) * rate)
    count = round((stop_s - start_s) * rate)
    at = np.minimum(((np.arange(count) + first) * fs / rate).astype(int), raw.shape[1] - 1)
    values = filtered[:, np.minimum(np.arange(first, first + count), filtered.shape[1] - 1)]
    packed = np.rint(values / STEP_UV).clip(-32767, 32767)
    packed[missing[:, at]] = NOTHING
    return Excerpt(start_s, stop_s, rate, base64.b64encode(packed.astype("<i2").tobytes()).decode())


def shown_rows(source: Source) -> list[int]:
    """Rows of the channels that the viewer shows: EEG first, then heart, eyes and muscle."""
    order = {kind: k for k, kind in enumerate(SHOWN_KINDS)}
    rows = [row for row, channel in enumerate(source.channels) if channel.kind in order]
    return sorted(rows, key=lambda row: order[source.channels[row].kind])


def packed(source: Source, analysis: Analysis) -> dict[str, Any]:
    """Everything the viewer needs, as plain values."""
    spans, rule = chosen(analysis)
    rows = shown_rows(source)
    return {
        "rule": rule,
        "step": STEP_UV,
        "nothing": NOTHING,
        "duration": analysis.duration_s,
        "channels": [{"name": source.channels[row].name, "kind": source.channels[row].kind} for row in rows],
        "parts": [excerpt(source, *span)._asdict() for span in spans],
    }
