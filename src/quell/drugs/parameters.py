"""From a structural model on a card to volumes and clearances per patient."""

import numpy as np

from quell.drugs.binding import Bound, bound
from quell.drugs.card import DrugCard, Elimination, Metabolite
from quell.drugs.clearance import by_binding, by_kidney
from quell.drugs.eleveld import eleveld
from quell.drugs.structures import Compartments, Eleveld, MichaelisMenten, Model
from quell.drugs.traits import Traits
from quell.ground.errors import InputError

Values = dict[str, np.ndarray]  # V1, V2, V3 in L; CL, Q2, Q3 in L/s; Vmax in mg/s, Km in mg/L; all [lanes]
MEANT = {"Vmax": "CL"}


def parameters(card: DrugCard, who: Traits, variant: str | None = None) -> Values:
    """Parameters for every lane: the named variant, or the card's default with its model for the young.

    What other drugs do (`who.factors`) is in them, and what the person's own kidney and albumin do to clearance where
    the model has no covariate for that; a factor on clearance acts on Vmax where elimination saturates.
    """
    values = _alone(card, who, variant)
    return {name: value * who.factor(card.name, MEANT.get(name, name)) for name, value in values.items()}


def _alone(card: DrugCard, who: Traits, variant: str | None) -> Values:
    if variant is not None:
        return _in_person(card, variant_of(card, variant), who)
    values = _in_person(card, card.default, who)
    for young, below_y in card.young.items():
        child = _in_person(card, young, who)
        values = _choose(who.persons["age_y"] < below_y, child, values)
    return values


def _in_person(card: DrugCard, key: str, who: Traits) -> Values:
    """A structural model's parameters with what kidney and albumin leave of clearance in these people."""
    model = card.pk[key]
    values = _with_kidney(of_model(model, who, card.name), card.elimination, model, who)
    held = other_binding(card, key, who)
    if held is not None and card.binding and card.binding.model != "saturable":
        assert card.elimination is not None
        values["CL"] = values["CL"] * np.asarray(
            by_binding(card.elimination, np.asarray(held.relative(np.ones(who.lanes))))
        )
    return values


def product_values(product: Metabolite, who: Traits) -> Values:
    """Parameters of a metabolite, the person's kidney among them."""
    return _with_kidney(of_model(product.pk, who, product.name), product.elimination, product.pk, who)


def _with_kidney(values: Values, by: Elimination | None, model: Model, who: Traits) -> Values:
    if "crcl_mL_min" in model.eliminated_by():
        return values
    left = by_kidney(by, who.persons["crcl_mL_min"])
    return {name: value * left if name in ("CL", "Vmax") else value for name, value in values.items()}


def other_binding(card: DrugCard, key: str, who: Traits) -> Bound | None:
    """How the drug is bound otherwise than usual, where clearance follows that; None where it does not.

    It does not where the card names no extraction or the model's clearance has albumin as a covariate. A saturable
    binding is another at every level, so that its factor is for the solver.
    """
    assert card.binding is not None
    by, model = card.elimination, card.pk[key]
    if by is None or by.extraction is None or "albumin_g_L" in model.eliminated_by() or hasattr(model, "Vmax"):
        return None
    return bound(card.binding, who, card.name, molar_mass=card.molar_mass.read("g/mol")[0])


def model_of(card: DrugCard, variant: str | None, age_y: float) -> str:
    """The key of the structural model that stands for a person of this age: the one named, else the card's by age."""
    if variant:
        return variant_of(card, variant)
    young = [name for name, below_y in card.young.items() if age_y < below_y]
    return young[-1] if young else card.default


def site_speed(card: DrugCard, who: Traits, variant: str | None, *, own: bool = True) -> np.ndarray:
    """ke0 (1/s `[lanes]`): of the variant where its authors gave one and `own`, else of the card."""
    assert card.site is not None
    model = card.pk[variant_of(card, variant) if variant else card.default]
    row = (model.ke0 if own else None) or card.site.ke0
    if row is not None:
        return who.value(row, card.name, "ke0")
    assert card.site.half_time is not None
    return np.log(2.0) / who.value(card.site.half_time, card.name, "half_time")


def variant_of(card: DrugCard, name: str) -> str:
    """The key of a variant by its own name or by its authors'. Raises InputError with those there are."""
    wanted = name.strip().lower()
    for key, model in card.pk.items():
        if wanted in (key.lower(), *(other.lower() for other in model.also)):
            return key
    if other := {key.lower(): drug for key, drug in card.elsewhere.items()}.get(wanted):
        what = f"{name!r} of {card.name} is a drug of its own, {other}"
        raise InputError(what, field="variant", allowed=f"the drug {other}, with kinetics and potency of its own")
    known = [f"{key} ({', '.join(model.also)})" if model.also else key for key, model in card.pk.items()]
    raise InputError(f"{card.name} has no variant {name!r} of its kinetics", field="variant", allowed=", ".join(known))


def of_model(model: Compartments | MichaelisMenten | Eleveld, who: Traits, owner: str) -> Values:
    """Parameters of one structural model, rate constants brought to clearances."""
    if isinstance(model, Eleveld):
        return eleveld(model, who, owner)
    names = [name for name in type(model).model_fields if name not in ("model", *Model.model_fields)]
    rows = {name: row for name in names if (row := getattr(model, name)) is not None}
    values = {name: who.value(row, owner, name) for name, row in rows.items()}
    if "k10" in values:
        values["CL"] = values.pop("k10") * values["V1"]
    for volume, flow, away, back in (("V2", "Q2", "k12", "k21"), ("V3", "Q3", "k13", "k31")):
        if away in values:
            values[flow] = values.pop(away) * values["V1"]
            values[volume] = values[flow] / values.pop(back)
    return values


def _choose(young: np.ndarray, child: Values, adult: Values) -> Values:
    """Child values where young; a compartment that one of the two lacks is closed (no flow into it)."""
    names = sorted({*child, *adult})
    closed = {name: np.zeros(len(young)) if name[0] == "Q" else np.ones(len(young)) for name in names}
    return {name: np.where(young, child.get(name, closed[name]), adult.get(name, closed[name])) for name in names}
