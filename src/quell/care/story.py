"""The story of one patient: lots, doses, infusions, seizures, judgements and stages in one list of events."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from quell.care.definition import Rules
from quell.care.machine import Machine
from quell.care.meaning import Run, read, runs
from quell.care.span import time_words
from quell.care.stage import judged, stages
from quell.care.tending_events import events as tending_events
from quell.care.timeline import Bout, Event, care_events, seizure_events
from quell.drugs.card import load
from quell.ground.card import from_card


def story(
    machine: Machine,
    log: Mapping[str, Any],
    *,
    time_s: Any,
    seizing: Any,
    convulsing: Any,
    persons: Mapping[str, float],
    step_s: float,
    study: int = 0,
    patient: int = 0,
    seizure_type: str = "tonic_clonic",
) -> list[Event]:
    """Every event of one patient in order of time.

    `log` holds the machine's arrays `[time]`, `time_s` the ends of the macro steps (s from onset), `seizing` and
    `convulsing` the truth of the record `[time]`, `persons` at least `weight_kg` and `age_y`.
    """
    rules = from_card(Rules)
    waves, moves = (read(time_s, signal, step_s, rules) for signal in (seizing, convulsing))
    care = care_events(machine, log, time_s, step_s=step_s, weight_kg=persons["weight_kg"])
    made = [
        Event(0.0, "lot", f"{name.replace('_', ' ')}: {arm[0].replace('_', ' ')}", _how(machine, name))
        for name, arm in machine.arms(study, [patient]).items()
    ]
    made += seizure_events(waves.seizures) + seizure_events(moves.seizures, "convulsion") + care
    made += _flashes(waves.flashes, rules, "discharge", "burst") + _flashes(moves.flashes, rules, "movement", "jerk")
    made += tending_events(log, np.asarray(time_s, np.float64) - step_s)
    made += [verdict.event() for verdict in judged(care, persons) if load(verdict.dose.drug).adequate]
    made += [stage.event() for stage in stages(care, waves.seizures, persons, seizure_type=seizure_type)]
    return sorted(made, key=lambda event: event.time_s)


def _flashes(found: list[Bout], rules: Rules, kind: str, word: str) -> list[Event]:
    """What was seen at a single reading and is no seizure: one line for a run of them, with its end."""
    made = []
    for one in runs(found, rules):
        many = len(one.bouts) if isinstance(one, Run) else 1
        until = f" until {time_words(one.end_s)}" if many > 1 else ""
        what = f"{many} {word}{'s' if many > 1 else ''} too short to be a seizure{until}"
        detail = f"each seen at one reading, less than {time_words(rules.least)} for sure"
        made.append(Event(one.start_s, kind, what, detail, amount=float(many), ends_s=one.end_s))
    return made


def _how(machine: Machine, name: str) -> str:
    return "by decision" if name in machine.forced else "by lot"
