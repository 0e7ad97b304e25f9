"""People: traits drawn from priors or from the frozen default population, and the body they come in.

A patient is an address, (study, patient number): the same address gives the same person whatever the block.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from quell.ground import chance
from quell.ground.card import from_card
from quell.ground.contract import process
from quell.ground.errors import CardError, InputError
from quell.ground.units import kg, ratio, share

FOLDER = Path(__file__).parent / "population"


@dataclass(frozen=True)
class People:
    """The people of a block: `traits` "part.constant" -> `[lanes]`, `persons` body measures -> `[lanes]`."""

    ids: np.ndarray
    traits: dict[str, np.ndarray]
    persons: dict[str, np.ndarray]


@process
class Body:
    """How adults differ in size, age and the organs that clear drugs."""

    age_mean: ratio
    age_spread: ratio
    age_low: ratio
    age_high: ratio
    male_share: share
    weight_male: kg
    weight_female: kg
    weight_cv: share
    height_male: ratio
    height_female: ratio
    height_spread: ratio
    albumin_mean: ratio
    albumin_spread: ratio
    crcl_young: ratio
    crcl_per_year: ratio
    crcl_cv: share


def draw_people(study: int, ids: np.ndarray, population: str = "adult") -> People:
    """Virtual patients of a frozen population. Raises InputError for an unknown population."""
    rows, weights = frozen(population)
    edge = np.cumsum(weights) / weights.sum()
    picked = np.searchsorted(edge, np.asarray(chance.uniform(study, ids, "population.row"))[:, 0], side="right")
    picked = np.minimum(picked, len(weights) - 1)
    return People(np.asarray(ids), {name: values[picked] for name, values in rows.items()}, draw_bodies(study, ids))


def draw_prior(study: int, ids: np.ndarray, widen: float = 1.0) -> dict[str, np.ndarray]:
    """Traits straight from the priors; `widen` stretches them (2 reaches their edges and beyond)."""
    found = {}
    for name, row in priors().items():
        if row["shape"] == "uniform":
            middle, half = 0.5 * (row["low"] + row["high"]), 0.5 * (row["high"] - row["low"])
            luck = np.asarray(chance.uniform(study, ids, f"prior.{name}"))[:, 0]
            found[name] = np.maximum(middle + widen * half * (2.0 * luck - 1.0), row.get("least", -np.inf))
        else:
            luck = np.asarray(chance.normal(study, ids, f"prior.{name}"))[:, 0]
            found[name] = row["median"] * np.exp(widen * row["sigma"] * luck)
    return found


def draw_bodies(study: int, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Body measures of adults, float64 `[lanes]`: age_y, weight_kg, height_cm, male, albumin_g_L, crcl_mL_min."""
    body = from_card(Body)

    def normal(name: str) -> np.ndarray:
        return np.clip(np.asarray(chance.normal(study, ids, f"body.{name}"))[:, 0], -2.5, 2.5)

    male = (np.asarray(chance.uniform(study, ids, "body.sex"))[:, 0] < body.male_share).astype(np.float64)
    age = np.clip(body.age_mean + body.age_spread * normal("age"), body.age_low, body.age_high)
    typical = np.where(male > 0, body.weight_male, body.weight_female)
    younger = np.where(age > 30.0, 1.0 - body.crcl_per_year * (age - 30.0), 1.0)
    return {
        "age_y": age,
        "weight_kg": typical * np.exp(body.weight_cv * normal("weight")),
        "height_cm": np.where(male > 0, body.height_male, body.height_female) + body.height_spread * normal("height"),
        "male": male,
        "albumin_g_L": body.albumin_mean + body.albumin_spread * normal("albumin"),
        "crcl_mL_min": body.crcl_young * younger * np.exp(body.crcl_cv * normal("crcl")),
    }


@cache
def priors() -> Mapping[str, dict]:
    """The prior of every trait, from priors.toml: shape uniform (low, high) or lognormal (median, sigma)."""
    table = tomllib.loads((FOLDER / "priors.toml").read_text(encoding="utf-8"))["trait"]
    for name, row in table.items():
        needed = {"low", "high"} if row.get("shape") == "uniform" else {"median", "sigma"}
        if not needed | {"shape", "source", "grade"} <= set(row):
            raise CardError(f"priors.toml: {name} needs shape, {', '.join(sorted(needed))}, source and grade")
    return table


@cache
def frozen(population: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """A frozen population: traits `[members]` and weights `[members]`."""
    path = FOLDER / f"{population}.csv"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.csv")))
        raise InputError(f"no population is called {population!r}", field="patient.population", allowed=known)
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    columns = {name: np.array([float(line[name]) for line in lines]) for name in lines[0]}
    weights = columns.pop("weight")
    columns.pop("member")
    return columns, weights
