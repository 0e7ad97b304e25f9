"""The body and the slow tissue of a typical person in Antimony, fed by the drives of the drugs beside them.

What brain and staff do (seizing, movement, ventilator, oxygen) are parameters that another tool may change. The body
steps its organs in turn in Quell; here it is one system of ordinary differential equations, the limit of short steps.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from quell.care.organs import PORT_NAMES
from quell.care.remedies import REMEDY_NAMES
from quell.patient import complications, fire, physiology
from quell.report.antimony_traced import rate_rules, traced
from quell.report.antimony_words import number, symbol

HEALTHY_AIR = 0.21
BODY = "What brain and staff do to the body: change these"
ORGANS = {"kidney": "body_worth_kidney", "liver": "body_worth_liver", "bowel": "body_worth_bowel"}  # 1 in health
TEMPERATURE = {"temperature": "body_metabolism_temperature"}
EFFLUX = "tissue_efflux"  # by P-glycoprotein, 1 in health
TISSUE = "What the brain does to its tissue: change these"


def body(ports: Collection[str], persons: Mapping[str, Any]) -> Iterator[str]:
    """Lines for a typical body with kidney, liver, bowel, infection and wasting; `ports` are drives that drugs give."""
    typical = {
        f"{name}.{row.name}": row.value
        for name, kind in physiology.every_kind().items()
        for row in physiology.rows_of(kind).values()
        if row.between
    }
    parts = physiology.organs(1, [0], persons, typical, late=True)
    assert parts.late
    parts = parts._replace(luck=jnp.log(2.0), late=parts.late._replace(luck=jnp.log(2.0)))  # the person in the middle
    outside = {name: 0.0 for name in physiology.Inputs._fields if name not in ("fever", "cooled", "target")}
    outside["oxygen"] = HEALTHY_AIR

    def worth(p: Any, state: Any, _: dict[str, Any]) -> dict[str, Any]:
        working = complications.working(p.late, state.late, state.circulation.pressure)
        return {mine: getattr(working, name) for name, mine in ORGANS.items()}

    yield from _system(
        "body",
        BODY,
        parts,
        physiology.rest(parts, 1),
        outside=outside,
        driven={name: port for name, port in PORT_NAMES.items() if port in ports},
        rates=lambda p, state, given: physiology.rates(p, state, physiology.Inputs(**given)),
        more=worth,
    )


def tissue(ports: Collection[str]) -> Iterator[str]:
    """Lines for one patch of the slow tissue: inflammation, barrier, astroglia, efflux, antibodies, sprouting."""
    parts = fire.default_fire()
    outside = {"active": 0.0, "glutamate": 0.0, "dead": 0.0} | {name: 0.0 for name in fire.Remedies._fields}

    def rates(p: Any, state: Any, given: dict[str, Any]) -> Any:
        acting = {name: given[name] for name in ("active", "glutamate", "dead")}
        return fire.rates(p, state, remedies=fire.Remedies(**{n: given[n] for n in fire.Remedies._fields}), **acting)

    yield from _system(
        "tissue",
        TISSUE,
        parts,
        fire.rest(parts, jnp.ones(1)),
        outside=outside,
        driven={name: port for name, port in REMEDY_NAMES.items() if port in ports},
        rates=rates,
        more=lambda p, state, given: {EFFLUX: fire.pumping(p, state, given["pgp"])},
    )


def _system(
    prefix: str,
    said: str,
    parts: Any,
    start: Any,
    *,
    outside: Mapping[str, float],
    driven: Mapping[str, str],
    rates: Callable[[Any, Any, dict[str, Any]], Any],
    more: Callable[[Any, Any, dict[str, Any]], dict[str, Any]],
) -> Iterator[str]:
    """Lines of one system: what acts on it, its constants, its states and rates, and `more` that others use of it."""
    constants, states = _leaves(parts, prefix), _leaves(start, prefix)
    given = {symbol(prefix, name): value for name, value in outside.items()}

    def equations(scalars: dict[str, Any]) -> dict[str, Any]:
        felt = {name: scalars[symbol(prefix, name)] for name in outside}
        here = _filled(parts, prefix, scalars), _filled(start, prefix, scalars), felt
        return _leaves(rates(*here), prefix) | more(*here)

    rules, formulas = traced(equations, constants | states | given, f"{prefix}_formula")
    yield f"  // {said}"
    for name in outside:
        mine = symbol(prefix, name)
        by = f":= {symbol('drive', driven[name])}" if name in driven else f"= {number(given[mine])}"
        yield f"  {mine} {by};"
    yield "  // constants, in units of Quell (mV, mM, mmHg, s, K)"
    yield from (f"  {name} = {number(value)};" for name, value in constants.items())
    yield "  // formulas used more than once"
    yield from rules
    yield "  // states and their rates, per second"
    moving = {name: formulas[name] for name in states}
    yield from rate_rules(moving, {name: float(np.asarray(value).reshape(-1)[0]) for name, value in states.items()})
    yield "  // what others use of it"
    yield from (f"  {name} := {formula};" for name, formula in formulas.items() if name not in states)


def _leaves(tree: Any, prefix: str) -> dict[str, Any]:
    """Scalars of a tree of processes and states by name, such as body_circulation_pressure."""
    if tree is None:
        return {}
    if is_dataclass(tree):
        return {n: v for f in fields(tree) for n, v in _leaves(getattr(tree, f.name), symbol(prefix, f.name)).items()}
    if hasattr(tree, "_fields"):
        return {n: v for f in tree._fields for n, v in _leaves(getattr(tree, f), symbol(prefix, f)).items()}
    return {prefix: tree if hasattr(tree, "aval") else float(np.asarray(tree).reshape(-1)[0])}


def _filled(tree: Any, prefix: str, scalars: Mapping[str, Any]) -> Any:
    """The same tree with its scalars taken by name."""
    if tree is None:
        return None
    if is_dataclass(tree):
        made = {f.name: _filled(getattr(tree, f.name), symbol(prefix, f.name), scalars) for f in fields(tree)}
        return type(tree)(**made)
    if hasattr(tree, "_fields"):
        return type(tree)(**{f: _filled(getattr(tree, f), symbol(prefix, f), scalars) for f in tree._fields})
    return scalars[prefix]
