"""What seizing means: flashes that are no seizure, brief seizures in runs, and status that has come back.

The record is read once per macro step. A stretch seen at one reading only is not known to have lasted 10 s, so it
is a flash, no seizure. Status is met at the moment its definition holds, and no moment looks ahead:

    in status at t     the seizure running at t has lasted status_run, or seizures fill status_burden of the hour to t
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from quell.care.definition import Rules
from quell.care.timeline import Bout, bouts

HOUR_S = 3600.0


class Read(NamedTuple):
    """The seizing of one record: seizures, and flashes too short to be one."""

    seizures: list[Bout]
    flashes: list[Bout]


class Run(NamedTuple):
    """Several brief bouts that follow each other closely enough to be told as one line."""

    bouts: tuple[Bout, ...]

    @property
    def start_s(self) -> float:
        return self.bouts[0].start_s

    @property
    def end_s(self) -> float:
        return self.bouts[-1].end_s


def read(time_s: Any, seizing: Any, step_s: float, rules: Rules) -> Read:
    """Seizures and flashes of a series `[time]` read at the ends `time_s` of steps of `step_s`."""
    found = bouts(time_s, seizing, step_s=step_s, pause_s=float(rules.pause))
    known = [bout for bout in found if _lasts(bout) - step_s >= rules.least - 1e-6]
    return Read(known, [bout for bout in found if bout not in known])


def joined(found: Sequence[Bout], gap_s: float) -> list[Bout]:
    """Bouts with gaps shorter than `gap_s` as one."""
    whole: list[Bout] = []
    for bout in found:
        if whole and bout.start_s - whole[-1].end_s < gap_s:
            whole[-1] = Bout(whole[-1].start_s, bout.end_s, bout.ended)
        else:
            whole.append(bout)
    return whole


def runs(found: Sequence[Bout], rules: Rules) -> list[Bout | Run]:
    """The same bouts in order, with three and more brief ones in a row as one run."""
    made: list[Bout | Run] = []
    waiting: list[Bout] = []
    for bout in found:
        brief = _lasts(bout) < rules.brief and bout.ended
        if waiting and not (brief and bout.start_s - waiting[-1].end_s < rules.run_gap):
            made += _told(waiting, rules)
            waiting = []
        if brief:
            waiting.append(bout)
        else:
            made.append(bout)
    return made + _told(waiting, rules)


def in_status(found: Sequence[Bout], rules: Rules) -> list[Bout]:
    """The stretches of status: each from the moment its definition is met to the end of its seizure."""
    made = []
    for number, bout in enumerate(found):
        at = min(bout.start_s + rules.status_run, _burdened(found[: number + 1], rules))
        if at <= bout.end_s:
            made.append(Bout(at, bout.end_s, bout.ended))
    return made


def _burdened(found: Sequence[Bout], rules: Rules) -> float:
    """When, in the last of the bouts, seizures fill the share of an hour that is status; infinity if they do not."""
    last, much = found[-1], rules.status_burden * HOUR_S

    def filled(at: float) -> float:
        inside = [min(bout.end_s, at) - max(bout.start_s, at - HOUR_S) for bout in found]
        return sum(length for length in inside if length > 0)

    if filled(last.end_s) <= much:
        return float("inf")
    low, high = last.start_s, last.end_s  # while it seizes, the hour to now never loses more than it gains
    while high - low > 0.5:
        middle = (low + high) / 2
        low, high = (low, middle) if filled(middle) > much else (middle, high)
    return high


def _told(waiting: list[Bout], rules: Rules) -> list[Bout | Run]:
    return [Run(tuple(waiting))] if len(waiting) >= rules.run_least else list(waiting)


def _lasts(bout: Bout) -> float:
    return bout.end_s - bout.start_s
