"""Levels at the records of a NONMEM table, with the exact meaning of each record.

    EVID 0, 2 ask for a level; 1 doses; 3 empties the body, stops infusions and pending doses; 4 does so and doses;
              after 3 and 4 the clock may begin again at an earlier TIME
    SS 1      puts the body at the steady state of this dose and II, and forgets what was; SS 2 adds it to what is there
    SS, AMT 0 with a RATE: the steady state of an infusion without end, which stops at this record

Records keep the order of their rows. A repeat (ADDL) that falls on a record's time comes before it, so an observation
there sees the dose: NONMEM does so, as the tests of mrgsolve against it found (its issue 424). A lag of a route is
NONMEM's ALAG (`late_events`); what arrives at a record's time comes before it likewise.
Steady state of a linear drug is solved, not approached: x = (1 - exp(A II))^-1 times what one interval leaves.
"""

import numpy as np

from quell.drugs.assembly import lay_out
from quell.drugs.curve import CUMULATIVE, Curve, leaper, levels
from quell.drugs.events import Event
from quell.drugs.late_events import behind, is_late, late_endless, late_steady
from quell.drugs.nonmem import Subject
from quell.drugs.traits import Traits
from quell.ground.errors import InputError

SETTLED, MOST_INTERVALS = 1e-9, 10_000  # saturable drugs approach their steady state interval by interval
NEVER = "this dose has no steady state: more comes in than can leave"
SAME_S = 1e-6  # times nearer than this are one: n intervals in floating point are not the record's time to the last bit
INTERVAL_S = 21600.0  # in which an endless infusion of a saturable drug is followed until it stands still


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
        """Move on; repeats due until `time`, and at it, are given."""
        while self.due and self.due[0][0] <= time + SAME_S:
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
        there = [event for when, event in self.late if when <= self.now + SAME_S]
        self.late = [(when, event) for when, event in self.late if when > self.now + SAME_S]
        for event in there:
            self._give(event)

    def _input(self) -> np.ndarray:
        return sum((rate for _, rate in self.running), np.zeros((self.x.shape[0], len(self.tube))))

    def take(self, event: Event) -> None:
        """A record with EVID 1, 3 or 4."""
        if event.kind in (3, 4):
            self.empty(len(self.x))
            self.now = event.time_s
        if event.kind == 3:
            return
        if event.steady:
            before = self.x if event.steady == 2 else 0.0
            if event.steady == 1:
                self.empty(len(self.x))
            self.x = before + (self._steady(event) if event.amount_mg else self._endless(event))
        if event.amount_mg:
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
            return late_steady(self, other, event, self._lasting())
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
        if not self.plan.linear:
            return _approached(other, once, period, lasting)
        other._give(once)
        other._run(period)
        keep = np.stack(
            [self.leap(unit, np.zeros((len(self.x), len(self.tube))), period) for unit in self._units(lasting)], axis=-1
        )[:, lasting]
        solved = np.zeros_like(self.x)
        solved[:, lasting] = np.linalg.solve(np.eye(len(lasting)) - keep, other.x[:, lasting][..., None])[..., 0]
        return solved

    def _endless(self, event: Event) -> np.ndarray:
        """Amounts under an infusion that has run for ever; it stops at its record."""
        lasting = self._lasting()
        if is_late(self.plan.scheme, event.line):
            return late_endless(self, _Body(self.plan, len(self.x)), event, lasting)
        speed = self.B[:, lasting, self.tube[event.line]] * event.rate_mg_s
        if self.plan.linear:
            solved = np.zeros_like(self.x)
            kept = self.A[:, lasting][:, :, lasting]
            solved[:, lasting] = np.linalg.solve(kept, -speed[..., None])[..., 0]
            return solved
        if self.plan.saturates and np.any(speed.sum(axis=1) >= self.plan.saturates["Vmax"]):
            raise InputError(NEVER, field="SS")
        other = _Body(self.plan, len(self.x))
        other.now = 0.0
        once = Event(0, 0.0, event.rate_mg_s * INTERVAL_S, event.rate_mg_s, line=event.line)
        return _approached(other, once, INTERVAL_S, lasting)

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
    raise InputError(NEVER, field="SS")
