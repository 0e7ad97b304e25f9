"""The well-stirred liver: what more enzyme does to clearance by vein and to the share of an oral dose that passes.

    CL = Q CLint / (Q + CLint),   F = 1 - CL / Q          in blood; Q the flow of the liver

so more enzyme speeds a flow-limited drug up only as far as the flow, while the oral share falls with it.
"""

from functools import cache
from pathlib import Path
from typing import Any

from quell.ground.errors import CardError

CARD = Path(__file__).with_name("interaction.toml")


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

    by = load(drug).elimination
    if by is None or by.extraction is None:
        raise CardError(f"{drug}.toml: [elimination] has no extraction, so CLint cannot act on it")
    return by.extraction.read("")[0]
