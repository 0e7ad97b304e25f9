"""The events of an EEG in order of time: what was found, remarks, drugs and stages, and stretches without EEG."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from quell.eeg.burden import Span
from quell.eeg.pattern_epoch import epochs
from quell.eeg.record import Annotation
from quell.eeg.seizure import Event
from quell.eeg.stage import Given, Reached, stages
from quell.eeg.suppression import Span as State

SHORTEST_GAP_S = 1.0
WORDS = {
    "seizure": "electrographic seizure",
    "status": "electrographic status epilepticus",
    "possible_status": "possible electrographic status epilepticus (ictal-interictal continuum)",
    "burst_suppression": "burst suppression",
    "suppression": "suppression without bursts",
    "lpd": "lateralized periodic discharges",
    "gpd": "generalized periodic discharges",
    "lrda": "lateralized rhythmic delta activity",
    "grda": "generalized rhythmic delta activity",
    "low_voltage": "low voltage",
}
NO_EEG = "nothing recorded, electrodes not connected, or samples repeated"
HUM = "mains hum and nothing else"


class Told(NamedTuple):
    """Events as plain values, what was found as it was found, and the stages that follow from it."""

    events: list[dict[str, Any]]
    found: list[Event]
    stages: list[Reached]


def timeline(
    notes: Sequence[Annotation],
    found: Sequence[Event],
    *,
    pages: tuple[np.ndarray, dict[str, np.ndarray], np.ndarray],
    states: Sequence[State],
    hum: Sequence[Span],
    drugs: Sequence[Given],
    duration_s: float,
) -> Told:
    """Everything in order of time.

    `found` comes from the detector, `pages` are edges, probabilities and frequencies, `states` bursts and suppressions,
    `hum` stretches of hum. Raises InputError for a drug whose line is none.
    """
    whole = sorted([*found, *_patterns(found, pages)], key=lambda event: (event.start_s, event.kind))
    seizures = [Span(event.start_s, event.stop_s) for event in whole if event.kind == "seizure"]
    reached = stages(seizures, drugs, duration_s)
    events = [_event(note.onset_s, note.duration_s or 0.0, "annotation", note.text) for note in notes]
    events += [_event(drug.time_s, 0.0, "drug", drug.words) for drug in drugs]
    events += [_event(stage.time_s, 0.0, "stage", f"{stage.stage}: {stage.reason}") for stage in reached]
    events += [_found(event) for event in whole]
    events += _gaps(states, hum, duration_s)
    return Told(sorted(events, key=lambda event: event["start_s"]), whole, reached)


def _patterns(found: Sequence[Event], pages: tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]) -> list[Event]:
    """Epochs of patterns; low voltage is not told where it is suppression already."""
    flat = [event for event in found if event.kind == "suppression"]
    made = []
    for event in epochs(*pages):
        covered = sum(max(0.0, min(event.stop_s, one.stop_s) - max(event.start_s, one.start_s)) for one in flat)
        if event.kind != "low_voltage" or covered < 0.5 * event.duration_s:
            made.append(event)
    return made


def _found(event: Event) -> dict[str, Any]:
    known = event.hz is not None and np.isfinite(event.hz)
    pace = f", {event.hz:.2g} Hz" if known else ""
    share = event.kind in ("burst_suppression", "suppression")
    sure = f"{event.likely:.0%} suppressed" if share else f"likelihood {event.likely:.2f}"
    words = f"{WORDS[event.kind]}{pace}, {sure}"
    told = _event(event.start_s, event.duration_s, event.kind, words)
    return told | {"hz": round(float(event.hz), 3) if known and event.hz is not None else None}


def _gaps(states: Sequence[State], hum: Sequence[Span], duration_s: float) -> list[dict[str, Any]]:
    ends = [0.0, *(span.stop_s for span in states)]
    begins = [*(span.start_s for span in states), duration_s]
    made = []
    for end, begin in zip(ends, begins, strict=True):
        if begin - end > SHORTEST_GAP_S:
            hums = any(min(begin, one.stop_s) - max(end, one.start_s) > 0.5 * (begin - end) for one in hum)
            made.append(_event(end, begin - end, "no_eeg", HUM if hums else NO_EEG))
    return made


def _event(start: float, duration: float, kind: str, text: str) -> dict[str, Any]:
    return {
        "start_s": round(float(start), 3),
        "duration_s": round(float(duration), 3),
        "kind": kind,
        "text": text,
        "hz": None,
    }
