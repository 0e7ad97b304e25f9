"""The well-stirred liver: what more enzyme does to clearance by vein and to the share of an oral dose that passes.

    CL = Q CLint / (Q + CLint),   F = 1 - CL / Q          in blood; Q the flow of the liver

so more enzyme speeds a flow-limited drug up only as far as the flow, while the oral share falls with it.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from quell.ground.card import from_card
from quell.ground.errors import CardError
from quell.ground.units import Unit, ratio

liter_per_hour = Annotated[Any, Unit("L/h")]
CARD = Path(__file__).with_name("interaction.toml")


@dataclass(frozen=True)
class WellStirred:
    """Flow of the liver in L/h of blood, and blood over plasma of the drugs it is used for."""

    liver_flow: liter_per_hour
    blood_to_plasma_midazolam: ratio


def shared(extraction: Any, factor: Any) -> Any:
    """The extraction of the liver once its capacity has changed by a factor."""
    capacity = factor * extraction / (1.0 - extraction)
    return capacity / (1.0 + capacity)


def induced(drug: str, factor: Any) -> dict[str, Any]:
    """Factors on clearance by vein and on the oral share for a factor on the liver's capacity. Raises CardError."""
    before = _extraction(drug)
    after = shared(before, factor)
    return {"CL": after / before, "F oral": (1.0 - after) / (1.0 - before)}


@cache
def _extraction(drug: str) -> float:
    from quell.drugs.card import load

    liver = from_card(WellStirred, CARD)
    ratio_of = getattr(liver, f"blood_to_plasma_{drug}", None)
    if ratio_of is None:
        raise CardError(f"{CARD.name}: WellStirred has no blood_to_plasma_{drug}, so CLint cannot act on {drug}")
    card = load(drug)
    clearance = getattr(card.pk[card.default], "CL", None)
    if clearance is None:
        raise CardError(f"{drug}.toml: {card.default} has no CL, so CLint cannot act on it")
    return clearance.read("L/h")[0] / ratio_of / liver.liver_flow
