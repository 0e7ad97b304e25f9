"""The story of one patient: lots, doses, infusions, seizures, judgements and stages in one list of events."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from quell.care.machine import Machine
from quell.care.stage import Rules, judged, stages
from quell.care.tending_events import events as tending_events
from quell.care.timeline import Event, bouts, care_events, seizure_events
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
    limits = {"step_s": step_s, "pause_s": float(rules.pause), "least_s": float(rules.least)}
    waves, moves = bouts(time_s, seizing, **limits), bouts(time_s, convulsing, **limits)
    care = care_events(machine, log, time_s, step_s=step_s, weight_kg=persons["weight_kg"])
    made = [
        Event(0.0, "lot", f"{name.replace('_', ' ')}: {arm[0].replace('_', ' ')}", _how(machine, name))
        for name, arm in machine.arms(study, [patient]).items()
    ]
    made += seizure_events(waves) + seizure_events(moves, "convulsion") + care
    made += tending_events(log, np.asarray(time_s, np.float64) - step_s)
    made += [verdict.event() for verdict in judged(care, persons) if load(verdict.dose.drug).adequate]
    whole = bouts(time_s, seizing, **limits | {"pause_s": float(rules.recovery)})
    made += [stage.event() for stage in stages(care, whole, persons, seizure_type=seizure_type)]
    return sorted(made, key=lambda event: event.time_s)


def _how(machine: Machine, name: str) -> str:
    return "by decision" if name in machine.forced else "by lot"
