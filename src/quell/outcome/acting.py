"""How a drug acts, for judging it afterwards: its kind, its seizure-stopping ports, half-effect levels at the site.

Read from the drug cards. Ports that only sedate, slow breathing or lower blood pressure are left out. Openers of the
GABA-A channel (propofol, barbiturates, volatile agents) act in a living cortex far below their affinity. So for them
half an effect is what a benzodiazepine does at its own half-effect level: the open state favoured as much, by the same
receptor.
"""

from functools import cache
from typing import NamedTuple

from scipy.optimize import root_scalar

from quell.drugs.card import load
from quell.drugs.port import CAUSES, MEANINGS, NEURONS
from quell.drugs.rows import Row
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.receptors.gaba_a import GabaA, Ports

OPENER = "gaba_a.direct_site"


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
    half = {touch.port: _mg_per_L(touch.EC50, molar_mass) * share[touch.basis] * _half(touch.port) for touch in treats}
    immune = not half and any(MEANINGS[touch.port].role == "immune" for touch in card.acts_on)
    carried = bool(card.site and card.site.pgp_substrate)
    return Acting(card.kind, card.name, half, carried, immune, aside=not half and not immune)


def _mg_per_L(row: Row, molar_mass: float) -> float:
    try:
        return row.read("mg/L")[0]
    except ValueError:
        return row.read("mmol/L")[0] * molar_mass


@cache
def _half(port: str) -> float:
    """Half an effect at a port, in multiples of the affinity of its card."""
    if port != OPENER:
        return 1.0
    gaba = from_card(GabaA)
    aim = float(gaba.held(Ports(bzd=1.0, direct=0.0)))
    return float(root_scalar(lambda x: float(gaba.held(Ports(bzd=0.0, direct=x))) - aim, bracket=(0.0, 1.0)).root)
