"""Factors on kinetics that move within a run, in Antimony: other drugs, organs and temperature, binding.

    times_valproate_CL := what the drugs do to it * what the organs leave of it * what its binding makes of it

Each part is traced from the code that runs it or, for binding, written from the person's own constants.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from quell.drugs import clearance
from quell.drugs.assembly import Plan
from quell.drugs.card import load
from quell.drugs.meeting import Meetings
from quell.report.antimony_traced import rate_rules, traced
from quell.report.antimony_words import constant, number, symbol

Times = dict[str, dict[str, str]]  # by drug and parameter: the name of the factor
CL = "CL"


def factors(plans: Mapping[str, Plan], meetings: Meetings, organs: Mapping[str, str] | None) -> tuple[list[str], Times]:
    """Lines, and the names of all factors.

    `organs` are the names under which the model has kidney, liver, bowel and temperature; None leaves them alone.
    """
    lines, parts = [], _Parts()
    if meetings.acts:
        lines += _meetings(meetings, parts)
    if organs is not None:
        lines += _organs(plans, organs, parts)
    for name, plan in plans.items():
        if plan.bound is not None:
            lines += _by_binding(name, plan, parts.named(name, CL, "binding"))
    return lines + list(parts.products()), parts.times


class _Parts:
    """Factors under construction: the parts of each, which are multiplied."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[str]] = {}
        self.times: Times = {}

    def named(self, drug: str, parameter: str, why: str) -> str:
        """A name for one more part of the factor on a parameter."""
        part = symbol("times", drug, parameter, "by", why)
        self.known.setdefault((drug, parameter), []).append(part)
        self.times.setdefault(drug, {})[parameter] = symbol("times", drug, parameter)
        return part

    def products(self) -> Iterator[str]:
        """The rules that multiply the parts."""
        for (drug, parameter), parts in self.known.items():
            whole = self.times[drug][parameter]
            yield f"  {whole} := {'*'.join(parts)}; {whole} has dimensionless;"


def _meetings(meetings: Meetings, parts: _Parts) -> Iterator[str]:
    """What the drugs do to each other, as `Meetings` has it: drives and effects as states, then the factors."""
    keys = list(meetings.rest(1))
    states = {symbol("meeting", key): 0.0 for key in keys}
    levels = {symbol(name, "plasma"): 1.0 for name in meetings.perpetrators}

    def unpacked(scalars: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        state = {key: scalars[symbol("meeting", key)] for key in keys}
        return state, {name: scalars[symbol(name, "plasma")] for name in meetings.perpetrators}

    def rates(scalars: Mapping[str, Any]) -> dict[str, Any]:
        return {symbol("meeting", key): rate for key, rate in meetings.rates(*unpacked(scalars)).items()}

    def acting(scalars: Mapping[str, Any]) -> dict[str, Any]:
        found = meetings.factors(*unpacked(scalars))
        return {f"{drug}|{name}": factor for drug, made in found.items() for name, factor in made.items()}

    yield "  // what the drugs do to each other: drive and effect of every interaction, then the factors"
    rules, moving = traced(rates, states | levels, "meeting_rate")
    yield from rules
    yield from rate_rules(moving, states)
    rules, made = traced(acting, states | levels, "meeting_formula")
    yield from rules
    for name, formula in made.items():
        drug, _, parameter = name.partition("|")
        yield f"  {parts.named(drug, parameter, 'drugs')} := {formula};"


def _organs(plans: Mapping[str, Plan], organs: Mapping[str, str], parts: _Parts) -> Iterator[str]:
    """What kidney, liver, bowel and temperature leave of clearance and uptake."""
    yield "  // what the organs and temperature leave of clearance and uptake"
    for drug in plans:
        if not clearance.changes(drug):
            continue

        def left(scalars: Mapping[str, Any], drug: str = drug) -> dict[str, Any]:
            worth = clearance.Organs(**{name: scalars[mine] for name, mine in organs.items()})
            return clearance.factors(drug, worth)

        rules, made = traced(left, dict.fromkeys(organs.values(), 1.0), symbol("organs", drug))
        yield from rules
        for parameter, formula in made.items():
            yield f"  {parts.named(drug, parameter, 'organs')} := {formula};"


def _by_binding(name: str, plan: Plan, factor: str) -> Iterator[str]:
    """What a saturable binding that is not the usual one makes of clearance, as `clearance.by_binding` has it."""
    by, me = load(name).elimination, symbol(name)
    assert plan.bound is not None and by is not None and by.extraction is not None
    renal, liver = by.shares()
    E = number(by.extraction.read("")[0])
    yield constant(f"usual_capacity_{me}", plan.bound.usual.capacity, "mg_per_litre")
    yield constant(f"usual_affinity_{me}", plan.bound.usual.affinity, "litre_per_mg")
    traces = f"(1 + usual_capacity_{me}*usual_affinity_{me})/(1 + capacity_{me}*affinity_{me})"
    bound = f"(1 + usual_capacity_{me}*usual_affinity_{me}/(1 + usual_affinity_{me}*{me}_free))"
    yield f"  f_{me} := piecewise({me}_free/{me}_plasma*{bound}, {me}_plasma > 0, {traces}); f_{me} has dimensionless;"
    extracted = f"{liver!r}*f_{me}/(1 - {E} + {E}*f_{me})"
    yield f"  {factor} := {1.0 - renal - liver!r} + {renal!r}*f_{me} + {extracted}; {factor} has dimensionless;"
