"""A protocol as a machine inside the compiled loop: sight in, orders (mg/s per line) and a log out.

Every macro step: staff perceive, clocks tick, the EEG is asked for, then the steps are considered in the order
of the file (unrolled while tracing). Nothing branches on data, and no lane reads another. A line carries mg of
the unit the drug is prescribed in (fosphenytoin: mg PE).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from quell.care import asking, bedside, infusion, steering, tending, watching
from quell.care.bedside import FAR, Sight, State, View
from quell.care.controller import Look
from quell.care.infusion import Asked, InfusionPlan
from quell.care.luck import arm_of, luck
from quell.care.plan import Plan, own_of, plans_of, renamed
from quell.care.protocol import Protocol, conditions_of
from quell.care.reading import nearest
from quell.care.span import drawn
from quell.care.step import Step
from quell.care.words import Measured, Seen
from quell.ground.errors import InputError

Log = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Machine:
    """A protocol made ready for the loop. `rest`, then `step` once per macro step."""

    protocol: Protocol
    plans: tuple[Plan, ...]
    signs: tuple[Seen | Measured, ...]
    forced: Mapping[str, str]
    delivered: float
    delay_factor: float

    @property
    def lines(self) -> tuple[str, ...]:
        """Every tube the protocol may use, "drug/route", sorted."""
        pushed = {order.line for plan in self.plans for order in plan.pushes}
        return tuple(sorted(pushed | {plan.infusion.order.line for plan in self.plans if plan.infusion}))

    @property
    def steered(self) -> bool:
        """Whether a controller leads any infusion."""
        return any(plan.infusion and plan.infusion.steer for plan in self.plans)

    @property
    def clears(self) -> bool:
        """Whether a machine may take drugs out of the blood."""
        return any(plan.clears for plan in self.plans)

    def arms(self, study: int, patients: Any) -> dict[str, np.ndarray]:
        """The arm of every patient in every draw, as text `[lanes]`."""
        return {name: arm_of(name, draw, self.forced, study, patients) for name, draw in self.protocol.draw.items()}

    def rest(self, persons: Mapping[str, Any], study: int, patients: Any) -> State:
        """The state before the first macro step, a flat dict of `[lanes]` arrays, all chance already drawn.

        `persons` needs `weight_kg` and `age_y`, float64 `[lanes]`; `patients` are their numbers.
        """
        weight = np.asarray(persons["weight_kg"], np.float64)
        lanes, eeg = len(weight), self.protocol.eeg
        delay = drawn(eeg.delay, luck(study, patients, "care.eeg.delay")) if eeg else np.full(lanes, FAR)
        state = bedside.rest(lanes, delay * self.delay_factor)
        state |= asking.clocks_at_rest([condition for _, condition in conditions_of(self.protocol)], lanes)
        state["person.weight_kg"] = jnp.asarray(weight)
        state["person.age_y"] = jnp.asarray(persons["age_y"], jnp.float64)
        state["dose.end"] = jnp.full(lanes, FAR)
        state |= tending.rest([plan.beyond for plan in self.plans if plan.beyond], lanes)
        arms = self.arms(study, patients)
        for step, plan in zip(self.protocol.step, self.plans, strict=True):
            state |= self._step_at_rest(step, plan, persons, arms, study, patients)
        if self.steered:
            state |= steering.reader_at_rest(study, patients)
        return state

    def step(self, state: State, sight: Sight, step_s: float) -> tuple[State, dict[str, Any], Log]:
        """One macro step of `step_s`: the next state, mg/s per line `[lanes]`, and the log `[lanes]`.

        The log holds `eeg_on`, `believes_seizing` and, per step, `fired.ID` (0, or the number of the dose begun),
        `mg.ID.LINE` (ordered in this step) and, for infusions, `rate.ID` (mg/s) and `phase.ID`.
        """
        eeg = self.protocol.eeg
        state, view = bedside.perceive(state, sight, step_s, eeg.reading_lag if eeg else 0.0)
        if sight.measured != ():
            state, view = self._measure(state, sight, view)
        state = asking.tick(state, view, self.signs, step_s=step_s, pause_s=self.protocol.pause)
        if eeg:
            wanted = asking.holds(eeg.wanted, state, view)
            asked_at = jnp.where(wanted, view.time_s + state["eeg.delay"], FAR)
            state |= {"eeg.at": jnp.minimum(state["eeg.at"], asked_at)}
        closed = asking.holds(self.protocol.stopped, state, view)
        orders = {line: jnp.zeros(view.time_s.shape) for line in self.lines}
        log: Log = {"eeg_on": view.eeg_on, "believes_seizing": view.seizing}
        look = steering.look(state, sight, view, step_s) if self.steered else None
        for plan in self.plans:
            state = _consider(plan, state, view, closed, log)
            state = _give(plan, state, view, orders, log, step_s, look)
        for plan in self.plans:
            if plan.infusion and plan.infusion.steer:
                flow = orders[plan.infusion.order.line]
                state |= renamed(plan, steering.ran(own_of(plan, state), plan.infusion, flow, step_s))
        drip, log["fluids"] = watching.run(state, step_s)
        if self.clears:
            log["filtered"] = watching.filtered(state, view.time_s)
        log["ventilated"] = state["ventilated"]
        tended, asked = tending.run(state, view.time_s)
        return state | drip | tended, orders, log | tending.logged(asked)

    def _measure(self, state: State, sight: Sight, view: View) -> tuple[State, View]:
        """What monitor and laboratory tell of the body."""
        labs = self.protocol.labs
        wanted = asking.holds(labs.wanted, state, view) if labs else jnp.zeros(view.time_s.shape, bool)
        every, delay = (labs.every, labs.delay) if labs else (FAR, 0.0)
        made, known = watching.measure(state, sight, wanted=wanted, every_s=every, delay_s=delay)
        return state | made, view._replace(measured=known)

    def _step_at_rest(
        self,
        step: Step,
        plan: Plan,
        persons: Mapping[str, Any],
        arms: dict[str, np.ndarray],
        study: int,
        patients: Any,
    ) -> State:
        weight = np.asarray(persons["weight_kg"], np.float64)
        lanes = len(weight)
        delivered = drawn(step.delivered, luck(study, patients, f"care.delivered.{step.id}")) * self.delivered
        delay = drawn(step.delay, luck(study, patients, f"care.delay.{step.id}")) * self.delay_factor
        member = np.ones(lanes, bool)
        for name, wanted in step.arms.items():
            member &= np.isin(arms[name], [wanted] if isinstance(wanted, str) else list(wanted))
        made: State = {
            "member": jnp.asarray(member),
            "delay": jnp.asarray(delay),
            "ended": jnp.zeros(lanes, bool),
            "count": jnp.zeros(lanes, jnp.int32),
            **{name: jnp.full(lanes, FAR) for name in ("hand_at", "first", "last", "end")},
        }
        for number, order in enumerate(plan.pushes):
            amount = np.asarray(order.mg(weight)) * delivered
            made[f"mg.{number}"] = jnp.asarray(amount)
            made[f"lasts.{number}"] = jnp.asarray(order.lasts_s(weight) * np.ones(lanes))
            made[f"left.{number}"] = jnp.zeros(lanes)
        if plan.infusion:
            hold = every = np.zeros(lanes)
            if step.infusion:
                hold = drawn(step.infusion.hold, luck(study, patients, f"care.hold.{step.id}"))
                every = drawn(step.infusion.wean_every, luck(study, patients, f"care.wean_every.{step.id}"))
            age = np.asarray(persons["age_y"], np.float64)
            made |= infusion.rest(step, weight, age, delivered=delivered, hold_s=hold, wean_every_s=every)
            made |= steering.rest(plan.infusion, persons, made["most"])
        return {f"step.{step.id}.{name}": value for name, value in made.items()}


def compile_protocol(
    protocol: Protocol,
    arms: Mapping[str, str] | None = None,
    *,
    delivered: float = 1.0,
    delay_factor: float = 1.0,
) -> Machine:
    """The machine of a protocol; `arms` forces draws, `delivered` and `delay_factor` scale every dose and delay."""
    for name, arm in (arms or {}).items():
        known = protocol.draw
        if name not in known:
            what = f"the protocol {protocol.name} draws no {name!r}{nearest(name, list(known))}"
            raise InputError(what, field="arms", allowed=", ".join(known) or "none")
        if arm not in known[name].choices:
            what = f"{arm!r} is no arm of {name}{nearest(arm, known[name].choices)}"
            raise InputError(what, field=f"arms.{name}", allowed=", ".join(known[name].choices))
    plans = plans_of(protocol)
    signs = tuple(asking.timed_signs([condition for _, condition in conditions_of(protocol)]))
    return Machine(protocol, plans, signs, dict(arms or {}), delivered, delay_factor)


def _consider(plan: Plan, state: State, view: View, closed: Any, log: Log) -> State:
    """Whether the step begins or repeats now, or is stopped; doses go into the syringe, infusions start."""
    mine = own_of(plan, state)
    time, count = view.time_s, mine["count"]
    ended = mine["ended"] | ((count > 0) & asking.holds(plan.stopped, state, view))
    free = mine["member"] & ~ended & ~closed & ~asking.holds(plan.forbidden, state, view)
    wanted = asking.holds(plan.trigger, state, view) & mine["member"]
    hand_at = jnp.minimum(mine["hand_at"], jnp.where(wanted, time + mine["delay"], FAR))
    now = wanted & free & (count == 0) & (time >= hand_at)
    if plan.repeats:
        due = (count > 0) & (count <= plan.repeats) & (time - mine["last"] >= plan.repeat_after_s)
        for other in plan.later:
            due &= state[f"step.{other}.count"] == 0
        now |= due & free & asking.holds(plan.repeating, state, view)
    first = now & (count == 0)
    made = {
        "ended": ended,
        "hand_at": hand_at,
        "count": count + now,
        "first": jnp.where(first, time, mine["first"]),
        "last": jnp.where(now, time, mine["last"]),
    }
    end = time
    for number, order in enumerate(plan.doses):
        given = now & (count <= order.repeats)
        made[f"left.{number}"] = jnp.where(
            ended, 0.0, mine[f"left.{number}"] + jnp.where(given, mine[f"mg.{number}"], 0.0)
        )
        end = jnp.maximum(end, jnp.where(given, time + mine[f"lasts.{number}"], time))
        key = f"mg.{plan.id}.{order.line}"
        log[key] = log.get(key, 0.0) + jnp.where(given, mine[f"mg.{number}"], 0.0)
    made["end"] = jnp.where(now, end, mine["end"])
    if plan.infusion:
        run = infusion.begin(mine, plan.infusion, first, end)
        made |= {name: run[name] for name in ("phase", "rate", "begin", "next")}
    log[f"fired.{plan.id}"] = jnp.where(now, count + 1, 0)
    shared: State = {}
    if plan.doses or plan.infusion:
        latest = jnp.where(state["dose.end"] >= FAR, end, jnp.maximum(state["dose.end"], end))
        shared["dose.end"] = jnp.where(now, latest, state["dose.end"])
    if plan.ventilates is not None:
        shared["ventilated"] = jnp.where(now, plan.ventilates, state["ventilated"])
    if plan.fluids:
        amount = jnp.where(now, plan.fluids.for_weight(state["person.weight_kg"]), 0.0)
        shared["fluids.left"] = state["fluids.left"] + amount
        shared["fluids.rate"] = jnp.where(now, amount / plan.fluids.over_s, state["fluids.rate"])
    if plan.clears:
        until = f"clears.{plan.clears.machine}"
        shared[until] = jnp.where(now, time + plan.clears.lasts_s, state[until])
    if plan.beyond:
        shared |= tending.begun(plan.beyond, state, now, ended, time)
    if plan.paralyse_s > 0:
        shared["relaxed_until"] = jnp.where(first, time + plan.paralyse_s, state["relaxed_until"])
    return state | shared | {f"step.{plan.id}.{name}": value for name, value in made.items()}


def _give(
    plan: Plan, state: State, view: View, orders: dict[str, Any], log: Log, step_s: float, look: Look | None
) -> State:
    """What runs in during this macro step, added to `orders` (mg/s)."""
    made: State = {}
    if plan.infusion:
        made = _lead(plan, plan.infusion, state, view, log)
        if look is not None and plan.infusion.steer:
            own = own_of(plan, state | made)
            made |= renamed(plan, steering.steer(own, plan, view.time_s, look, log, step_s=step_s))
        running = view.time_s >= state[f"step.{plan.id}.begin"]
        flow = jnp.where(running, made[f"step.{plan.id}.rate"], 0.0)
        orders[plan.infusion.order.line] = orders[plan.infusion.order.line] + flow
        log[f"rate.{plan.id}"] = flow
        log[f"phase.{plan.id}"] = made[f"step.{plan.id}.phase"]
    for number, order in enumerate(plan.pushes):
        amount, lasts = state[f"step.{plan.id}.mg.{number}"], state[f"step.{plan.id}.lasts.{number}"]
        left = made.get(f"step.{plan.id}.left.{number}", state[f"step.{plan.id}.left.{number}"])
        speed = amount / jnp.maximum(lasts, step_s)
        rest = left - speed * step_s
        rest = jnp.where(rest > 1e-9 * amount, rest, 0.0)  # no ghost of a dose from rounding
        orders[order.line] = orders[order.line] + (left - rest) / step_s
        made[f"step.{plan.id}.left.{number}"] = rest
    return state | made


def _lead(plan: Plan, lead: InfusionPlan, state: State, view: View, log: Log) -> State:
    mine = own_of(plan, state)
    ended = mine["ended"]
    mine = infusion.stop(mine, ended)
    if lead.steer:
        mine = steering.levelled(mine)
    led = lead.led
    if led is None:
        asked = Asked(*(jnp.zeros(view.time_s.shape, bool),) * 4)
    else:
        raising, target = led.raising, led.target_met
        asked = Asked(
            target=asking.holds(target, state, view),
            may_raise=asking.holds(raising, state, view) if raising else asking.unmet(target, state, view),
            hold_on=asking.holds(led.holding_on, state, view),
            relapse=asking.holds(led.relapse, state, view),
        )
    run, extra = infusion.lead(mine, lead, view.time_s, asked)
    made = {f"step.{plan.id}.{name}": run[name] for name in ("phase", "rate", "next", "base", "relapses")}
    if plan.bolus:
        last = len(plan.doses)
        amount = jnp.where(extra, state[f"step.{plan.id}.mg.{last}"], 0.0)
        made[f"step.{plan.id}.left.{last}"] = jnp.where(ended, 0.0, state[f"step.{plan.id}.left.{last}"] + amount)
        key = f"mg.{plan.id}.{plan.bolus.line}"
        log[key] = log.get(key, 0.0) + amount
    return made
