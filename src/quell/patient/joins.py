"""The joins of the brain: who needs what from whom, found in the equations themselves, with a reason for each.

`brain.py` closes the circles of status epilepticus in plain lines. Here those lines are traced: an output that
contains an input depends on it, whatever the numbers. joins.toml gives every join its reason and its sign; a join
without a reason, or a reason without a join, fails the tests.
"""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.circuit.population import Flux
from quell.engine import scheme
from quell.ground.card import from_card
from quell.patient import adaptation, brain, fire, thalamocortical
from quell.patient.arousal import Arousal
from quell.patient.arousal import Needs as ArousalNeeds
from quell.patient.arousal import State as ArousalState
from quell.patient.blood import Blood
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts
from quell.patient.fire import Remedies
from quell.receptors.tolerance import Needs as ToleranceNeeds

CARD = Path(__file__).with_suffix(".toml")


class Join(NamedTuple):
    """What `taker` needs from `giver`: which quantities carry it, which way it pushes, and why it is so."""

    giver: str
    taker: str
    through: tuple[str, ...]  # quantities of the taker that contain the giver
    sign: str  # "+" pushes towards seizing, "-" away from it, "±" either way, "" not known
    reason: str


class Node(NamedTuple):
    """A mechanism, or what comes from outside: its name, its words, and whether it lies outside the brain."""

    name: str
    words: str
    outside: bool


def joins() -> list[Join]:
    """Every join of the brain, in the order of takers and givers; a join nobody wrote a reason for has none."""
    told = {(giver, taker): row for taker, rows in _table()["join"].items() for giver, row in rows.items()}
    found = traced()
    order = list(_table()["node"])

    def place(pair: tuple[str, str]) -> tuple[int, int]:
        giver, taker = (order.index(name) if name in order else len(order) for name in pair)
        return taker, giver

    return [
        Join(*pair, found[pair], told.get(pair, {}).get("sign", ""), told.get(pair, {}).get("reason", ""))
        for pair in sorted(found, key=place)
    ]


def stale() -> list[tuple[str, str]]:
    """Joins that joins.toml explains but the equations do not have: (giver, taker)."""
    return [
        (giver, taker) for taker, rows in _table()["join"].items() for giver in rows if (giver, taker) not in traced()
    ]


def nodes() -> list[Node]:
    """Every mechanism that gives or takes, in the order of joins.toml; those it does not know come last."""
    told = _table()["node"]
    used = dict.fromkeys([*told, *(name for pair in traced() for name in pair)])
    return [
        Node(name, told.get(name, {}).get("words", name), told.get(name, {}).get("outside", False)) for name in used
    ]


def circles(found: Iterable[Join]) -> list[tuple[str, ...]]:
    """Every circle of two or three mechanisms, each told once: a gives to b, b to c, and the last to a."""
    after: dict[str, list[str]] = {}
    for join in found:
        after.setdefault(join.giver, []).append(join.taker)
    order = {node.name: k for k, node in enumerate(nodes())}
    made = []
    for one in sorted(after, key=order.__getitem__):
        later = {name for name in after if order[name] > order[one]}  # a circle is told from its first mechanism
        for two in after[one]:
            if two in later and one in after[two]:
                made.append((one, two))
            rest = [three for three in after.get(two, []) if {two, three} <= later and three != two]
            made += [(one, two, three) for three in rest if one in after[three]]
    return made


@cache
def traced() -> dict[tuple[str, str], tuple[str, ...]]:
    """(giver, taker) to the quantities of the taker that contain the giver, from the equations of one beat."""
    usual, one = (
        default_parts(thalamus=True, inflammation=True, tolerance=True),
        jnp.ones((1, 1)),
    )  # parts that are off are wired too
    person = brain.rest(usual, one)
    drugs, remedies = Ports(*(one for _ in Ports._fields)), Remedies(*(one for _ in Remedies._fields))
    world = World(drugs, one, one, remedies=remedies, blood=Blood(one, one, one))
    inputs = (person, world, Flux(*(one for _ in Flux._fields)), ArousalState(one))

    def beat(inputs: Any) -> dict[str, Any]:
        person, world, flux, arousal = inputs
        parts = adaptation.coupled(usual, person.adapted)
        active = parts.reading.activity(person.smooth_rate)
        up = {"far": thalamocortical.arriving(parts.thalamus.loop, person.thalamus)}  # type: ignore[union-attr]
        eased = parts.silence.eased(person.silence, brain.drive(parts, person, world))
        made: dict[str, Any] = {"firing": eased._asdict() | up}
        deep = brain.depth(parts, person.ions, world.ports, world.blood)
        made["silence"] = parts.silence.step(person.silence, flux.rate_E, deep, kick=0.0, dt=0.1)._asdict()
        waking = from_card(Arousal).responsiveness(arousal, active, 0.0)
        nuclei = thalamocortical.setting(parts, world._replace(waking=waking))._asdict()
        made["thalamus"] = nuclei | {"down": scheme.relax(person.thalamus.down, person.fast.ampa, 0.1)}  # type: ignore[union-attr]
        felt = fire.effects(parts.fire, person.tissue, world.remedies)
        room = 1.0 - world.spoilt * parts.milieu.swelling_left(world.ports.osmoles)
        ions = brain.ion_rates(
            parts, person.ions, flux, active=active, supply=world.supply, buffering=felt.buffering, room=room
        )
        how = {"active": active, "blocker": world.ports.nmda, "push": felt.push, "adapted": person.adapted}
        slow = brain.receptor_rates(parts, person.receptors, **how)
        held = ToleranceNeeds(world.ports.bzd, world.ports.direct)
        made["tolerance"] = parts.tolerance.rates(person.adapted, held)._asdict()  # type: ignore[union-attr]
        tissue = brain.tissue_rates(parts, person.tissue, person.ions.injury, active=active, world=world)
        made |= {name: state._asdict() for tree in (ions, slow, tissue) for name, state in tree._asdict().items()}
        assert parts.fire is not None
        made["penetration"] = {"efflux": fire.pumping(parts.fire, person.tissue, world.remedies.pgp)}
        made["activity"] = {"smooth_rate": scheme.relax(person.smooth_rate, flux.rate_E, 0.1)}
        made["arousal"] = from_card(Arousal).rates(arousal, ArousalNeeds(active))._asdict()
        return made

    jaxpr, shape = jax.make_jaxpr(beat, return_shape=True)(inputs)
    givers = [_giver(jax.tree_util.keystr(path)) for path, _ in jax.tree_util.tree_flatten_with_path(inputs)[0]]
    takers = [tuple(key.key for key in path) for path, _ in jax.tree_util.tree_flatten_with_path(shape)[0]]
    found: dict[tuple[str, str], list[str]] = {}
    for (taker, quantity), sources in zip(takers, _sources(jaxpr.jaxpr), strict=True):
        for giver in {givers[k] for k in sources} - {taker}:
            found.setdefault((giver, taker), []).append(quantity)
    return {pair: tuple(sorted(quantities)) for pair, quantities in found.items()}


def _sources(jaxpr: Any) -> Iterator[frozenset[int]]:
    """For every output the numbers of the inputs it contains."""
    known: dict[Any, frozenset[int]] = {variable: frozenset([k]) for k, variable in enumerate(jaxpr.invars)}
    for equation in jaxpr.eqns:
        inside = [known.get(v, frozenset()) for v in equation.invars if not hasattr(v, "val")]
        for variable in equation.outvars:
            known[variable] = frozenset().union(*inside)
    for variable in jaxpr.outvars:
        yield frozenset() if hasattr(variable, "val") else known.get(variable, frozenset())


def _giver(path: str) -> str:
    """The mechanism behind a leaf such as `[0].ions.chloride.Cl_i` or `[1].ports.bzd`."""
    number, *names = path.replace("]", "").replace("[", "").split(".")
    if number == "0":
        at = {"smooth_rate": "activity", "fast": "firing", "thalamus": "thalamus", "silence": "silence"} | {
            "adapted": "tolerance"
        }
        return at.get(names[0]) or names[1]
    if number == "1":
        return f"drug_{names[1]}" if names[0] in ("ports", "remedies") else names[0]
    return "firing" if number == "2" else "arousal"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(CARD.read_text(encoding="utf-8"))
