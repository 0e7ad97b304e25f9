"""From a card and its lines to compartments: routes, body, prodrug, metabolites, effect sites.

Rooms are named "drug.room": depot_IM, lag_oral, prodrug, central, peripheral, deep (mg of active drug),
site (mg/L, total-plasma equivalent), eliminated, lost (not absorbed) and given (mg, running totals).

    lag            the line itself fills lag_oral; the same line, so much later, empties it into what follows
    duration D     window' = u(t - lag) - u(t - lag - D), mg; window / D leaves the depot for plasma: evenly over D
"""

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quell.drugs.binding import Bound
from quell.drugs.body import reference_persons
from quell.drugs.card import DrugCard, Metabolite, load
from quell.drugs.correlation import mixing
from quell.drugs.parameters import (
    Values,
    other_binding,
    parameters,
    product_values,
    site_speed,
    variant_of,
)
from quell.drugs.removal import PER_MIN
from quell.drugs.saturable import (
    ABSORPTION,
    REMOVAL,
    Saturable,
    longest,
    product_clearance,
    saturable_step,
)
from quell.drugs.scheme import Exact, Scheme, exact_step
from quell.drugs.traits import Traits, traits

MASSLESS = ("site", "eliminated", "given")  # and what a machine took, which is added after the balance is closed
NOT_MASS = ("formed", "window")  # a running total of a metabolite; what is on its way in, which a depot holds


@dataclass(frozen=True)
class Plan:
    """One drug as rooms and doors: its scheme, central volumes (L), parameters, and what saturates, if anything.

    `bound` is a saturable binding that is not the usual one: clearance then goes by the level.
    """

    scheme: Scheme
    V1: dict[str, np.ndarray]
    values: Values
    saturates: dict[str, Any]
    bound: Bound | None = None

    @property
    def linear(self) -> bool:
        """Whether twice the dose gives twice the level."""
        return not self.saturates and self.bound is None


@dataclass(frozen=True)
class Built:
    """One drug, ready to step: its solver, its rooms, central volumes, and the parameters that were drawn."""

    solver: Exact | Saturable
    rooms: tuple[str, ...]
    V1: dict[str, jax.Array]
    values: Values
    scheme: Scheme
    bound: Bound | None = None


def build_drug(
    name: str,
    lines: list[str],
    who: Traits,
    *,
    step_s: float,
    variant: str | None,
    changes: bool = False,
    machine: bool = False,
) -> Built:
    """The compartments of one drug fed by `lines` ("drug/route"; a prodrug's lines feed its active drug), solved.

    Where its parameters may change within a run (`changes`) the solver takes factors; where a `machine` may clear it
    there is a room for what that took, by the factor "removal" (L/min).
    """
    plan = lay_out(name, lines, who, variant=variant)
    scheme = plan.scheme
    if machine:
        per_litre = 1.0 / (PER_MIN * np.asarray(plan.V1[name]))
        scheme.flow(f"{name}.central", f"{name}.removed", per_litre, by=REMOVAL)
    saturates = plan.saturates
    if saturates or changes or machine or plan.bound is not None:
        solver = saturable_step(scheme, step_s, longest_s=piece(name, lines, variant), **saturates)
    else:
        solver = exact_step(scheme, step_s)
    volumes = {owner: jnp.asarray(volume) for owner, volume in plan.V1.items()}
    return Built(solver, tuple(scheme.rooms), volumes, plan.values, scheme, plan.bound)


def piece(name: str, lines: list[str], variant: str | None) -> float:
    """How long (s) a Runge-Kutta step of the drug may be: by its typical person, so that no patient sees another.

    What arrives late does so within a step, evenly over it: those steps are the shortest.
    """
    typical = lay_out(name, lines, traits(reference_persons(1), None, [0]), variant=variant)
    fastest = max(float(abs(rate[0])) for _, _, rate in typical.scheme.doors)
    return longest(np.inf if typical.scheme.late else fastest)


def lay_out(name: str, lines: list[str], who: Traits, *, variant: str | None) -> Plan:
    """Rooms, doors and parameters of one drug for every lane of `who`, not yet solved for any step."""
    card = load(name)
    if card.correlation:
        model = variant_of(card, variant) if variant else card.default
        who = replace(who, mixing=mixing(name, card.correlation, model))
    values = parameters(card, who, variant)
    scheme = Scheme(who.lanes)
    scheme.room(f"{name}.central", f"{name}.eliminated", f"{name}.lost", f"{name}.given")
    for line in lines:
        _way_in(scheme, name, line, who)
    _body(scheme, name, values, eliminates="Vmax" not in values)
    _site(scheme, name, site_speed(card, who, variant), values["V1"])
    volumes = {name: values["V1"]}
    for product in card.metabolite:
        volumes[product.name] = _product(scheme, card, product, values, who)
    for line in lines:
        _on_the_way_in(scheme, card, line, who)
    for owner in (name, *(product.name for product in card.metabolite)):
        inside = [room for room in scheme.rooms if _has_mass(room, owner)]
        if owner == name:
            scheme.gathers[f"{owner}.eliminated"] = inside
    saturates = _saturates(name, card, values, who) if "Vmax" in values else {}
    return Plan(scheme, volumes, values, saturates, _bound(card, variant, who))


def _bound(card: DrugCard, variant: str | None, who: Traits) -> Bound | None:
    """A saturable binding that is not the usual one."""
    if card.binding is None or card.binding.model != "saturable":
        return None
    return other_binding(card, variant_of(card, variant) if variant else card.default, who)


def _has_mass(room: str, owner: str) -> bool:
    drug, _, kind = room.partition(".")
    return drug == owner and not kind.startswith((*MASSLESS, *NOT_MASS))


def _way_in(scheme: Scheme, name: str, line: str, who: Traits) -> None:
    """From a line into plasma: salt factor, bioavailability, lag, depot or window, prodrug."""
    ordered, _, route = line.partition("/")
    card = load(ordered)
    way = card.route[route]
    active = who.value(card.salt, ordered, "salt") if card.salt else np.ones(who.lanes)
    share = who.value(way.F, ordered, f"F {route}", units=("",)) if way.F else np.ones(who.lanes)
    share = np.minimum(share * who.factor(name, f"F {route}"), 1.0)
    entry = f"{name}.central"
    if card.conversion is not None:
        scheme.flow(f"{name}.prodrug", entry, who.value(card.conversion, ordered, "conversion"))
        entry = f"{name}.prodrug"
    if way.ka is not None:
        depot = f"{name}.depot_{ordered}_{route}"
        speed = who.value(way.ka, ordered, f"ka {route}", units=("1/s",)) * who.factor(name, f"ka {route}")
        scheme.flow(depot, entry, speed, by=ABSORPTION if route == "oral" else "")
        entry = depot
    lag = who.value(way.lag, ordered, f"lag {route}", units=("s",)) if way.lag else np.zeros(who.lanes)
    if way.duration is not None:
        lasts = who.value(way.duration, ordered, f"duration {route}", units=("s",))
        _evenly(scheme, line, entry, f"{name}.{{}}_{ordered}_{route}", active * share, lag, lasts)
    elif way.lag is not None:
        waiting = f"{name}.lag_{ordered}_{route}"
        arriving = scheme.later(line, "late", lag)
        scheme.inlet(line, waiting, active * share)
        scheme.inlet(arriving, waiting, -active * share)
        scheme.inlet(arriving, entry, active * share)
    else:
        scheme.inlet(line, entry, active * share)
    if np.any(share < 1.0):
        scheme.inlet(line, f"{name}.lost", active * (1.0 - share))
    scheme.inlet(line, f"{name}.given", active)


def _evenly(
    scheme: Scheme, line: str, entry: str, named: str, part: np.ndarray, lag: np.ndarray, lasts: np.ndarray
) -> None:
    """A dose leaves its depot for `entry` evenly over `lasts` (s), from `lag` on."""
    depot, window = named.format("depot"), named.format("window")
    scheme.inlet(line, depot, part)
    starts = scheme.later(line, "late", lag) if np.any(lag) else line
    scheme.inlet(starts, window, part)
    scheme.inlet(scheme.later(line, "ended", lag + lasts), window, -part)
    scheme.copy(window, depot, -1.0 / lasts)
    scheme.copy(window, entry, 1.0 / lasts)


def _body(scheme: Scheme, name: str, values: Values, *, eliminates: bool = True, product: bool = False) -> None:
    """Elimination and exchange with tissue, by the parameters that may change in a run."""
    central, ruled = f"{name}.central", not product
    if eliminates:
        by = product_clearance(name) if product else "CL"
        scheme.flow(central, f"{name}.eliminated", values["CL"] / values["V1"], by=by)
    for room, volume, flow in (("peripheral", "V2", "Q2"), ("deep", "V3", "Q3")):
        if flow in values and np.any(values[flow] > 0):
            scheme.flow(central, f"{name}.{room}", values[flow] / values["V1"], by=flow if ruled else "")
            scheme.flow(f"{name}.{room}", central, values[flow] / values[volume], by=flow if ruled else "")


def _site(scheme: Scheme, owner: str, speed: np.ndarray, V1: np.ndarray) -> None:
    """The effect site follows plasma: dCe/dt = ke0 (Cp - Ce), in total-plasma equivalents."""
    scheme.copy(f"{owner}.central", f"{owner}.site", speed / V1)
    scheme.fade(f"{owner}.site", speed)


def _product(scheme: Scheme, card: DrugCard, product: Metabolite, parent: Values, who: Traits) -> np.ndarray:
    """A metabolite: formed by the parent's elimination (mg of product), its own body and site. Gives its V1."""
    values = product_values(product, who)
    heavier = product.molar_mass.read("g/mol")[0] / card.molar_mass.read("g/mol")[0]
    rate = who.value(product.formed, product.name, "formed") * heavier * parent["CL"] / parent["V1"]
    scheme.copy(f"{card.name}.central", f"{product.name}.central", rate, by="CL")
    scheme.copy(f"{card.name}.central", f"{product.name}.formed", rate, by="CL")
    values["CL"] = values["CL"] * who.factor(card.name, product_clearance(product.name))
    _body(scheme, product.name, values, product=True)
    _site(scheme, product.name, site_speed(card, who, None, own=False), values["V1"])
    return values["V1"]


def _on_the_way_in(scheme: Scheme, card: DrugCard, line: str, who: Traits) -> None:
    """The first metabolite as gut and liver form it from what they keep of a dose."""
    ordered, _, route = line.partition("/")
    row = load(ordered).route[route].presystemic
    if row is None or not card.metabolite:
        return
    product = card.metabolite[0]
    heavier = product.molar_mass.read("g/mol")[0] / card.molar_mass.read("g/mol")[0]
    rate = who.value(row, ordered, "presystemic") * who.factor(card.name, f"presystemic {route}") * heavier
    for room in ("central", "formed"):
        scheme.copy(f"{card.name}.depot_{ordered}_{route}", f"{product.name}.{room}", rate)


def _saturates(name: str, card: DrugCard, values: Values, who: Traits) -> dict[str, Any]:
    """What phenytoin's solver needs; elimination sees total plasma at usual binding (free over usual free share)."""
    from quell.drugs.binding import free

    assert card.binding is not None
    bound = free(card.binding, who, name, molar_mass=card.molar_mass.read("g/mol")[0])
    relative = np.asarray(bound.fu) / who.value(card.binding.fu, name, "fu")
    names = {"room": f"{name}.central", "sink": f"{name}.eliminated"}
    numbers = {"Vmax": values["Vmax"], "Km": values["Km"], "level_per_mg": relative / values["V1"]}
    return names | numbers
