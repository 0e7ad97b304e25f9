"""Units: types that cost nothing while running, and pint at the borders only.

Internal units: mV, mM, s, Hz, mg/L, mg, kg, degC. A field annotated `mM` tells cards, joins,
tables and figures what its numbers mean; `convert` brings a written quantity to that unit once.
"""

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

    Raises InputError with the place (file, line, field) for text without a unit, of another kind, or not finite.
    """
    import math

    import pint

    if unit == "degC":
        unit = "delta_degC" if "delta" in text else "degC"
    try:
        quantity = registry().Quantity(text)
        value = float(quantity.to(unit or "dimensionless").magnitude)
    except (pint.PintError, ValueError, TypeError, AttributeError, AssertionError, ZeroDivisionError, OverflowError):
        raise InputError(
            f"{text!r} is not a quantity in {unit or 'plain numbers'}",
            allowed=f"a number with a unit that converts to {unit}" if unit else "a plain number",
            **place,
        ) from None
    except Exception as error:  # pint's tokenizer raises bare tokenize errors on odd text
        raise InputError(f"{text!r} cannot be read as a quantity ({type(error).__name__})", **place) from None
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not finite", allowed="a finite number", **place)
    return value


def unit_of(annotation: Any) -> Unit | None:
    """The unit inside an annotated type, or None where the field carries none."""
    return next((m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Unit)), None)


def allowed_of(annotation: Any) -> Allowed | None:
    """The allowed range inside an annotated type, or None where none is declared."""
    return next((m for m in getattr(annotation, "__metadata__", ()) if isinstance(m, Allowed)), None)
