"""Compartments of one drug in Antimony: amounts as species, transfers as reactions, effect sites by a rule."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quell.drugs.assembly import Plan
from quell.drugs.card import load
from quell.drugs.scheme import Scheme
from quell.report.antimony_words import constant, symbol


@dataclass(frozen=True)
class Transfer:
    """Amount per second: `rate` (1/s `[lanes]`) of what is in `source`, which loses it if `spends`; into None fades."""

    source: str
    into: str | None
    rate: np.ndarray
    spends: bool

    @property
    def name(self) -> str:
        """Of the reaction: "midazolam_central_to_deep"."""
        owner, (other, _, there) = self.source.partition(".")[0], (self.into or "nowhere").partition(".")
        return symbol(self.source, "to", there if other == owner else str(self.into))


def rooms(plan: Plan, first: dict[str, str]) -> Iterator[str]:
    """Lines for the rooms of one drug, its metabolites among them; `first` is what is in a room at time 0."""
    yield f"  // {_sizes(plan)}"
    for room in plan.scheme.rooms:
        if not room.endswith(".site"):
            yield f"  substanceOnly species {symbol(room)} in body; {symbol(room)} = {first.get(room, '0')};"
    for name, (value, unit) in constants(plan).items():
        yield constant(name, value, unit)
    factor = f"CL_{_owner(plan)}_times" if plan.bound is not None else ""
    if factor:
        yield from _by_binding(plan, factor)
    for one in transfers(plan.scheme):
        yield from _transfer(one, factor if _eliminates(one) else "")
    for into, line, _ in plan.scheme.inlets:
        yield f"  {symbol('in', line, into)}: => {symbol(into)}; {_share(line, into)}*{symbol('input', line)};"
    if plan.saturates:
        yield _saturable(plan)


def constants(plan: Plan) -> dict[str, tuple[np.ndarray, str]]:
    """Every parameter of a drug's compartments as (`[lanes]`, unit): the same model, one lane per person."""
    made = {symbol("V1", owner): (volume, "litre") for owner, volume in plan.V1.items()}
    for one in transfers(plan.scheme):
        if one.source.endswith(".site"):
            made[_speed(one)] = (one.rate, "per_second")
        elif _reacts(one):
            made[f"k_{one.name}"] = (one.rate, "per_second")
    made |= {_share(line, into): (part, "dimensionless") for into, line, part in plan.scheme.inlets}
    if plan.saturates:
        owner = symbol(str(plan.saturates["room"]).partition(".")[0])
        for name, unit in (("Vmax", "mg_per_s"), ("Km", "mg_per_litre"), ("level_per_mg", "per_litre")):
            made[f"{name}_{owner}"] = (plan.saturates[name], unit)
    return made


def transfers(scheme: Scheme) -> Iterator[Transfer]:
    """The doors of a scheme as transfers: a loss and the gain of as much that is written behind it are one."""
    k = 0
    while k < len(scheme.doors):
        into, source, rate = scheme.doors[k]
        nothing = ("", "", np.zeros(0))
        following = scheme.doors[k + 1] if k + 1 < len(scheme.doors) else nothing
        if into != source:
            yield Transfer(source, into, rate, spends=False)
        elif following[1] == source != following[0] and np.array_equal(following[2], -rate):
            yield Transfer(source, following[0], -rate, spends=True)
            k += 1
        else:
            yield Transfer(source, None, -rate, spends=True)
        k += 1


def _reacts(one: Transfer) -> bool:
    """Whether it moves or makes mass at all."""
    return one.into is not None and not one.into.endswith(".site") and bool(np.any(one.rate))


def _share(line: str, into: str) -> str:
    return symbol("F", line, into.partition(".")[2])


def _speed(one: Transfer) -> str:
    return symbol("ke0", one.source.partition(".")[0])


def _sizes(plan: Plan) -> str:
    sizes = ", ".join(f"{name} {float(value[0]):.6g}" for name, value in plan.values.items())
    return f"{sizes} (V in L, CL and Q in L/s, Vmax in mg/s, Km in mg/L)"


def _eliminates(one: Transfer) -> bool:
    return bool(one.into) and str(one.into).endswith(".eliminated")


def _owner(plan: Plan) -> str:
    """The drug whose plan it is, as a symbol."""
    return symbol(next(room for room in plan.scheme.rooms if room.endswith(".central")).removesuffix(".central"))


def _by_binding(plan: Plan, factor: str) -> Iterator[str]:
    """What a saturable binding that is not the usual one makes of clearance, as `clearance.by_binding` has it."""
    assert plan.bound is not None
    me, room = _owner(plan), next(room for room in plan.scheme.rooms if room.endswith(".central"))
    by = load(room.removesuffix(".central")).elimination
    assert by is not None and by.extraction is not None
    renal, liver = by.shares()
    E = by.extraction.read("")[0]
    yield constant(f"usual_capacity_{me}", plan.bound.usual.capacity, "mg_per_litre")
    yield constant(f"usual_affinity_{me}", plan.bound.usual.affinity, "litre_per_mg")
    traces = f"(1 + usual_capacity_{me}*usual_affinity_{me})/(1 + capacity_{me}*affinity_{me})"
    bound = f"(1 + usual_capacity_{me}*usual_affinity_{me}/(1 + usual_affinity_{me}*{me}_free))"
    yield f"  f_{me} := piecewise({me}_free/{me}_plasma*{bound}, {me}_plasma > 0, {traces}); f_{me} has dimensionless;"
    extracted = f"{liver!r}*f_{me}/(1 - {E!r} + {E!r}*f_{me})"
    yield f"  {factor} := {1.0 - renal - liver!r} + {renal!r}*f_{me} + {extracted}; {factor} has dimensionless;"


def _transfer(one: Transfer, times: str = "") -> Iterator[str]:
    """A reaction; of the effect site, which holds no mass, the rate rule instead."""
    if one.source.endswith(".site"):
        site = symbol(one.source)
        yield f"  var {site} = 0; {site} has mg_per_litre;"
        yield f"  {site}' = {_speed(one)}*({site.removesuffix('_site')}_plasma - {site});"
    elif _reacts(one):
        spent = symbol(one.source) + " " if one.spends else ""
        speed = f"{times}*k_{one.name}" if times else f"k_{one.name}"
        yield f"  {one.name}: {spent}=> {symbol(str(one.into))}; {speed}*{symbol(one.source)};"


def _saturable(plan: Plan) -> str:
    room, sink = str(plan.saturates["room"]), str(plan.saturates["sink"])
    owner = symbol(room.partition(".")[0])
    level = f"level_per_mg_{owner}*{symbol(room)}"
    speed = f"Vmax_{owner}*{level}/(Km_{owner} + {level})"
    return f"  {symbol(room)}_to_{symbol(sink.partition('.')[2])}: {symbol(room)} => {symbol(sink)}; {speed};"
