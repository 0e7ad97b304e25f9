"""Attempts to wean, judged: the level at the wean, the state of the brain, whether it held, and the likeliest reason.

A wean that ends while another anaesthetic runs only steps down to that one; it tells nothing of a brain left alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, Literal

import xarray as xr

from quell.care.weans import Running, Wean
from quell.outcome.acting import acting
from quell.outcome.endpoint import rules
from quell.outcome.reason import clock, span, volts
from quell.outcome.relapse import Reading, plainly, reading
from quell.outcome.snapshot import level_at, mechanisms_at

Outcome = Literal["failed", "seizures back", "held", "stepped down", "too early to say"]


@dataclass(frozen=True)
class Attempt:
    """One wean: what came of it, the level and the state when it began, and the reading of a return."""

    wean: Wean
    result: Outcome
    level: float  # multiples of half effect when it began
    met: dict[str, Any]
    reading: Reading | None
    words: str

    def as_dict(self) -> dict[str, Any]:
        """The attempt as plain values, for summary.json."""
        return asdict(self) | {"wean": self.wean._asdict(), "reading": plainly(self.reading)}


def attempt(record: xr.Dataset, wean: Wean, ran: Sequence[Running]) -> Attempt:
    """The verdict on one wean."""
    end = float(record["time"].values[-1])
    result = _outcome(wean, end)
    met = mechanisms_at(record, wean.start_s)
    how = acting(wean.drug)
    level = how.drive(level_at(record, how.active, wean.start_s))
    back = min(wean.seizure_s, wean.back_s)
    seen = reading(record, back, wean.start_s, ran) if result in ("failed", "seizures back") else None
    words = f"{_began(wean, level, met)} {_ended(wean, result, end)}"
    return Attempt(wean, result, level, met, seen, f"{words} {seen.words}" if seen else words)


def _outcome(wean: Wean, end_s: float) -> Outcome:
    if wean.failed:
        return "failed"
    if wean.seizure_s < inf:
        return "seizures back"
    if wean.covered:
        return "stepped down"
    return "held" if wean.known_s <= end_s else "too early to say"


def _began(wean: Wean, level: float, met: dict[str, Any]) -> str:
    state = [f"E_GABA {volts(met['E_gaba'])}"] if "E_gaba" in met else []
    for name, words in (
        ("gaba_a", "GABA-A receptors {:.0%}"),
        ("nmda", "NMDA receptors {:.0%}"),
        ("reserve", "own reserve {:.0%}"),
        ("il1_felt", "interleukin-1 at its receptors {:.2g}"),
    ):
        if name in met:
            state.append(words.format(met[name]))
    at = f" from {level:.2g} times half effect" if level == level else ""
    return (
        f"{wean.drug.capitalize()} was weaned{at}, from {clock(wean.start_s)} on. The brain then: {', '.join(state)}."
    )


def _ended(wean: Wean, result: Outcome, end_s: float) -> str:
    zero = f"It came to zero at {clock(wean.off_s)}" if wean.off_s < inf else "It never came to zero"
    window = span(float(rules().wean_window))
    if result == "held":
        return f"{zero} and held: no seizure in the {window} after it."
    if result == "stepped down":
        return f"{zero} without a seizure, but {wean.covered} ran on: this stepped down to {wean.covered}, no more."
    if result == "too early to say":
        return f"{zero}; the record ends before {window} have passed, so it is too early to say."
    first = f"the first seizure came at {clock(wean.seizure_s)}" if wean.seizure_s < inf else "no seizure was recorded"
    if result == "seizures back":
        return f"{zero}; {first}, but no status came of it and nobody restarted the infusion."
    when = (
        f"{span(wean.back_s - wean.off_s)} after its end" if wean.off_s <= wean.back_s else "while it was being lowered"
    )
    how = "staff restarted it" if wean.by == "restart" else "status returned"
    return f"It failed: {how} at {clock(wean.back_s)}, {when}; {first}."
