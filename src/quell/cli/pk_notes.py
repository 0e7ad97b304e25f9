"""What to beware of in an answer of `quell pk`: whom a model was not made in, and what was said for nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from quell.drugs.body import CIRCUMSTANCES, unsaid, with_measures
from quell.drugs.card import DrugCard
from quell.drugs.parameters import model_of
from quell.drugs.sense import unjudged
from quell.drugs.structures import Model

Persons = Mapping[str, np.ndarray]
TAKEN = {"crcl": "crcl_mL_min", "albumin": "albumin_g_L"}


def notes(card: DrugCard, variant: str | None, who: Persons, *, pushed: bool) -> list[str]:
    """What to beware of: people that the model was not made in, pushes into a volume fitted to infusions, no dose."""
    key = _key(card, variant, who)
    model: Model = card.pk[key]
    said = [unjudged(card.name)] if unjudged(card.name) else []
    measured = with_measures(who)
    made, whom = "was made in people of", model.made_in
    if not whom:
        made, whom = "does not say in whom it was made and is taken for people of", unsaid()
    for measure, (low, high) in whom.items():
        value = float(np.atleast_1d(measured[measure])[0])
        if not low <= value <= high:
            name, _, unit = measure.replace("ideal", "ideal weight").partition("_")
            unit = unit.replace("_", "/")
            said.append(f"{card.name} {key} {made} {name} {low:g} to {high:g} {unit}; {value:g} is outside")
    if pushed and model.infusions_only:
        said.append(f"{card.name} {key} was fitted to infusions; its first minutes after a push mean nothing")
    return said


def idle(card: DrugCard, variant: str | None, who: Persons, given: Mapping[str, Any]) -> list[str]:
    """What somebody took the trouble to say of a person and that changes nothing here; `given` are the words said."""
    key = _key(card, variant, who)
    used = card.pk[key].covariates()
    unheard = [name for name in CIRCUMSTANCES if name in who and name not in used]
    by, binding = card.elimination, card.binding
    if (by and by.renal) or (binding and binding.crcl_limit) or any(one.filtered for one in card.metabolite):
        used |= {"crcl_mL_min"}
    if binding and (binding.model != "constant"):
        used |= {"albumin_g_L"}
    said = [name for name, measure in TAKEN.items() if given.get(name) is not None and measure not in used]
    made = [f"{name} changes nothing here: no number for it is on the card of {card.name}" for name in said]
    return made + ([f"{card.name} {key} does not ask for {', '.join(unheard)}"] if unheard else [])


def _key(card: DrugCard, variant: str | None, who: Persons) -> str:
    return model_of(card, variant, float(who["age_y"][0]))
