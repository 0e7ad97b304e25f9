"""Which structural model a patient's state picks: healthy volunteers and intensive care clear drugs differently.

A card says it in its table [[when]]: the state, the model, and the model for those who are given pushes too, since a
central volume that was fitted to infusions must not meet a bolus. Without a state the card's default stands.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from quell.drugs import library
from quell.drugs.card import DrugCard, load
from quell.drugs.order import Order
from quell.drugs.parameters import variant_of
from quell.ground.errors import InputError

STATES = {"icu": "intensive care, critically ill"}
PUSH_S = 1800.0  # what is given faster than this meets the central volume


class Choice(NamedTuple):
    """The structural model of a drug, and why it is this one."""

    variant: str
    why: str


def chosen(card: DrugCard, state: str, *, pushed: bool) -> Choice:
    """The model of a card for a patient in this state ("" for none); `pushed` where a bolus is given."""
    if state not in ("", *STATES):
        raise InputError(f"no state is called {state!r}", field="state", allowed=", ".join(STATES))
    for rule in card.when:
        if rule.state == state:
            name = rule.pushed if pushed and rule.pushed else rule.variant
            return Choice(name, f"{STATES[state]}: {rule.says} ({rule.source}, grade {rule.grade})")
    silent = f"{STATES[state]}, but the card has no model for it; its default" if state else "the card's default"
    return Choice(card.default, silent)


def choices(orders: Iterable[Order], state: str, own: Mapping[str, str] | None = None) -> dict[str, Choice]:
    """The model of every drug that the orders bring, by active drug; `own` names models by drug. Raises InputError."""
    pushed: dict[str, bool] = {}
    for order in orders:
        drug = load(order.drug).delivers or order.drug
        fast = order.amount > 0 and order.lasts_s(70.0) < PUSH_S
        pushed[drug] = pushed.get(drug, False) or fast
    mine = {library.entry(name, field="variants").name: words for name, words in (own or {}).items()}
    if absent := set(mine) - set(pushed):
        raise InputError(f"{', '.join(sorted(absent))} is not given", field="variants", allowed=", ".join(pushed))
    made = {}
    for drug, fast in pushed.items():
        card = load(drug)
        if drug in mine:
            made[drug] = Choice(variant_of(card, mine[drug]), "asked for")
        elif card.pk:
            made[drug] = chosen(card, state, pushed=fast)
    return made
