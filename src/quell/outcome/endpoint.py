"""Endpoints of one patient: movement stopped, EEG stopped, recurrence, awakening, rescue, burden, injury.

Every endpoint that trials use comes from the same record. Movement and EEG are kept apart: a patient whose limbs
rest may still seize. Times are seconds from seizure onset; NaN means it did not happen in the record.
All functions read one patient's record (`spell.of_patient`).
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import xarray as xr

from quell.care.definition import Rules
from quell.ground.card import from_card
from quell.ground.units import second
from quell.outcome.dose import doses_of
from quell.outcome.spell import quiet_from, share_on, spells, step_s
from quell.patient.arousal import Arousal

HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """What counts as awake and as still; numbers and sources in endpoint.toml."""

    responsive_for: second
    still_before_judging: second


@cache
def defined() -> Definitions:
    """The definitions of the card."""
    return from_card(Definitions)


@cache
def rules() -> Rules:
    """What counts as a seizure, as its end, as status: the definitions the timeline goes by as well."""
    return from_card(Rules)


@cache
def answers_above() -> float:
    """Responsiveness above which a person answers: the number that staff at the bedside go by as well."""
    return float(from_card(Arousal).awake_above)


def movement_stopped(record: xr.Dataset, after_s: float = 0.0, *, lasting_s: float | None = None) -> float:
    """Time at which visible convulsions end for at least `lasting_s` (60 s), from `after_s` on."""
    return quiet_from(record, "convulsing", after_s, lasting_s or rules().pause)


def eeg_stopped(record: xr.Dataset, after_s: float = 0.0, *, lasting_s: float | None = None) -> float:
    """Time at which electrographic seizing ends for at least `lasting_s` (60 s), from `after_s` on."""
    return quiet_from(record, "seizing", after_s, lasting_s or rules().pause)


def stopped_within(record: xr.Dataset, after_s: float, minutes: float, *, sign: str = "seizing") -> bool:
    """True if `sign` ("seizing" or "convulsing") ends within `minutes` of `after_s`."""
    return quiet_from(record, sign, after_s, rules().pause) <= after_s + 60.0 * minutes


def recurred_within(record: xr.Dataset, stopped_s: float, hours: float, *, sign: str = "seizing") -> bool:
    """True if `sign` is on again for at least two steps within `hours` after it had stopped at `stopped_s`."""
    if math.isnan(stopped_s):
        return False
    least = 2 * step_s(record)
    until = stopped_s + HOUR_S * hours
    return any(s.start_s >= stopped_s and s.start_s < until and s.length_s >= least for s in spells(record, sign))


def responsive_from(record: xr.Dataset, after_s: float = 0.0) -> float:
    """Time from which the patient answers (responsiveness above `answers_above()` for 5 min), from `after_s` on."""
    unresponsive = record["responsiveness"] <= answers_above()
    return quiet_from(record.assign(unresponsive=unresponsive), "unresponsive", after_s, defined().responsive_for)


def rescue_used(record: xr.Dataset, after_s: float, until_s: float = math.inf) -> bool:
    """True if giving of any drug begins after `after_s` and before `until_s`."""
    return any(after_s < dose.start_s < until_s for dose in doses_of(record))


def treatment_success(record: xr.Dataset, given_s: float, minutes: float = 60.0) -> bool:
    """The endpoint of the established-status trials: no convulsion, responsiveness improving, nothing else given.

    Judged `minutes` after the dose began at `given_s` (Kapur 2019: 60 min): no movement in the five minutes before,
    responsiveness above its value at the dose, and no further drug begun in between.
    """
    judged = given_s + 60.0 * minutes
    if judged > float(record["time"].values[-1]):
        return False
    still = share_on(record, "convulsing", judged - defined().still_before_judging, judged) == 0.0
    before, then = (float(record["responsiveness"].sel(time=t, method="nearest")) for t in (given_s, judged))
    return still and then > before and not rescue_used(record, given_s, judged)


def seizing_minutes(record: xr.Dataset) -> float:
    """Minutes of electrographic seizing in the whole record."""
    return float(record["seizing"].values.astype(bool).sum() * step_s(record) / 60.0)


def hourly_burden(record: xr.Dataset) -> np.ndarray:
    """Share of the trailing 60 min spent seizing, `[t]`; the hour before the record counts as quiet."""
    width = max(1, round(HOUR_S / step_s(record)))
    total = np.concatenate([np.zeros(width), np.cumsum(record["seizing"].values.astype(float))])
    return (total[width:] - total[:-width]) / width


def electrographic_status(record: xr.Dataset) -> float:
    """Time at which electrographic status is reached (10 min on end, or over 20 % of an hour); NaN if never."""
    times = record["time"].values
    over = times[hourly_burden(record) > rules().status_burden]
    runs = [s.start_s + rules().status_run for s in spells(record, "seizing") if s.length_s >= rules().status_run]
    return float(min([*over[:1], *runs[:1]], default=math.nan))


def injury(record: xr.Dataset) -> dict[str, float]:
    """Share of neurons dead at the end of the record, per patch."""
    last = record["injury"].isel(time=-1)
    return {str(patch): float(last.sel(patch=patch)) for patch in record["patch"].values}
