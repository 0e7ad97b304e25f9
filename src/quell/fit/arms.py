"""Arms and rows of the calibration: which protocol answers which row of the clinical table, and how it is scored."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from quell.care.course import State, build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.engine.clock import Clocks
from quell.ground.units import convert
from quell.patient.person import People

CARD = Path(__file__).with_suffix(".toml")
CLOCKS = Clocks(window=0.4)
TURN = 1000  # between the studies whose noise the repeats of an arm have


@cache
def constants() -> dict[str, float]:
    """How fates are scored and members drawn and weighed: times in s, the rest pure numbers."""
    table = tomllib.loads(CARD.read_text(encoding="utf-8"))
    rows = {name: row["value"] for part in ("score", "draw", "weigh") for name, row in table[part].items()}
    return {name: float(v) if v.replace(".", "").isdecimal() else convert(v, "s") for name, v in rows.items()}


@dataclass(frozen=True)
class Arm:
    """One simulated arm; it may start from another arm's state at the time of its own dose."""

    name: str
    protocol: str
    parameters: Mapping[str, str]
    parent: str  # "start", or the arm it branches from
    horizon_s: float
    onset: Mapping[str, float]  # constants of the insult that the arm forces
    repeats: int = 1  # how often it is lived, each time with other noise; its rows are the means

    @property
    def branch_s(self) -> float:
        """When it leaves its parent: one macro step before its dose may be given."""
        return convert(self.parameters["time"], "s") - 2.0 * CLOCKS.macro


@dataclass(frozen=True)
class Row:
    """One row of the clinical table and how to score it, times in s."""

    id: str
    arm: str
    endpoint: str
    weight: float
    at: float
    since: float
    start: float
    end: float
    bench: tuple[float, float] | None = None  # (n, events) of a row that is not in the clinical table
    population: str = "adult"  # whom it weighs
    clinic: str = ""  # the row of the clinical table that it answers
    failures: bool = False  # that row counts those in whom treatment failed

    def target(self, table: Mapping[str, Mapping[str, str]]) -> tuple[float, float]:
        """(n, events) that the simulated share is held against."""
        if self.bench:
            return self.bench
        n, events = float(table[self.clinic]["n"]), float(table[self.clinic]["events"])
        return n, n - events if self.failures else events


def read() -> tuple[dict[str, Arm], dict[str, Row]]:
    """Arms and rows, from arms.toml; a parent stands before its children."""
    table = tomllib.loads(CARD.read_text(encoding="utf-8"))
    arms = {
        name: Arm(
            name,
            a["protocol"],
            a.get("parameters", {}),
            a["from"],
            convert(a["horizon"], "s"),
            a.get("onset", {}),
            a.get("repeats", 1),
        )
        for name, a in table["arm"].items()
    }
    rows = {}
    for name, row in table["row"].items():
        at, since, start, end = (convert(row.get(key, "0 s"), "s") for key in ("at", "since", "from", "to"))
        bench = (row["n"], row["events"]) if "n" in row else None
        rows[name] = Row(
            name,
            row["arm"],
            row["endpoint"],
            row["weight"],
            at,
            since,
            start,
            end,
            bench,
            row.get("population", "adult"),
            row.get("clinic", name),
            row.get("failures", False),
        )
    return arms, rows


def is_late(arm: Arm) -> bool:
    """Whether an arm is a treatment that only those who seize long can get."""
    return arm.parent != "start"


def simulate_all(
    people: People, study: int, *, late: bool = True, **replaced: Any
) -> Iterator[tuple[Arm, dict[str, np.ndarray]]]:
    """Arms on these people with the same noise; children branch from their parents. Yields (arm, record).

    `late` leaves out the arms nobody branches from at the start (insults), its absence those of treatment. An arm
    that is repeated comes as often, first with the noise of all others.
    """
    every, _ = read()
    parents = {a.parent for a in every.values()}
    arms = {n: a for n, a in every.items() if (is_late(a) or n in parents if late else not is_late(a))}
    saved: dict[tuple[str, float], State] = {}
    lines: dict[str, tuple[str, ...]] = {}
    for arm, turn in ((each, turn) for each in arms.values() for turn in range(each.repeats)):
        machine = compile_protocol(load_protocol(arm.protocol, arm.parameters))
        inherited = lines.get(arm.parent, ())
        lines[arm.name] = tuple(dict.fromkeys([*inherited, *machine.lines]))
        course = build_course(
            people,
            machine,
            study=study + TURN * turn,
            clocks=CLOCKS,
            extra_lines=inherited,
            onset=dict(arm.onset),
            **replaced,
        )
        state, first = course.start(), 0
        if arm.parent != "start":
            parent = saved[arm.parent, arm.branch_s]
            first = course.steps(arm.branch_s)
            carried = {name: parent.drugs.get(name, value) for name, value in state.drugs.items()}
            state = state._replace(whole=parent.whole, drugs=carried, sight=parent.sight)
        stops = sorted({course.steps(child.branch_s) for child in arms.values() if child.parent == arm.name})
        pieces = []
        for stop in [*stops, course.steps(arm.horizon_s)]:
            if stop > first:
                state, record = course.advance(
                    state, first, stop - first, watch=False
                )  # odd members are left out later
                pieces.append({name: values for name, values in record.items() if _wanted(name)})
                first = stop
            for child in arms.values():
                if child.parent == arm.name and course.steps(child.branch_s) == stop:
                    saved[arm.name, child.branch_s] = state
        yield arm, {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def alone(arm: Arm, people: People, study: int) -> dict[str, np.ndarray]:
    """The record of one arm that branches from none."""
    machine = compile_protocol(load_protocol(arm.protocol, arm.parameters))
    course = build_course(people, machine, study=study, clocks=CLOCKS, onset=dict(arm.onset))
    return course.advance(course.start(), 0, course.steps(arm.horizon_s), watch=False)[1]


def _wanted(name: str) -> bool:
    kept = ("time", "seizing", "convulsing", "responsiveness", "E_gaba", "E_gaba_mean", "gaba_a", "nmda", "injury")
    return name in (*kept, "K_o", "rate_E", "reserve", "kcc2") or name.startswith("log.fired.")


def score(row: Row, record: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(counts, success) per patient, bool `[lanes]`, for one row on the record of its arm."""
    time, seizing = record["time"], record["seizing"]
    if row.endpoint == "ongoing":
        length, started = first_seizure(time, seizing)
        return started, length > row.at
    if row.endpoint == "outlasts":
        length = discharge(time, seizing, row.since)
        return length > row.at, length > row.end
    if row.endpoint == "persists":
        counts = seizing[(time > row.since - 30.0) & (time <= row.since)].any(axis=0)
        return counts, seizing[(time > row.since + row.start) & (time <= row.since + row.end)].any(axis=0)
    if row.endpoint == "quiet_after":
        begin = np.full(seizing.shape[1], row.since)
        counts = seizing[np.searchsorted(time, row.since) - 1]
    else:
        fired = record["log.fired.first_line"] == 1
        begin = time[fired.argmax(axis=0)]
        counts = fired.any(axis=0) & (begin <= time[0] + constants()["in_time"])  # not those who relapse later
    inside = (time[:, None] >= begin + row.start) & (time[:, None] <= begin + row.end)
    success = ~(seizing & inside).any(axis=0)
    if row.endpoint == "quiet_and_responsive_after_dose":
        success &= np.where(inside, record["responsiveness"], 0.0).max(axis=0) > constants()["improved"]
    return counts, success


def discharge(time: np.ndarray, seizing: np.ndarray, since: float) -> np.ndarray:
    """How long what seizes at `since` goes on (s, `[lanes]`, inf if to the end); 0 for who is silent for a minute."""
    later = time > since
    begun = seizing[later].copy()
    begun[0] = True  # everybody counts from here, so that those who never go on have length nought
    return first_seizure(time[later], begun)[0]


def first_seizure(time: np.ndarray, seizing: np.ndarray, pause_s: float = 60.0) -> tuple[np.ndarray, np.ndarray]:
    """Length of the first seizure after onset (s, inf if it never pauses for `pause_s`), and whether one started."""
    step = time[1] - time[0]
    after = time > 0
    alive, silence = np.ones(seizing.shape[1], bool), np.zeros(seizing.shape[1])
    started, length = np.zeros(seizing.shape[1], bool), np.zeros(seizing.shape[1])
    for now in seizing[after]:
        started |= now & alive
        silence = np.where(now, 0.0, silence + step)
        length += np.where(started & alive, step, 0.0)
        over = started & alive & (silence >= pause_s)
        length -= np.where(over, silence, 0.0)
        alive &= ~over
    return np.where(started & alive, np.inf, length), started
