"""Compartments of one drug in Antimony: amounts as species, transfers as reactions, effect sites by a rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from quell.drugs.assembly import Plan
from quell.drugs.scheme import Scheme
from quell.report.antimony_words import constant, symbol


@dataclass(frozen=True)
class Transfer:
    """Amount per second: `rate` (1/s `[lanes]`) of what is in `source`, which loses it if `spends`; into None fades.

    `by` is the parameter that it goes by, such as CL, where it may change in a run.
    """

    source: str
    into: str | None
    rate: np.ndarray
    spends: bool
    by: str = ""

    @property
    def name(self) -> str:
        """Of the reaction: "midazolam_central_to_deep"."""
        owner, (other, _, there) = self.source.partition(".")[0], (self.into or "nowhere").partition(".")
        return symbol(self.source, "to", there if other == owner else str(self.into))


def rooms(plan: Plan, first: Mapping[str, str], times: Mapping[str, str]) -> Iterator[str]:
    """Lines for the rooms of one drug, its metabolites among them.

    `first` is what is in a room at time 0, `times` the factor on each parameter that changes in the run, by name.
    """
    yield f"  // {_sizes(plan)}"
    for room in plan.scheme.rooms:
        if not room.endswith(".site"):
            yield f"  substanceOnly species {symbol(room)} in body; {symbol(room)} = {first.get(room, '0')};"
    for name, (value, unit) in constants(plan).items():
        yield constant(name, value, unit)
    for one in transfers(plan.scheme):
        yield from _transfer(one, times.get(one.by, ""))
    for into, line, _ in plan.scheme.inlets:
        yield f"  {symbol('in', line, into)}: => {symbol(into)}; {_share(line, into)}*{symbol('input', line)};"
    if plan.saturates:
        yield _saturable(plan, times)


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
        (into, source, rate), by = scheme.doors[k], scheme.ruled.get(k, "")
        nothing = ("", "", np.zeros(0))
        following = scheme.doors[k + 1] if k + 1 < len(scheme.doors) else nothing
        if into != source:
            yield Transfer(source, into, rate, spends=False, by=by)
        elif following[1] == source != following[0] and np.array_equal(following[2], -rate):
            yield Transfer(source, following[0], -rate, spends=True, by=by)
            k += 1
        else:
            yield Transfer(source, None, -rate, spends=True, by=by)
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


def _saturable(plan: Plan, times: Mapping[str, str]) -> str:
    room, sink = str(plan.saturates["room"]), str(plan.saturates["sink"])
    owner = symbol(room.partition(".")[0])
    level = f"{_timed(times, 'fu')}level_per_mg_{owner}*{symbol(room)}"
    speed = f"{_timed(times, 'CL')}Vmax_{owner}*{level}/({_timed(times, 'Km')}Km_{owner} + {level})"
    return f"  {symbol(room)}_to_{symbol(sink.partition('.')[2])}: {symbol(room)} => {symbol(sink)}; {speed};"


def _timed(times: Mapping[str, str], parameter: str) -> str:
    """The factor on a parameter, ready to stand before it."""
    return f"{times[parameter]}*" if parameter in times else ""
