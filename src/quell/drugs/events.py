"""Event tables as NONMEM and its kin write them: ID, TIME, AMT, RATE, II, ADDL, SS, CMT, EVID.

    ID,TIME,AMT,RATE,II,ADDL,SS,CMT,EVID
    1,0,4,0,0,0,0,lorazepam/IV,1

AMT is mg (prescribed unit); TIME and II are in one stated unit (hours unless told), RATE in mg per that unit.
CMT is a line ("lorazepam/IV") or its number, counted from 1, in a list of lines; with such a list a dose without CMT
goes into the first. A point stands for nothing. Without EVID a row with an amount (or a steady infusion's rate) is a
dose, one without asks; MDV 1 without an amount is EVID 2. DV and its like carry no dose and are passed over; other
columns are refused, lest they be ignored in silence.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

import numpy as np

from quell.ground.errors import InputError

COLUMNS = ("ID", "TIME", "AMT", "RATE", "II", "ADDL", "SS", "CMT", "EVID")
REQUIRED = ("ID", "TIME", "AMT")
PASSED_OVER = ("MDV", "DV", "C")
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
MOST_DOSES = 100_000  # a table that expands beyond this is a slip, and would fill the memory


@dataclass(frozen=True)
class Event:
    """One row: times in s, amounts in mg, rate in mg/s (0: a push); kind is EVID, steady is SS."""

    patient: int
    time_s: float
    amount_mg: float = 0.0
    rate_mg_s: float = 0.0
    interval_s: float = 0.0
    more: int = 0
    steady: int = 0
    line: str = ""
    kind: int = 1


@dataclass(frozen=True)
class Piece:
    """One stretch of constant input into one line of one patient."""

    patient: int
    line: str
    start_s: float
    duration_s: float
    mg_per_s: float


def read_table(text: str, *, time_unit: str = "h", lines: Sequence[str] = (), file: str = "") -> list[Event]:
    """Read an event table. Raises InputError naming file, line and column."""
    seconds = _seconds(time_unit)
    rows = csv.reader(io.StringIO(text))
    try:
        head = [name.strip().upper() for name in next(rows, [])]
        unknown = [name for name in head if name not in (*COLUMNS, *PASSED_OVER)]
        missing = [name for name in (*REQUIRED, *(() if lines else ("CMT",))) if name not in head]
        if unknown or missing or len(set(head)) < len(head):
            wrong = f"column {unknown[0]} is unknown" if unknown else f"column {', '.join(missing) or 'names'} missing"
            raise InputError(wrong, file=file, line=1, allowed=f"{', '.join(COLUMNS)}; each once")
        events = []
        for row in rows:
            if row and "".join(row).strip():
                place = {"file": file, "line": rows.line_num}
                if len(row) != len(head):
                    raise InputError(f"{len(row)} cells under {len(head)} columns", **place)
                events.append(_event(dict(zip(head, row, strict=True)), seconds, lines, place))
        return events
    except csv.Error as error:
        raise InputError(f"not a table of comma-separated values ({error})", file=file, line=rows.line_num) from None


def write_table(events: Iterable[Event], *, time_unit: str = "h", lines: Sequence[str] = ()) -> str:
    """Events as a table that `read_table` reads back bit for bit; CMT by number where `lines` is given."""
    seconds = _seconds(time_unit)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for event in events:
        compartment = str(list(lines).index(event.line) + 1) if event.line in lines else event.line or "."
        time, interval = _in_units(event.time_s, seconds), _in_units(event.interval_s, seconds)
        rate = _in_units(event.rate_mg_s, Decimal(1) / seconds)
        amount = _short(event.amount_mg)
        table.writerow([event.patient, time, amount, rate, interval, event.more, event.steady, compartment, event.kind])
    return out.getvalue()


def expand(events: Iterable[Event], *, push_s: float = 10.0, earlier: int | None = None) -> list[Piece]:
    """Doses as stretches of input, repeats written out; a push lasts `push_s` (one macro step).

    Steady state (SS) is reached by `earlier` doses before the first one; without that number it is refused.
    """
    pieces: list[Piece] = []
    for event in sorted(events, key=lambda event: (event.patient, event.time_s)):
        if event.kind in (0, 2):
            continue
        if event.kind in (3, 4):
            raise InputError(f"EVID {event.kind} empties a body, which no treatment does", allowed="EVID 0, 1, 2")
        if event.steady and not event.amount_mg:
            raise InputError("an infusion without end has no first dose", field="SS", allowed="AMT above 0")
        if event.steady and earlier is None:
            raise InputError("SS needs to know how many doses came before", field="SS", allowed="earlier=20")
        before = (earlier or 0) if event.steady else 0
        duration = event.amount_mg / event.rate_mg_s if event.rate_mg_s else push_s
        if len(pieces) + before + event.more > MOST_DOSES:
            raise InputError("the table holds too many doses", field="ADDL", allowed=f"up to {MOST_DOSES} in all")
        for number in range(-before, event.more + 1):
            start = event.time_s + number * event.interval_s
            pieces.append(Piece(event.patient, event.line, start, duration, event.amount_mg / duration))
    return pieces


def rates(pieces: Iterable[Piece], patients: Sequence[int], *, start_s: float, step_s: float, steps: int) -> dict:
    """Mean input per macro step, mg/s: line -> float64 `[steps, lanes]`; every mg inside the window is kept."""
    lane = {patient: i for i, patient in enumerate(patients)}
    made: dict[str, np.ndarray] = {}
    edges = start_s + step_s * np.arange(steps + 1)
    for piece in pieces:
        if piece.patient in lane:
            table = made.setdefault(piece.line, np.zeros((steps, len(patients))))
            end = piece.start_s + piece.duration_s
            inside = np.minimum(edges[1:], end) - np.maximum(edges[:-1], piece.start_s)
            table[:, lane[piece.patient]] += np.maximum(inside, 0.0) / step_s * piece.mg_per_s
    return made


def _event(row: dict[str, str], seconds: Decimal, lines: Sequence[str], place: dict[str, Any]) -> Event:
    event = Event(
        patient=_whole(row["ID"], "ID", place),
        time_s=_number(row["TIME"], "TIME", place, seconds),
        amount_mg=_number(row["AMT"], "AMT", place),
        rate_mg_s=_number(row.get("RATE", ""), "RATE", place, Decimal(1) / seconds),
        interval_s=_number(row.get("II", ""), "II", place, seconds),
        more=_whole(row.get("ADDL", ""), "ADDL", place),
        steady=_whole(row.get("SS", ""), "SS", place),
        line=_line(row.get("CMT", ""), lines, place),
    )
    event = replace(event, kind=_kind(event, row, place))
    if event.kind in (1, 4) and not event.line and lines:
        event = replace(event, line=lines[0])
    return _sensible(event, place)


def _kind(event: Event, row: dict[str, str], place: dict[str, Any]) -> int:
    """EVID, or what it would be where the table has no such column."""
    if "EVID" in row:
        return _whole(row["EVID"], "EVID", place)
    if event.amount_mg or (event.rate_mg_s and event.steady):
        return 1
    return 2 if row.get("MDV", "").strip() == "1" else 0


def _sensible(event: Event, place: dict[str, Any]) -> Event:
    """Refuse what no pump could do."""
    doses = event.kind in (1, 4)
    endless = bool(doses and event.steady and event.rate_mg_s > 0 and not event.amount_mg)
    repeats = bool(event.more or (event.steady and not endless))
    refused = [
        (event.kind not in range(5), "EVID", "0, 1, 2, 3 or 4"),
        (event.rate_mg_s < 0, "RATE", "0 for a push, mg per time, or -2 with a DUR (-1 needs a model)"),
        (
            event.amount_mg < 0 or (doses and event.amount_mg == 0 and not endless),
            "AMT",
            "a positive amount in mg for a dose, or 0 with SS and a RATE",
        ),
        (event.steady not in (0, 1, 2), "SS", "0, 1 or 2"),
        (event.interval_s < 0 or (event.interval_s == 0 and repeats), "II", "positive with ADDL"),
        (endless and bool(event.interval_s or event.more), "II", "0 for an infusion without end, and no ADDL"),
        (doses and not event.line, "CMT", "a line such as lorazepam/IV"),
        (bool(event.rate_mg_s) and not math.isfinite(event.amount_mg / event.rate_mg_s), "RATE", "a rate that ends"),
    ]
    for wrong, column, allowed in refused:
        if wrong:
            raise InputError(f"{column} cannot be used", field=column, allowed=allowed, **place)
    return event


def _line(text: str, lines: Sequence[str], place: dict[str, Any]) -> str:
    text = text.strip()
    if text.isdecimal() and lines:
        if not 1 <= int(text) <= len(lines):
            raise InputError(f"CMT {text} is no line", field="CMT", allowed=f"1 to {len(lines)}", **place)
        return lines[int(text) - 1]
    if _blank(text):
        return ""
    name, slash, route = text.partition("/")
    if not (slash and name and route):
        raise InputError(f"CMT {text!r} is no line", field="CMT", allowed="lorazepam/IV or a number", **place)
    return text


def _blank(text: str | None) -> bool:
    return text is None or text.strip() in ("", ".")


def _whole(text: str, column: str, place: dict[str, Any]) -> int:
    if _blank(text):
        return 0
    if not (text.strip().isascii() and text.strip().isdecimal()) or int(text) >= 2**31:
        raise InputError(f"{text!r} is no whole number", field=column, allowed="0, 1, 2, ...", **place)
    return int(text)


def _number(text: str, column: str, place: dict[str, Any], factor: Decimal | None = None) -> float:
    if _blank(text):
        return 0.0
    try:
        value = Decimal(text.strip())
        with localcontext(prec=60):
            number = float(value * factor if factor is not None else value) if value.is_finite() else math.nan
    except (InvalidOperation, OverflowError):
        raise InputError(f"{text!r} is no number", field=column, allowed="a finite number", **place) from None
    if not math.isfinite(number):
        raise InputError(f"{text!r} is not finite", field=column, allowed="a finite number", **place)
    return number


def _in_units(value: float, factor: Decimal) -> str:
    """The shortest decimal that reads back as the same float after its unit."""
    for digits in (12, 17, 40):
        with localcontext(prec=digits):
            text = f"{+(Decimal(value) / factor):f}"
        if _number(text, "", {}, factor) == value:
            return text.rstrip("0").rstrip(".") if "." in text else text
    return text


def _short(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _seconds(unit: str) -> Decimal:
    if unit not in SECONDS:
        raise InputError(f"{unit!r} is no unit of time", field="time_unit", allowed=", ".join(SECONDS))
    return Decimal(SECONDS[unit])
