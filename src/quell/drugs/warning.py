"""What the interactions of a set of drugs mean, in sentences; those worth a warning within a run."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from quell.drugs.interaction import Given, Interaction, between, present, single
from quell.drugs.well_stirred import CARD
from quell.ground.card import from_card
from quell.ground.units import ratio

DAY_S = 86400.0
SAID = {
    "CL": "clearance",
    "F oral": "share of an oral dose",
    "presystemic oral": "formation of the metabolite on the way in",
    "fu": "free share",
    "Km": "Km",
    "Q2": "flow into tissue",
    "Q3": "flow into fat",
    "EC50": "level for half effect",
}


def said(parameter: str) -> str:
    """What a parameter is called; of a metabolite "clearance of hydroxymidazolam"."""
    return SAID.get(parameter, parameter.replace("CL of", "clearance of").replace("_", " "))


@dataclass(frozen=True)
class Matter:
    """When an interaction is worth a word, and how far ahead to look when nothing else is said."""

    least_change: ratio
    usual_run_days: ratio


@dataclass(frozen=True)
class Finding:
    """One interaction: who does what to whom, the factors at full effect and at the time asked, and its source."""

    of: str
    on: str
    says: str
    full: dict[str, float]
    then: dict[str, float]
    half_after_s: float
    source: str
    grade: str
    note: str

    @property
    def change(self) -> float:
        """The largest relative change at the time asked; 0 where nothing is multiplied."""
        return max((max(x, 1.0 / x) - 1.0 for x in self.then.values()), default=0.0)

    def words(self) -> str:
        """The finding as sentences."""
        head = f"{self.of} on itself" if self.of == self.on else f"{self.of} and {self.on}"
        text = f"{head}: {self.of} {self.says}."
        if self.full:
            factors = ", ".join(f"{said(name)} x {value:.3g}" for name, value in self.full.items())
            when = f", half of it after {_span(self.half_after_s)}" if self.half_after_s else ", at once"
            text += f" {factors[:1].upper()}{factors[1:]} at full effect{when}."
        return f"{text} Source: {self.source} (grade {self.grade}){f'; {self.note}' if self.note else ''}."


def findings(drugs: Iterable[str | Given], after_s: float | None = None) -> list[Finding]:
    """Every interaction among the drugs, the weightiest at `after_s` (none: at full effect) first. InputError."""
    here = present(drugs)
    at = np.inf if after_s is None else after_s
    made = [_finding(of, on, row, here[of], at) for of, on, row in between(here)]
    return sorted(made, key=lambda found: -found.change)


def warnings(drugs: Iterable[str | Given], lasting_s: float) -> list[str]:
    """One sentence for each interaction that matters within a run of this length (s). Raises InputError."""
    least = from_card(Matter, CARD).least_change
    found = findings(drugs, lasting_s)
    worth = [one for one in found if one.change >= least or not one.full]
    return list(dict.fromkeys(_sentence(one) for one in worth))


def _sentence(found: Finding) -> str:
    factors = ", ".join(f"{said(name)} x {value:.2g}" for name, value in found.then.items() if abs(value - 1) > 0.05)
    return f"{found.of} and {found.on}: {found.of} {found.says}" + (f" ({factors} by the end)." if factors else ".")


def _finding(of: str, on: str, row: Interaction, given: Given, at: float) -> Finding:
    if row.times is None:
        return Finding(of, on, row.says, {}, {}, 0.0, row.source, row.grade, "")
    full, then = ({k: float(v) for k, v in single(row, on, given, when).items()} for when in (np.inf, at))
    half, times = row.half_after_s(), row.times
    printed = (
        f"printed upper bound of clearance by vein x {row.most.read('')[0]:g}: {row.most.note}" if row.most else ""
    )
    note = "; ".join(words for words in (times.note, printed) if words)
    return Finding(of, on, row.says, full, then, half, times.source, times.grade, note)


def _span(seconds: float) -> str:
    return f"{seconds / DAY_S:.2g} d" if seconds >= DAY_S else f"{seconds / 3600.0:.2g} h"
