"""Cards: where numbers live. One TOML beside each module, one table per process, one row per constant.

    [Chloride]
    Cl_o = { value = "120 mM", source = "article", grade = "A", range = [110, 130], note = "..." }

The class declares name, internal unit and meaning; the card supplies value, source, grade and, where known,
range, spread between patients (`between`, a coefficient of variation), species and note.
"""

import sys
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from quell.ground.errors import CardError, QuellError
from quell.ground.units import convert, unit_of

HONEST_WORDS = ("article", "computed", "textbook", "recalled", "assumed", "calibrated")
GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Row:
    """One constant: value and range in internal units, with where it comes from."""

    name: str
    value: float
    unit: str
    source: str
    grade: str
    range: tuple[float, float] | None = None
    between: float | None = None
    species: str = ""
    note: str = ""


_READ: dict[Path, None] = {}  # grows with the process, so that a run can say what it rests on


def read_so_far() -> list[Path]:
    """The card files that this process has read numbers from."""
    return sorted(_READ)


@cache
def tables(path: Path) -> dict[str, Any]:
    """The raw tables of a card file."""
    _READ[Path(path).resolve()] = None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CardError(f"{path.name} is missing beside its module; every process needs its card") from None
    except tomllib.TOMLDecodeError as error:
        raise CardError(f"{path.name}: {error}") from None


def rows_of(cls: type, path: Path | None = None) -> dict[str, Row]:
    """All rows of a process, checked against the fields of its class. Raises CardError naming the row."""
    path = path or card_path(cls)
    table = tables(path).get(cls.__name__)
    if table is None:
        raise CardError(f"{path.name} has no table [{cls.__name__}]")
    hints = get_type_hints(cls, include_extras=True)
    declared = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    for name in table:
        if name not in declared:
            raise CardError(f"{path.name}: [{cls.__name__}] has {name}, which the class does not declare")
    return {name: _row(path, cls.__name__, name, table, unit_of(hints[name])) for name in declared}


def from_card[T](cls: type[T], path: Path | None = None, **replaced: Any) -> T:
    """The process with the constants of its card; keywords replace single constants (internal units)."""
    values: dict[str, Any] = {name: row.value for name, row in rows_of(cls, path).items()}
    for name in replaced:
        if name not in values:
            raise CardError(f"{cls.__name__} has no constant {name}; it has {', '.join(values)}")
    return cls(**{**values, **replaced})


def card_path(cls: type) -> Path:
    """The card beside the module of a class."""
    return Path(str(sys.modules[cls.__module__].__file__)).with_suffix(".toml")


def _row(path: Path, owner: str, name: str, table: dict[str, Any], unit: Any) -> Row:
    place = f"{path.name}: {owner}.{name}"
    row = table.get(name)
    if not isinstance(row, dict) or not {"value", "source", "grade"} <= set(row):
        raise CardError(f"{place} needs value, source and grade")
    if row["grade"] not in GRADES:
        raise CardError(f"{place}: grade {row['grade']!r} is not one of {', '.join(GRADES)}")
    if unit is None:
        raise CardError(f"{place}: the class gives no unit for this field")
    try:
        value = convert(str(row["value"]), unit.name)
        low_high = row.get("range")
        span = None
        if low_high is not None:
            written = str(row["value"]).split(maxsplit=1)
            suffix = f" {written[1]}" if len(written) > 1 else ""
            ends = [convert(f"{end}{suffix}", unit.name) for end in low_high]
            span = (min(ends), max(ends))
    except QuellError as error:
        raise CardError(f"{place}: {error}") from None
    if span and not span[0] <= value <= span[1]:
        raise CardError(f"{place}: {row['value']} lies outside its own range {low_high}")
    return Row(
        name,
        value,
        unit.name,
        row["source"],
        row["grade"],
        span,
        row.get("between"),
        row.get("species", ""),
        row.get("note", ""),
    )
