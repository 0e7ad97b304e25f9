"""Stages of status epilepticus read from the EEG and a list of drugs, by the sources' definitions.

    status epilepticus   electrographic status: 10 min on end, or a fifth of any hour (ACNS 2021)
    established          goes on, or returns within an hour, after a first-line drug (a benzodiazepine)
    refractory           goes on after a first-line and a second-line drug
    super-refractory     goes on 24 h after the start of anaesthesia, or returns when it is weaned

The EEG does not say whether a dose was adequate, so a stage here may be under-dosing; the simulator's own timeline,
which knows the doses, is stricter. Not for the bedside. Numbers: stage.toml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from quell.eeg.burden import Span, status_spans
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.ground.units import second

LINES = ("first", "second", "anaesthetic")
NO_LINE = ""  # of a drug that is not given against seizures


class Given(NamedTuple):
    """A drug: when it was begun (s), its line (of LINES, or NO_LINE), its name, when it ended if known, its dose."""

    time_s: float
    line: str
    drug: str = ""
    stop_s: float | None = None
    dose: str = ""

    @property
    def words(self) -> str:
        """Name, dose and line, as a reader is told them."""
        line = f" ({self.line} line)" if self.line in LINES[:2] else (f" ({self.line})" if self.line else "")
        return f"{self.drug or 'drug'} {self.dose}".strip() + line


class Reached(NamedTuple):
    """A stage, when it was reached (s), and why."""

    time_s: float
    stage: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Staging:
    """Time limits of the definitions."""

    wait: second
    returns: second
    super_refractory: second
    weaned: second


def stages(seizures: Sequence[Span], given: Sequence[Given], seconds: float) -> list[Reached]:
    """The stages a recording of `seconds` passed through, in order of time.

    `seizures` are electrographic seizures in seconds. Raises InputError for a line that is none.
    """
    for drug in given:
        if drug.line not in (*LINES, NO_LINE):
            raise InputError(f"{drug.line!r} is no line of treatment", field=drug.drug, allowed=", ".join(LINES))
    card, status = from_card(Staging), status_spans(seizures, seconds)
    if not status:
        return []
    begin = status[0].start_s
    made = [Reached(begin, "status epilepticus", "seizures for 10 min on end or a fifth of an hour")]
    for line, stage in (("first", "established"), ("second", "refractory")):
        at = _went_on(seizures, [drug for drug in given if drug.line == line], made[-1].time_s, card)
        if at is None:
            break
        made.append(Reached(at[0], stage, f"seizure after {at[1].drug or at[1].line + '-line drug'}"))
    return made + _super_refractory(seizures, given, begin, card)


def _went_on(
    seizures: Sequence[Span], given: Sequence[Given], after_s: float, card: Staging
) -> tuple[float, Given] | None:
    """First seizure, no sooner than `after_s`, that a drug of this line did not stop or prevent."""
    found = []
    for drug in given:
        begin = max(drug.time_s + card.wait, after_s)
        at = _next(seizures, begin, drug.time_s + card.wait + card.returns)
        if at is not None:
            found.append((at, drug))
    return min(found, default=None)


def _super_refractory(
    seizures: Sequence[Span], given: Sequence[Given], status_s: float, card: Staging
) -> list[Reached]:
    """Under anaesthesia for status epilepticus: a seizure after 24 h of it, or after its end."""
    deep = [drug for drug in given if drug.line == "anaesthetic" and drug.time_s >= status_s]
    if not deep:
        return []
    began = min(drug.time_s for drug in deep)
    ends = [end for end in (drug.stop_s for drug in deep) if end is not None and not _running(deep, end)]
    last = max(ends) + card.weaned if all(drug.stop_s is not None for drug in deep) else float("inf")
    found = [(_next(seizures, began + card.super_refractory, last), "seizure 24 h after anaesthesia began")]
    found += [(_next(seizures, end, end + card.weaned), "seizure after anaesthesia was weaned") for end in ends]
    reached = [(at, why) for at, why in found if at is not None]
    return [Reached(at, "super-refractory", why) for at, why in [min(reached)]] if reached else []


def _running(deep: Sequence[Given], time_s: float) -> bool:
    """Whether another anaesthetic goes on: to change from one to the next is no wean."""
    return any(drug.time_s <= time_s and (drug.stop_s is None or drug.stop_s > time_s) for drug in deep)


def _next(seizures: Sequence[Span], begin: float, end: float) -> float | None:
    """When a seizure is seen first between two times."""
    return min((max(start, begin) for start, stop in seizures if stop > begin and start < end), default=None)
