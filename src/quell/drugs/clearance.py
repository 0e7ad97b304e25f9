"""What leaves of clearance: organs, temperature, the person's own kidney and binding; the gut takes what is swallowed.

    CL factor = 1 - renal (1 - kidney) - liver (1 - liver function x cold)         shares of the card's [elimination]
    cold      = 0.93 per degree below 37, for enzymes of the cytochrome family
    ka factor = bowel                                                              of enteral routes
    binding   = renal f + liver E(f) / E + the rest,  E(f) = f E / (1 - E + f E)   f the free share over the usual one

A person's own kidney is creatinine clearance over the reference; where the card's clearance has it as a covariate, that
stands instead. Functions of organs in a run are relative to the person's own, so nothing is counted twice. E is the
liver's extraction: of a drug that is hardly extracted the total falls as binding does and the free level stays; of one
that is wholly extracted the total stays and the free level rises.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from quell.drugs.body import Reference
from quell.drugs.card import Elimination, load
from quell.drugs.saturable import ABSORPTION, product_clearance
from quell.drugs.well_stirred import shared
from quell.ground.card import from_card
from quell.ground.contract import process
from quell.ground.errors import InputError
from quell.ground.units import degC, ratio, share

Factors = dict[str, dict[str, Any]]
CHILD = "child_"  # before the letter of a Child-Pugh class


class Organs(NamedTuple):
    """What the organs are worth, 1 = the person's own, and the temperature of the core; numbers or `[lanes]`."""

    kidney: share = 1.0
    liver: share = 1.0
    bowel: share = 1.0
    temperature: degC = 37.0


@process
class Cooling:
    """What cold does to clearance."""

    normal: degC
    per_degree: ratio
    coldest: degC  # below it the rule is not carried on

    def left(self, temperature: degC) -> share:
        """Share of clearance by cytochromes at a temperature; above the normal one nothing changes."""
        return self.per_degree ** jnp.maximum(self.normal - jnp.maximum(temperature, self.coldest), 0.0)


def factors(drug: str, organs: Organs) -> dict[str, Any]:
    """Factors on the parameters of a drug and its metabolites (CL, absorption); nothing where the card is silent."""
    card = load(drug)
    made: dict[str, Any] = {}
    if card.elimination:
        made["CL"] = _left(card.elimination, organs)
    for product in card.metabolite:
        if product.elimination:
            made[product_clearance(product.name)] = _left(product.elimination, organs)
    if any(route == "oral" for route in card.route):
        made[ABSORPTION] = organs.bowel
    return made


def pregnant(drug: str) -> dict[str, dict[str, Any]]:
    """What the last third of pregnancy does to a drug's clearance; nothing where the card is silent."""
    by = load(drug).elimination
    return {drug: {"CL": by.pregnancy.read("")[0]}} if by and by.pregnancy else {}


def cirrhotic(drug: str, grade: str) -> dict[str, dict[str, Any]]:
    """What cirrhosis of a Child-Pugh class (child_a, child_b, child_c) does to clearance. InputError where unknown."""
    card = load(drug)
    rows = card.elimination.child_pugh if card.elimination else None
    known = {f"{CHILD}{name}": row for name in "abc" if (row := getattr(rows, name, None))}
    if grade not in known:
        what = f"the card of {card.name} has no clearance for {grade!r}"
        raise InputError(what, field="hepatic", allowed=", ".join(known) or "no cirrhosis with this drug")
    return {drug: {"CL": known[grade].read("")[0]}}


def by_kidney(by: Elimination | None, crcl_mL_min: np.ndarray) -> np.ndarray:
    """Factor on clearance `[lanes]` for a creatinine clearance, by the kidney's share; 1 at the reference."""
    usual = from_card(Reference).crcl_mL_min
    if not (by and by.renal) or np.all(crcl_mL_min == usual):
        return np.ones(len(crcl_mL_min))
    return np.asarray(_left(by, Organs(kidney=crcl_mL_min / usual)), np.float64)


def by_binding(by: Elimination, relative: Any) -> Any:
    """Factor on clearance where the free share is `relative` to the usual one (number or `[lanes]`)."""
    assert by.extraction is not None
    renal, liver = by.shares()
    usual = by.extraction.read("")[0]
    return (1.0 - renal - liver) + renal * relative + liver * shared(usual, relative) / usual


def joined(one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]) -> Factors:
    """Both factors at once, multiplied."""
    made = {drug: dict(factors) for drug, factors in one.items()}
    for drug, more in other.items():
        mine = made.setdefault(drug, {})
        for name, value in more.items():
            mine[name] = mine[name] * value if name in mine else value
    return made


def changes(drug: str) -> bool:
    """Whether the card says anything that organs or temperature could change."""
    return bool(factors(drug, Organs()))


def _left(by: Elimination, organs: Organs) -> Any:
    cold = from_card(Cooling).left(organs.temperature) if by.cytochromes else 1.0
    renal, liver = by.shares()
    return 1.0 - renal * (1.0 - organs.kidney) - liver * (1.0 - organs.liver * cold)
