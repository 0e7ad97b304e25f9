"""Relapses: each return of seizures after a silence, what the brain was like then, and the likeliest reason.

A relapse gathers seizures that follow each other within `apart` (why.toml). What had changed is read against the
moment the wean began, or `apart` before. One run cannot prove a reason: each relapse names the runs that could.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import xarray as xr

from quell.care.span import seconds
from quell.care.timeline import Bout, Event
from quell.care.weans import RESTARTED, Running, Wean
from quell.outcome.acting import acting
from quell.outcome.dose import drugs_of
from quell.outcome.reason import Finding, clock, listed, moment, place_words, span
from quell.outcome.snapshot import level_at, mechanisms_at, where_it_begins
from quell.outcome.soil import Soil, soil
from quell.outcome.spell import bouts_of, share_on
from quell.outcome.why import Marks, marks

CARD = Path(__file__).with_suffix(".toml")


class Proof(NamedTuple):
    """A run that would show something: what, and the command."""

    shows: str
    command: str


@dataclass(frozen=True)
class Reading:
    """The state at a return of seizures, what had thinned since `since_s`, what is likeliest, what would prove it."""

    since_s: float
    met: dict[str, Any]
    levels: dict[str, tuple[float, float]]  # drug -> multiples of half effect then and now
    reasons: tuple[Finding, ...]
    likeliest: str
    gist: str  # the same in a clause
    words: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Relapse:
    """One return of seizures, from the first to the last of them."""

    start_s: float
    end_s: float
    seizures: int
    seizing_min: float
    longest_s: float
    convulsed: bool
    setting: str
    answered: str
    reading: Reading
    words: str

    def as_dict(self) -> dict[str, Any]:
        """The relapse as plain values, for summary.json."""
        return asdict(self) | {"reading": plainly(self.reading)}


def plainly(reading: Reading | None) -> dict[str, Any] | None:
    """A reading as plain values."""
    if reading is None:
        return None
    made = {name: getattr(reading, name) for name in ("since_s", "met", "levels", "likeliest", "gist", "words")}
    return made | {
        "reasons": [reason._asdict() for reason in reading.reasons],
        "proofs": [proof._asdict() for proof in reading.proofs],
    }


def relapses(
    record: xr.Dataset, events: Sequence[Event], tried: Sequence[Wean], ran: Sequence[Running]
) -> list[Relapse]:
    """Every return of seizures after the first silence that lasted `apart`."""
    groups: list[list[Bout]] = []
    for bout in (bout for bout in bouts_of(record).seizures if bout.end_s > 0.0):
        if groups and bout.start_s - groups[-1][-1].end_s < marks().apart:
            groups[-1].append(bout)
        else:
            groups.append([bout])
    return [_relapse(record, group, events, tried, ran) for group in groups[1:]]


def reading(record: xr.Dataset, at_s: float, since_s: float, ran: Sequence[Running]) -> Reading:
    """What a return at `at_s` met, against the state at `since_s`."""
    met = mechanisms_at(record, at_s, where_it_begins(record, at_s))
    levels = _levels(record, since_s, at_s)
    ground = soil(met, marks())
    thin = _thinned(levels, since_s, marks())
    found: list[Finding] = [*([thin] if thin else []), *ground.at_fault]
    reasons = tuple(sorted(found, key=lambda f: -f.weight))
    likeliest = _likeliest(thin, ground, met)
    words = f"{likeliest} {_in_order(ground)}".strip()
    gist = _gist(levels, thin, ground)
    return Reading(
        since_s, met, levels, reasons, likeliest, gist, words, tuple(_proofs(reasons, at_s, since_s, levels, ran))
    )


def _relapse(
    record: xr.Dataset, group: list[Bout], events: Sequence[Event], tried: Sequence[Wean], ran: Sequence[Running]
) -> Relapse:
    start, end = group[0].start_s, group[-1].end_s
    wean = next((w for w in reversed(tried) if w.start_s < start <= max(w.known_s, w.back_s if w.failed else 0)), None)
    since = max(wean.start_s if wean else start - marks().apart, float(record["time"].values[0]))
    seen = reading(record, start, since, ran)
    minutes = share_on(record, "seizing", start, end) * (end - start) / 60.0
    longest = max(bout.end_s - bout.start_s for bout in group)
    moved = share_on(record, "convulsing", start, end) > 0.0
    restarts = [e for e in events if e.detail == RESTARTED and start < e.time_s <= end + marks().return_window]
    answered = f"Staff restarted {listed(list(dict.fromkeys(e.drug for e in restarts)))}" if restarts else ""
    answered += f" at {clock(restarts[0].time_s)}." if restarts else ""
    setting = _setting(start, wean, ran)
    many = "one seizure" if len(group) == 1 else f"{len(group)} seizures until {clock(end)}"
    length = f"{span(60 * minutes)} in all" if len(group) > 1 else f"of {span(end - start)}"
    words = f"{setting}: {many}, {length}{f', the longest {span(longest)}' if len(group) > 1 else ''}"
    words += f", {'with' if moved else 'without'} movement, from the {place_words(seen.met['focus'])}."
    words = " ".join(part for part in (words, answered, seen.words) if part)
    return Relapse(start, end, len(group), minutes, longest, moved, setting, answered, seen, words)


def _setting(start: float, wean: Wean | None, ran: Sequence[Running]) -> str:
    if wean and start > wean.off_s:
        return f"{span(start - wean.off_s)} after {wean.drug} had come to zero"
    if wean:
        return f"While {wean.drug} was being lowered"
    under = [one.drug for one in ran if one.role == "anaesthetic" and one.start_s < start <= one.end_s]
    if under:
        return f"Under {listed(list(dict.fromkeys(under)))} at a held rate"
    last = max((one for one in ran if one.role == "anaesthetic" and one.end_s <= start), key=_end, default=None)
    return f"{span(start - last.end_s)} after the last anaesthetic ({last.drug})" if last else "Without an anaesthetic"


def _end(one: Running) -> float:
    return one.end_s


def _levels(record: xr.Dataset, then_s: float, now_s: float) -> dict[str, tuple[float, float]]:
    """Per drug that acts on seizures at once: multiples of its half effect at two moments."""
    made = {}
    for drug in drugs_of(record):
        how = acting(drug)
        if how.half_effect and not how.immune:
            then, now = (how.drive(level_at(record, how.active, t)) for t in (then_s, now_s))
            if then == then and max(then, now) >= marks().arrived:
                made[drug] = (then, now)
    return made


def _thinned(levels: dict[str, tuple[float, float]], since_s: float, mark: Marks) -> Finding | None:
    """The drugs whose level had fallen since, the most fallen giving the weight."""
    fallen = {
        d: (then, now) for d, (then, now) in levels.items() if then >= mark.arrived and now < mark.cover_thin * then
    }
    if not fallen:
        return None
    told = [f"{drug} from {then:.2g} to {now:.2g}" for drug, (then, now) in fallen.items()]
    least = min(now / then for then, now in fallen.values())
    words = f"the cover had thinned since {clock(since_s)} ({listed(told)} times half effect at its site)"
    return Finding("level", 0.2 + 0.7 * (1 - least), words)


def _likeliest(thin: Finding | None, ground: Soil, met: dict[str, Any]) -> str:
    under = listed([fault.words for fault in ground.at_fault[:3]])
    if thin and under:
        return f"Likeliest: {thin.words}, and what it had covered was still there: {under}."
    if thin:
        scar = met.get("injury", 0.0)
        left = f" and a scar ({scar:.0%} of the neurons dead)" if scar > 0.01 else ""
        return (
            f"Likeliest: {thin.words}. No recorded mechanism of the tissue was at fault, so what it had covered must "
            f"be what the record does not follow: the cause's own irritation{left}."
        )
    if under:
        return f"Likeliest: {under}; no drug had fallen much."
    return "No recorded mechanism accounts for it: no drug had fallen much, and the tissue was in order."


def _gist(levels: dict[str, tuple[float, float]], thin: Finding | None, ground: Soil) -> str:
    """The likeliest reason in a clause."""
    under = listed([fault.words for fault in ground.at_fault[:2]])
    soft = under or "nothing recorded in the tissue was at fault"
    if not thin:
        return soft
    drug = min(levels, key=lambda name: levels[name][1] / max(levels[name][0], 1e-9))
    then, now = levels[drug]
    return f"{drug} had gone from {then:.2g} to {now:.2g} times half effect, and {soft}"


def _in_order(ground: Soil) -> str:
    return f"In order at that time: {', '.join(ground.in_order)}." if ground.in_order else ""


def _proofs(
    reasons: Sequence[Finding],
    at_s: float,
    since_s: float,
    levels: dict[str, tuple[float, float]],
    ran: Sequence[Running],
) -> list[Proof]:
    """The runs that would show whether each of the three weightiest reasons was to blame."""
    made: list[Proof] = []
    for reason in reasons[:3]:
        if reason.mechanism == "level":
            made += _kept_up(since_s, levels, ran)
        elif row := _given().get(reason.mechanism):
            when = max(0.0, at_s - seconds(row["before"]))
            made.append(Proof(row["shows"], giving(when, row["order"])))
    return list({proof.command: proof for proof in made}.values())


def _kept_up(since_s: float, levels: dict[str, tuple[float, float]], ran: Sequence[Running]) -> list[Proof]:
    """The drug that fell most, kept at its highest rate."""
    fell = [
        one for one in ran if one.drug in levels and one.start_s <= since_s <= one.end_s and one.unit.startswith("mg")
    ]
    if not fell:
        return []
    one = min(fell, key=lambda one: levels[one.drug][1] / max(levels[one.drug][0], 1e-9))
    order = f"{one.drug} {one.most_per_h:.4g} {one.unit}/h IV for 48 h"
    return [Proof(f"whether {one.drug}, kept up beside the wean, would have held", giving(since_s, order))]


def giving(time_s: float, order: str) -> str:
    """The command that runs the same patient and noise with something given as well."""
    return f'quell branch scenario.toml --at "{moment(time_s)}" --give "{order}" --out DIR'


@cache
def _given() -> dict[str, dict[str, str]]:
    return tomllib.loads(CARD.read_text(encoding="utf-8"))["give"]
