"""Infusions over time: when each ran, each attempt to wean it, and whether seizures came back.

A wean begins when a held rate is first lowered. It has failed when the infusion is restarted, or when status returns
while the rate is lowered or within `wean_window` of its end; it has held when that window closes without either and no
other anaesthetic ran on. Where one did, the wean only stepped down to it and says nothing about a brain left alone.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from quell.care.definition import Rules
from quell.care.meaning import in_status
from quell.care.timeline import Bout, Event

OFF = ("ended", "stopped")
LOWERED, RESTARTED = "first lowered to", "restarted at"


class Running(NamedTuple):
    """One stretch of an infusion above zero; `ended` is False where the record ends first."""

    step: str
    drug: str
    role: str
    start_s: float
    end_s: float
    ended: bool
    most_per_h: float
    unit: str


class Wean(NamedTuple):
    """One attempt: from the first lowering; when it reached zero, when seizing came back, when the verdict is known.

    Times are infinite where that did not happen. `seizure_s` is the first seizure of any length, `by` says how a
    return that counts showed itself, `covered` names another anaesthetic that ran when this one was off.
    """

    step: str
    drug: str
    role: str
    start_s: float
    off_s: float
    seizure_s: float
    back_s: float
    known_s: float
    by: str  # "", "restart", "status"
    covered: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.by)

    def held_by(self, now_s: float) -> bool:
        """Whether the window has closed in silence by a moment, with no other anaesthetic at work."""
        return not self.failed and not self.covered and self.known_s <= now_s


def running(events: Sequence[Event], end_s: float) -> list[Running]:
    """Every stretch of every infusion, in order of its beginning; the record ends at `end_s`."""
    made = []
    for changes in _by_step(events).values():
        begun, most = None, 0.0
        for event in changes:
            if event.rate_per_h > 0:
                begun, most = begun or event, max(most, event.rate_per_h)
            elif begun:
                made.append(_stretch(begun, event.time_s, True, most))
                begun, most = None, 0.0
        if begun:
            made.append(_stretch(begun, end_s, False, most))
    return sorted(made, key=lambda one: one.start_s)


def weans(events: Sequence[Event], seizures: Sequence[Bout], rules: Rules, *, end_s: float) -> list[Wean]:
    """Every attempt at weaning, in order of its beginning; `seizures` are those of the whole record."""
    status = in_status(seizures, rules)
    others = [one for one in running(events, end_s) if one.role == "anaesthetic"]
    made = []
    for changes in _by_step(events).values():
        for number, event in enumerate(changes):
            if event.detail == LOWERED:
                wean = _wean(event, changes[number + 1 :], (status, seizures), rules, end_s)
                made.append(wean._replace(covered=_cover(wean, others)))
    return sorted(made, key=lambda wean: wean.start_s)


def _wean(
    first: Event, later: Sequence[Event], seen: tuple[Sequence[Bout], Sequence[Bout]], rules: Rules, end_s: float
) -> Wean:
    again = next((k for k, event in enumerate(later) if event.detail == LOWERED), len(later))
    mine = later[:again]
    off = _first(event.time_s for event in mine if event.detail in OFF)
    closes = min(off + rules.wean_window, later[again].time_s if again < len(later) else inf)
    restart = _first(event.time_s for event in mine if event.detail == RESTARTED)
    closes = min(closes, restart)
    status, seizure = (_first(b.start_s for b in bouts if first.time_s < b.start_s <= closes) for bouts in seen)
    back, by = min((restart, "restart"), (status, "status"))
    if back == inf or back > min(closes, end_s):
        back, by = inf, ""
    return Wean(first.step, first.drug, first.role, first.time_s, off, seizure, back, back if by else closes, by)


def _cover(wean: Wean, others: Sequence[Running]) -> str:
    """Another anaesthetic that ran when this one came to zero."""
    return next((o.drug for o in others if o.step != wean.step and o.start_s <= wean.off_s < o.end_s), "")


def _first(moments: Iterable[float]) -> float:
    return min(moments, default=inf)


def _by_step(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.kind == "infusion":
            found.setdefault(event.step or event.drug, []).append(event)
    return found


def _stretch(begun: Event, end_s: float, ended: bool, most: float) -> Running:
    return Running(begun.step, begun.drug, begun.role, begun.time_s, end_s, ended, most, begun.unit)
