"""A snapshot of the mechanisms at one moment: what a drug met when it arrived.

Read at the patch that fires most at that time (the focus), over the last full minute, so that one beat of the
discharge does not stand for the state.
"""

from typing import Any

import numpy as np
import xarray as xr

from quell.outcome.dose import drugs_of
from quell.outcome.spell import step_s

MECHANISMS = (
    "E_gaba",
    "E_gaba_mean",
    "E_Cl",
    "Cl_i",
    "K_o",
    "Na_i",
    "ATP",
    "kcc2",
    "gaba_a",
    "gaba_made",
    "nmda",
    "terminator",
    "reserve",
    "calcium",
    "injury",
    "rate_E",
)
TISSUE = ("il1", "tnf", "barrier_leak", "kir4_1", "efflux", "nmda_held")  # recorded where the slow fire is on
ADAPTED = ("adapted_a1", "adapted_a2", "adapted_a5", "bzd_left")  # recorded where tolerance is on
MINUTE_S = 60.0


def focus_at(record: xr.Dataset, time_s: float) -> str:
    """The patch whose excitatory cells fired most in the minute before `time_s`."""
    rates = _last_minute(record, time_s)["rate_E"].mean("time")
    return str(record["patch"].values[int(np.argmax(rates.values))])


def mechanisms_at(record: xr.Dataset, time_s: float, patch: str = "") -> dict[str, Any]:
    """Mechanism states of the focus (or of `patch`) in the minute before, drug levels in the brain, what was visible.

    Keys: `time_s`, `focus`, each of MECHANISMS, TISSUE and ADAPTED that the record holds (units as there), `il1_felt`
    (interleukin-1 that drugs let through to its receptors),
    `seizing`, `convulsing`, `responsiveness`, `sedation`, and `brain` (drug to mg/L at that moment).
    """
    window = _last_minute(record, time_s)
    focus = patch or focus_at(record, time_s)
    there = window.sel(patch=focus)
    state: dict[str, Any] = {"time_s": float(time_s), "focus": focus}
    state |= {name: float(there[name].mean()) for name in (*MECHANISMS, *TISSUE, *ADAPTED) if name in record}
    if "il1" in state:
        state["il1_felt"] = state["il1"] / (1.0 + _port(window, "port_cytokine_il1"))
    now = window.isel(time=-1)
    state |= {name: bool(now[name]) for name in ("seizing", "convulsing") if name in record}
    state |= {name: float(now[name]) for name in ("responsiveness", "sedation") if name in record}
    state["brain"] = {drug: float(now[f"brain_{drug}"]) for drug in drugs_of(record) if f"brain_{drug}" in record}
    return state


def where_it_begins(record: xr.Dataset, time_s: float) -> str:
    """The patch in which a seizure that starts at `time_s` is seen first; where that is unknown, the one that fires."""
    after = record.sel(time=slice(time_s + 1e-9, time_s + MINUTE_S))
    if "seizing_patch" in record and after.sizes["time"]:
        there = after["seizing_patch"].values.astype(bool)
        if there.any():
            return str(record["patch"].values[int(np.argmax(there[there.any(axis=1)][0]))])
    return focus_at(record, time_s + MINUTE_S)


def level_at(record: xr.Dataset, drug: str, time_s: float) -> float:
    """Level in mg/L of a drug in the brain at one moment (NaN where it is not recorded)."""
    name = f"brain_{drug}"
    return float(record[name].sel(time=time_s, method="nearest")) if name in record else float("nan")


def peak_level(record: xr.Dataset, drug: str, start_s: float, end_s: float, *, site: str = "brain") -> float:
    """Highest level in mg/L of a drug in "brain" or "plasma" between two times (NaN where it is not recorded)."""
    name = f"{site}_{drug}"
    if name not in record:
        return float("nan")
    window = record[name].sel(time=slice(start_s, end_s))
    return float(window.max()) if window.size else float("nan")


def _port(window: xr.Dataset, name: str) -> float:
    return float(window[name].mean()) if name in window else 0.0


def _last_minute(record: xr.Dataset, time_s: float) -> xr.Dataset:
    times, width = record["time"].values, max(1, round(MINUTE_S / max(step_s(record), 1e-9)))
    last = max(int(np.searchsorted(times, time_s + 1e-9, side="right")), 1)
    return record.isel(time=slice(max(0, last - width), last))
