"""Why a drug worked or failed: what each dose met in the brain, said as a teacher would say it.

The facts are the recorded mechanisms in the minute before the dose and the level reached at its site; the words
only sort them (marks and sources: why.toml). An infusion into a silent EEG is judged over its whole run. A single run
cannot prove that a dose was the cause; `proof` is the command that can, and where no recorded mechanism accounts for
what happened, the text says so.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import xarray as xr

from quell.care.timeline import Event
from quell.ground.card import from_card
from quell.ground.units import mV, ratio, second, share
from quell.outcome.acting import Acting, acting
from quell.outcome.dose import Dose, doses_of
from quell.outcome.endpoint import eeg_stopped, recurred_within, rules
from quell.outcome.holding import held, held_words
from quell.outcome.reason import Finding, Told, findings, given_words, listed, moment, opening, place_words, span
from quell.outcome.snapshot import level_at, mechanisms_at, peak_level
from quell.outcome.spell import spells, step_s

Result = Literal[
    "stopped",
    "returned",
    "shared",
    "failed",
    "not seizing",
    "ended before",
    "too early to say",
    "held",
    "broke through",
]


WORKED = ("stopped", "returned", "shared")
DAY_S = 86400.0


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
    apart: second
    cover_thin: share
    little_energy: share
    held_inside: share
    own_brakes: share
    same_dose: second


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
    proof: str = ""  # the command whose result would show that the dose was the cause
    company: tuple[str, ...] = ()  # other drugs that were at work as well
    immune: bool = False  # acts over days, on inflammation, antibodies or pumps

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


def why(record: xr.Dataset, known: Mapping[str, Acting] | None = None, events: Sequence[Event] = ()) -> list[Verdict]:
    """A verdict for every dose of one patient's record that is meant to act on seizures.

    `known` replaces what the drug cards say; `events` hold the judgements of doses that were too small.
    """
    doses, hows = doses_of(record), known or {}
    meant = [(dose, hows.get(dose.drug) or acting(dose.drug)) for dose in doses]
    return [judge(record, dose, doses, how, _short(dose, events)) for dose, how in meant if not how.aside]


def _short(dose: Dose, events: Sequence[Event]) -> str:
    """Why a dose does not count as an adequate trial of its drug; "" where it does or nobody judged."""
    mine = [event for event in events if event.kind == "judgement" and event.drug == dose.drug]
    near = [event for event in mine if abs(event.time_s - dose.start_s) < marks().same_dose]
    return near[-1].detail if near and near[-1].what.endswith("not adequate") else ""


def judge(record: xr.Dataset, dose: Dose, others: list[Dose], how: Acting, short: str = "") -> Verdict:
    """The verdict on one dose, given all doses of the patient, how the drug acts, and why it was too small (if so)."""
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
    met |= {"short": short} if short else {}
    if result == "not seizing" and dose.is_infusion:
        return _ran(record, dose, met, level)
    reasons = tuple(findings(met, how, marks(), worked=result in WORKED))
    clear = bool(reasons) and reasons[0].weight >= 0.5
    told = Told(dose, result, stopped, _company(record, dose, others, result, stopped))
    words = _words(record, told, met=met, reasons=reasons, clear=clear)
    proof = without(dose.start_s, dose.drug) if result in WORKED else ""
    return Verdict(dose, result, stopped, met, level, met["drive"], reasons, clear, words, proof, told.company)


def without(time_s: float, *drugs: str) -> str:
    """The command that runs the same patient and noise without drugs, from a moment on."""
    left_out = " ".join(f"--without {drug}" for drug in drugs)
    return f'quell branch scenario.toml --at "{moment(time_s)}" {left_out} --out DIR'


def _ran(record: xr.Dataset, dose: Dose, met: dict[str, Any], level: float) -> Verdict:
    """An infusion that met a silent EEG: whether it held, and what it cost."""
    seen = held(record, dose.start_s, dose.end_s)
    words = f"{given_words(dose)}, began when the EEG was silent, to keep it so. "
    words += held_words(seen, dose.start_s, dose.end_s)
    result: Result = "held" if seen.kept else "broke through"
    nothing = float("nan")
    return Verdict(dose, result, nothing, met, level, met["drive"], (), True, words, without(dose.start_s, dose.drug))


def _slow(record: xr.Dataset, dose: Dose, how: Acting) -> Verdict:
    """A dose that acts over days: what it met is told, whether it helped only the same run without it can show."""
    met = mechanisms_at(record, dose.start_s)
    words = (
        f"{given_words(dose)}: works on inflammation, antibodies or pumps over hours to weeks, on no seizure at once."
    )
    if "il1" in met:
        until = min(max(dose.end_s, dose.start_s + DAY_S), float(record["time"].values[-1]))
        after = mechanisms_at(record, until, met["focus"])["il1"]
        words += f" Interleukin-1 in the {place_words(met['focus'])} stood at {met['il1']:.2g}, and at {after:.2g}"
        words += f" {span(until - dose.start_s)} later."
    nothing = float("nan")
    proof = without(dose.start_s, dose.drug)
    return Verdict(dose, "too early to say", nothing, met, nothing, nothing, (), False, words, proof, immune=True)


def _result(record: xr.Dataset, dose: Dose, others: list[Dose], deadline: float) -> tuple[Result, float]:
    """What followed, and when the EEG fell silent (NaN if it did not in time)."""
    lately = dose.start_s - rules().pause  # a pause shorter than this is no end
    if not any(s.start_s <= dose.start_s and s.end_s > lately for s in spells(record, "seizing")):
        return "not seizing", math.nan
    stopped = _silent_from(record, dose.start_s)
    if math.isnan(stopped) or stopped > deadline:
        ended = float(record["time"].values[-1]) < deadline
        return ("too early to say" if ended else "failed"), math.nan
    if _between(record, dose, others, stopped):
        return "shared", stopped
    again = recurred_within(record, stopped, marks().return_window / 3600.0)
    return ("returned" if again else "stopped"), stopped


def _silent_from(record: xr.Dataset, start_s: float) -> float:
    """When a silence begins that is more than a pause: long enough to recover in, or lasting to the end."""
    lasting = eeg_stopped(record, start_s, lasting_s=float(rules().recovery))
    if not math.isnan(lasting):
        return lasting
    last = spells(record, "seizing")[-1].end_s
    return max(last, start_s) if float(record["time"].values[-1]) - last >= rules().pause else math.nan


def _between(record: xr.Dataset, dose: Dose, others: list[Dose], stopped: float) -> list[Dose]:
    """Doses of other drugs that came between this one and the silence and had reached their site by then."""
    later = [other for other in others if other.drug != dose.drug and dose.start_s < other.start_s < stopped]
    return [other for other in later if _at_work(record, other, stopped)]


def _company(record: xr.Dataset, dose: Dose, others: list[Dose], result: Result, stopped: float) -> tuple[str, ...]:
    """The drugs that share the credit: those that came between, and those given just before or with it."""
    if result not in WORKED:
        return ()
    since = dose.start_s - marks().slow_window
    near = [o for o in others if o.drug != dose.drug and since < o.start_s <= dose.start_s]
    near = [o for o in near if _at_work(record, o, stopped)]
    return tuple(dict.fromkeys(other.drug for other in [*near, *_between(record, dose, others, stopped)]))


def _at_work(record: xr.Dataset, other: Dose, time_s: float) -> bool:
    """Whether a drug that acts on seizures at once was at its site at a moment (true where that is unknown)."""
    how = acting(other.drug)
    return not how.immune and not how.aside and not how.drive(level_at(record, how.active, time_s)) < marks().arrived


def _not_arrived(record: xr.Dataset, dose: Dose, how: Acting, stopped: float) -> bool:
    """Whether next to nothing of this dose was at its site when the EEG fell silent (False where that is unknown)."""
    until = max(stopped, dose.start_s + step_s(record))
    before = how.drive(level_at(record, how.active, dose.start_s))
    return how.drive(peak_level(record, how.active, dose.start_s, until)) - before < marks().arrived


def _words(record: xr.Dataset, told: Told, *, met: dict[str, Any], reasons: tuple[Finding, ...], clear: bool) -> str:
    result = told.result
    parts = [opening(told)]
    if result in ("not seizing", "ended before"):
        return parts[0]
    said = [reason.words for k, reason in enumerate(reasons) if k < 3 or reason.mechanism == "level"]
    if result in ("failed", "too early to say"):
        paused, silent = eeg_stopped(record, told.dose.start_s), _silent_from(record, told.dose.start_s)
        if result == "failed" and paused < told.dose.start_s + marks().slow_window and not paused >= silent:
            parts.append(f"It paused {span(paused - told.dose.start_s)} later, too briefly to count as an end.")
        if not clear:
            parts.append("No recorded mechanism accounts for this clearly.")
        return " ".join(parts + said)
    parts += said
    own = met.get("reserve", math.nan)
    if result != "shared" and own > marks().own_brakes:
        parts.append(f"The brain's own brakes still had {own:.0%} of their reserve, so it may have ended by itself.")
    if told.company:
        parts.append(
            f"{listed(told.company).capitalize()} {'were' if len(told.company) > 1 else 'was'} at work as well: only "
            "runs that leave out one of them at a time can tell them apart."
        )
    else:
        parts.append("Only the same run without this dose can show that the dose was the cause.")
    return " ".join(parts)
