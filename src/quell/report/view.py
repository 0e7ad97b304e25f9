"""What a figure shows of a record: one patient, its focus, its doses, and time in readable units."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.ticker import MaxNLocator

from quell.outcome.acting import acting
from quell.outcome.dose import Dose, doses_of
from quell.outcome.reason import amount
from quell.outcome.spell import Spell, joined, of_patient, spells, step_s

HOURS_FROM_S = 5 * 3600.0  # records longer than this are drawn in hours
TICKS_H = (0, 0.25, 1, 2, 4, 6, 9, 12, 18, 24, 30, 36, 42, 48, 60, 72, 96, 120, 144, 168, 192, 240, 288, 336, 480, 672)
NAMED = 3  # doses of one flag that are written out; more are counted


class Flag(NamedTuple):
    """A name for one dose (or several at once): where it stands and in which row above the panel."""

    drug: str
    x: float
    text: str
    row: int


@dataclass(frozen=True)
class View:
    """One patient's record (no dimension `patient`), ready to be drawn from `from_s` to `to_s`."""

    record: xr.Dataset
    from_s: float
    to_s: float

    @classmethod
    def of(cls, record: xr.Dataset, patient: int = 0) -> "View":
        """The whole record of one patient."""
        one = of_patient(record, patient)
        times = one["time"].values
        return cls(one, float(times[0]) - step_s(one), float(times[-1]))

    @property
    def long(self) -> bool:
        """Whether the record is drawn in hours, with the early hours stretched."""
        return self.to_s - self.from_s > HOURS_FROM_S

    def x(self, seconds: Any) -> Any:
        """Where a time lies on the axis: minutes, or the square root of hours for long records."""
        if not self.long:
            return np.asarray(seconds) / 60.0
        return np.sign(seconds) * np.sqrt(np.abs(np.asarray(seconds)) / 3600.0)

    @property
    def ends(self) -> tuple[float, float]:
        """First and last place on the axis."""
        return float(self.x(self.from_s)), float(self.x(self.to_s))

    @cached_property
    def time(self) -> np.ndarray:
        """Places of the entries on the axis."""
        return self.x(self.record["time"].values)

    @cached_property
    def doses(self) -> list[Dose]:
        return doses_of(self.record)

    @cached_property
    def drugs(self) -> list[str]:
        """The drugs that were given, in order of their first dose."""
        return list(dict.fromkeys(dose.drug for dose in self.doses))

    @cached_property
    def focus(self) -> str:
        """The patch that fired most over the whole record."""
        rates = self.record["rate_E"].mean("time").values
        return str(self.record["patch"].values[int(np.argmax(rates))])

    def at_focus(self, name: str) -> np.ndarray:
        """A variable at the focus over time."""
        return self.record[name].sel(patch=self.focus).values.astype(float)

    def spells(self, name: str) -> list[Spell]:
        """Stretches of a yes-or-no variable, with pauses too short to be drawn bridged."""
        return joined(spells(self.record, name), (self.to_s - self.from_s) / 1500.0)

    def drive(self, drug: str) -> tuple[np.ndarray, bool]:
        """Level at the site over time, and whether it is in multiples of half effect (else of its own peak)."""
        how = acting(drug)
        name = f"brain_{how.active}"
        if name not in self.record:
            return np.zeros(len(self.time)), False
        level = self.record[name].values.astype(float)
        if how.half_effect:
            return level / how.half_effect[how.main_port], True
        return level / max(float(level.max()), 1e-30), False

    def flags(self, letters: float) -> list["Flag"]:
        """Names for the doses, merged where one drug is given again at once, in rows so that none overlap.

        `letters` is how many letters fit along the axis.
        """
        low, high = self.ends
        letter = (high - low) / letters
        flags: list[Flag] = []
        for dose in self.doses:
            x, word = float(self.x(dose.start_s)), "infusion" if dose.is_infusion else amount(dose.mg)
            same = next((f for f in reversed(flags) if f.drug == dose.drug), None)
            if same and x - same.x < letter * (len(same.text) + 2):
                flags[flags.index(same)] = same._replace(text=_and(same.text, word))
            else:
                flags.append(Flag(dose.drug, x, f"{dose.drug} {word}", 0))
        # From the right, so that the pole of a later flag never crosses the name of an earlier one.
        taken_from: list[float] = []
        for k in reversed(range(len(flags))):
            end = flags[k].x + letter * (len(flags[k].text) + 3)
            row = next((r for r, taken in enumerate(taken_from) if end <= taken), len(taken_from))
            taken_from[row : row + 1] = [flags[k].x]
            flags[k] = flags[k]._replace(row=row)
        return flags

    def limits(self, axes: Sequence[Any], *, labelled: Any) -> None:
        """Give every axes the time span of the view, and the axes `labelled` its ticks and name."""
        low, high = self.ends
        hours = [h for h in TICKS_H if self.from_s <= 3600 * h <= self.to_s]
        for ax in axes:
            ax.set_xlim(low, high)
            if not self.long:
                ax.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 5, 10], integer=True))
            else:
                ax.set_xticks([float(self.x(3600.0 * h)) for h in hours], [f"{h:g}" for h in hours])
            ax.tick_params(labelbottom=ax is labelled)
        name = "hours from seizure onset (early hours stretched)" if self.long else "minutes from seizure onset"
        labelled.set_xlabel(name)


def _and(text: str, word: str) -> str:
    """The name of a flag with one more dose; from the fourth on they are counted, not written out."""
    first, *rest = text.split(" + ")
    if rest and rest[-1].endswith(" more"):
        return f"{first} + {int(rest[-1].split()[0]) + 1} more"
    return f"{first} + {len(rest) + 1} more" if len(rest) >= NAMED - 1 else f"{text} + {word}"
