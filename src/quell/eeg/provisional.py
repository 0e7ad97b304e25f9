"""A plain rule for what a page shows, from its trends alone: used where no detector of patterns is at hand.

It tells burst suppression, low voltage and the rest; it knows no seizure and no periodic pattern, and gives them the
same small probability. Numbers: provisional.toml.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from quell.eeg.record import Record
from quell.ground.card import from_card
from quell.ground.units import Unit, ratio, share

uV = Annotated[Any, Unit("uV")]
CLASSES = ("seizure", "lpd", "gpd", "lrda", "grda", "burst_suppression", "low_voltage", "other")


@dataclass(frozen=True, kw_only=True)
class PlainRule:
    """Limits of the plain rule."""

    suppressed: share
    low: uV
    rhythm: ratio
    softness: share


def plain_probabilities(page: Record, trends: dict[str, float]) -> dict[str, float]:
    """Probabilities of the eight classes from the trends of a page; they sum to one."""
    rule = from_card(PlainRule)
    if not np.isfinite(trends["bsr"]):
        return dict.fromkeys(CLASSES, 1.0 / len(CLASSES))
    bursts = trends["contrast"] > 4.0
    suppressed = _soft(trends["bsr"], rule.suppressed, rule) * (1.0 if bursts else 0.1)
    low = _soft(-trends["level_uV"], -rule.low, rule) * (0.2 if bursts else 1.0)
    weights = dict.fromkeys(CLASSES, 0.02) | {"burst_suppression": suppressed + 0.02, "low_voltage": low + 0.02}
    weights["other"] = max(1.0 - suppressed - low, 0.0) + 0.02
    total = sum(weights.values())
    return {name: weights[name] / total for name in CLASSES}


def _soft(value: float, limit: float, rule: PlainRule) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip((value - limit) / (rule.softness * abs(limit)), -50, 50))))
