"""A vapour's strength by age: what 1 MAC is to a person, over what it is at 40 years."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from quell.ground.card import from_card
from quell.ground.units import ratio


@dataclass(frozen=True)
class MacByAge:
    """MAC falls by one share per year at every age; ages in years."""

    reference_age: ratio
    per_year: ratio
    youngest: ratio

    def share(self, age_y: Any) -> Any:
        """MAC at an age over MAC at the reference age (number or array)."""
        years = np.maximum(np.asarray(age_y, np.float64)[()], self.youngest)
        return 10.0 ** (self.per_year * (years - self.reference_age))


def mac_share(age_y: Any) -> Any:
    """MAC at an age (y) over the card's, which is that at 40 years."""
    return from_card(MacByAge).share(age_y)
