"""What happened, as events: read back from the log of the machine and the series of seizing.

The log of macro step n belongs to its start; series of seizing belong to its end.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from quell.care import infusion
from quell.care.beyond import beyond_words
from quell.care.controller import ALARMS
from quell.care.machine import Machine
from quell.care.plan import Plan
from quell.care.span import time_words
from quell.drugs.dose import Order
from quell.drugs.library import entry

ALARM_PAUSE_S = 3600.0
COLUMNS = (
    "time_s",
    "kind",
    "what",
    "detail",
    "patient",
    "step",
    "drug",
    "route",
    "amount",
    "unit",
    "rate_per_h",
    "ends_s",
)


class Event(NamedTuple):
    """One thing that happened to one patient. Amounts are in the unit of the prescription."""

    time_s: float
    kind: str  # lot, dose, infusion, mark, eeg, seizure, recurrence, judgement, stage, body, interaction, level
    what: str
    detail: str = ""
    step: str = ""
    role: str = ""
    drug: str = ""
    route: str = ""
    amount: float = 0.0
    unit: str = ""
    rate_per_h: float = 0.0
    ends_s: float = 0.0


class Bout(NamedTuple):
    """One stretch of seizing; `ended` is False where the record ends first."""

    start_s: float
    end_s: float
    ended: bool


def care_events(
    machine: Machine,
    log: Mapping[str, Any],
    time_s: Any,
    *,
    step_s: float,
    weight_kg: float,
) -> list[Event]:
    """Doses, infusions, marks and the EEG of one patient; `log` holds arrays `[time]`, `time_s` ends of steps."""
    begun = np.asarray(time_s, np.float64) - step_s
    roles = {step.id: step for step in machine.protocol.step}
    made = _eeg(np.asarray(log["eeg_on"]), begun)
    for plan in machine.plans:
        step = roles[plan.id]
        made += _doses(plan, log, begun, step.role, weight_kg)
        if plan.infusion and plan.infusion.steer:
            made += _alarms(plan, np.asarray(log[f"alarm.{plan.id}"]), begun, step.role)
        if plan.infusion:
            made += _infusion(plan, log, begun, step.role)
        if plan.beyond or (not plan.pushes and not plan.infusion):
            told = beyond_words(plan.beyond) if plan.beyond else ()
            words = "; ".join(filter(None, (*told, step.about, step.fluids, step.clears)))
            when = begun[np.asarray(log[f"fired.{plan.id}"]) > 0]
            made += [Event(float(t), "mark", plan.id.replace("_", " "), words, plan.id, step.role) for t in when]
    return sorted(made, key=lambda event: event.time_s)


def bouts(time_s: Any, seizing: Any, *, step_s: float, pause_s: float = 0.0, least_s: float = 0.0) -> list[Bout]:
    """Stretches of seizing; pauses shorter than `pause_s` do not divide them; those below `least_s` are left out."""
    time, there = np.asarray(time_s, np.float64), np.asarray(seizing, bool)
    found: list[Bout] = []
    for number in np.flatnonzero(there):
        start, end = float(time[number]) - step_s, float(time[number])
        gap = start - found[-1].end_s if found else np.inf
        if gap < 1e-6 * step_s or gap < pause_s - 1e-6 * step_s:  # a pause of just `pause_s` is an end
            start = found.pop().start_s
        found.append(Bout(start, end, bool(number < len(time) - 1)))
    return [bout for bout in found if bout.end_s - bout.start_s >= least_s]


def table(events: Sequence[Event], patient: int) -> Any:
    """The events of one patient as a pandas table in order of time, with the columns of timeline.csv."""
    import pandas as pd

    rows = [event._asdict() | {"patient": patient} for event in sorted(events, key=lambda event: event.time_s)]
    return pd.DataFrame(rows, columns=[*COLUMNS, "role"])


def events_of(found: Any, patient: int | None = None) -> list[Event]:
    """The events of a table (of one patient, if given), whatever of the columns it holds."""
    names = [name for name in Event._fields if name in found.columns]
    rows = found if patient is None else found[found["patient"] == patient]
    kept = [
        {name: value for name, value in zip(names, values, strict=True) if value == value and value is not None}
        for values in rows[names].itertuples(index=False, name=None)
    ]
    return sorted((Event(**row) for row in kept), key=lambda event: event.time_s)


def seizure_events(found: Sequence[Bout], sign: str = "electrographic seizure") -> list[Event]:
    """Starts and ends of seizing as events; a return is called a recurrence, with the time it stayed away."""
    made: list[Event] = []
    for number, bout in enumerate(found):
        if number:
            away = bout.start_s - found[number - 1].end_s
            made.append(Event(bout.start_s, "recurrence", f"{sign} returns after {time_words(away)}"))
        else:
            made.append(Event(bout.start_s, "seizure", f"{sign} begins"))
        if bout.ended:
            lasted = time_words(bout.end_s - bout.start_s)
            made.append(Event(bout.end_s, "seizure", f"{sign} ends after {lasted}"))
    return made


def _eeg(on: np.ndarray, begun: np.ndarray) -> list[Event]:
    first = np.flatnonzero(on)
    return [Event(float(begun[first[0]]), "eeg", "EEG runs and is read")] if len(first) else []


def _doses(plan: Plan, log: Mapping[str, Any], begun: np.ndarray, role: str, weight_kg: float) -> list[Event]:
    made = []
    for line in dict.fromkeys(order.line for order in plan.pushes):
        order = next(order for order in plan.pushes if order.line == line)
        amount = np.asarray(log[f"mg.{plan.id}.{line}"], np.float64)
        fired = np.asarray(log[f"fired.{plan.id}"])
        for number in np.flatnonzero(amount > 0):
            ends = float(begun[number]) + float(order.lasts_s(weight_kg))
            kind = "again" if fired[number] > 1 else "" if fired[number] else "with the infusion"
            made.append(_dose(plan, order, role, float(begun[number]), (float(amount[number]), ends, kind)))
    return made


def _dose(plan: Plan, order: Order, role: str, time_s: float, given: tuple[float, float, str]) -> Event:
    amount, ends, kind = given
    unit = unit_of(order.drug)
    over = f" over {time_words(ends - time_s)}" if ends > time_s else ""
    what = f"{order.drug} {amount:.4g} {unit} {order.route}{over}"
    return Event(time_s, "dose", what, kind, plan.id, role, order.drug, order.route, amount, unit, 0.0, ends)


def _infusion(plan: Plan, log: Mapping[str, Any], begun: np.ndarray, role: str) -> list[Event]:
    assert plan.infusion is not None
    order = plan.infusion.order
    rate = np.asarray(log[f"rate.{plan.id}"], np.float64) * 3600.0
    phase = np.asarray(log[f"phase.{plan.id}"])
    before_rate, before_phase = np.concatenate([[0.0], rate[:-1]]), np.concatenate([[0], phase[:-1]])
    unit, made = unit_of(order.drug), []
    told = _told(rate, phase) if plan.infusion.steer else np.abs(rate - before_rate) > 1e-9
    for number in np.flatnonzero(told | (phase != before_phase)):
        word = _word(before_rate[number], rate[number], int(before_phase[number]), int(phase[number]))
        if plan.infusion.steer and phase[number] == infusion.HOLDING:
            word = word.replace("first lowered", "lowered")
        if word:
            vapour = entry(order.drug).mac > 0
            speed = f"{rate[number] / 3600.0:.4g} %" if vapour else f"{rate[number]:.4g} {unit}/h"
            what = f"{order.drug} {'' if vapour else 'infusion '}{word}" + (f" {speed}" if rate[number] > 0 else "")
            made.append(
                Event(
                    float(begun[number]),
                    "infusion",
                    what,
                    detail=word,
                    step=plan.id,
                    role=role,
                    drug=order.drug,
                    route=order.route,
                    unit=unit,
                    rate_per_h=float(rate[number]),
                )
            )
    return made


def _alarms(plan: Plan, bits: np.ndarray, begun: np.ndarray, role: str) -> list[Event]:
    """The first moment of every alarm of a controller, told again only after an hour without it."""
    made = []
    for bit, words in ALARMS.items():
        last = -np.inf
        for number in np.flatnonzero(bits & bit):
            if begun[number] - last > ALARM_PAUSE_S:
                made.append(Event(float(begun[number]), "mark", f"alarm: {words}", "", plan.id, role))
            last = begun[number]
    return made


def _told(rate: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Where the rate a controller sets has moved by a quarter since it was last told; every change on weaning."""
    told, last = np.zeros(len(rate), bool), 0.0
    for number in range(len(rate)):
        led = phase[number] in (infusion.RAISING, infusion.HOLDING)
        told[number] = abs(rate[number] - last) > (0.25 * max(rate[number], last) if led else 1e-9)
        last = rate[number] if told[number] else last
    return told


def _word(before: float, rate: float, was: int, phase: int) -> str:
    if phase == infusion.STOPPED:
        return "stopped" if was != infusion.STOPPED else ""
    if phase == infusion.FINISHED:
        return "ended" if before > 0 else ""
    if phase == infusion.RAISING and was in (infusion.WEANING, infusion.FINISHED):
        return "restarted at"
    if was == infusion.RAISING and phase == infusion.HOLDING:
        return "held at"
    if was == infusion.HOLDING and phase == infusion.RAISING and rate == before:
        return "no longer enough at"
    if rate == before:
        return ""
    if before == 0:
        return "started at"
    if rate > before:
        return "raised to"
    return "first lowered to" if was == infusion.HOLDING else "lowered to"


def unit_of(drug: str) -> str:
    """The unit a drug is prescribed in."""
    return "mg PE" if entry(drug).equivalents else "% s" if entry(drug).mac else "mg"
