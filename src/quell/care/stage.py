"""Stages of status epilepticus by the sources' definitions, and whether each dose was an adequate trial.

    status epilepticus    a seizure has lasted t1            t2 passed             it has lasted t2
    established           goes on after an adequate first-line dose
    refractory            goes on after an adequate second-line dose as well
    super-refractory      status 24 h after the start of anaesthesia, or again when it is weaned
    anaesthetic-dependent returned at every wean until then, twice or more

A return is status once more (10 min, or more than a fifth of an hour) or the restart of the anaesthetic by staff: a
seizure of some seconds is none. Each stage rests on what has happened until its moment.
An inadequate dose moves no stage: refractory means true resistance, not under-dosing.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

from quell.care.definition import Rules
from quell.care.meaning import in_status, joined
from quell.care.span import time_words
from quell.care.timeline import Bout, Event
from quell.care.weans import Wean, running, weans
from quell.drugs import adequacy
from quell.ground.card import from_card


class Stage(NamedTuple):
    """A stage reached, when and why."""

    time_s: float
    stage: str
    reason: str

    def event(self) -> Event:
        """The stage as an event of the timeline."""
        return Event(self.time_s, "stage", self.stage, self.reason)


class Verdict(NamedTuple):
    """Whether the drug given so far by one route was an adequate trial, judged at one dose."""

    dose: Event
    adequate: bool
    reason: str

    def event(self) -> Event:
        """The judgement as an event of the timeline, at the dose."""
        word = "adequate" if self.adequate else "not adequate"
        dose = self.dose
        what = f"{dose.drug} {dose.route}: {word}"
        return Event(dose.time_s, "judgement", what, self.reason, dose.step, dose.role, dose.drug, dose.route)


def judged(events: Sequence[Event], persons: Mapping[str, float]) -> list[Verdict]:
    """Every dose with the sum of its drug and route over the last hour. `persons`: `weight_kg`, `age_y`."""
    together = from_card(Rules).together
    doses = [event for event in events if event.kind == "dose"]
    made = []
    for dose in doses:
        same = [d for d in doses if (d.drug, d.route) == (dose.drug, dose.route)]
        total = sum(d.amount for d in same if 0 <= dose.time_s - d.time_s <= together)
        good, why = adequacy.judge(dose.drug, dose.route, total, persons["weight_kg"], persons["age_y"])
        before = sum(d.amount for d in same if dose.time_s - d.time_s > together)
        earlier = (
            f"; {before:.4g} {dose.unit} of it were given more than {together / 3600.0:g} h before" if before else ""
        )
        made.append(Verdict(dose, good, why + earlier))
    return made


def stages(
    events: Sequence[Event],
    seizing: Sequence[Bout],
    persons: Mapping[str, float],
    *,
    seizure_type: str = "tonic_clonic",
) -> list[Stage]:
    """The stages one patient passed through, in order of time.

    `seizing` are bouts of electrographic seizure, flashes left out (`meaning.read`). A stage is reached at the moment
    its definition is met; what comes later does not count. For t1, t2 and the failure of a drug, seizures too close
    for recovery between them are one.
    """
    rules = from_card(Rules)
    whole = joined(seizing, rules.recovery)
    made = _by_duration(whole, rules, seizure_type)
    if not made:
        return []
    verdicts = judged(events, persons)
    first = _went_on(verdicts, whole, made[0].time_s, rules, roles=("first_line",))
    if first:
        made.append(Stage(first[0], "established", f"seizing {first[1]}"))
        second_line = _went_on(verdicts, whole, first[0], rules, roles=("second_line",))
        if second_line:
            made.append(Stage(second_line[0], "refractory", f"seizing {second_line[1]}"))
    tried = [wean for wean in weans(events, seizing, rules, end_s=inf) if wean.role == "anaesthetic"]
    made += _super_refractory(events, in_status(seizing, rules), tried, rules) + _dependent(tried, rules)
    return sorted(made, key=lambda stage: stage.time_s)


def _by_duration(seizing: Sequence[Bout], rules: Rules, seizure_type: str) -> list[Stage]:
    made, words = [], seizure_type.replace("_", " ")
    for name, limit in (("status epilepticus", rules.t1(seizure_type)), ("t2 passed", rules.t2(seizure_type))):
        long = [bout for bout in seizing if limit is not None and bout.end_s - bout.start_s >= limit]
        if long and limit is not None:
            made.append(Stage(long[0].start_s + limit, name, f"{words} seizure for {time_words(limit)}"))
    return made


def _went_on(
    verdicts: Sequence[Verdict], seizing: Sequence[Bout], after_s: float, rules: Rules, *, roles: tuple[str, ...]
) -> tuple[float, str] | None:
    """When and after what a seizure went on despite an adequate dose of these roles."""
    found = []
    for verdict in verdicts:
        if verdict.adequate and verdict.dose.role in roles:
            from_s = max(verdict.dose.ends_s + rules.wait, after_s)
            at = _next_seizing(seizing, from_s, from_s + rules.returns, rules.least)
            if at is not None:
                found.append((at, f"{time_words(at - verdict.dose.ends_s)} after {verdict.reason}"))
    return min(found) if found else None


def _next_seizing(seizing: Sequence[Bout], from_s: float, to_s: float, known_s: float = 0.0) -> float | None:
    """The first moment within a window at which it seizes, and has for `known_s`."""
    since = [(max(bout.start_s + known_s, from_s), bout) for bout in seizing if bout.start_s <= to_s]
    moments = [moment for moment, bout in since if bout.end_s > from_s and moment <= bout.end_s]
    return min(moments) if moments else None


def _super_refractory(
    events: Sequence[Event], status: Sequence[Bout], tried: Sequence[Wean], rules: Rules
) -> list[Stage]:
    """The first moment of status a day into anaesthesia (or soon after it), or of a return on weaning."""
    found = []
    for stretch in (s for s in running(events, inf) if s.role == "anaesthetic"):
        began = _began(events)
        from_s = max(began + rules.super_refractory, stretch.start_s)
        late = _next_seizing(status, from_s, stretch.end_s + rules.wean_window)
        if late is not None:
            found.append(Stage(late, "super-refractory", f"status {time_words(late - began)} after anaesthesia began"))
    for wean in tried:
        if wean.failed:
            found.append(Stage(wean.back_s, "super-refractory", f"{_back(wean)} when {wean.drug} was weaned"))
    return [min(reversed(found), key=lambda stage: stage.time_s)] if found else []  # of two at once, the wean


def _dependent(tried: Sequence[Wean], rules: Rules) -> list[Stage]:
    """The moment at which enough weans have failed and none has held until then; one seizure fails one wean."""
    moments = sorted({wean.back_s for wean in tried if wean.failed})
    for number, moment in enumerate(moments, start=1):
        if number >= rules.weans and not any(wean.held_by(moment) for wean in tried):
            return [Stage(moment, "anaesthetic-dependent", f"seizures returned at each of {number} weans until then")]
    return []


def _began(events: Sequence[Event]) -> float:
    return min(e.time_s for e in events if e.kind == "infusion" and e.role == "anaesthetic")


def _back(wean: Wean) -> str:
    return "status returned" if wean.by == "status" else "staff had to restart"
