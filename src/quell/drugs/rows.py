"""One row of a drug card: a value with its unit, source, grade, spread between people and covariates.

    CL = { value = "11.3 L/h", linear = { age_y = [57, -0.145] }, between = 0.77, source = "Swart2004", grade = "B" }

A person's value = (value + sum of slope (x - ref)) x product of (x / ref)^exponent x factors x exp(omega z):
`power = { weight_kg = [70, 0.75] }`, `linear = { x = [ref, slope in the value's unit] }`,
`below = { age_y = [15, 0.752] }` (factor under the limit), `if_male = 1.1`, `marked = { cyp2c9_poor = 0.5 }` (factor
where the person has that), `instead = { alcohol = "0.74 L/h" }` (that value and no covariate). A unit per kg is scaled
by weight.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from quell.drugs.phrase import NUMBER
from quell.ground.errors import InputError
from quell.ground.units import convert

Covariate = Literal[
    "age_y",
    "weight_kg",
    "height_cm",
    "albumin_g_L",
    "crcl_mL_min",
    "ideal_kg",
    "lean_kg",
    "fat_free_kg",
    "pma_weeks",
    "apache_ii",
    "peep_mmHg",
    "alcohol",
]
Mark = Literal["alcohol", "cyp2c9_intermediate", "cyp2c9_poor", "cyp2c19_reduced"]
Pair = tuple[float, float]
Grade = Literal["A", "B", "C", "D"]


class Strict(BaseModel):
    """Every table of a card: no unknown words, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Row(Strict):
    """One number of a card; `between` is the coefficient of variation between people (log-normal).

    `between_source` says whose it is where it is not that of the value's source; the note says more.
    """

    value: str
    source: str
    grade: Grade
    between: Annotated[float, Field(gt=0, lt=3)] | None = None
    between_source: str = ""
    range: Pair | None = None
    note: str = ""
    power: dict[Covariate, Pair] = {}
    linear: dict[Covariate, Pair] = {}
    below: dict[Covariate, Pair] = {}
    if_male: Annotated[float, Field(gt=0)] | None = None
    marked: dict[Mark, Annotated[float, Field(gt=0)]] = {}
    instead: dict[Mark, str] = {}

    @model_validator(mode="after")
    def _inside_its_range(self) -> "Row":
        number = re.match(NUMBER, self.value)
        if not number:
            raise ValueError(f"{self.value!r} does not start with a number")
        if self.range and not self.range[0] <= float(number[0]) <= self.range[1]:
            raise ValueError(f"{self.value} lies outside its own range {self.range}")
        if self.between_source and self.between is None:
            raise ValueError("between_source without between")
        for written in self.instead.values():
            convert(written, self._unit())
        if self.grade != "D" and self.source in ("recalled", "assumed"):
            raise ValueError(f"a {self.source} number has grade D, not {self.grade}")
        return self

    def _unit(self) -> str:
        """As it is written."""
        return self.value[re.match(NUMBER, self.value).end() :].strip()  # type: ignore[union-attr]

    def read(self, *units: str) -> tuple[float, bool, float]:
        """Value in the first unit that fits, whether it was per kg, and the factor from the written unit."""
        for unit in units:
            try:
                value = convert(self.value, unit)
            except InputError:
                continue
            written = float(re.match(NUMBER, self.value)[0])  # type: ignore[index]
            return value, unit.endswith("/kg"), value / written if written else 1.0
        raise ValueError(f"{self.value!r} is not in {' or '.join(unit or 'plain numbers' for unit in units)}")


VOLUME = ("L", "L/kg")
FLOW = ("L/s", "L/s/kg")
SPEED = ("1/s",)
PLAIN = ("",)
UNITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("V1", "V2", "V3"), VOLUME),
    **dict.fromkeys(("CL", "Q2", "Q3"), FLOW),
    **dict.fromkeys(("k10", "k12", "k21", "k13", "k31", "ka", "ke0", "conversion", "presystemic"), SPEED),
    **dict.fromkeys(("F", "fu", "formed", "salt", "kp_uu", "sites_per_albumin", "affinity_share"), PLAIN),
    "Vmax": ("mg/s", "mg/s/kg"),
    "Km": ("mg/L",),
    "molar_mass": ("g/mol",),
    "half_time": ("s",),
    "lag": ("s",),
    "duration": ("s",),
    "albumin_mass": ("g/mol",),
    "albumin": ("g/L",),
    "affinity": ("L/mmol",),
    "crcl_limit": ("mL/min",),
}


def check_units(table: Strict, units: dict[str, tuple[str, ...]] = UNITS) -> None:
    """Raise ValueError naming the row whose unit does not fit its meaning."""
    for name in type(table).model_fields:
        row = getattr(table, name)
        if isinstance(row, Row):
            try:
                row.read(*units.get(name, PLAIN))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
