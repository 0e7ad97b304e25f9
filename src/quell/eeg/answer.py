"""What programs and people are told about an EEG: plain values for JSON, unknown numbers as null."""

import math
from typing import Any

import numpy as np

from quell.eeg.analysis import Analysis
from quell.eeg.pattern_epoch import TOLD, Epochs, prevalences
from quell.eeg.suppression import BURST, SUPPRESSED
from quell.ground.card import from_card

HOUR_S = 3600.0
NOT_FOR_CARE = "Research and teaching only, never for decisions at the bedside; no part is validated for care."
DIGITS = 6
PATTERNS = (*TOLD, "burst_suppression", "suppression", "possible_status")


def answer(analysis: Analysis) -> dict[str, Any]:
    """The stable contract of `quell eeg FILE --json`: duration_s, channels, pages, events, warnings.

    A page has start_s, stop_s, probabilities over the eight classes, bsr (share of the page that is suppressed), bsp
    with bsp_low and bsp_high (suppression probability at the middle of the page, 95 % interval) and pattern_hz.
    With drugs told there are `stages` as well: time_s, stage, reason.
    """
    told = {
        "duration_s": _plain(analysis.duration_s),
        "channels": list(analysis.channels),
        "pages": [_page(analysis, number) for number in range(len(analysis.edges))],
        "events": analysis.events,
        "warnings": list(analysis.warnings),
    }
    return told | ({"stages": staged(analysis)} if analysis.drugs else {})


def staged(analysis: Analysis) -> list[dict[str, Any]]:
    """The stages of status epilepticus in order of time, each with its reason."""
    return [{**reached._asdict(), "time_s": _plain(reached.time_s)} for reached in analysis.stages]


def summary(analysis: Analysis) -> dict[str, Any]:
    """`summary.json`: the contract, with trends in every page, hours, bursts, synchrony, and how it was measured."""
    told = answer(analysis)
    for number, page in enumerate(told["pages"]):
        page["trends"] = {name: _plain(values[number]) for name, values in analysis.trends.items()}
    return {
        "about": NOT_FOR_CARE,
        "simulated": analysis.simulated,
        "start": analysis.start.isoformat() if analysis.start else None,
        "fs": _plain(analysis.fs),
        "montage": analysis.montage,
        "whole": whole(analysis),
        "hours": hours(analysis),
        **told,
        "drugs": [drug._asdict() for drug in analysis.drugs],
        "stages": staged(analysis),
    }


def whole(analysis: Analysis) -> dict[str, Any]:
    """The record in a few numbers."""
    first, last = 0.0, analysis.duration_s
    return {**_stretch(analysis, first, last), "synchrony": _synchrony(analysis)}


def hours(analysis: Analysis) -> list[dict[str, Any]]:
    """The same for every hour from the start of the record; the last may be shorter."""
    count = max(1, math.ceil(analysis.duration_s / HOUR_S))
    edges = [(HOUR_S * k, min(HOUR_S * (k + 1), analysis.duration_s)) for k in range(count)]
    return [_stretch(analysis, *edge) for edge in edges]


def clock(seconds: float) -> str:
    """Time in the record: 1:02:03 or 2:03."""
    whole_s = int(abs(seconds))
    hour, minute, second = whole_s // 3600, whole_s // 60 % 60, whole_s % 60
    sign = "-" if seconds <= -1.0 else ""
    return sign + (f"{hour}:{minute:02d}:{second:02d}" if hour else f"{minute}:{second:02d}")


def _page(analysis: Analysis, number: int) -> dict[str, Any]:
    start, stop = analysis.edges[number]
    bsp, low, high = analysis.bsp_of(number)
    return {
        "start_s": _plain(start),
        "stop_s": _plain(stop),
        "probabilities": {name: _plain(values[number]) for name, values in analysis.probabilities.items()},
        "bsr": _plain(analysis.trends["bsr"][number]),
        "bsp": _plain(bsp),
        "bsp_low": _plain(low),
        "bsp_high": _plain(high),
        "pattern_hz": _plain(analysis.pattern_hz[number]),
    }


def _stretch(analysis: Analysis, start: float, stop: float) -> dict[str, Any]:
    """Mean probabilities, suppression, burden, frequency and bursts of the pages that begin in a stretch."""
    inside = (analysis.edges[:, 0] >= start) & (analysis.edges[:, 0] < stop)
    lengths = np.diff(analysis.edges[inside], axis=1)[:, 0] * analysis.trends["known"][inside]
    weights = lengths * np.isfinite(analysis.trends["bsr"][inside])
    seconds = slice(int(start), max(int(start) + 1, int(stop)))
    bsp = [float(np.mean(part[seconds])) if len(part[seconds]) else math.nan for part in analysis.bsp]
    unknown = weights.sum() == 0
    return {
        "start_s": _plain(start),
        "stop_s": _plain(stop),
        "measured_s": _plain(lengths.sum()),
        "probabilities": {name: _mean(values[inside], weights) for name, values in analysis.probabilities.items()},
        "bsr": _mean(analysis.trends["bsr"][inside], weights),
        "bsp": None if unknown else _plain(bsp[0]),
        "bsp_low": None if unknown else _plain(bsp[1]),
        "bsp_high": None if unknown else _plain(bsp[2]),
        "seizure_burden": _burden(analysis, start, stop, float(lengths.sum())),
        "pattern_hz": _plain(_median(analysis.pattern_hz[inside])),
        "continuity": _continuity(analysis, inside, weights),
        "patterns": _patterns(analysis, start, stop),
        **_bursts(analysis, start, stop, float(lengths.sum())),
    }


def _continuity(analysis: Analysis, inside: np.ndarray, weights: np.ndarray) -> str | None:
    """The word of the terminology for the share of suppression, None where it is unknown."""
    flat = _mean(analysis.trends["bsr"][inside], weights)
    return None if flat is None else from_card(Epochs).continuity(flat)


def _patterns(analysis: Analysis, start: float, stop: float) -> dict[str, Any]:
    """Each pattern that was found in a stretch: its share of the time, the word for it, and its median frequency."""
    cut = [
        event._replace(start_s=max(event.start_s, start), stop_s=min(event.stop_s, stop))
        for event in analysis.found
        if event.kind in PATTERNS and event.start_s < stop and event.stop_s > start
    ]
    words, made = prevalences(cut, stop, start), {}
    for kind, (share, word) in words.items():
        hz = np.array([math.nan if event.hz is None else event.hz for event in cut if event.kind == kind])
        made[kind] = {"share": _plain(share), "prevalence": word, "hz": _plain(_median(hz))}
    return made


def _burden(analysis: Analysis, start: float, stop: float, measured: float) -> float | None:
    """Share of the measured time that lies in seizures."""
    inside = 0.0
    for event in analysis.events:
        if event["kind"] == "seizure":
            begin, end = event["start_s"], event["start_s"] + event["duration_s"]
            inside += max(0.0, min(end, stop) - max(begin, start))
    return _plain(min(1.0, inside / measured)) if measured > 0 else None


def _bursts(analysis: Analysis, start: float, stop: float, measured: float) -> dict[str, Any]:
    """Bursts per minute and median lengths, where there is burst suppression at all."""
    whole = [span for span in analysis.bursts if span.whole and start <= span.start_s < stop]
    bursts = np.array([span.stop_s - span.start_s for span in whole if span.state == BURST])
    between = np.array([span.stop_s - span.start_s for span in whole if span.state == SUPPRESSED])
    return {
        "bursts_per_min": _plain(60.0 * len(bursts) / measured) if measured > 0 else None,
        "burst_s": _plain(_median(bursts)),
        "interburst_interval_s": _plain(_median(between)),
    }


def _synchrony(analysis: Analysis) -> dict[str, Any]:
    """Median over minutes of the coherence between channels, with the floor that conduction alone gives."""
    floor = analysis.floor
    told: dict[str, Any] = {
        "about": "inter-channel coherence, average reference, median over pairs; not thalamocortical",
        "minutes": len(analysis.synchrony),
        "conduction_floor": None if floor is None else {name: _plain(value) for name, value in floor._asdict().items()},
    }
    for band in analysis.synchrony[0]["bands"] if analysis.synchrony else ():
        pairs = np.array([minute["bands"][band] for minute in analysis.synchrony])
        told[band] = {"coherence": _plain(np.median(pairs[:, 0])), "imaginary": _plain(np.median(pairs[:, 1]))}
    return told


def _mean(values: np.ndarray, weights: np.ndarray) -> float | None:
    known = np.isfinite(values) & (weights > 0)
    return _plain(np.average(values[known], weights=weights[known])) if known.any() else None


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan


def _plain(value: Any) -> float | None:
    """A number for JSON: rounded to what is meant, null where it is not finite."""
    number = float(value)
    return round(number, DIGITS) if math.isfinite(number) else None
