"""What drugs did to each other in a run: levels and factors for the record, and events with who did it and how far.

An interaction becomes an event when it has changed a parameter by as much as is worth a word, and once more where it
was strongest; a level leaves its usual range when it passes the range of its card.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quell.care.timeline import Event
from quell.drugs import library
from quell.drugs.card import load
from quell.drugs.interaction import table
from quell.drugs.pk import Pharmacy
from quell.drugs.warning import SAID, Matter
from quell.drugs.well_stirred import CARD
from quell.ground.card import from_card

CHANGED, WHOLE = "changed", {"CL": ("CL", "CLint")}
BEGINS, STRONGEST = "begins to matter", "is strongest"  # what an event says of a pair of drugs
LEAST_MG_PER_L = 1e-6  # below it a drug is not there


def shown(pharmacy: Pharmacy | None, drugs: dict[str, jax.Array]) -> dict[str, Any]:
    """Levels (mg/L) of every drug and factors that drugs put on each other, float32 `[lanes]`, for the record."""
    if pharmacy is None:
        return {}
    found: dict[str, Any] = {}
    factors = pharmacy.factors(drugs)
    for name, level in pharmacy.levels(drugs).items():
        found |= {f"plasma_{name}": level.plasma, f"brain_{name}": level.brain}
        if name in library.names() and (load(name).window or "fu" in factors.get(name, {})):
            found[f"free_{name}"] = level.free
    for drug, changed in factors.items():
        found |= {f"{CHANGED}.{drug}.{parameter}": factor for parameter, factor in changed.items()}
    return {name: jnp.asarray(value, jnp.float32) for name, value in found.items()}


def mixing_events(record: Mapping[str, Any], lane: int) -> list[Event]:
    """Events of one patient; `record` arrays `[time, lanes]`."""
    time = np.asarray(record["time"], np.float64)
    mine = {name: np.asarray(values)[:, lane] for name, values in record.items() if name.startswith(STARTS)}
    made: list[Event] = []
    for name, factor in mine.items():
        if name.startswith(f"{CHANGED}."):
            _, drug, parameter = name.split(".")
            made += _met(drug, parameter, factor, time, mine)
    for drug in library.names():
        if f"free_{drug}" in mine:
            made += _out_of_range(drug, time, mine)
    return made


STARTS = ("plasma_", "free_", f"{CHANGED}.")


def _met(drug: str, parameter: str, factor: np.ndarray, time: np.ndarray, mine: Mapping[str, Any]) -> Iterator[Event]:
    """The moment a change is worth a word, and the moment it was strongest, while the drug is there."""
    least = from_card(Matter, CARD).least_change
    there = mine[f"plasma_{drug}"] > LEAST_MG_PER_L
    size = np.where(there & (factor > 0), np.maximum(factor, 1.0 / np.maximum(factor, 1e-9)) - 1.0, 0.0)
    if not (size >= least).any():
        return
    first, most = int(np.argmax(size >= least)), int(np.argmax(size))
    for at, word in [(first, BEGINS), (most, STRONGEST)][: 2 if most > first else 1]:
        by, says = _culprit(drug, parameter, mine, at)
        yield Event(
            float(time[at]),
            "interaction",
            f"{by} and {drug} {word}: {SAID[parameter]} of {drug} x {factor[at]:.2f}",
            f"{by} {says}; {_levels(drug, mine, at)}",
            drug=drug,
        )


def _culprit(drug: str, parameter: str, mine: Mapping[str, Any], at: int) -> tuple[str, str]:
    """Who of the drugs that have been there by now changes it, and what the table says of it."""
    rows = [row for row in table() if drug in row.on and row.parameter in WHOLE.get(parameter, (parameter,))]
    found = [
        (of, row.says)
        for row in rows
        for of in row.of
        if f"plasma_{of}" in mine and (mine[f"plasma_{of}"][: at + 1] > LEAST_MG_PER_L).any()
    ]
    names = dict.fromkeys("itself" if of == drug else of for of, _ in found)
    return " and ".join(names) or "another drug", found[0][1] if found else "changes it"


def _out_of_range(drug: str, time: np.ndarray, mine: Mapping[str, Any]) -> Iterator[Event]:
    """A level that rises above the range of its card, or has fallen out of it below."""
    for window in load(drug).window:
        level = mine[f"{'plasma' if window.of == 'total' else 'free'}_{drug}"]
        low, high = window.low.read("mg/L")[0], window.high.read("mg/L")[0]
        for at, word in _leaves(level, low, high):
            kept = f"usual range {low:g} to {high:g} mg/L ({window.high.source}, grade {window.high.grade})"
            what = f"{window.of} {drug} {word} its usual range: {level[at]:.3g} mg/L"
            yield Event(float(time[at]), "level", what, f"{kept}; {_levels(drug, mine, at)}", drug=drug)


def _leaves(level: np.ndarray, low: float, high: float) -> Iterator[tuple[int, str]]:
    """Steps at which the level first rises above the range and first falls below it after having been within."""
    above = np.flatnonzero(level > high)
    if len(above):
        yield int(above[0]), "is above"
    inside = np.flatnonzero(level >= low)
    under = np.flatnonzero(level[inside[0] :] < low) + inside[0] if len(inside) else []
    if len(under):
        yield int(under[0]), "has fallen below"


def _levels(drug: str, mine: Mapping[str, Any], at: int) -> str:
    total, free = mine[f"plasma_{drug}"][at], mine.get(f"free_{drug}")
    return f"total {total:.3g} mg/L" + (f", free {free[at]:.2g} mg/L" if free is not None else "")
