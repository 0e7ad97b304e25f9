"""Isoboles: pairs of levels of two drugs that open the GABA-A gate equally far, from the gate itself.

    gain(a / EC50_a, b / EC50_b) = wanted,   index = a / A + b / B

A and B are the levels that do it alone. Drugs that share a site add (index 1); drugs of two sites of one gate help
each other (index below 1), and a benzodiazepine, which cannot reach most effects alone (A infinite), still spares the
other. No number for synergy is put in. Levels are total plasma at the usual free share and at equilibrium.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quell.drugs.card import CONCENTRATIONS, ActsOn, DrugCard, load
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.receptors.gaba_a import GabaA, Ports

SITES = {"gaba_a.bzd_site": "bzd", "gaba_a.direct_site": "direct", "gaba_a.neurosteroid_site": "steroid"}
POINTS = 121
FAR = 20.0  # drive to draw up to where the second drug alone never reaches the effect
HIGHEST = 1e4  # drive at which a site is full for every purpose


@dataclass(frozen=True)
class Partner:
    """One of the two drugs: its site at the gate, and the total plasma level (mg/L) of drive 1."""

    name: str
    site: str
    level_at_one: float


@dataclass(frozen=True)
class Isobole:
    """One effect: levels mg/L of each drug alone (inf: never), and pairs `[points]` with their index."""

    gain: float
    alone: tuple[float, float]
    first: np.ndarray
    second: np.ndarray

    @property
    def pair(self) -> int:
        """The pair to quote: least index, or half of all that can be spared where one drug alone never does."""
        index = self.index
        if np.all(np.isfinite(self.alone)):
            return int(np.argmin(index))
        return int(np.argmin(np.abs(index - (1.0 + index.min()) / 2.0)))

    @property
    def index(self) -> np.ndarray:
        """Loewe's index a / A + b / B `[points]`: 1 additive, below 1 they help each other."""
        return self.first / self.alone[0] + self.second / self.alone[1]


def partner(name: str) -> Partner:
    """What a drug brings to the gate. Raises InputError where it has no site there."""
    card = load(name)
    card = load(card.delivers) if card.delivers else card
    for act in card.acts_on:
        if act.port in SITES and act.basis != "rate":
            return Partner(card.name, SITES[act.port], _total(act, card))
    raise InputError(
        f"{card.name} has no site at the GABA-A gate", allowed=f"drugs that act on {' or '.join(sorted(SITES))}"
    )


def isoboles(first: str, second: str, gains: tuple[float, ...], *, left: float = 1.0) -> list[Isobole]:
    """Isoboles of synaptic conductance `gains` (relative to no drug, all receptors), with a share of receptors `left`.

    Raises InputError for a drug without a site at the gate, or an effect that no pair reaches.
    """
    if not 0.0 < left <= 1.0:
        raise InputError(f"{left:g} is no share of receptors", field="--left", allowed="above 0, at most 1")
    one, other, gate = partner(first), partner(second), from_card(GabaA)
    return [_isobole(one, other, gate, wanted, left) for wanted in gains]


def _isobole(one: Partner, other: Partner, gate: GabaA, wanted: float, left: float) -> Isobole:
    if not np.isfinite(wanted) or wanted <= left:
        raise InputError(
            f"an effect of {wanted:g} needs no drug", field="--effect", allowed=f"more than {left:g} times control"
        )

    def gain(a: float, b: float) -> float:
        drive = {"bzd": 0.0, "direct": 0.0}
        for site, x in ((one.site, a), (other.site, b)):
            drive[site] = drive.get(site, 0.0) + x
        return left * float(gate.synaptic_gain(Ports(**drive), 1.0, 1.0, 1.0))

    if gain(HIGHEST, HIGHEST) <= wanted:
        raise InputError(
            f"{one.name} and {other.name} never reach {wanted:g} times control", field="--effect", allowed="less"
        )
    alone = (_root(lambda x: gain(x, 0.0) - wanted), _root(lambda x: gain(0.0, x) - wanted))
    if np.isfinite(alone[0]) and not np.isfinite(alone[1]):
        turned = _isobole(other, one, gate, wanted, left)
        return Isobole(wanted, (turned.alone[1], turned.alone[0]), turned.second, turned.first)
    most = alone[1] if np.isfinite(alone[1]) else FAR
    least = 0.0 if np.isfinite(alone[0]) else _root(lambda x: gain(HIGHEST, x) - wanted)
    second = least + np.linspace(0.0, 1.0, POINTS) ** 2 * (most - least)  # dense where the curve runs flat
    first = np.array([_root(lambda x, b=b: gain(x, b) - wanted) for b in second])
    kept = np.isfinite(first)
    levels = (first[kept] * one.level_at_one, second[kept] * other.level_at_one)
    return Isobole(wanted, (alone[0] * one.level_at_one, alone[1] * other.level_at_one), *levels)


def _root(function: Callable[[float], float]) -> float:
    """The drive at which an increasing function crosses 0, to the last bits; 0 from the start, inf never."""
    if function(0.0) >= 0.0:
        return 0.0
    low, high = 0.0, HIGHEST
    if function(high) < 0.0:
        return float("inf")
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (middle, high) if function(middle) < 0.0 else (low, middle)
    return high


def _total(act: ActsOn, card: DrugCard) -> float:
    assert card.binding is not None
    try:
        level = act.EC50.read(CONCENTRATIONS[0])[0]
    except ValueError:
        level = act.EC50.read(CONCENTRATIONS[1])[0] * card.molar_mass.read("g/mol")[0]
    return level if act.basis == "total" else level / card.binding.fu.read("")[0]
