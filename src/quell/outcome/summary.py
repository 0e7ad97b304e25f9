"""The summary of a run: every endpoint, what each dose met, and why it did or did not work, ready for JSON."""

import math
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from quell.care.timeline import events_of
from quell.outcome import endpoint
from quell.outcome.cause import cause_words
from quell.outcome.harm import harm
from quell.outcome.illness import illness, known_of
from quell.outcome.snapshot import peak_level
from quell.outcome.spell import bouts_of, of_patient, spells
from quell.outcome.why import why


def summary(record: xr.Dataset, events: pd.DataFrame, *, cause: str = "") -> dict[str, Any]:
    """Endpoints and story of every patient of a record, as plain values (missing numbers are None).

    `events` has columns time_s, kind, what, detail, patient, and for weans those of `timeline.COLUMNS`; `cause` is the
    name of the aetiology. The result holds one entry per patient under
    "patients", in the order of the record.
    """
    names = [int(p) for p in np.atleast_1d(record["patient"].values)] if "patient" in record.coords else [0]
    people = [_one(of_patient(record, k), name, events, cause) for k, name in enumerate(names)]
    return plain({"patients": people, "note": "Research and teaching only; never for decisions at the bedside."})


def _one(record: xr.Dataset, name: int, events: pd.DataFrame, cause: str) -> dict[str, Any]:
    mine = events_of(events, name)
    verdicts = why(record, events=mine)
    seen = bouts_of(record)
    known = known_of(record, mine, verdicts, cause_words(record, cause))
    first = verdicts[0].dose.start_s if verdicts else 0.0
    eeg = endpoint.eeg_stopped(record, first) if record["seizing"].any() else math.nan
    convulsed = bool(record["convulsing"].any())
    unaware = bool((record["responsiveness"] <= endpoint.answers_above()).any())
    burden = endpoint.hourly_burden(record)
    last = record.isel(time=-1)
    return {
        "patient": name,
        "seizures": [bout._asdict() for bout in seen.seizures],
        "flashes": [bout._asdict() for bout in seen.flashes],
        "stretches": [spell._asdict() for spell in spells(record, "seizing")],
        "first_dose_s": verdicts[0].dose.start_s if verdicts else math.nan,
        "convulsed": convulsed,
        "movement_stopped_s": endpoint.movement_stopped(record, first) if convulsed else math.nan,
        "eeg_stopped_s": eeg,
        "seizing_at_end": bool(last["seizing"]),
        "recurred_within_1_h": endpoint.recurred_within(record, eeg, 1.0),
        "lost_responsiveness": unaware,
        "responsive_from_s": endpoint.responsive_from(record, first) if unaware else math.nan,
        "responsiveness_at_end": float(last["responsiveness"]),
        "rescue_used": endpoint.rescue_used(record, first),
        "drugs": sorted({verdict.dose.drug for verdict in verdicts}),
        "seizing_min": endpoint.seizing_minutes(record),
        "highest_hourly_burden": float(burden.max()),
        "electrographic_status_s": endpoint.electrographic_status(record),
        "treatments": [verdict.as_dict() | _levels(record, verdict.dose.drug) for verdict in verdicts],
        "injury": endpoint.injury(record),
        "harm": harm(record),
        "stages": _stages(events, name),
        "cause": known.cause,
        "infusions": [one._asdict() for one in known.ran],
        "weans": [one.as_dict() for one in known.attempts],
        "relapses": [one.as_dict() for one in known.relapses],
        "story": illness(known).as_dict(),
    }


def _levels(record: xr.Dataset, drug: str) -> dict[str, float]:
    begin, end = (float(t) for t in record["time"].values[[0, -1]])
    return {f"peak_{site}_mg_L": peak_level(record, drug, begin, end, site=site) for site in ("plasma", "brain")}


def _stages(events: pd.DataFrame, name: int) -> list[dict[str, Any]]:
    if events.empty:
        return []
    mine = events[(events["kind"] == "stage") & (events["patient"] == name)]
    return [
        {"time_s": float(time), "stage": str(what)} for time, what in zip(mine["time_s"], mine["what"], strict=True)
    ]


def plain(value: Any) -> Any:
    """The same value in JSON's own types; numbers that are not finite become None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
