"""What if: the same patients and the same noise from one moment on, with something else given."""

from collections.abc import Sequence
from dataclasses import replace

from quell.care.course import SETTLE_S, Course, State
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.drugs.pk import Pharmacy
from quell.ground.errors import InputError


def branch(course: Course, state: State, first: int, orders: Sequence[tuple[float, str]]) -> tuple[Course, State]:
    """A course that goes on from `state` (before macro step `first`) with orders added: (time in s, words).

    The protocol, the patients and their noise stay; drugs and staff go on from where they are. Raises InputError for
    an order that cannot be read or a time before the branch.
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
    protocol = course.machine.protocol.model_copy(update={"step": [*course.machine.protocol.step, *steps]})
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
