"""Harm: how far pressure, breathing and blood of one patient went, and what it took to hold them."""

from typing import Any

import numpy as np
import xarray as xr

from quell.care.bodily import Limits
from quell.ground.card import from_card
from quell.outcome.spell import step_s

NEEDED = ("pressure", "spo2", "PaCO2", "ph", "lactate", "ck", "arrhythmia", "ventilated")


def harm(record: xr.Dataset) -> dict[str, Any]:
    """Extremes and durations of one patient's body from onset on; nothing where the run had no body."""
    if not set(NEEDED) <= set(record.variables):
        return {}
    after = record["time"].values > 0.0
    mine = {name: record[name].values[after].astype(float) for name in NEEDED}
    if not after.any():
        return {}
    limits, step = from_card(Limits), step_s(record)
    low = mine["pressure"] < float(limits.pressure)
    return {
        "least_pressure": float(mine["pressure"].min()),
        "pressure_low_min": float(low.sum() * step / 60.0),
        "least_spo2": float(mine["spo2"].min()),
        "highest_PaCO2": float(mine["PaCO2"].max()),
        "least_ph": float(mine["ph"].min()),
        "highest_lactate": float(mine["lactate"].max()),
        "highest_ck": float(mine["ck"].max()),
        "arrhythmia_min": float(np.sum(mine["arrhythmia"] > 0.5) * step / 60.0),
        "ventilated_h": float(np.sum(mine["ventilated"] > 0.5) * step / 3600.0),
        **_complications(record, after, limits),
    }


def _complications(record: xr.Dataset, after: np.ndarray, limits: Limits) -> dict[str, Any]:
    """Worst function of kidney and liver, infection, muscle lost; nothing where they were not followed."""
    if "kidney" not in record.variables:
        return {}
    mine = {name: record[name].values[after].astype(float) for name in ("kidney", "liver", "infection", "strength")}
    return {
        "least_kidney": float(mine["kidney"].min()),
        "least_liver": float(mine["liver"].min()),
        "infected": bool((mine["infection"] > float(limits.infected)).any()),
        "muscle_lost": float(1.0 - mine["strength"][-1]),
    }
