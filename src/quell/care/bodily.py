"""What happened to the body, as events: limits crossed, rhythm lost, the ventilator, each with its likely reason.

Limits are those of `bodily.toml`; a value must come back past its limit by a margin before it may cross it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quell.care.timeline import Event
from quell.ground.card import from_card
from quell.ground.units import degC, mM, mmHg, ratio, share

NAMES = {
    "pressure": ("mean pressure", "mmHg"),
    "spo2": ("oxygen saturation", "%"),
    "PaCO2": ("carbon dioxide", "mmHg"),
    "ph": ("pH", ""),
    "lactate": ("lactate", "mmol/L"),
    "ck": ("creatine kinase", "U/L"),
    "triglycerides": ("triglycerides", "mmol/L"),
    "temperature": ("temperature", "°C"),
}
RHYTHM, SYNDROME = "the rhythm of the heart fails", "the infusion syndrome"


@dataclass(frozen=True)
class Limits:
    """Where a value becomes an event, and how far back it must come."""

    pressure: mmHg
    collapse: mmHg
    spo2: ratio
    PaCO2: mmHg
    ph: ratio
    lactate: mM
    ck: ratio
    triglycerides: mM
    temperature: degC
    back: share
    failing: share  # of function, below which kidney or liver is told
    infected: share  # burden from which an infection is told
    block: share  # of fat burning, at which the infusion syndrome is named as a reason


BELOW = ("pressure", "spo2", "ph")


def body_events(record: Mapping[str, Any], lane: int) -> list[Event]:
    """Events of one patient's body; `record` arrays `[time, lanes]`, none where the run had no body."""
    if not {*NAMES, "fat_block"} <= set(record):
        return []
    limits, time = from_card(Limits), np.asarray(record["time"], np.float64)
    mine = {name: np.asarray(record[name])[:, lane] for name in (*NAMES, "arrhythmia", "ventilated", "fat_block")}
    mine["convulsing"] = np.asarray(record["convulsing"])[:, lane]
    for drive in ("circulation.depression", "breathing.depression"):
        mine[drive] = np.asarray(record.get(f"port.{drive}", np.zeros_like(record["pressure"])))[:, lane]
    made: list[Event] = []
    for name, (words, unit) in NAMES.items():
        limit, low = float(getattr(limits, name)), name in BELOW
        for at in _crossings(mine[name], limit, below=low, back=limits.back):
            side = "below" if low else "above"
            what = f"{words} {side} {limit:g}{f' {unit}' if unit else ''}"
            made.append(Event(float(time[at]), "body", what, _reason(name, at, mine, limits)))
    for at in _crossings(mine["pressure"], limits.collapse, below=True, back=limits.back):
        what = f"circulation collapses: mean pressure below {limits.collapse:g} mmHg"
        made.append(Event(float(time[at]), "body", what, "the run goes on; nobody dies in it"))
    made += _complications(record, lane, limits)
    for at in _crossings(mine["arrhythmia"], 0.5, below=False, back=0.0):
        made.append(Event(float(time[at]), "body", RHYTHM, _reason("rhythm", at, mine, limits)))
    for at in np.flatnonzero(np.diff(mine["ventilated"].astype(int), prepend=0)):
        made.append(Event(float(time[at]), "body", "on the ventilator" if mine["ventilated"][at] else "breathes alone"))
    return made


def _complications(record: Mapping[str, Any], lane: int, limits: Limits) -> list[Event]:
    """Kidney, liver and infection crossing their limits, where they are followed."""
    time, made = np.asarray(record["time"], np.float64), []
    for name, words in (("kidney", "kidneys"), ("liver", "liver")):
        for at in _crossings(_of(record, name, lane, 1.0), limits.failing, below=True, back=limits.back):
            what = f"{words} below {limits.failing:.0%} of their function" if name == "kidney" else ""
            what = what or f"liver below {limits.failing:.0%} of its function"
            made.append(Event(float(time[at]), "body", what, _why_failing(name, record, lane, at, limits)))
    for at in _crossings(_of(record, "infection", lane, 0.0), limits.infected, below=False, back=0.5):
        made.append(Event(float(time[at]), "body", "an infection has begun", "coma and the ventilator invite it"))
    return made


def _why_failing(name: str, record: Mapping[str, Any], lane: int, at: int, limits: Limits) -> str:
    if _of(record, "pressure", lane, 0.0)[at] < limits.pressure:
        return "shock: too little pressure"
    if name == "kidney" and _of(record, "ck", lane, 0.0)[: at + 1].max() > limits.ck:
        return "pigment of muscle: creatine kinase was above its limit"
    return "propofol infusion syndrome" if _of(record, "fat_block", lane, 0.0)[at] >= limits.block else "shock before"


def _of(record: Mapping[str, Any], name: str, lane: int, missing: float) -> np.ndarray:
    return np.asarray(record[name])[:, lane] if name in record else np.full(len(record["time"]), missing)


def _reason(name: str, at: int, mine: Mapping[str, np.ndarray], limits: Limits) -> str:
    blocked = float(mine["fat_block"][at])
    if blocked >= limits.block and name in ("lactate", "ph", "ck", "triglycerides", "pressure", "rhythm"):
        return f"propofol has closed {blocked:.0%} of the burning of fat: {SYNDROME}"
    if mine["convulsing"][max(0, at - 60) : at + 1].any() and name in ("lactate", "ph", "ck", "temperature", "spo2"):
        return "muscle at work in convulsion"
    if name == "pressure" and mine["circulation.depression"][at] > 0.1:
        return f"drugs that depress: {mine['circulation.depression'][at]:.2g} times the level of half effect"
    if name in ("spo2", "PaCO2", "ph") and mine["breathing.depression"][at] > 0.1:
        return f"drugs that stop breath: {mine['breathing.depression'][at]:.2g} times the level of half effect"
    return "fat of the emulsion" if name == "triglycerides" else ""


def _crossings(values: np.ndarray, limit: float, *, below: bool, back: float) -> list[int]:
    """Steps at which the values pass the limit, after having been back by the margin."""
    sign = -1.0 if below else 1.0
    beyond = sign * (values - limit) > 0
    cleared = sign * (values - limit * (1.0 - sign * back)) < 0
    found, armed = [], True
    for at in np.flatnonzero(beyond | cleared):
        if beyond[at] and armed:
            found.append(int(at))
        armed = bool(cleared[at])
    return found
