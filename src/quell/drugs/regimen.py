"""A regimen: orders one after another, "2 mg/kg IV; 6 mg/kg/h IV for 1 h at 5 min", as doses and infusions in time.

Orders are parted by semicolons. Each starts with the regimen, or where it says so: "... at 10 min" behind it, or
"at 10 min: ..." before it. A push without a time goes in at once; `repeat` counts from start to start; `then` runs
an infusion on from the last dose.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quell.drugs.dose import parse_order
from quell.drugs.order import Order
from quell.drugs.phrase import TIME, read_time
from quell.ground.errors import InputError


@dataclass(frozen=True)
class Dose:
    """An amount (mg `[lanes]`, prescribed unit) at `start_s` into a line: at once, or evenly over `lasts_s`."""

    line: str
    start_s: float
    lasts_s: float
    mg: np.ndarray  # of a dose; of an endless infusion mg/s
    endless: bool = False


def read_regimen(text: str, *, drug: str | None = None, field: str = "regimen") -> list[tuple[float, Order]]:
    """Orders with their times in s, first one first. Raises InputError."""
    orders = []
    for part in (part.strip() for part in str(text).split(";")):
        if part:
            orders.append(_placed(part, drug, field))
    if not orders:
        raise InputError("the regimen is empty", field=field, allowed='such as "2 mg/kg IV; 6 mg/kg/h IV for 1 h"')
    first = min(start for start, _ in orders)
    return sorted(((start - first, order) for start, order in orders), key=lambda pair: pair[0])


def doses(orders: Sequence[tuple[float, Order]], weight_kg: np.ndarray, age_y: Any = None) -> list[Dose]:
    """The regimen in time for these weights (kg `[lanes]`): repeats written out, infusions behind the last dose.

    Ages in years count for vapours that are ordered in MAC (none: 40).
    """
    made: list[Dose] = []
    for start, order in orders:
        lasts = 0.0
        if order.amount > 0:
            every, mg = order.repeat_after_s or 0.0, np.broadcast_to(order.mg(weight_kg), weight_kg.shape)
            lasts = float(np.max(order.lasts_s(weight_kg)))
            if order.repeats and every < lasts:
                raise InputError(f"{order.words()!r} repeats before the dose before is in", field="regimen")
            made += [Dose(order.line, start + n * every, lasts, mg) for n in range(order.repeats + 1)]
            start = start + order.repeats * every + lasts
        if order.infusion is not None:
            speed = np.broadcast_to(order.segments(weight_kg, age_y=age_y)[-1].mg_per_s, weight_kg.shape)
            for_s = order.infusion.for_s
            made.append(
                Dose(order.line, start, np.inf if for_s is None else for_s, speed * (for_s or 1.0), for_s is None)
            )
    return made


def _placed(part: str, drug: str | None, field: str) -> tuple[float, Order]:
    place: dict[str, Any] = {"field": field}
    start = 0.0
    if before := re.match(rf"at\s+({TIME.pattern})\s*:\s*(.+)", part, re.I):
        start, part = _start(before[1], place), before[before.lastindex or 0]
    elif behind := re.fullmatch(rf"(.*[^,])\s+at\s+({TIME.pattern})", part, re.I):
        last = behind[1].split(",")[-1].strip().lower()
        part, start = (part, start) if last.startswith("repeat") else (behind[1], _start(behind[2], place))
    return start, _order(part, drug, place)


def _start(text: str, place: dict[str, Any]) -> float:
    return 0.0 if re.match(r"0+(\.0*)?\s*[a-z]", text, re.I) else read_time(text, place)


def _order(part: str, drug: str | None, place: dict[str, Any]) -> Order:
    """One order; an infusion of a stated length is also read from a plain rate."""
    order = parse_order(part, drug=drug, **place)
    if order.amount > 0 and order.over_s is not None and order.over_s > 3.2e7:
        raise InputError(f"{part!r} lasts more than a year", allowed="a shorter time", **place)
    return order
