"""Which substance drives which port, from how much on: the actions of a card in every patient."""

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp

from quell.drugs.card import CONCENTRATIONS, RATES, ActsOn, load
from quell.drugs.traits import Traits

ANTAGONIST, RIVALLED = "gaba_a.bzd_antagonist", "gaba_a.bzd_site"
CLASSES = (f"{RIVALLED}.a2", f"{RIVALLED}.a5")  # the same site at other receptors; without a row as at alpha1
ASIDE = "gaba_a.direct_site"  # another site of benzodiazepines, which flumazenil does not reach


@jax.tree_util.register_static
@dataclass(frozen=True)
class Touch:
    """Which substance (or, by rate, which ordered drug) drives which port, and whether an antagonist rivals it."""

    port: str
    substance: str
    by_rate: bool = False
    rivalled: bool = False


def touches(name: str, lines: list[str], who: Traits) -> list[tuple[Touch, jax.Array]]:
    """Every port that a drug, its metabolites and its prodrugs drive, with the EC50 `[lanes]` (mg/L free, or mg/s)."""
    card = load(name)
    assert card.binding is not None
    owners = [(name, card.molar_mass, card.binding.fu, card.acts_on)]
    owners += [(product.name, product.molar_mass, product.fu, product.acts_on) for product in card.metabolite]
    ordered = dict.fromkeys(line.partition("/")[0] for line in lines)
    owners += [(other, card.molar_mass, card.binding.fu, load(other).acts_on) for other in ordered if other != name]
    made = []
    for owner, mass, fu, acts in owners:
        for act in acts:
            if act.basis == "rate" and owner not in ordered:
                continue
            rivalled = act.port != ASIDE and any(other.port == RIVALLED for other in acts)
            made.append(
                (Touch(act.port, owner, act.basis == "rate", rivalled), jnp.asarray(_EC50(act, owner, mass, fu, who)))
            )
    return made


def by_class(touched: list[tuple[Touch, jax.Array]]) -> list[tuple[Touch, jax.Array]]:
    """The touches of a run, those of receptor classes made whole: where one drug has a row of its own, all count."""
    made = list(touched)
    for port in CLASSES:
        own = {touch.substance for touch, _ in touched if touch.port == port}
        rest = [(touch, EC50) for touch, EC50 in touched if touch.port == RIVALLED and touch.substance not in own]
        made += [(replace(touch, port=port), EC50) for touch, EC50 in rest] if own else []
    return made


def _EC50(act: ActsOn, owner: str, mass: Any, fu: Any, who: Traits) -> Any:
    """EC50 in free mg/L at the site (or mg/s given), every patient."""
    name = f"EC50 {act.port}"
    if act.basis == "rate":
        return who.value(act.EC50, owner, name, units=RATES)
    try:
        value = who.value(act.EC50, owner, name, units=CONCENTRATIONS[:1])
    except ValueError:
        value = who.value(act.EC50, owner, name, units=CONCENTRATIONS[1:]) * mass.read("g/mol")[0]
    value = value * who.factor(owner, "EC50")
    return value * fu.read("")[0] if act.basis == "total" else value
