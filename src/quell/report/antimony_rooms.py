"""Compartments of one drug in Antimony: amounts as species, transfers as reactions, effect sites by a rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from quell.drugs.assembly import Plan
from quell.drugs.scheme import Scheme
from quell.report.antimony_words import constant, symbol


@dataclass(frozen=True)
class Transfer:
    """Amount per second: `rate` times what is in `source`, which loses it if `spends`; into None it fades."""

    source: str
    into: str | None
    rate: float
    spends: bool


def rooms(plan: Plan, first: dict[str, str]) -> Iterator[str]:
    """Lines for the rooms of one drug, its metabolites among them; `first` is what is in a room at time 0."""
    yield f"  // {_sizes(plan)}"
    for room in plan.scheme.rooms:
        if not room.endswith(".site"):
            yield f"  substanceOnly species {symbol(room)} in body; {symbol(room)} = {first.get(room, '0')};"
    for owner, volume in plan.V1.items():
        yield constant(symbol("V1", owner), volume, "litre")
    for one in transfers(plan.scheme):
        yield from _transfer(one)
    for into, line, part in plan.scheme.inlets:
        share = symbol("F", line, into.partition(".")[2])
        yield constant(share, part)
        yield f"  {symbol('in', line, into)}: => {symbol(into)}; {share}*{symbol('input', line)};"
    if plan.saturates:
        yield from _saturable(plan)


def transfers(scheme: Scheme) -> Iterator[Transfer]:
    """The doors of a scheme's one lane as transfers: a loss and the gain written behind it are one."""
    doors = [(into, source, float(rate[0])) for into, source, rate in scheme.doors]
    k = 0
    while k < len(doors):
        into, source, rate = doors[k]
        following = doors[k + 1] if k + 1 < len(doors) else None
        if into != source:
            yield Transfer(source, into, rate, spends=False)
        elif following and following[1:] == (source, -rate) and following[0] != source:
            yield Transfer(source, following[0], -rate, spends=True)
            k += 1
        else:
            yield Transfer(source, None, -rate, spends=True)
        k += 1


def _sizes(plan: Plan) -> str:
    sizes = ", ".join(f"{name} {float(value[0]):.6g}" for name, value in plan.values.items())
    return f"{sizes} (V in L, CL and Q in L/s, Vmax in mg/s, Km in mg/L)"


def _transfer(one: Transfer) -> Iterator[str]:
    """A reaction; of the effect site, which holds no mass, the rate rule instead."""
    owner, _, kind = one.source.partition(".")
    if kind == "site":
        speed, site = symbol("ke0", owner), symbol(one.source)
        yield constant(speed, one.rate, "per_second")
        yield f"  var {site} = 0; {site} has mg_per_litre;"
        yield f"  {site}' = {speed}*({symbol(owner, 'plasma')} - {site});"
    elif one.into and not one.into.endswith(".site") and one.rate:
        other, _, there = one.into.partition(".")
        name = symbol(one.source, "to", there if other == owner else one.into)
        yield constant(f"k_{name}", one.rate, "per_second")
        spent = symbol(one.source) + " " if one.spends else ""
        yield f"  {name}: {spent}=> {symbol(one.into)}; k_{name}*{symbol(one.source)};"


def _saturable(plan: Plan) -> Iterator[str]:
    room, sink = str(plan.saturates["room"]), str(plan.saturates["sink"])
    owner = symbol(room.partition(".")[0])
    for name, unit in (("Vmax", "mg_per_s"), ("Km", "mg_per_litre"), ("level_per_mg", "per_litre")):
        yield constant(f"{name}_{owner}", plan.saturates[name], unit)
    level = f"level_per_mg_{owner}*{symbol(room)}"
    speed = f"Vmax_{owner}*{level}/(Km_{owner} + {level})"
    yield f"  {symbol(room)}_to_{symbol(sink.partition('.')[2])}: {symbol(room)} => {symbol(sink)}; {speed};"
