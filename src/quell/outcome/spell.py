"""Spells: when a yes-or-no signal of the record was on, and when it fell quiet for long enough to count.

An entry of the record at time t covers the step that ends at t, so a spell starts one step before its first entry.
All functions read one patient's record: a Dataset without the dimension `patient`.
"""

import math
from typing import NamedTuple

import numpy as np
import xarray as xr

from quell.care.definition import Rules
from quell.care.meaning import Read, read
from quell.ground.card import from_card
from quell.ground.errors import InputError


class Spell(NamedTuple):
    """A stretch during which something was on, in seconds from seizure onset."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def of_patient(record: xr.Dataset, patient: int = 0) -> xr.Dataset:
    """One patient's record, by position; a record of one patient passes through unchanged."""
    if "patient" not in record.dims:
        return record
    if not -record.sizes["patient"] <= patient < record.sizes["patient"]:
        raise InputError(f"there is no patient {patient}", allowed=f"0 to {record.sizes['patient'] - 1}")
    return record.isel(patient=patient)


def step_s(record: xr.Dataset) -> float:
    """The macro step of the record in seconds."""
    times = record["time"].values
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def spells(record: xr.Dataset, name: str) -> list[Spell]:
    """All stretches during which the variable `name` (yes or no) was on."""
    return on_stretches(record[name].values.astype(bool), record["time"].values, step_s(record))


def bouts_of(record: xr.Dataset, name: str = "seizing") -> Read:
    """Seizures as the timeline tells them, short pauses bridged, and the flashes too short to be one."""
    return read(record["time"].values, record[name].values, step_s(record), from_card(Rules))


def on_stretches(on: np.ndarray, times: np.ndarray, step: float) -> list[Spell]:
    """Stretches of `on` `[t]` at the step ends `times` `[t]`."""
    edges = np.diff(np.concatenate([[False], on, [False]]).astype(int))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return [Spell(float(times[a] - step), float(times[b])) for a, b in zip(firsts, lasts, strict=True)]


def joined(stretches: list[Spell], gap_s: float) -> list[Spell]:
    """Stretches with pauses shorter than `gap_s` taken as one."""
    whole: list[Spell] = []
    for stretch in stretches:
        if whole and stretch.start_s - whole[-1].end_s < gap_s:
            whole[-1] = Spell(whole[-1].start_s, stretch.end_s)
        else:
            whole.append(stretch)
    return whole


def quiet_from(record: xr.Dataset, name: str, after_s: float, lasting_s: float) -> float:
    """Time in s at which `name` falls silent for at least `lasting_s`, looked for from `after_s` on.

    NaN if it never does (also where the record ends before the silence is long enough), `after_s` if it was
    silent already.
    """
    end = float(record["time"].values[-1])
    begin = after_s
    for stretch in spells(record, name):
        if stretch.end_s <= after_s:
            continue
        if stretch.start_s - begin >= lasting_s:
            break
        begin = max(begin, stretch.end_s)
    return begin if end - begin >= lasting_s else math.nan


def share_on(record: xr.Dataset, name: str, start_s: float, end_s: float) -> float:
    """Share of the window from `start_s` to `end_s` during which `name` was on; NaN outside the record."""
    times, step = record["time"].values, step_s(record)
    overlap = np.clip(np.minimum(times, end_s) - np.maximum(times - step, start_s), 0.0, None)
    return float((overlap * record[name].values.astype(bool)).sum() / overlap.sum()) if overlap.sum() > 0 else math.nan
