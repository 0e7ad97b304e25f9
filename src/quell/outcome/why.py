"""Why a drug worked or failed: what each dose met in the brain, said as a teacher would say it.

The facts are the recorded mechanisms in the minute before the dose and the level reached at its site; the words
only sort them (marks and sources: why.toml). A single run cannot prove that a dose was the cause, and where no
recorded mechanism accounts for what happened, the text says so.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import xarray as xr

from quell.ground.card import from_card
from quell.ground.units import mV, ratio, second, share
from quell.outcome.acting import Acting, acting
from quell.outcome.dose import Dose, doses_of
from quell.outcome.endpoint import eeg_stopped, recurred_within, rules
from quell.outcome.reason import Finding, findings, given_words, opening, place_words
from quell.outcome.snapshot import mechanisms_at, peak_level
from quell.outcome.spell import spells, step_s

Result = Literal["stopped", "returned", "shared", "failed", "not seizing", "ended before", "too early to say"]


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The marks that sort a mechanism into words; numbers and sources in why.toml."""

    rest: mV
    threshold: mV
    few_receptors: share
    little_drive: ratio
    spent_reserve: share
    strong_nmda: ratio
    fast_window: second
    slow_window: second
    return_window: second
    inflamed: ratio
    raised_pump: ratio
    poor_buffering: share
    arrived: ratio
    tolerant: share


@dataclass(frozen=True)
class Verdict:
    """One dose judged: what happened, the state it met, the reasons in order of weight, and all of it in words."""

    dose: Dose
    result: Result
    stopped_s: float
    met: dict[str, Any]
    level_mg_L: float
    drive: float
    reasons: tuple[Finding, ...]
    clear: bool
    words: str

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain numbers and text, for summary.json."""
        return asdict(self) | {
            "dose": self.dose._asdict(),
            "reasons": [reason._asdict() for reason in self.reasons],
        }


@cache
def marks() -> Marks:
    """The marks of the card."""
    return from_card(Marks)


def why(record: xr.Dataset, known: Mapping[str, Acting] | None = None) -> list[Verdict]:
    """A verdict for every dose of one patient's record; `known` replaces what the drug cards say."""
    doses = doses_of(record)
    return [judge(record, dose, doses, (known or {}).get(dose.drug) or acting(dose.drug)) for dose in doses]


def judge(record: xr.Dataset, dose: Dose, others: list[Dose], how: Acting) -> Verdict:
    """The verdict on one dose, given all doses of the patient and how the drug acts."""
    if how.immune:
        return _slow(record, dose, how)
    window = marks().fast_window if how.kind == "benzodiazepine" else marks().slow_window
    deadline = dose.start_s + window
    result, stopped = _result(record, dose, others, deadline)
    if result in ("stopped", "returned") and _not_arrived(record, dose, how, stopped):
        result = "ended before"
    met = mechanisms_at(record, dose.start_s)
    level = peak_level(record, how.active, dose.start_s, deadline)
    met["drive"] = how.drive(level)
    reasons = tuple(findings(met, how, marks(), worked=result in ("stopped", "returned", "shared")))
    clear = bool(reasons) and reasons[0].weight >= 0.5
    words = _words(dose, result, stopped, met=met, reasons=reasons, clear=clear)
    return Verdict(dose, result, stopped, met, level, met["drive"], reasons, clear, words)


def _slow(record: xr.Dataset, dose: Dose, how: Acting) -> Verdict:
    """A dose that acts over days: what it met is told, whether it helped only the same run without it can show."""
    met = mechanisms_at(record, dose.start_s)
    words = (
        f"{given_words(dose)}: works on inflammation, antibodies or pumps over hours to weeks, on no seizure at once."
    )
    if "il1" in met:
        words += f" Interleukin-1 in the {place_words(met['focus'])} stood at {met['il1']:.2g}."
    nothing = float("nan")
    return Verdict(dose, "too early to say", nothing, met, nothing, nothing, (), False, words)


def _result(record: xr.Dataset, dose: Dose, others: list[Dose], deadline: float) -> tuple[Result, float]:
    """What followed, and when the EEG fell silent (NaN if it did not in time)."""
    lately = dose.start_s - rules().pause  # a pause shorter than this is no end
    if not any(s.start_s <= dose.start_s and s.end_s > lately for s in spells(record, "seizing")):
        return "not seizing", math.nan
    stopped = eeg_stopped(record, dose.start_s)
    if math.isnan(stopped) or stopped > deadline:
        ended = float(record["time"].values[-1]) < deadline
        return ("too early to say" if ended else "failed"), math.nan
    between = [other for other in others if other.drug != dose.drug and dose.start_s < other.start_s < stopped]
    if between:
        return "shared", stopped
    again = recurred_within(record, stopped, marks().return_window / 3600.0)
    return ("returned" if again else "stopped"), stopped


def _not_arrived(record: xr.Dataset, dose: Dose, how: Acting, stopped: float) -> bool:
    """Whether next to nothing of the drug was at its site when the EEG fell silent (False where that is unknown)."""
    until = max(stopped, dose.start_s + step_s(record))
    return how.drive(peak_level(record, how.active, dose.start_s, until)) < marks().arrived


def _words(
    dose: Dose, result: Result, stopped: float, *, met: dict[str, Any], reasons: tuple[Finding, ...], clear: bool
) -> str:
    parts = [opening(dose, result, stopped)]
    if result in ("not seizing", "ended before"):
        return parts[0]
    told = [reason.words for k, reason in enumerate(reasons) if k < 3 or reason.mechanism == "level"]
    if result in ("failed", "too early to say"):
        if not clear:
            parts.append("No recorded mechanism accounts for this clearly.")
        parts += told
        return " ".join(parts)
    parts += told
    if result in ("stopped", "returned"):
        own = met.get("reserve", math.nan)
        if own > 0.5:
            parts.append(
                f"The brain's own brakes still had {own:.0%} of their reserve, so it may have ended by itself."
            )
        parts.append("Only the same run without this dose can show that the dose was the cause.")
    return " ".join(parts)
