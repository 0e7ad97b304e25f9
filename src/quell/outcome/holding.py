"""What an infusion did while it ran: what it was given for, whether it held, and what it cost.

Judged over its whole length, not at its start: an infusion that keeps a silent EEG silent has something to do.
"""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from quell.care.bodily import Limits
from quell.care.meaning import in_status
from quell.ground.card import from_card
from quell.outcome.endpoint import rules
from quell.outcome.reason import clock, span
from quell.outcome.spell import bouts_of, share_on, step_s

DEPTHS = ((0.5, "in burst suppression"), (0.1, "with a discontinuous EEG"))


class Held(NamedTuple):
    """One infusion over its run: seizing, status, depth, and the worst of the body meanwhile."""

    seizures: int
    seizing_min: float
    first_s: float  # of a seizure that began while it ran; NaN if none did
    status_s: float  # the first moment of status that was reached while it ran; NaN if none was
    suppressed: float  # mean share of the EEG that was suppressed; NaN where it is not recorded
    cost: dict[str, float]

    @property
    def kept(self) -> bool:
        """Whether no seizure began under it."""
        return self.seizures == 0


def held(record: xr.Dataset, start_s: float, end_s: float) -> Held:
    """What happened from `start_s` to `end_s`."""
    seizures = bouts_of(record).seizures
    inside = [bout for bout in seizures if start_s < bout.start_s < end_s]
    status = [bout for bout in in_status(seizures, rules()) if start_s < bout.start_s < end_s]
    length = min(end_s, float(record["time"].values[-1])) - start_s
    return Held(
        seizures=len(inside),
        seizing_min=share_on(record, "seizing", start_s, end_s) * length / 60.0,
        first_s=inside[0].start_s if inside else float("nan"),
        status_s=status[0].start_s if status else float("nan"),
        suppressed=_mean(record, "suppression", start_s, end_s),
        cost=_cost(record, start_s, end_s),
    )


def held_words(seen: Held, start_s: float, end_s: float) -> str:
    """The same in sentences: whether it held, how deep, and at what cost."""
    length = end_s - start_s
    if seen.kept:
        told = f"It held: no seizure began in the {span(length)} that it ran."
    else:
        status = f", status from {clock(seen.status_s)}" if seen.status_s == seen.status_s else ", none of them status"
        many = f"{seen.seizures} seizure{'s' if seen.seizures > 1 else ''} began while it ran"
        told = (
            f"It did not hold: {many} (the first at {clock(seen.first_s)}){status}; {seen.seizing_min:.0f} min in all."
        )
    depth = next((words for least, words in DEPTHS if seen.suppressed >= least), "")
    return " ".join(part for part in (told, f"The brain lay {depth}." if depth else "", cost_words(seen.cost)) if part)


def cost_words(cost: dict[str, float]) -> str:
    """What it cost the body, in words; nothing where no body was recorded."""
    limits, parts = from_card(Limits), []
    if not cost:
        return ""
    low = (
        f", {span(60 * cost['pressure_low_min'])} below {float(limits.pressure):.0f}"
        if cost["pressure_low_min"]
        else ""
    )
    parts.append(f"mean pressure down to {cost['least_pressure']:.0f} mmHg{low}")
    if cost["ventilated_h"] >= 0.1:
        parts.append(f"{span(3600 * cost['ventilated_h'])} on the ventilator")
    for name, words, limit in (
        ("highest_triglycerides", "triglycerides up to {:.1f} mmol/L", limits.triglycerides),
        ("highest_lactate", "lactate up to {:.1f} mmol/L", limits.lactate),
        ("highest_ck", "creatine kinase up to {:.0f} U/L", limits.ck),
    ):
        if cost.get(name, 0.0) > float(limit):
            parts.append(words.format(cost[name]))
    if cost.get("arrhythmia_min"):
        parts.append(f"{cost['arrhythmia_min']:.0f} min without a heart rhythm")
    return f"Cost meanwhile: {', '.join(parts)}."


def _cost(record: xr.Dataset, start_s: float, end_s: float) -> dict[str, Any]:
    if "pressure" not in record:
        return {}
    part, step = _between(record, start_s, end_s), step_s(record)
    if not part.sizes["time"]:
        return {}
    low = float(from_card(Limits).pressure)
    pressure = part["pressure"].values.astype(float)
    made = {
        "least_pressure": float(pressure.min()),
        "pressure_low_min": float((pressure < low).sum() * step / 60.0),
        "ventilated_h": float((part["ventilated"].values > 0.5).sum() * step / 3600.0) if "ventilated" in part else 0.0,
    }
    for name in ("triglycerides", "lactate", "ck"):
        if name in part:
            made[f"highest_{name}"] = float(part[name].values.max())
    if "arrhythmia" in part:
        made["arrhythmia_min"] = float((part["arrhythmia"].values > 0.5).sum() * step / 60.0)
    return made


def _mean(record: xr.Dataset, name: str, start_s: float, end_s: float) -> float:
    part = _between(record, start_s, end_s)
    return float(np.mean(part[name].values)) if name in record and part.sizes["time"] else float("nan")


def _between(record: xr.Dataset, start_s: float, end_s: float) -> xr.Dataset:
    times = record["time"].values
    return record.isel(time=np.flatnonzero((times > start_s) & (times <= end_s)))
