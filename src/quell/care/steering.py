"""A controller inside the compiled loop: what the reader tells it, when it acts, and what it leaves to the wean.

While the infusion is raised or held the controller sets its rate; on weaning the rate falls in stages from the mean of
the last hour, and the controller goes on reading, so that a relapse finds it ready.
"""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from quell.care import control_law, controller, controller_belief, response
from quell.care.controller import Look
from quell.care.infusion import HOLDING, RAISING, InfusionPlan
from quell.ground.card import from_card
from quell.ground.chance import Address, address, bits, two_kicks
from quell.ground.contract import process
from quell.ground.units import per_second, second, share

State = dict[str, Any]
EARLY = 1_000_000  # steps; keeps the number of a step before onset above zero


@process
class Reader:
    """Who reads the share of suppression, and how often the EEG cannot be read."""

    misses: share
    invents: share
    reads: per_second  # of a second of EEG, each right or wrong by itself
    spoilt: share  # stretches that cannot be read
    stretch: second


def rest(plan: InfusionPlan, persons: Mapping[str, Any], most: Any) -> State:
    """The controller of an infusion before it starts; nothing where none leads it. Raises InputError for its drug."""
    if plan.steer is None:
        return {}
    made = response.twins(plan.order.line, persons, round(plan.steer.controller.twins))
    return controller.rest(plan.steer.agent, made, most, jnp.asarray(persons["weight_kg"], jnp.float64))


def reader_at_rest(study: int, patients: Any) -> State:
    """The addresses of what the reader gets wrong, uint32 `[lanes]`."""
    made: State = {}
    for name in ("reads", "spoils"):
        where = address(study, np.asarray(patients), f"care.eeg.{name}")
        made |= {f"eeg.{name}.first": where.first[:, 0], f"eeg.{name}.second": where.second[:, 0]}
    return made


def look(state: State, sight: Any, view: Any, step_s: float) -> Look:
    """What the reader reports of the last step: a share with its own errors, or that nothing can be read."""
    reader = from_card(Reader)
    reads, spoils = (Address(state[f"eeg.{n}.first"], state[f"eeg.{n}.second"]) for n in ("reads", "spoils"))
    number = jnp.round(view.time_s / step_s).astype(jnp.int32) + EARLY
    told = reader.invents + (1.0 - reader.misses - reader.invents) * jnp.clip(sight.suppression, 0.0, 1.0)
    spread = jnp.sqrt(told * (1.0 - told) / (reader.reads * step_s))
    kick = two_kicks(reads, number)[0].astype(jnp.float64)
    block = number // max(round(reader.stretch / step_s), 1)
    lost = bits(spoils, block).astype(jnp.float64) / 2.0**32 < reader.spoilt
    pressure = view.measured["pressure"] if view.measured else jnp.full(view.time_s.shape, -1.0)
    return Look(told + spread * kick, view.eeg_on & ~lost, view.eeg_seizing & view.eeg_on, pressure)


def levelled(own: State) -> State:
    """The infusion as the wean is to find it: while held, at the mean of the last hour; blind, never raised to it."""
    mean = jnp.where(own["blind"] > 0.0, jnp.minimum(own["mean"], own["last"]), own["mean"])
    return own | {"rate": jnp.where(own["phase"] == HOLDING, mean, own["rate"])}


def steer(own: State, plan: Any, time_s: Any, seen: Look, log: dict[str, Any], *, step_s: float) -> State:
    """The part of the step's state that the controller changes; log: `bsp.ID`, `alarm.ID`."""
    lead = plan.infusion
    ctl, agent, law, depth = lead.steer
    own = own | {"rate": jnp.where(own["phase"] == HOLDING, own["last"], own["rate"])}
    own = controller_belief.learn(own, ctl, agent, seen, step_s)
    leads = ((own["phase"] == RAISING) | (own["phase"] == HOLDING)) & (time_s >= own["begin"])
    made, alarms = control_law.act(own, ctl, agent, law=law, target=depth, most=own["most"], look=seen, step_s=step_s)
    rate = jnp.where(leads, made["rate"], own["rate"])
    kept = {"rate": rate, "last": rate, "integral": jnp.where(leads, made["integral"], own["integral"])}
    log[f"bsp.{plan.id}"] = jnp.reciprocal(1.0 + jnp.exp(-controller_belief.estimate(own, agent)))
    log[f"alarm.{plan.id}"] = jnp.where(leads, alarms, 0)
    names = [name for name in own if name.startswith("mode.")]
    return {name: own[name] for name in (*names, "b", "unsure", "credit", "flat", "blind")} | kept


def ran(own: State, lead: InfusionPlan, flow: Any, step_s: float) -> State:
    """What is remembered of the drug that ran in on the controller's line, by this step or any other."""
    assert lead.steer is not None
    made = control_law.ran(own, lead.steer.controller, lead.steer.agent, flow, step_s)
    return {name: made[name] for name in ("flow", "mean", "dose")}
