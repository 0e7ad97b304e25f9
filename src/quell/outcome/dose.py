"""Doses as they reached the patient: read from what was given in each step, not from what was ordered.

A stretch of giving is one dose. Where the rate falls or rises by more than threefold within a stretch (a loading
dose running into an infusion), it counts as two.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from quell.outcome.spell import Spell, on_stretches, step_s

GIVEN = "given_"
RATE_BREAK = 3.0
INFUSION_S = 1800.0  # giving for longer than this is called an infusion


class Dose(NamedTuple):
    """One dose: `drug`, when giving began and ended (s), and how much (mg)."""

    drug: str
    start_s: float
    end_s: float
    mg: float

    @property
    def is_infusion(self) -> bool:
        return self.end_s - self.start_s > INFUSION_S


def drugs_of(record: xr.Dataset) -> list[str]:
    """Every drug of the record, given or not."""
    return [str(name).removeprefix(GIVEN) for name in record.data_vars if str(name).startswith(GIVEN)]


def doses_of(record: xr.Dataset) -> list[Dose]:
    """All doses of one patient's record, in the order of their beginning."""
    found = [dose for drug in drugs_of(record) for dose in _doses_of_drug(record, drug)]
    return sorted(found, key=lambda dose: (dose.start_s, dose.drug))


def _doses_of_drug(record: xr.Dataset, drug: str) -> list[Dose]:
    given, times, step = record[GIVEN + drug].values.astype(float), record["time"].values, step_s(record)
    doses = []
    for stretch in on_stretches(given > 0, times, step):
        for part in _parts(stretch, given, times, step):
            inside = (times > part.start_s) & (times <= part.end_s)
            doses.append(Dose(drug, part.start_s, part.end_s, float(given[inside].sum())))
    return doses


def _parts(stretch: Spell, given: np.ndarray, times: np.ndarray, step: float) -> list[Spell]:
    inside = np.flatnonzero((times > stretch.start_s) & (times <= stretch.end_s))
    jumps = np.abs(np.diff(np.log(given[inside]))) > np.log(RATE_BREAK)
    # The last step of a dose may be a part of a step; a jump there is rounding, not a new order.
    jumps[-1:] = False
    starts = [stretch.start_s, *(float(times[inside[k]]) for k in np.flatnonzero(jumps))]
    return [Spell(a, b) for a, b in zip(starts, [*starts[1:], stretch.end_s], strict=True)]
