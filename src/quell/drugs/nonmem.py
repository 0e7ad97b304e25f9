"""NONMEM tables: covariates and DUR beside the columns of `events`, and levels with its exact meaning of each record.

    ID,TIME,AMT,RATE,II,ADDL,SS,CMT,EVID,WT,AGE      records in their order; TIME never falls within an ID
    EVID 0, 2 ask for a level; 1 doses; 3 empties the body, stops infusions and pending doses; 4 does so and doses
    SS 1 puts the body at the steady state of this dose and II, and forgets what was; SS 2 adds it to what is there

Steady state of a linear drug is solved, not approached: x = (1 - exp(A II))^-1 times what one interval leaves. A lag
of a route is NONMEM's ALAG (`late_events`). A repeat (ADDL) that falls on a record's time comes after it, so that the
record sees the trough.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from quell.drugs.assembly import lay_out
from quell.drugs.curve import CUMULATIVE, Curve, leaper, levels
from quell.drugs.events import SECONDS, Event, read_table
from quell.drugs.late_events import behind, is_late, steady
from quell.drugs.traits import Traits
from quell.ground.errors import InputError

COVARIATES = {
    "WT": "weight_kg",
    "AGE": "age_y",
    "HT": "height_cm",
    "MALE": "male",
    "ALB": "albumin_g_L",
    "CRCL": "crcl_mL_min",
}
SETTLED, MOST_INTERVALS = 1e-9, 10_000  # saturable drugs approach their steady state interval by interval


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
    for row in rows:
        writer.writerow([cell for k, cell in enumerate(row) if k not in own] if row else [])
    events = read_table(kept.getvalue(), time_unit=time_unit, lines=lines, file=file)
    places = [k for k, row in enumerate(rows[1:], start=2) if row and "".join(row).strip()]
    if len(places) != len(events):
        raise InputError("a quoted cell runs over lines", file=file, allowed="one record per line")
    return _subjects(events, places, [dict(zip(head, rows[k - 1], strict=False)) for k in places], file, time_unit)


def subject_levels(subject: Subject, drug: str, who: Traits, *, variant: str | None = None) -> Curve:
    """Levels at the subject's asking records (EVID 0 and 2), `[records, lanes]`; `who` is the subject."""
    lines = list(dict.fromkeys(event.line for event in subject.events if event.kind in (1, 4)))
    if not lines:
        raise InputError(f"ID {subject.number} has no dose", field="EVID", allowed="at least one dose record")
    body = _Body(lay_out(drug, lines, who, variant=variant), who.lanes)
    times, seen = [], []
    for event in subject.events:
        body.go_to(event.time_s)
        if event.kind in (0, 2):
            times.append(event.time_s)
            seen.append(body.x)
        else:
            body.take(event)
    if not seen:
        raise InputError(f"ID {subject.number} asks for nothing", field="EVID", allowed="records with EVID 0")
    track = np.stack(seen)
    rooms = {room: track[:, :, k] for k, room in enumerate(body.plan.scheme.rooms)}
    return levels(drug, body.plan, who, np.array(times), rooms)


class _Body:
    """Amounts in rooms `[lanes, rooms]`, infusions that run (end, rates) and doses that are due, moved on in time."""

    def __init__(self, plan, lanes: int) -> None:
        self.plan = plan
        self.A, self.B = plan.scheme.matrices()
        self.tube = {line: k for k, line in enumerate(plan.scheme.lines)}
        self.leap = leaper(plan, self.A, self.B)
        self.now = -np.inf
        self.due: list[tuple[float, Event]] = []
        self.empty(lanes)

    def empty(self, lanes: int) -> None:
        self.x = np.zeros((lanes, self.A.shape[1]))
        self.running: list[tuple[float, np.ndarray]] = []
        self.late: list[tuple[float, Event]] = []
        self.due = []

    def go_to(self, time: float) -> None:
        """Move on; repeats due before `time` are given, one due at it waits."""
        while self.due and self.due[0][0] < time:
            when, event = self.due.pop(0)
            self._run(when)
            self._give(event)
        self._run(time)

    def _run(self, time: float) -> None:
        while self.now < time:
            ends = [end for end, _ in self.running if self.now < end < time]
            stop = min([time, *ends, *(when for when, _ in self.late if self.now < when < time)])
            if np.isfinite(self.now):
                self.x = self.leap(self.x, self._input(), stop - self.now)
            self.now = stop
            self.running = [(end, rate) for end, rate in self.running if end > stop]
            self._arrive()

    def _arrive(self) -> None:
        """What was on its way and is there now."""
        there = [event for when, event in self.late if when <= self.now]
        self.late = [(when, event) for when, event in self.late if when > self.now]
        for event in there:
            self._give(event)

    def _input(self) -> np.ndarray:
        return sum((rate for _, rate in self.running), np.zeros((self.x.shape[0], len(self.tube))))

    def take(self, event: Event) -> None:
        """A record with EVID 1, 3 or 4."""
        while self.due and self.due[0][0] <= event.time_s and event.kind == 1:
            self._give(self.due.pop(0)[1])
        if event.kind in (3, 4):
            self.empty(len(self.x))
        if event.kind == 3:
            return
        if event.steady:
            before = self.x if event.steady == 2 else 0.0
            if event.steady == 1:
                self.empty(len(self.x))
            self.x = before + self._steady(event)
        self._give(event)
        self.due += [(event.time_s + k * event.interval_s, event) for k in range(1, event.more + 1)]
        self.due.sort(key=lambda pair: pair[0])

    def _give(self, event: Event) -> None:
        self.late += behind(self.plan.scheme, event, self.now)
        tube = self.tube[event.line]
        if not event.rate_mg_s:
            self.x = self.x + self.B[:, :, tube] * event.amount_mg
            return
        rate = np.zeros((len(self.x), len(self.tube)))
        rate[:, tube] = event.rate_mg_s
        self.running.append((self.now + event.amount_mg / event.rate_mg_s, rate))

    def _steady(self, event: Event) -> np.ndarray:
        """Amounts just before a dose that has been given every II for ever; infusions then still running go on."""
        other = _Body(self.plan, len(self.x))
        if is_late(self.plan.scheme, event.line):
            return steady(self, other, event, self._lasting())
        lasts = event.amount_mg / event.rate_mg_s if event.rate_mg_s else 0.0
        overlapping = int(np.ceil(lasts / event.interval_s - 1e-12)) - 1 if lasts else 0
        period = event.interval_s
        other.now = 0.0
        for k in range(overlapping, 0, -1):  # infusions that earlier doses left running at the start of an interval
            rate = np.zeros((len(self.x), len(self.tube)))
            rate[:, self.tube[event.line]] = event.rate_mg_s
            other.running.append((lasts - k * period, rate))
        left = list(other.running)
        self.running += [(self.now + end, rate) for end, rate in left]
        once = Event(0, 0.0, event.amount_mg, event.rate_mg_s, line=event.line)
        lasting = self._lasting()
        if self.plan.saturates:
            return _approached(other, once, period, lasting)
        other._give(once)
        other._run(period)
        keep = np.stack(
            [self.leap(unit, np.zeros((len(self.x), len(self.tube))), period) for unit in self._units(lasting)], axis=-1
        )[:, lasting]
        solved = np.zeros_like(self.x)
        solved[:, lasting] = np.linalg.solve(np.eye(len(lasting)) - keep, other.x[:, lasting][..., None])[..., 0]
        return solved

    def _lasting(self) -> list[int]:
        return [k for k, room in enumerate(self.plan.scheme.rooms) if not room.endswith(CUMULATIVE)]

    def _units(self, lasting: list[int]) -> list[np.ndarray]:
        made = []
        for k in lasting:
            unit = np.zeros_like(self.x)
            unit[:, k] = 1.0
            made.append(unit)
        return made


def _approached(body: _Body, once: Event, period: float, lasting: list[int]) -> np.ndarray:
    """The steady state of a saturable drug, interval by interval until it stands still."""
    left = list(body.running)
    for _ in range(MOST_INTERVALS):
        start = body.x
        body._give(once)
        body._run(body.now + period)
        body.running = [(body.now + end, rate) for end, rate in left]
        change = np.abs(body.x - start)[:, lasting].max()
        if change <= SETTLED * max(np.abs(body.x[:, lasting]).max(), 1e-12):
            found = np.zeros_like(body.x)
            found[:, lasting] = body.x[:, lasting]
            return found
    raise InputError("this dose and interval have no steady state: more comes in than can leave", field="SS")


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
        subject.events.append(_lasting(event, row.get("DUR", ""), time_unit, place))
    return list(found.values())


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
    if event.rate_mg_s or not seconds > 0:
        what = "DUR and RATE are both given, or DUR is not positive"
        raise InputError(what, field="DUR", allowed="one of them", **place)
    return replace(event, rate_mg_s=event.amount_mg / seconds)
