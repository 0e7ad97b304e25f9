"""How a drug acts, for judging it afterwards: its kind, its seizure-stopping ports, half-effect levels at the site.

Read from the drug cards. Ports that only sedate, slow breathing or lower blood pressure are left out.
"""

from functools import cache
from typing import NamedTuple

from quell.drugs.card import load
from quell.drugs.port import CAUSES, MEANINGS, NEURONS
from quell.drugs.rows import Row
from quell.ground.errors import InputError


class Acting(NamedTuple):
    """`kind` in words; the `active` drug whose level counts; per port the free level (mg/L) of half effect.

    `carried` by P-glycoprotein; `immune` where it acts on inflammation, antibodies or pumps and on nothing faster;
    `aside` where it acts neither on seizures nor on those, such as an antibiotic.
    """

    kind: str
    active: str
    half_effect: dict[str, float]
    carried: bool = False
    immune: bool = False
    aside: bool = False

    @property
    def main_port(self) -> str:
        """The port that needs the lowest level; "" where none is known."""
        return min(self.half_effect, key=lambda port: self.half_effect[port], default="")

    def drive(self, level: float) -> float:
        """A free level at the site (mg/L) as multiples of the half-effect level of the main port; NaN if unknown."""
        return level / self.half_effect[self.main_port] if self.half_effect else float("nan")

    def drives(self, drive: float) -> dict[str, float]:
        """Multiples of the half-effect level of every port where those of the main port are `drive`."""
        return {port: drive * self.half_effect[self.main_port] / half for port, half in self.half_effect.items()}


@cache
def acting(drug: str) -> Acting:
    """What the library knows of a drug; one it does not hold is "drug" without ports. Raises CardError."""
    try:
        card = load(drug)
    except InputError:
        return Acting("drug", drug, {})
    if card.delivers:
        return acting(card.delivers)._replace(kind=card.kind)
    molar_mass = card.molar_mass.read("g/mol")[0]
    treats = [touch for touch in card.acts_on if touch.port in NEURONS | CAUSES and touch.basis != "rate"]
    share = {"free": 1.0, "total": card.binding.fu.read("")[0] if card.binding else 1.0}
    half = {touch.port: _mg_per_L(touch.EC50, molar_mass) * share[touch.basis] for touch in treats}
    immune = not half and any(MEANINGS[touch.port].role == "immune" for touch in card.acts_on)
    carried = bool(card.site and card.site.pgp_substrate)
    return Acting(card.kind, card.name, half, carried, immune, aside=not half and not immune)


def _mg_per_L(row: Row, molar_mass: float) -> float:
    try:
        return row.read("mg/L")[0]
    except ValueError:
        return row.read("mmol/L")[0] * molar_mass
