"""Is a dose one that somebody could mean? Far beyond all that a drug's card names it has to be confirmed.

    dose       more mg than `times` the largest dose of the card for this route, weight and age
    infusion   faster than `times` the fastest infusion of the card; where it names none, than that dose every hour

A card that names no dose (one of the user's own) cannot judge; then only a share of the body's weight is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from quell.drugs.bedside import Form
from quell.drugs.card import load
from quell.drugs.dose import parse_order
from quell.drugs.order import Order
from quell.drugs.regimen import Dose
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.ground.units import Unit, kg, ratio

second = Annotated[Any, Unit("s")]
milligram_per_kg = Annotated[Any, Unit("mg/kg")]
MEANT = "a smaller dose, or --confirm-overdose if it is meant"


@dataclass(frozen=True)
class Sense:
    """How far beyond a card is too far."""

    times: ratio
    adult: kg
    child_below: kg
    hour: second
    heaviest: milligram_per_kg


class Limits(NamedTuple):
    """The largest dose (mg) and the fastest infusion (mg/s) that a card names for somebody; 0 where none."""

    mg: float
    mg_per_s: float


class Given(NamedTuple):
    """Something that is to go in by a line ("drug/route"): mg over s; an infusion is judged by its speed."""

    line: str
    mg: float
    lasts_s: float
    infusion: bool
    words: str


def limits(line: str, weight_kg: float, age_y: float) -> Limits:
    """What the card of a line's drug names for its route, this weight and age; for others where it names none."""
    drug, _, route = line.partition("/")
    card, sense = load(drug), from_card(Sense)
    known = [(form, parse_order(form.words)) for form in (*card.form, *card.most)]
    known = [pair for pair in known if _meant_for(pair[0], weight_kg, age_y)] or known
    known = [pair for pair in known if pair[1].route == route] or known
    mg, speed = 0.0, 0.0
    for form, order in known:
        light = weight_kg < sense.child_below and form.from_kg == 0 and card.ordered_as != "%"
        share = weight_kg / sense.adult if light else 1.0
        if order.amount > 0:
            mg = max(mg, float(order.mg(weight_kg)) * (1.0 if order.per_kg else share))
        if order.infusion:
            rate = order.infusion.rate
            speed = max(speed, float(rate.for_weight(weight_kg, age_y)) * (1.0 if rate.per_kg else share))
    return Limits(mg, speed)


def check_orders(orders: Sequence[tuple[float, Order]], weight_kg: float, age_y: float, *, confirmed: bool) -> None:
    """Refuse an order far beyond its card, unless it is meant."""
    for _, order in orders:
        words = order.words()
        if order.amount > 0:
            lasts = float(order.lasts_s(weight_kg))
            given = Given(order.line, float(order.mg(weight_kg)), lasts, False, words)
            check(given, weight_kg, age_y, confirmed=confirmed)
        if order.infusion:
            speed, hour = float(order.infusion.rate.for_weight(weight_kg, age_y)), from_card(Sense).hour
            check(Given(order.line, speed * hour, hour, True, words), weight_kg, age_y, confirmed=confirmed)


def check_pump(doses: Sequence[Dose], words: str, weight_kg: float, age_y: float, *, confirmed: bool) -> None:
    """Refuse a pump's doses into one line whose first push or first hour is far beyond the card."""
    hour = from_card(Sense).hour
    early = [float(dose.mg[0]) for dose in doses if dose.start_s < hour]
    for mg in (early[0], sum(early)):
        check(Given(doses[0].line, mg, 0.0, False, words), weight_kg, age_y, confirmed=confirmed)


def check(given: Given, weight_kg: float, age_y: float, *, confirmed: bool, **place: Any) -> None:
    """Refuse what is far beyond the card, unless it is meant."""
    if confirmed:
        return
    sense, most = from_card(Sense), limits(given.line, weight_kg, age_y)
    if not any(most):
        if given.mg > sense.heaviest * weight_kg:
            raise InputError(f"{given.words!r} weighs more than a hundredth of the body", allowed=MEANT, **_at(place))
        return
    long = given.infusion or given.lasts_s > sense.hour
    if long:
        asked, largest = given.mg / given.lasts_s, most.mg_per_s or most.mg / sense.hour
    else:
        asked, largest = given.mg, max(most.mg, most.mg_per_s * sense.hour)
    if asked > sense.times * largest:
        kind, drug = "fastest infusion" if long else "largest dose", given.line.partition("/")[0]
        what = f"{given.words!r} is {_times(asked / largest)} times the {kind} that the card of {drug} names"
        raise InputError(f"{what} for this person", allowed=MEANT, **_at(place))


def unjudged(drug: str) -> str:
    """What to say of a drug whose card names no dose; nothing where it names one."""
    card = load(drug)
    return "" if card.form or card.most else f"the card of {card.name} names no dose, so nothing judges this one"


def _times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 100 else f"{np.round(ratio, -1):.0f}"


def _at(place: dict[str, Any]) -> dict[str, Any]:
    return {"field": "regimen"} | place


def _meant_for(form: Form, weight_kg: float, age_y: float) -> bool:
    return form.from_kg <= weight_kg < form.to_kg and form.from_y <= age_y < form.to_y
