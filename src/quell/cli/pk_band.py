"""The interval of people around the typical patient of `quell pk`: free levels and metabolites as well as the total."""

import numpy as np

from quell.drugs.curve import Curve

INTERVAL = (5.0, 95.0)  # per cent of people between the two edges of the band
NO_WIDTH = 1e-12  # of the level: people who differ by rounding alone do not differ

Variables = dict[str, tuple[str, np.ndarray, dict[str, str]]]


def band(found: Curve) -> tuple[Variables, list[str]]:
    """Edges `..._low` and `..._high` of every level, and what has none because nobody is known to differ in it.

    At moments where a level is there but nobody differs (a volume without a spread, just filled) the edges are NaN.
    """
    made: Variables = {}
    without = []
    tracks = {"plasma": found.plasma, "site": found.site, "free": found.free, "brain": found.brain}
    for name, levels in (tracks | found.metabolites).items():
        low, high = levels.min(axis=1), levels.max(axis=1)
        same = high - low <= NO_WIDTH * np.abs(high)
        if (same | (high == 0.0)).all() and high.any():
            without.append(name)
            continue
        for edge, percent in zip(("low", "high"), INTERVAL, strict=True):
            about = {"units": "mg/L", "long_name": f"{percent:g} % of people are below"}
            values = np.where(same & (high > 0.0), np.nan, np.percentile(levels, percent, axis=1))
            made[f"{name}_{edge}"] = ("time", values, about)
    return made, without


def why_none(drug: str, variant: str, without: list[str]) -> list[str]:
    """One sentence for what has no interval."""
    if not without:
        return []
    names = ", ".join(name.replace("_", " ") for name in without)
    return [f"{drug} {variant}: no spread between people is known for {names}, so there is no interval"]
