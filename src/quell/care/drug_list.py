"""A list of drugs as given at the bedside, for the stages that an EEG and its drugs tell.

    time,drug,dose
    0:15,lorazepam,4 mg
    0:35,levetiracetam,60 mg/kg
    1:30,propofol,3 mg/kg/h
    26:00,propofol,stop

A CSV file, one line per order. `time` counts from the start of the record (h:mm, h:mm:ss, or "15 min"; with a minus if
it was before), or is a date with a time of day where the record has one. `drug` is a name of the library. `dose` is an
amount or, for an infusion, a rate; "stop" ends an infusion. A fourth column `line` (first, second, anaesthetic, none)
overrules what follows from the drug: a dose of a benzodiazepine is first line, its infusion an anaesthetic.
"""

import csv
import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from quell.drugs import library
from quell.drugs.phrase import read_phrase, read_time
from quell.eeg.stage import LINES, NO_LINE, Given
from quell.ground.errors import InputError

FIRST = ("lorazepam", "diazepam", "clonazepam", "midazolam")
SECOND = (
    "levetiracetam", "brivaracetam", "valproate", "phenytoin", "fosphenytoin", "lacosamide", "phenobarbital",
    "topiramate", "perampanel", "carbamazepine",
)  # fmt: skip
ANAESTHETIC = ("propofol", "thiopental", "pentobarbital", "ketamine", "esketamine", "isoflurane", "sevoflurane")
COLUMNS = ("time", "drug", "dose")
STOPPED = re.compile(r"(stop(ped)?|end(ed)?|off|0+(\.0*)?(\s.*)?)", re.IGNORECASE)
CLOCK = re.compile(r"(-?)(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")
TIMES = 'h:mm or h:mm:ss from the start of the record, "15 min", or 2026-01-31 14:05'
MOST_BYTES = 1 << 20


class _Order(NamedTuple):
    number: int
    time_s: float
    drug: str
    dose: str
    infusion: bool
    line: str


def read_drugs(path: str | Path, start: datetime | None = None) -> tuple[Given, ...]:
    """The drugs of a list, in order of time; `start` is that of the record, where it has one.

    Raises InputError in one sentence: file, line, what is allowed.
    """
    orders = sorted(_orders(Path(path), start), key=lambda order: order.time_s)
    made: list[Given] = []
    running: dict[str, int] = {}
    for order in orders:
        if order.infusion and order.dose == "stop":
            if order.drug not in running:
                what = f"{order.drug} is stopped and was not running"
                raise InputError(what, file=Path(path).name, line=order.number, allowed="a rate before it")
            at = running.pop(order.drug)
            made[at] = made[at]._replace(stop_s=order.time_s)
        elif not (order.infusion and order.drug in running):  # another rate goes on with what runs
            if order.infusion:
                running[order.drug] = len(made)
            made.append(Given(order.time_s, order.line, order.drug, None, order.dose))
    return tuple(made)


def _orders(path: Path, start: datetime | None) -> list[_Order]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("this is too large for a list of drugs", file=path.name, allowed="up to 1 MB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputError("cannot be read as text", file=path.name, allowed="a CSV file: time,drug,dose") from None
    rows = csv.reader(text.splitlines())
    head = [name.strip().lower() for name in next(rows, [])]
    if tuple(head[:3]) != COLUMNS or head[3:] not in ([], ["line"]):
        raise InputError("the first line does not name the columns", file=path.name, allowed="time,drug,dose[,line]")
    return [_order(row, number, path, start) for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]


def _order(row: list[str], number: int, path: Path, start: datetime | None) -> _Order:
    place = {"file": path.name, "line": number}
    cells = [cell.strip() for cell in row]
    if not 3 <= len(cells) <= 4:
        raise InputError(f"{len(cells)} columns", **place, allowed="time,drug,dose[,line]")
    drug = library.entry(cells[1], **place).name
    stopped = bool(STOPPED.fullmatch(cells[2]))
    infusion = stopped or read_phrase(cells[2], place, leading=True)[0].is_rate
    line = cells[3].lower() if len(cells) > 3 and cells[3] else line_of(drug, infusion=infusion)
    if line not in (*LINES, NO_LINE, "none"):
        raise InputError(f"{line!r} is no line of treatment", **place, allowed=", ".join((*LINES, "none")))
    dose = "stop" if stopped else cells[2]
    return _Order(number, _time(cells[0], place, start), drug, dose, infusion, NO_LINE if line == "none" else line)


def line_of(drug: str, *, infusion: bool) -> str:
    """The line of treatment of a drug of the library; none for what is not given against seizures.

    A dose of an anaesthetic alone, as for intubation, is no treatment of status epilepticus.
    """
    if drug in FIRST:
        return "anaesthetic" if infusion else "first"
    if drug in ANAESTHETIC:
        return "anaesthetic" if infusion else NO_LINE
    return "second" if drug in SECOND else NO_LINE


def _time(text: str, place: dict, start: datetime | None) -> float:
    """Seconds from the start of the record."""
    if found := CLOCK.fullmatch(text):
        sign, hours, minutes, seconds = found.groups()
        return (-1 if sign else 1) * (3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds or 0))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        before = text.startswith("-")
        try:
            return (-1 if before else 1) * read_time(text.removeprefix("-"), place)
        except InputError:
            raise InputError(f"{text!r} is no time", **place, allowed=TIMES) from None
    if start is None:
        what = "the record does not say when it began, so a date says nothing"
        raise InputError(what, **place, allowed="h:mm from the start of the record")
    return (moment.replace(tzinfo=None) - start).total_seconds()
