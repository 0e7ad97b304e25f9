"""The fixed part of a protocol's steps, read once: conditions parsed, orders in mg and s."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quell.care.beyond import Beyond
from quell.care.infusion import InfusionPlan
from quell.care.infusion import plan_of as infusion_of
from quell.care.protocol import Protocol
from quell.care.step import Step
from quell.care.support import Clearing, Fluids, read_clearing, read_fluids
from quell.care.words import Condition
from quell.drugs.dose import Order


@dataclass(frozen=True)
class Plan:
    """The fixed part of one step, read once."""

    id: str
    trigger: Condition
    forbidden: Condition
    stopped: Condition
    repeating: Condition
    doses: tuple[Order, ...]
    bolus: Order | None
    repeats: int
    repeat_after_s: float
    paralyse_s: float
    ventilates: bool | None
    fluids: Fluids | None
    clears: Clearing | None
    beyond: Beyond | None
    infusion: InfusionPlan | None
    later: tuple[str, ...]  # steps that give something; once one has begun, repeats lapse

    @property
    def pushes(self) -> tuple[Order, ...]:
        """The doses and, last, the extra bolus of the infusion."""
        return (*self.doses, self.bolus) if self.bolus else self.doses


def plans_of(protocol: Protocol) -> tuple[Plan, ...]:
    """The plan of every step, in the order of the file."""
    giving = [step.id if step.give else "" for step in protocol.step]
    return tuple(_plan(step, tuple(filter(None, giving[number + 1 :]))) for number, step in enumerate(protocol.step))


def _plan(step: Step, later: tuple[str, ...]) -> Plan:
    doses = tuple(order for order in step.orders if order.amount > 0)
    repeated = [order for order in doses if order.repeats]
    return Plan(
        id=step.id,
        trigger=step.trigger,
        forbidden=step.forbidden,
        stopped=step.stopped,
        repeating=step.repeating,
        doses=doses,
        bolus=step.bolus(),
        repeats=max((order.repeats for order in repeated), default=0),
        repeat_after_s=max((order.repeat_after_s or 0.0 for order in repeated), default=0.0),
        paralyse_s=step.paralyse,
        ventilates=step.ventilates,
        fluids=read_fluids(step.fluids) if step.fluids else None,
        clears=read_clearing(step.clears) if step.clears else None,
        beyond=step.beyond,
        infusion=infusion_of(step),
        later=later,
    )


def renamed(plan: Plan, own: Mapping[str, Any]) -> dict[str, Any]:
    """A step's own state under its full names."""
    return {f"step.{plan.id}.{name}": value for name, value in own.items()}


def own_of(plan: Plan, state: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the state that belongs to one step, by its short names."""
    prefix = f"step.{plan.id}."
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
