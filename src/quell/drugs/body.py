"""Body measures from age, weight, height and sex: fat-free, lean and ideal mass, postmenstrual age.

Fat-free mass after Al-Sallami (used by the propofol model), lean mass after James, ideal mass after Devine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from quell.drugs.order import check_weight
from quell.ground.card import from_card, tables
from quell.ground.errors import InputError
from quell.ground.units import kg, ratio

Persons = Mapping[str, np.ndarray]
CARD = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Reference:
    """The person at whom structural models print their typical values."""

    age_y: ratio
    weight_kg: kg
    height_cm: ratio
    male: ratio
    albumin_g_L: ratio
    crcl_mL_min: ratio


@dataclass(frozen=True)
class Circumstances:
    """What only some models ask for, with the values at which it changes nothing; marks are 0 or 1."""

    apache_ii: ratio
    peep_mmHg: ratio
    alcohol: ratio
    cyp2c9_intermediate: ratio
    cyp2c9_poor: ratio
    cyp2c19_reduced: ratio


@dataclass(frozen=True)
class Spread:
    """Limits of what differs between people."""

    widest: ratio
    least_share: ratio


@dataclass(frozen=True)
class BodySize:
    """Constants of the body-size formulas."""

    full_term_weeks: ratio
    weeks_per_year: ratio
    mass_scale: ratio
    male_base: ratio
    male_bmi: ratio
    male_child: ratio
    male_rise: ratio
    male_age: ratio
    male_slope: ratio
    female_base: ratio
    female_bmi: ratio
    female_child: ratio
    female_rise: ratio
    female_age: ratio
    female_slope: ratio
    ideal_male: kg
    ideal_female: kg
    ideal_per_cm: ratio
    ideal_from_cm: ratio
    lean_male: ratio
    lean_male_square: ratio
    lean_female: ratio
    lean_female_square: ratio

    def fat_free_kg(self, age, weight, height, male):
        """Fat-free mass in kg (Al-Sallami); age in y, weight in kg, height in cm, male 0 or 1."""
        index = weight / (height / 100.0) ** 2
        years = np.maximum(age, 0.01)
        man = self.male_child + self.male_rise / (1.0 + (years / self.male_age) ** -self.male_slope)
        woman = self.female_child + self.female_rise / (1.0 + (years / self.female_age) ** -self.female_slope)
        man = man * self.mass_scale * weight / (self.male_base + self.male_bmi * index)
        woman = woman * self.mass_scale * weight / (self.female_base + self.female_bmi * index)
        return np.where(male > 0.5, man, woman)

    def ideal_kg(self, weight, height, male):
        """Ideal mass in kg (Devine); below its shortest height the person's own weight."""
        start = np.where(male > 0.5, self.ideal_male, self.ideal_female)
        return np.where(height >= self.ideal_from_cm, start + self.ideal_per_cm * (height - self.ideal_from_cm), weight)

    def lean_kg(self, weight, height, male):
        """Lean mass in kg (James); fails in severe obesity."""
        square = (weight / height) ** 2
        man = self.lean_male * weight - self.lean_male_square * square
        return np.where(male > 0.5, man, self.lean_female * weight - self.lean_female_square * square)


CIRCUMSTANCES = tuple(field.name for field in fields(Circumstances))


def reference_persons(lanes: int = 1, **replaced: float) -> dict[str, np.ndarray]:
    """The reference person in every lane, some measures replaced."""
    person = from_card(Reference, None, **replaced)
    return {field.name: np.full(lanes, float(getattr(person, field.name))) for field in fields(Reference)}


def with_measures(persons: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Persons with derived measures added, float64 `[lanes]`. Raises InputError for missing or absurd ones."""
    given: dict[str, np.ndarray] = {}
    for field in fields(Reference):
        if field.name not in persons:
            raise InputError("a person lacks this measure", field=field.name, allowed=_allowed())
        given[field.name] = np.asarray(persons[field.name], np.float64)
        _check(field.name, given[field.name])
    check_weight(given["weight_kg"])
    given |= _circumstances(persons, len(np.atleast_1d(given["age_y"])))
    age, weight, height, male = (given[name] for name in ("age_y", "weight_kg", "height_cm", "male"))
    size = from_card(BodySize)
    return given | {
        "pma_weeks": age * size.weeks_per_year + size.full_term_weeks,
        "fat_free_kg": size.fat_free_kg(age, weight, height, male),
        "ideal_kg": size.ideal_kg(weight, height, male),
        "lean_kg": size.lean_kg(weight, height, male),
    }


def _circumstances(persons: Mapping[str, object], lanes: int) -> dict[str, np.ndarray]:
    """Those that are given, else the usual. Raises InputError."""
    usual, made = from_card(Circumstances), {}
    for name in CIRCUMSTANCES:
        given = persons.get(name)
        value = np.full(lanes, float(getattr(usual, name))) if given is None else np.asarray(given, np.float64)
        if not np.all(np.isfinite(value) & (value >= 0.0)):
            raise InputError("a person's measure is negative or not a number", field=name, allowed=">= 0")
        made[name] = value
    return made


def limits(measure: str) -> tuple[float, float]:
    """Between which values somebody's measure can lie; beyond, it is a slip of the pen."""
    low, high = tables(CARD)["Limits"][measure]["range"]
    return float(low), float(high)


def unsaid() -> dict[str, tuple[float, float]]:
    """For whom a model holds that does not say in whom it was made: the smallest and largest value by measure."""
    rows = tables(CARD)["Unsaid"]
    return {name: (row["range"][0], row["range"][1]) for name, row in rows.items() if isinstance(row, dict)}


def slack() -> float:
    """How far beyond the limits of an age kinetics are computed all the same."""
    return float(tables(CARD)["Ages"]["slack"]["value"])


def check_at_age(person: Mapping[str, float], slack: float = 1.0) -> None:
    """Whether somebody of age_y can have weight_kg and height_cm, as far as these are there. Raises InputError.

    `slack` times beyond the limits of an age is let pass.
    """
    age = person["age_y"]
    bands = tables(CARD)["Ages"]["band"]
    band = next((band for band in bands if age <= band["up_to_y"]), None)
    if band is None:
        raise InputError(f"nobody is {_age(age)} old", field="age", allowed=f"at most {bands[-1]['up_to_y']} years")
    for name, key, unit in (("weight_kg", "weight", "kg"), ("height_cm", "height", "cm")):
        low, high = band[key][0] / slack, band[key][1] * slack
        if name in person and not low <= person[name] <= high:
            what = f"{person[name]:g} {unit} is no {key} for an age of {_age(age)}"
            raise InputError(what, field=key, allowed=f"{low:g} to {high:g} {unit} at that age")


def _age(age_y: float) -> str:
    if age_y >= 2:
        return f"{age_y:.3g} years"
    return f"{age_y * 12:.2g} months" if age_y >= 1 / 6 else f"{age_y * 365.25:.2g} days"


def _check(measure: str, values: np.ndarray) -> None:
    if measure == "weight_kg":
        return  # `check_weight` says it better
    low, high = limits(measure)
    if np.all((values >= low) & (values <= high)):
        return
    name, _, unit = measure.partition("_")
    unit = unit.replace("_", "/")
    wrong = values[~((values >= low) & (values <= high))].flat[0]
    raise InputError(f"{wrong:g} {unit} is no {name} of a person", field=measure, allowed=f"{low:g} to {high:g} {unit}")


def _allowed() -> str:
    return ", ".join(field.name for field in fields(Reference))
