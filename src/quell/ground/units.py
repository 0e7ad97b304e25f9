"""Units: types that cost nothing while running, and pint at the borders only.

Internal units: mV, mM, s, Hz, mg/L, mg, kg, degC. A field annotated `mM` tells cards, joins,
tables and figures what its numbers mean; `convert` brings a written quantity to that unit once.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from quell.ground.errors import InputError


@dataclass(frozen=True)
class Unit:
    """The unit of a number, as pint spells it; the empty text is dimensionless."""

    name: str


@dataclass(frozen=True)
class Allowed:
    """The closed range a state may never leave; the NaN doctor reads it."""

    low: float
    high: float


mV = Annotated[Any, Unit("mV")]
mM = Annotated[Any, Unit("mM")]
mM_per_s = Annotated[Any, Unit("mM/s")]
uM = Annotated[Any, Unit("uM")]
second = Annotated[Any, Unit("s")]
per_second = Annotated[Any, Unit("1/s")]
per_mM = Annotated[Any, Unit("1/mM")]
Hz = Annotated[Any, Unit("Hz")]
mg = Annotated[Any, Unit("mg")]
mg_per_L = Annotated[Any, Unit("mg/L")]
kg = Annotated[Any, Unit("kg")]
liter = Annotated[Any, Unit("L")]
degC = Annotated[Any, Unit("degC")]
mmHg = Annotated[Any, Unit("mmHg")]
per_minute = Annotated[Any, Unit("1/min")]
litre_per_minute = Annotated[Any, Unit("L/min")]
U_per_L = Annotated[Any, Unit("U/L")]
U_per_L_s = Annotated[Any, Unit("U/L/s")]
share = Annotated[Any, Unit("")]  # 0 to 1 of something
ratio = Annotated[Any, Unit("")]  # any dimensionless number; conductances are relative to the leak


@cache
def registry():
    """The one pint registry; loaded on first use, since importing pint takes longer than `quell --help` may."""
    import pint

    units = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    units.define("phenytoin_equivalent = 1 = PE")
    return units


def convert(text: str, unit: str, **place: Any) -> float:
    """Bring a written quantity ("0.1 mM") to `unit`; a plain number is taken only where the unit is dimensionless.

    A quantity is one number and one unit ("11.3 L/h", "20 %", "-85 mV", "0.04 cm^2/uC"); no sums, no powers of numbers.
    Raises InputError with the place (file, line, field) for anything else, of another kind, or not finite.
    """
    import math

    allowed = f"a number with a unit that converts to {unit}" if unit else "a plain number"
    refusal = InputError(f"{_short(text)} is not a quantity in {unit or 'plain numbers'}", allowed=allowed, **place)
    if not _is_quantity(text):
        raise refusal
    number = _NUMBER.match(text)
    written = text[number.end() :].strip() if number is not None else None
    if number is not None and written == unit:  # nothing to convert: pint need not be loaded
        value = float(number[0])
    elif number is not None and unit == "s" and written in _SECONDS:
        value = float(number[0]) * _SECONDS[written]
    else:
        value = _by_pint(text, unit, refusal)
    if not math.isfinite(value):
        raise InputError(f"{_short(text)} is not finite", allowed="a finite number", **place)
    return value


def _by_pint(text: str, unit: str, refusal: InputError) -> float:
    if unit == "degC":
        unit = "delta_degC" if "delta" in text else "degC"
    try:
        return float(registry().Quantity(text).to(unit or "dimensionless").magnitude)
    except (
        Exception
    ):  # besides its own errors pint lets out those of its tokenizer, of Python's parser and of arithmetic
        raise refusal from None


def unit_of(annotation: Any) -> Unit | None:
    """The unit inside an annotated type, or None where the field carries none."""
    return next((m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Unit)), None)


def allowed_of(annotation: Any) -> Allowed | None:
    """The allowed range inside an annotated type, or None where none is declared."""
    return next((m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Allowed)), None)


_SECONDS = {"min": 60.0, "h": 3600.0}  # so common that pint need not be loaded for them, either

# pint works out any arithmetic it is given, and "9**9**9 s" takes for ever; so the form is checked first.
_NUMBER = re.compile(r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?(?![0-9.])|(?:nan|inf)\b)")
_UNIT = re.compile(r"[A-Za-zµμ%°_0-9\s/*^-]*")
_POWER = re.compile(r"(?<=[A-Za-zµμ%°_])(?:\^|\*\*)-?[0-9](?![0-9])|(?<=[A-Za-z])[0-9](?![0-9])")


def _is_quantity(text: str) -> bool:
    number = _NUMBER.match(text) if isinstance(text, str) and len(text) <= 200 else None
    if number is None:
        return False
    unit = text[number.end() :]
    bare = re.sub(r"(?<![0-9A-Za-z])1(?=\s*/)", "", _POWER.sub("", unit))  # "0.02 1/min" means per minute
    return _UNIT.fullmatch(unit) is not None and not re.search(r"[0-9^-]|\*\*", bare)


def _short(text: object) -> str:
    shown = repr(text)
    return shown if len(shown) <= 60 else f"{shown[:56]}...{shown[0]}"
