"""What if: the same patients and the same noise from one moment on, with something else given or left out."""

from collections.abc import Sequence
from dataclasses import replace

from quell.care.course import SETTLE_S, Course, State
from quell.care.machine import compile_protocol
from quell.care.protocol import Protocol, load_protocol
from quell.care.reading import nearest
from quell.care.step import Step
from quell.drugs.pk import Pharmacy
from quell.ground.errors import InputError

ALWAYS, NEVER = "at 0 min", "before 0 min"  # a branch starts at onset or later


def branch(
    course: Course,
    state: State,
    first: int,
    orders: Sequence[tuple[float, str]],
    without: Sequence[str] = (),
) -> tuple[Course, State]:
    """A course that goes on from `state` (before macro step `first`) with orders added: (time in s, words).

    The protocol, the patients and their noise stay; drugs and staff go on from where they are. Drugs named in
    `without` are given no more, and what runs of them ends. Raises InputError for an order that cannot be read, a
    time before the branch, or a drug that the protocol does not give.
    """
    now = first * course.clocks.macro - SETTLE_S
    steps = []
    for number, (time_s, words) in enumerate(orders):
        if time_s < now:
            what = f"{time_s:g} s lies before the branch at {now:g} s"
            raise InputError(what, field="at", allowed=f"{now:g} s or later")
        step = load_protocol("benzodiazepine_at", {"time": "0 min", "order": words}).step[0]
        changed = {"id": f"branch_{number + 1}", "when": (f"at {time_s:g} s",), "about": "given in the branch"}
        steps.append(step.model_copy(update=changed))
    protocol = course.machine.protocol.model_copy(
        update={"step": [*without_drugs(course.machine.protocol, without), *steps]}
    )
    old = course.machine
    machine = compile_protocol(protocol, dict(old.forced), delivered=old.delivered, delay_factor=old.delay_factor)
    pharmacy = course.constants.pharmacy
    had = pharmacy.plan.lines if pharmacy else ()
    if lines := tuple(dict.fromkeys([*had, *machine.lines])):
        how = {"step_s": course.clocks.macro, "machines": machine.clears}
        pharmacy = Pharmacy.build(lines, course.people.persons, study=course.study, patients=course.people.ids, **how)
    constants = course.constants._replace(pharmacy=pharmacy)
    other = replace(course, machine=machine, constants=constants, programs={})
    fresh = other.start()
    return other, state._replace(drugs=fresh.drugs | state.drugs, care=fresh.care | state.care)


def without_drugs(protocol: Protocol, drugs: Sequence[str]) -> list[Step]:
    """The steps of the protocol, with those that give one of the drugs held back for good."""
    steps = protocol.step
    given = sorted({order.drug for step in steps for order in step.orders})
    for drug in drugs:
        if drug not in given:
            what = f"the protocol {protocol.name} gives no {drug!r}{nearest(drug, given)}"
            raise InputError(what, field="--without", allowed=", ".join(given) or "none")
    return [_held_back(step, set(drugs)) for step in steps]


def _held_back(step: Step, drugs: set[str]) -> Step:
    mine = {order.drug for order in step.orders}
    if not mine & drugs:
        return step
    if beside := mine - drugs:
        what = f"step {step.id} gives {', '.join(sorted(mine & drugs))} together with {', '.join(sorted(beside))}"
        raise InputError(what, field="--without", allowed="all drugs of a step, or none of them")
    return step.model_copy(update={"do_not_if": (ALWAYS,), "stop_if": (ALWAYS,), "repeat_if": (NEVER,)})
