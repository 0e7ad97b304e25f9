"""Whether a condition holds, for every lane at once: one clock per sign, one comparison per fact."""

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp

from quell.care.bedside import FAR, State, View
from quell.care.infusion import FINISHED, HOLDING, RAISING, WEANING
from quell.care.words import Clock, Condition, Done, Fact, Is, Measured, Seen


def clocks_at_rest(conditions: Iterable[Condition], lanes: int) -> State:
    """A clock for every sign that some condition wants to have lasted: since when, and when last seen."""
    made: State = {}
    for sign in timed_signs(conditions):
        made[f"since.{sign.base}"] = jnp.full(lanes, FAR)
        made[f"last.{sign.base}"] = jnp.full(lanes, -FAR)
    return made


def timed_signs(conditions: Iterable[Condition]) -> list[Seen | Measured]:
    """One fact per sign that is asked about with a duration, in a fixed order."""
    found = {f.base: f for c in conditions for f in c.facts() if isinstance(f, Seen | Measured) and f.for_s > 0}
    return [found[base] for base in sorted(found)]


def tick(state: State, view: View, signs: Iterable[Seen | Measured], *, step_s: float, pause_s: float) -> State:
    """The clocks after this view. A pause does not end a seizure; while nothing can be seen, clocks stand still."""
    made = dict(state)
    for sign in signs:
        since, last = state[f"since.{sign.base}"], state[f"last.{sign.base}"]
        there, known = _sign(sign, view)
        bridge = pause_s if "seizing" in sign.base or sign.base == "convulsing" else 0.0
        gap = view.time_s - last
        begun = jnp.where(gap <= bridge + step_s, jnp.minimum(since, view.time_s), view.time_s)
        ended = jnp.where(gap > bridge, FAR, since)
        made[f"since.{sign.base}"] = jnp.where(known, jnp.where(there, begun, ended), since + step_s)
        made[f"last.{sign.base}"] = jnp.where(known, jnp.where(there, view.time_s, last), last + step_s)
    return made


def holds(condition: Condition, state: State, view: View) -> Any:
    """Whether the condition holds, bool `[lanes]`; a condition without alternatives never does."""
    result = jnp.zeros(view.time_s.shape, bool)
    for facts in condition.alternatives:
        every = jnp.ones(view.time_s.shape, bool)
        for fact in facts:
            every &= _holds(fact, state, view)
        result |= every
    return result


def unmet(condition: Condition, state: State, view: View) -> Any:
    """Whether staff can see that a condition, its durations aside, does not hold; not knowing is not seeing."""
    known = jnp.ones(view.time_s.shape, bool)
    for fact in condition.facts():
        if isinstance(fact, Seen | Measured):
            known &= _sign(fact, view)[1]
    return known & ~holds(condition.at_once(), state, view)


def _holds(fact: Fact, state: State, view: View) -> Any:
    match fact:
        case Seen() | Measured():
            there, _ = _sign(fact, view)
            return there & (view.time_s - state[f"since.{fact.base}"] >= fact.for_s) if fact.for_s > 0 else there
        case Clock():
            return view.time_s < fact.at_s if fact.before else view.time_s >= fact.at_s
        case Is():
            value = state[f"person.{fact.trait}"]
            return value > fact.limit if fact.above else value <= fact.limit
        case Done():
            return _done(fact, state, view)


def _done(fact: Done, state: State, view: View) -> Any:
    step = fact.step
    match fact.fact:
        case "given":
            return view.time_s - state[f"step.{step}.end" if step else "dose.end"] >= fact.wait_s
        case "started":
            return view.time_s - state[f"step.{step}.first"] >= fact.wait_s
        case "not given":
            return state[f"step.{step}.count"] == 0
        case "relapsed":
            return state[f"step.{step}.relapses"] >= fact.count
        case "at its most":
            return (state[f"step.{step}.phase"] == RAISING) & (
                state[f"step.{step}.rate"] >= state[f"step.{step}.most"] * (1 - 1e-9)
            )
        case "controlled":
            return (state[f"step.{step}.phase"] == HOLDING) | (state[f"step.{step}.phase"] == WEANING)
        case _:
            return state[f"step.{step}.phase"] == FINISHED


def _sign(fact: Seen | Measured, view: View) -> tuple[Any, Any]:
    """Whether a sign is there, and whether it could have been seen."""
    if isinstance(fact, Measured):
        return _measured(fact, view)
    match fact.sign:
        case "seizing":
            return view.seizing, view.known
        case "convulsing":
            return view.convulsing, view.visible
        case "eeg seizing":
            return view.eeg_seizing, view.eeg_on
        case "no seizure":
            return ~view.seizing & view.known, view.known
        case "responsive":
            return view.responsive, view.visible
        case "unresponsive":
            return ~view.responsive & view.visible, view.visible
        case "suppression above":
            return view.eeg_on & (view.suppression > fact.level), view.eeg_on
        case _:
            return view.eeg_on & (view.suppression < fact.level), view.eeg_on


def _measured(fact: Measured, view: View) -> tuple[Any, Any]:
    """Whether a value lies beyond its limit, and whether it is known; without a body nothing is."""
    if not view.measured:
        return jnp.zeros(view.time_s.shape, bool), jnp.zeros(view.time_s.shape, bool)
    value = view.measured[fact.quantity]
    known = value >= 0.0
    return known & ((value > fact.limit) if fact.above else (value < fact.limit)), known
