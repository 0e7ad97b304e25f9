"""A led infusion: raised until the target is met, held, weaned in stages, restarted when seizures return.

OFF -> RAISING -> HOLDING -> WEANING -> FINISHED          STOPPED from anywhere, for good
          ^----------'           '------ relapse: back to the rate that held (restarts times; then kept)
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from quell.care.bedside import FAR, State
from quell.care.controller import Agent, Controller, agent_of
from quell.care.step import Step, Titration
from quell.drugs.dose import Order
from quell.ground.card import from_card

OFF, RAISING, HOLDING, WEANING, FINISHED, STOPPED = range(6)
PHASES = ("off", "raising", "holding", "weaning", "finished", "stopped")


class Asked(NamedTuple):
    """The answers a led infusion needs now, bool `[lanes]`."""

    target: Any
    may_raise: Any
    hold_on: Any
    relapse: Any


class Steer(NamedTuple):
    """A controller, its drug, its law ("pi" or "mpc") and the probability it holds."""

    controller: Controller
    agent: Agent
    law: str
    depth: float


@dataclass(frozen=True)
class InfusionPlan:
    """The fixed part of an infusion; rates are in the state, since they go by weight."""

    order: Order
    led: Titration | None
    restarts: int
    raise_every_s: float
    watch_s: float
    lasts_s: float  # of an infusion that is not led
    steer: Steer | None = None  # the controller, where one leads it


def plan_of(step: Step) -> InfusionPlan | None:
    """The infusion of a step, if it has one."""
    order, led = step.led, step.infusion
    if order is None or order.infusion is None:
        return None
    lasts = FAR if led or order.infusion.for_s is None else order.infusion.for_s
    if led is None:
        return InfusionPlan(order, None, 0, FAR, 0.0, lasts)
    steer = Steer(from_card(Controller), agent_of(order.drug), led.control, led.depth) if led.control else None
    return InfusionPlan(order, led, led.restarts, led.raise_every, led.watch, lasts, steer)


def rest(step: Step, weight_kg: Any, age_y: Any, *, delivered: Any, hold_s: Any, wean_every_s: Any) -> State:
    """The infusion before it starts; rates in mg/s for each weight (and age), after the share really delivered."""
    order, led = step.led, step.infusion
    assert order is not None and order.infusion is not None

    def speed(rate: Any) -> Any:
        value = rate.for_weight(weight_kg, age_y)
        for cap in order.max_rates:
            value = np.minimum(value, cap.for_weight(weight_kg, age_y))
        return jnp.asarray(value * delivered + np.zeros(np.shape(weight_kg)), jnp.float64)

    zero, never = jnp.zeros(np.shape(weight_kg)), jnp.full(np.shape(weight_kg), FAR)
    start = speed(order.infusion.rate)
    return {
        "start": start,
        "most": jnp.maximum(start, speed(step.rate(led.most))) if led else start,
        "raise": speed(step.rate(led.raise_by)) if led and led.raise_by else zero,
        "hold": jnp.asarray(hold_s, jnp.float64),
        "wean_every": jnp.asarray(wean_every_s, jnp.float64),
        "wean_by": jnp.full(np.shape(weight_kg), led.wean_by if led else 1.0),
        "phase": jnp.zeros(np.shape(weight_kg), jnp.int32),
        "rate": zero,
        "base": zero,
        "begin": never,
        "next": never,
        "relapses": jnp.zeros(np.shape(weight_kg), jnp.int32),
    }


def begin(state: State, plan: InfusionPlan, now: Any, at_s: Any) -> State:
    """The infusion running from `at_s` (the end of its loading dose) where `now`."""
    return state | {
        "phase": jnp.where(now, RAISING, state["phase"]),
        "rate": jnp.where(now, state["start"], state["rate"]),
        "begin": jnp.where(now, at_s, state["begin"]),
        "next": jnp.where(now, at_s + plan.raise_every_s, state["next"]),
    }


def stop(state: State, now: Any) -> State:
    """The infusion stopped for good where `now`."""
    running = now & (state["phase"] != OFF)
    return state | {
        "phase": jnp.where(running, STOPPED, state["phase"]),
        "rate": jnp.where(running, 0.0, state["rate"]),
    }


def lead(state: State, plan: InfusionPlan, time_s: Any, asked: Asked) -> tuple[State, Any]:
    """One look at a running infusion: the new state, and where an extra bolus is due."""
    if plan.led is None:
        over = (state["phase"] == RAISING) & (time_s - state["begin"] >= plan.lasts_s)
        done = {"phase": jnp.where(over, FINISHED, state["phase"]), "rate": jnp.where(over, 0.0, state["rate"])}
        return state | done, jnp.zeros(time_s.shape, bool)
    phase, rate, due, base = state["phase"], state["rate"], state["next"], state["base"]
    running = time_s >= state["begin"]
    settles = running & (phase == RAISING) & asked.target
    raises = running & (phase == RAISING) & ~asked.target & asked.may_raise & (time_s >= due) & (rate < state["most"])
    breaks = (phase == HOLDING) & asked.relapse
    weans = (phase == HOLDING) & ~asked.relapse & (time_s >= due) & ~asked.hold_on
    off_lately = (phase == FINISHED) & (time_s - due < plan.watch_s)
    relapses = ((phase == WEANING) | off_lately) & asked.relapse
    lowers = (phase == WEANING) & ~asked.relapse & (time_s >= due) | weans
    count = state["relapses"] + relapses
    base = jnp.where(settles | weans, rate, base)
    lowered = rate - state["wean_by"] * base
    ends = lowers & (lowered <= 1e-6 * base)
    rate = jnp.where(raises, jnp.minimum(rate + state["raise"], state["most"]), rate)
    rate = jnp.where(lowers, jnp.where(ends, 0.0, lowered), rate)
    rate = jnp.where(relapses, base, rate)
    hold_to = jnp.where(count > plan.restarts, FAR, time_s + state["hold"])
    due = jnp.where(raises | relapses, time_s + plan.raise_every_s, due)
    due = jnp.where(settles, hold_to, jnp.where(breaks | ends, time_s, due))
    due = jnp.where(lowers & ~ends, time_s + state["wean_every"], due)
    phase = jnp.where(settles, HOLDING, jnp.where(breaks | relapses, RAISING, phase))
    phase = jnp.where(lowers, jnp.where(ends, FINISHED, WEANING), phase)
    made = {"phase": phase.astype(jnp.int32), "rate": rate, "next": due, "base": base, "relapses": count}
    return state | made, raises | relapses
