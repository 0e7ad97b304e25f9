"""What organs and temperature leave of clearance: kidney, liver, cold, and the gut that takes up what is swallowed.

    CL factor = 1 - renal (1 - kidney) - liver (1 - liver function x cold)         shares of the card's [elimination]
    cold      = 0.93 per degree below 37, for enzymes of the cytochrome family
    ka factor = bowel                                                              of enteral routes

Functions are relative to the person's own (1 = as the card's covariates have it), so nothing is counted twice.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp

from quell.drugs.card import Elimination, load
from quell.drugs.saturable import ABSORPTION, product_clearance
from quell.ground.card import from_card
from quell.ground.contract import process
from quell.ground.units import degC, ratio, share

Factors = dict[str, dict[str, Any]]


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
