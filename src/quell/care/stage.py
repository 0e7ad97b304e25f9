"""Stages of status epilepticus by the sources' definitions, and whether each dose was an adequate trial.

    status epilepticus    a seizure has lasted t1            t2 passed             it has lasted t2
    established           goes on after an adequate first-line dose
    refractory            goes on after an adequate second-line dose as well
    super-refractory      goes on 24 h after the start of anaesthesia, or returns when it is weaned
    anaesthetic-dependent returned at every wean, twice or more

An inadequate dose moves no stage: refractory means true resistance, not under-dosing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from quell.care.span import time_words
from quell.care.timeline import Bout, Event
from quell.drugs import adequacy
from quell.ground.card import from_card
from quell.ground.units import ratio, second


@dataclass(frozen=True)
class Rules:
    """The time limits of the definitions (stage.toml)."""

    t1_tonic_clonic: second
    t2_tonic_clonic: second
    t1_focal_impaired_awareness: second
    t2_focal_impaired_awareness: second
    t1_absence: second
    wait: second
    together: second
    returns: second
    super_refractory: second
    wean_window: second
    weans: ratio
    pause: second
    recovery: second
    least: second

    def t1(self, seizure_type: str) -> float:
        """When a seizure of this type is status epilepticus, s."""
        return float(getattr(self, f"t1_{seizure_type}"))

    def t2(self, seizure_type: str) -> float | None:
        """When lasting harm begins to threaten, s; None where nobody knows."""
        return getattr(self, f"t2_{seizure_type}", None)


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

    `seizing` are bouts of electrographic seizure; those too close for recovery between them should come as one.
    """
    rules = from_card(Rules)
    made = _by_duration(seizing, rules, seizure_type)
    if not made:
        return []
    verdicts = judged(events, persons)
    first = _went_on(verdicts, seizing, made[0].time_s, rules, roles=("first_line",))
    if first:
        made.append(Stage(first[0], "established", f"seizing {first[1]}"))
        second_line = _went_on(verdicts, seizing, first[0], rules, roles=("second_line",))
        if second_line:
            made.append(Stage(second_line[0], "refractory", f"seizing {second_line[1]}"))
    weaned = _weans(events, seizing, rules)
    made += _super_refractory(events, seizing, weaned, rules)
    if len(weaned) >= rules.weans and all(back is not None for _, back in weaned):
        last = [back for _, back in weaned if back is not None][int(rules.weans) - 1]
        made.append(Stage(last, "anaesthetic-dependent", f"seizures returned at each of {len(weaned)} weans"))
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
            at = _next_seizing(seizing, from_s, from_s + rules.returns)
            if at is not None:
                found.append((at, f"{time_words(at - verdict.dose.ends_s)} after {verdict.reason}"))
    return min(found) if found else None


def _next_seizing(seizing: Sequence[Bout], from_s: float, to_s: float) -> float | None:
    """The first moment of seizing within a window."""
    moments = [max(bout.start_s, from_s) for bout in seizing if bout.end_s > from_s and bout.start_s <= to_s]
    return min(moments) if moments else None


def _anaesthesia(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.kind == "infusion" and event.role == "anaesthetic"]


def _weans(events: Sequence[Event], seizing: Sequence[Bout], rules: Rules) -> list[tuple[float, float | None]]:
    """Every wean with the moment seizures returned (during it, or within the window after the infusion ended)."""
    made: list[tuple[float, float | None]] = []
    changes = _anaesthesia(events)
    for number, event in enumerate(changes):
        if event.detail != "first lowered to":
            continue
        later = [e for e in changes[number + 1 :] if e.step == event.step]
        ended = next((e.time_s for e in later if e.detail in ("ended", "restarted at", "stopped")), None)
        by = next((e.time_s for e in later if e.detail == "restarted at"), None)
        until = (ended or event.time_s) + (rules.wean_window if by is None else 0.0)
        returns = [bout.start_s for bout in seizing if event.time_s < bout.start_s <= until]
        made.append((event.time_s, min([*returns, *([by] if by else [])], default=None)))
    return made


def _super_refractory(
    events: Sequence[Event],
    seizing: Sequence[Bout],
    weaned: Sequence[tuple[float, float | None]],
    rules: Rules,
) -> list[Stage]:
    changes = _anaesthesia(events)
    if not changes:
        return []
    began = changes[0].time_s
    running_to = changes[-1].time_s if changes[-1].rate_per_h == 0 else float("inf")
    found = []
    late = _next_seizing(seizing, began + rules.super_refractory, running_to + rules.wean_window)
    if late is not None:
        found.append(Stage(late, "super-refractory", f"seizing {time_words(late - began)} after anaesthesia began"))
    back = [moment for _, moment in weaned if moment is not None]
    if back:
        found.append(Stage(min(back), "super-refractory", "seizures returned when the anaesthetic was weaned"))
    return [min(reversed(found), key=lambda stage: stage.time_s)] if found else []  # of two at once, the wean
