"""What differs between people: covariates and log-normal draws turn a card's rows into values per lane.

A draw has an address (study, patient, "pk/drug/parameter"), so a patient's kinetics never depend on neighbours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from quell.drugs.body import Spread, with_measures
from quell.drugs.correlation import Mixing
from quell.drugs.rows import UNITS, Row
from quell.ground import chance
from quell.ground.card import from_card


@dataclass(frozen=True)
class Traits:
    """Persons `[lanes]` and their draws; `study` None gives typical values without any draw.

    `factors` are what other drugs do, drug by drug, as `interaction.multipliers` gives them (numbers or `[lanes]`);
    `mixing` says which draws are correlated, see `correlation`.
    """

    persons: dict[str, np.ndarray]
    study: int | None
    patients: np.ndarray
    factors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    spread: Spread = field(default_factory=lambda: from_card(Spread))
    mixing: Mixing = field(default_factory=dict)

    @property
    def lanes(self) -> int:
        return len(self.patients)

    def only(self, lanes: np.ndarray) -> "Traits":
        """The same people at these lanes alone."""
        persons = {name: np.asarray(values)[lanes] for name, values in self.persons.items()}
        factors = {
            drug: {name: value[lanes] if np.ndim(value) else value for name, value in made.items()}
            for drug, made in self.factors.items()
        }
        return replace(self, persons=persons, patients=self.patients[lanes], factors=factors)

    def value(self, row: Row, drug: str, name: str, *, units: tuple[str, ...] = ()) -> np.ndarray:
        """The row for every lane, float64 `[lanes]`, in the internal unit of its name (or of `units`)."""
        typical, per_kg, factor = row.read(*(units or UNITS.get(name, ("",))))
        value = np.full(self.lanes, typical)
        for covariate, (reference, slope) in row.linear.items():
            value = value + slope * factor * (self.persons[covariate] - reference)
        if row.linear:
            value = np.maximum(value, self.spread.least_share * typical)
        for covariate, (reference, exponent) in row.power.items():
            value = value * (self.persons[covariate] / reference) ** exponent
        for covariate, (limit, times) in row.below.items():
            value = np.where(self.persons[covariate] < limit, value * times, value)
        for mark, times in row.marked.items():
            value = np.where(self.persons[mark] > 0.5, value * times, value)
        for mark, written in row.instead.items():
            other = row.model_copy(update={"value": written}).read(*(units or UNITS.get(name, ("",))))[0]
            value = np.where(self.persons[mark] > 0.5, other, value)
        if row.if_male is not None:
            value = np.where(self.persons["male"] > 0.5, value * row.if_male, value)
        if per_kg:
            value = value * self.persons["weight_kg"]
        return value * self.draw(row.between, drug, name)

    def factor(self, drug: str, name: str) -> Any:
        """What other drugs make of this parameter of a drug: a factor, 1 where none is known."""
        return self.factors.get(drug, {}).get(name, 1.0)

    def draw(self, between: float | None, drug: str, name: str) -> np.ndarray:
        """The factor of a log-normal draw with this coefficient of variation, median 1, `[lanes]`."""
        if between is None or self.study is None:
            return np.ones(self.lanes)
        if (drug, name) in self.mixing:
            normal = sum(weight * self._normal(*other) for other, weight in self.mixing[drug, name])
        else:
            normal = self._normal(drug, name)
        return np.exp(np.sqrt(np.log1p(between**2)) * np.clip(normal, -self.spread.widest, self.spread.widest))

    def _normal(self, drug: str, name: str) -> np.ndarray:
        return np.asarray(chance.normal(self.study, self.patients, f"pk/{drug}/{name}"))[:, 0]  # type: ignore[arg-type]


def traits(
    persons: Mapping[str, object],
    study: int | None,
    patients: object,
    factors: Mapping[str, Mapping[str, Any]] | None = None,
) -> Traits:
    """Traits of a block of patients; see `Traits`."""
    measured = with_measures(persons)
    return Traits(measured, study, np.asarray(patients).reshape(-1), factors or {})
