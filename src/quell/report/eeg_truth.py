"""What is known to be true of a simulated EEG: seizures, drugs, and how much of the time was suppressed.

Seizures and drugs stand in the file's own remarks. The suppressed share stands in the states of the run, so it is known
where the file still lies in the folder of its run.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from quell.cohort import store
from quell.drugs import library
from quell.eeg.pattern_epoch import Epochs
from quell.eeg.record import Annotation
from quell.ground.card import from_card

BEGINS = re.compile(r"electrographic seizure (begins|returns)")
ENDS = re.compile(r"electrographic seizure ends")
ORIGIN = "time 0 of the record"  # the remark that says where the clock of the run begins
GIVEN = re.compile(
    r"[a-z_]+ (infusion\b|started\b|held\b|raised\b|lowered\b|first\b|restarted\b|ended\b|stopped\b|[\d.])"
)


class Truth(NamedTuple):
    """Something true: start and stop in seconds of the file, its kind, and a value in words."""

    start_s: float
    stop_s: float
    kind: str
    value: str


def true_seizures(notes: Sequence[Annotation], duration_s: float) -> list[tuple[float, float]]:
    """Start and stop of each seizure of a simulation, in seconds, from the remarks that Quell wrote into its file."""
    found: list[tuple[float, float]] = []
    begun = None
    for note in notes:
        if BEGINS.search(note.text):
            begun = note.onset_s
        elif ENDS.search(note.text) and begun is not None:
            found.append((begun, note.onset_s))
            begun = None
    return [*found, (begun, duration_s)] if begun is not None else found


def true_drugs(notes: Sequence[Annotation]) -> list[Truth]:
    """Doses and every change of an infusion, from the same remarks."""
    known = library.index()
    told = [note for note in notes if GIVEN.match(note.text) and note.text.partition(" ")[0] in known]
    return [Truth(note.onset_s, note.onset_s, "drug", note.text) for note in told]


def true_suppression(path: Path, notes: Sequence[Annotation], duration_s: float) -> list[Truth]:
    """Stretches of burst suppression and of suppression by the states of the run beside the file; none if they are not.

    From half of each step suppressed it is burst suppression, by the terminology; beyond 99 % suppression.
    """
    origin = next((note.onset_s for note in notes if note.text == ORIGIN), None)
    folder = path.parent / store.STATES
    if origin is None or not folder.is_dir():
        return []
    record = store.read_states(folder)
    if "suppression" not in record:
        return []
    times = record["time"].values.astype(float) + origin
    share = record["suppression"].isel(patient=0).values.astype(float)
    starts = np.concatenate([[times[0] - float(record.attrs.get("macro_s", times[1] - times[0]))], times[:-1]])
    card = from_card(Epochs)
    level = np.digitize(share, [card.burst_suppression, card.suppressed])
    edges = np.flatnonzero(np.diff(np.concatenate([[-1], level, [-1]])))
    made = []
    for first, last in pairwise(edges):
        begin, end = max(0.0, starts[first]), min(duration_s, times[last - 1])
        if level[first] and end > begin:
            kind = "suppression" if level[first] == 2 else "burst_suppression"
            made.append(Truth(begin, end, kind, f"{share[first:last].mean():.2f} suppressed"))
    return made
