"""NONMEM tables: covariates and DUR beside the columns of `events`, read and written.

    ID,TIME,AMT,RATE,II,ADDL,SS,CMT,EVID,WT,AGE      records in their order; TIME falls back at EVID 3 and 4 only

DUR is the length of an infusion and may stand for RATE, or behind RATE -2 (the duration is not modelled but given).
`nonmem_body` has the meaning of each record.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from quell.drugs import library
from quell.drugs.events import SECONDS, Event, read_table, write_table
from quell.ground.errors import InputError

COVARIATES = {
    "WT": "weight_kg",
    "AGE": "age_y",
    "HT": "height_cm",
    "MALE": "male",
    "ALB": "albumin_g_L",
    "CRCL": "crcl_mL_min",
}
GIVEN_BY_DUR = -2.0  # RATE of an infusion whose length DUR says


@dataclass
class Subject:
    """One ID: its records in their order and its covariates (constant; the first row's)."""

    number: int
    events: list[Event] = field(default_factory=list)
    covariates: dict[str, float] = field(default_factory=dict)


def read_subjects(text: str, *, time_unit: str = "h", lines: Sequence[str] = (), file: str = "") -> list[Subject]:
    """Subjects of a table. Raises InputError with file, line and column."""
    rows = [row for row in csv.reader(io.StringIO(text))]
    if not rows:
        raise InputError("the table is empty", file=file, allowed="a header and rows")
    head = [name.strip().upper() for name in rows[0]]
    own = [k for k, name in enumerate(head) if name in (*COVARIATES, "DUR")]
    kept = io.StringIO()
    writer = csv.writer(kept, lineterminator="\n")
    for row in (rows[0], *(_lasts_as_said(row, head) for row in rows[1:])):
        writer.writerow([cell for k, cell in enumerate(row) if k not in own] if row else [])
    events = read_table(kept.getvalue(), time_unit=time_unit, lines=lines, file=file)
    places = [k for k, row in enumerate(rows[1:], start=2) if row and "".join(row).strip()]
    if len(places) != len(events):
        raise InputError("a quoted cell runs over lines", file=file, allowed="one record per line")
    return _subjects(events, places, [dict(zip(head, rows[k - 1], strict=False)) for k in places], file, time_unit)


def write_subjects(subjects: Iterable[Subject], *, time_unit: str = "h", lines: Sequence[str] = ()) -> str:
    """Subjects as a table that `read_subjects` reads back: the columns of `events.write_table`, then covariates."""
    subjects = list(subjects)
    columns = [name for name, measure in COVARIATES.items() if any(measure in who.covariates for who in subjects)]
    measures = {who.number: [_cell(who.covariates.get(COVARIATES[name])) for name in columns] for who in subjects}
    rows = csv.reader(
        io.StringIO(write_table([e for who in subjects for e in who.events], time_unit=time_unit, lines=lines))
    )
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*next(rows), *columns])
    table.writerows([*row, *measures[int(row[0])]] for row in rows)
    return out.getvalue()


def _cell(value: float | None) -> str:
    return "." if value is None else repr(float(value)).removesuffix(".0")


def _lasts_as_said(row: list[str], head: list[str]) -> list[str]:
    """The row without RATE -2, where DUR has the length that it would ask a model for."""
    cells = dict(zip(head, row, strict=False))
    said = cells.get("DUR", "").strip() not in ("", ".", "0")
    if said and _number_or_none(cells.get("RATE", "")) == GIVEN_BY_DUR:
        return ["0" if name == "RATE" else cell for name, cell in zip(head, row, strict=False)]
    return row


def _number_or_none(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _subjects(events, places, rows, file: str, time_unit: str) -> list[Subject]:
    found: dict[int, Subject] = {}
    last = None
    for event, line, row in zip(events, places, rows, strict=True):
        place = {"file": file, "line": line}
        if event.patient != last and event.patient in found:
            what = f"ID {event.patient} comes back after another"
            raise InputError(what, field="ID", allowed="rows of an ID together", **place)
        subject = found.setdefault(event.patient, Subject(event.patient, covariates=_covariates(row, place)))
        if subject.events and event.time_s < subject.events[-1].time_s and event.kind not in (3, 4):
            raise InputError("TIME goes back within an ID", field="TIME", allowed="times that do not fall", **place)
        last = event.patient
        event = _into_a_drug(event, place)
        subject.events.append(_lasting(event, row.get("DUR", ""), time_unit, place))
    return list(found.values())


def _into_a_drug(event: Event, place) -> Event:
    """The dose with its drug and route as the library spells them. InputError for a route that its card lacks."""
    if event.kind not in (1, 4):
        return event
    name, _, route = event.line.partition("/")
    drug = library.entry(name, field="CMT", **place).name
    return replace(event, line=f"{drug}/{library.route_of(drug, route, field='CMT', **place)}")


def _covariates(row: dict[str, str], place) -> dict[str, float]:
    made = {}
    for column, name in COVARIATES.items():
        text = row.get(column, ".").strip()
        if text not in ("", "."):
            try:
                made[name] = float(text)
            except ValueError:
                raise InputError(f"{text!r} is no number", field=column, allowed="a finite number", **place) from None
    return made


def _lasting(event: Event, text: str, time_unit: str, place) -> Event:
    """DUR, where it is given, makes the rate."""
    if text.strip() in ("", ".", "0"):
        return event
    try:
        seconds = float(text) * SECONDS[time_unit]
    except ValueError:
        raise InputError(f"{text!r} is no number", field="DUR", allowed="a positive time", **place) from None
    if event.rate_mg_s or not 0 < seconds < math.inf:
        what = "DUR and RATE are both given, or DUR is not positive"
        raise InputError(what, field="DUR", allowed="one of them", **place)
    return replace(event, rate_mg_s=event.amount_mg / seconds)
