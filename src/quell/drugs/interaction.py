"""Interactions: what the drugs in one body do to each other, as factors over time.

    multipliers(["valproate", "meropenem"], at_s=86400.0)["valproate"]["CL"]      # 1.68
    multipliers([Given("phenytoin", -inf), "midazolam"])["midazolam"]             # {"CL": 1.9, "F oral": 0.06}

A factor grows as 1 + (times - 1) p(t), with p = 1 - (1 + x) exp(-x), x = 2 (t - start) / onset: two equal stages, as
transcription and enzyme; after the perpetrator has left it fades exponentially. Of several drugs on one path the
strongest counts; different paths multiply. The table is `interaction.toml`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError, model_validator

from quell.drugs import library
from quell.drugs.rows import Grade, Row, Strict
from quell.drugs.well_stirred import CARD, induced
from quell.ground.errors import CardError, InputError

Parameter = Annotated[str, Field(pattern=r"^(CL|CLint|fu|Km|Q2|Q3|EC50|F oral|presystemic oral|CL of \w+|)$")]
Factors = dict[str, dict[str, Any]]
HALF_OF_TWO_STAGES = 1.6783469900166608  # (1 + x) exp(-x) = 1/2


class Interaction(Strict):
    """One row of the table; `times` is the factor at full effect, at the `usual` level of the perpetrator (mg/L)."""

    of: tuple[str, ...] = Field(min_length=1)
    on: tuple[str, ...] = Field(min_length=1)
    parameter: Parameter
    through: str
    says: str
    times: Row | None = None
    usual: Row | None = None
    onset: Row | None = None
    offset: Row | None = None
    most: Row | None = None
    applies: str = ""
    source: str = ""
    grade: Grade = "D"

    @model_validator(mode="after")
    def _whole(self) -> "Interaction":
        if bool(self.parameter) != (self.times is not None) or (self.times is None) != bool(self.source):
            raise ValueError("a parameter needs times; a sentence without a number needs a source")
        for row, unit in (
            (self.times, ""),
            (self.most, ""),
            (self.usual, "mg/L"),
            (self.onset, "s"),
            (self.offset, "s"),
        ):
            if row is not None:
                row.read(unit)
        return self

    def full(self, level: float | None = None) -> float:
        """The factor at full effect, for a plasma level of the perpetrator in mg/L (none: the usual one)."""
        if self.times is None:
            return 1.0
        times, usual = self.times.read("")[0], self.usual
        if level is None or usual is None:
            return times
        share = min(level / usual.read("mg/L")[0], furthest())
        return 1.0 + (times - 1.0) * share if times > 1.0 else times**share

    def half_after_s(self) -> float:
        """Time to half of the full effect, s; 0 at once."""
        return HALF_OF_TWO_STAGES / 2.0 * self.onset.read("s")[0] if self.onset else 0.0

    def progress(self, given: "Given", at_s: Any) -> Any:
        """Share of the full effect, 0 to 1, at times in s (number or array)."""
        at = np.asarray(at_s, np.float64)
        reached = _grown(np.minimum(at, given.end_s) - given.start_s, self.onset)
        gone = np.maximum(at - given.end_s, 0.0) if np.isfinite(given.end_s) else np.zeros_like(at)
        left = np.exp(-gone / self.offset.read("s")[0]) if self.offset else (gone == 0.0).astype(np.float64)
        return np.where(at > given.start_s, reached * left, 0.0)


@dataclass(frozen=True)
class Given:
    """A drug in the body: from when to when (s; -inf: a medicine of long standing), and its plasma level in mg/L."""

    drug: str
    start_s: float = 0.0
    end_s: float = np.inf
    level: float | None = None


@cache
def table() -> tuple[Interaction, ...]:
    """Every interaction, in the order of the file. Raises CardError naming the row of a defect."""
    raw = tomllib.loads(Path(CARD).read_text(encoding="utf-8"))["interaction"]
    made = []
    for number, row in enumerate(raw, start=1):
        try:
            made.append(Interaction.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise CardError(f"{Path(CARD).name}: interaction {number} {place}: {first['msg']}") from None
    return tuple(made)


@cache
def presence(drug: str) -> float:
    """The plasma level (mg/L) from which a drug counts as fully there for rows without a usual level. CardError."""
    raw = tomllib.loads(Path(CARD).read_text(encoding="utf-8"))["FullPresence"]
    if drug not in raw:
        raise CardError(f"{Path(CARD).name}: FullPresence has no {drug}, which acts on other drugs in a run")
    return Row.model_validate(raw[drug]).read("mg/L")[0]


@cache
def furthest() -> float:
    """How many times the usual level of a perpetrator the table is carried; beyond, its effect stays. CardError."""
    raw = tomllib.loads(Path(CARD).read_text(encoding="utf-8"))
    return Row.model_validate(raw["Beyond"]["usual"]).read("")[0]


@cache
def names() -> tuple[str, ...]:
    """Drugs that can be asked about: those of the library, and those that only act on them."""
    return tuple(sorted({*library.names(), *(name for row in table() for name in (*row.of, *row.on))}))


def present(drugs: Iterable[str | Given]) -> dict[str, Given]:
    """The drugs by the name under which they act (fosphenytoin as phenytoin). Raises InputError for unknown names."""
    from quell.drugs.card import load

    found: dict[str, Given] = {}
    for drug in drugs:
        given = drug if isinstance(drug, Given) else Given(drug)
        name = given.drug.strip().lower()
        if name not in names():
            try:
                name = library.entry(name).name
            except InputError as error:
                raise InputError(error.what, allowed=", ".join(names())) from None
        if name in library.names():
            name = load(name).delivers or name
        found[name] = given
    return found


def between(
    drugs: Mapping[str, Given], variants: Mapping[str, str] | None = None
) -> list[tuple[str, str, Interaction]]:
    """(perpetrator, victim, row) for every interaction among the drugs present."""
    return [
        (of, on, row)
        for row in table()
        for of in row.of
        for on in row.on
        if of in drugs and on in drugs and (not row.applies or (variants or {}).get(on) == row.applies)
    ]


def multipliers(
    drugs: Iterable[str | Given], at_s: Any = np.inf, *, variants: Mapping[str, str] | None = None
) -> Factors:
    """Factors on the parameters of each drug by the others, at times in s (number or array); only what changes.

    A plain name is a drug given from time 0 on; `Given` says since when, until when and how much. `at_s` inf is full
    effect. Parameters: CL, "F oral" (share of an oral dose), fu, Km, Q2, Q3, EC50. Raises InputError.
    """
    here = present(drugs)
    strongest: dict[tuple[str, str], dict[str, Any]] = {}
    for of, on, row in between(here, variants):
        if row.times is None:
            continue
        given = here[of]
        factor = _factor(row, given, at_s)
        paths = strongest.setdefault((on, row.parameter), {})
        known = paths.get(row.through, np.ones_like(factor))
        paths[row.through] = np.where(np.abs(np.log(factor)) > np.abs(np.log(known)), factor, known)
    made: Factors = {}
    for (on, parameter), paths in strongest.items():
        _enter(made.setdefault(on, {}), on, parameter, np.prod(list(paths.values()), axis=0))
    return {drug: {name: value[()] for name, value in factors.items()} for drug, factors in made.items()}


def single(row: Interaction, victim: str, given: Given, at_s: Any = np.inf) -> dict[str, Any]:
    """The factors that one row alone puts on its victim, by parameter, at times in s."""
    factors: dict[str, Any] = {}
    if row.times is not None:
        _enter(factors, victim, row.parameter, _factor(row, given, at_s))
    return factors


def _factor(row: Interaction, given: Given, at_s: Any) -> Any:
    return 1.0 + (row.full(given.level) - 1.0) * row.progress(given, at_s)


def _enter(factors: dict[str, Any], drug: str, parameter: str, factor: Any) -> None:
    entered = induced(drug, factor) if parameter == "CLint" else {parameter: np.asarray(factor)}
    for name, value in entered.items():
        factors[name] = factors.get(name, 1.0) * np.asarray(value)


def _grown(since_s: Any, onset: Row | None) -> Any:
    if onset is None:
        return np.ones_like(since_s)
    x = np.minimum(2.0 * np.maximum(since_s, 0.0) / onset.read("s")[0], 700.0)
    return 1.0 - (1.0 + x) * np.exp(-x)
