"""The person of a scenario: measures with units, and whether somebody of that age can have them."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from quell.care.reading import Written, refuse
from quell.care.span import seconds
from quell.drugs.body import check_at_age, limits
from quell.ground.card import tables
from quell.ground.errors import InputError
from quell.ground.units import convert

CARD = Path(__file__).parent / "figure.toml"


def _measure(unit: str, example: str) -> BeforeValidator:
    """A check for a written quantity: brought to `unit`, finite and above zero."""

    def read(value: Any) -> float:
        if not isinstance(value, str) or len(value) > 40 or "*" in value:
            raise refuse(f"{str(value)[:60]!r} is not a quantity in {unit}", f'a text with a unit, such as "{example}"')
        try:
            found = seconds(value) / convert("1 year", "s") if unit == "year" else convert(value, unit)
        except InputError as error:
            raise refuse(error.what, f'{error.allowed or "a quantity"}, such as "{example}"') from None
        if not found > 0 and not (unit == "year" and found == 0):
            raise refuse(f"{value!r} is not above zero", f'a positive quantity, such as "{example}"')
        return found

    return BeforeValidator(read, json_schema_input_type=str)


Years = Annotated[float, _measure("year", "35 years")]
Kilograms = Annotated[float, _measure("kg", "70 kg")]
Centimetres = Annotated[float, _measure("cm", "175 cm")]
GramsPerLitre = Annotated[float, _measure("g/L", "40 g/L")]
MillilitresPerMinute = Annotated[float, _measure("mL/min", "100 mL/min")]


def _flat(value: Any) -> Any:
    """Nested tables of traits as "part.constant"."""
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, part in value.items():
        for inner, number in (_flat(part) if isinstance(part, dict) else {"": part}).items():
            made[f"{name}.{inner}" if inner else str(name)] = number
    return made


Number = Annotated[float, Field(allow_inf_nan=False)]


class Figure(Written):
    """Who falls ill. With `draw`, what is left out is drawn from the population; without, it is the card's adult."""

    id: int = Field(default=0, ge=0, lt=2**32)
    draw: bool = False
    population: str = Field(default="adult", pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    age: Years | None = None
    weight: Kilograms | None = None
    height: Centimetres | None = None
    sex: Literal["female", "male"] | None = None
    albumin: GramsPerLitre | None = None
    crcl: MillilitresPerMinute | None = None
    state: Literal["", "icu"] = ""  # picks structural models of drugs: critically ill, in intensive care
    traits: Annotated[dict[str, Number], BeforeValidator(_flat)] = Field(default={})

    def measures(self) -> dict[str, float]:
        """The measures that are settled, in internal units, under the names drugs ask for."""
        given = {
            "age_y": self.age,
            "weight_kg": self.weight,
            "height_cm": self.height,
            "male": None if self.sex is None else float(self.sex == "male"),
            "albumin_g_L": self.albumin,
            "crcl_mL_min": self.crcl,
        }
        settled = {name: float(value) for name, value in given.items() if value is not None}
        return settled if self.draw else ordinary_adult() | settled

    @model_validator(mode="after")
    def _can_exist(self) -> "Figure":
        found = self.measures()
        if self.age is not None and self.age < _number("Adult", "from_age") and self.weight is None:
            raise refuse("a child needs a weight", 'weight = "12 kg"', ("age",))
        if self.age is not None and self.age < _number("Adult", "from_age") and self.height is None:
            raise refuse("a child needs a height", 'height = "85 cm"', ("age",))
        if "age_y" not in found:
            return self
        try:
            check_at_age(found)
        except InputError as error:
            key = error.field if error.field == "age" or getattr(self, error.field) else "age"
            raise refuse(error.what, error.allowed, (key,)) from None
        for name, key, unit in (("albumin_g_L", "albumin", "g/L"), ("crcl_mL_min", "crcl", "mL/min")):
            low, high = limits(name)
            if name in found and not low <= found[name] <= high:
                raise refuse(f"{found[name]:g} {unit} cannot be", f"{low:g} to {high:g} {unit}", (key,))
        return self


@cache
def ordinary_adult() -> dict[str, float]:
    """The measures of the card's adult."""
    rows = tables(CARD)["Adult"]
    names = ("age_y", "weight_kg", "height_cm", "male", "albumin_g_L", "crcl_mL_min")
    return {name: float(rows[name]["value"].split()[0]) for name in names}


def _number(table: str, row: str) -> float:
    return float(tables(CARD)[table][row]["value"].split()[0])
