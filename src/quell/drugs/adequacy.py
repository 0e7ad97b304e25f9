"""Was a dose enough to count as an adequate trial of the drug? The rule is on the drug's card."""

from dataclasses import dataclass

from quell.drugs import library
from quell.drugs.bedside import Adequate
from quell.drugs.card import load
from quell.drugs.dose import parse_order
from quell.drugs.order import check_weight, number_words
from quell.ground.card import from_card
from quell.ground.units import share


@dataclass(frozen=True)
class Tolerance:
    """How far below the least dose still counts."""

    share: share


def least_mg(drug: str, route: str, weight_kg: float, age_y: float) -> tuple[float, Adequate] | None:
    """The least adequate dose in mg (prescribed unit) with its rule, or None where the card has none."""
    check_weight(weight_kg)
    card = load(drug)
    for rule in card.adequate:
        fits = rule.from_kg <= weight_kg < rule.to_kg and rule.from_y <= age_y < rule.to_y
        if rule.route == route and fits:
            dose, _, rest = rule.at_least.partition(",")
            order = parse_order(f"{card.name} {dose} {route}{',' if rest else ''}{rest}", file=f"{card.name}.toml")
            return float(order.mg(weight_kg)), rule
    return None


def judge(drug: str, route: str, mg: float, weight_kg: float, age: float) -> tuple[bool, str]:
    """Whether `mg` (all that was given by this route, prescribed unit) was adequate, and why. Age in years."""
    name = library.entry(drug).name
    route = library.route_of(name, route)
    found = least_mg(name, route, weight_kg, age)
    unit = "mg PE" if library.entry(name).equivalents else "mg"
    given = f"{number_words(round(mg, 3))} {unit} of {name} {route} at {number_words(round(weight_kg, 1))} kg"
    if found is None:
        return False, f"{given}: no least dose is known for this route, so it does not count as an adequate trial"
    least, rule = found
    needed = f"{number_words(round(least, 3))} {unit} ({rule.at_least}; {rule.rule})"
    if mg >= least * from_card(Tolerance).share:
        return True, f"{given}: adequate, at least {needed}"
    return False, f"{given}: {100 * mg / least:.0f} % of the least adequate dose, {needed}"
