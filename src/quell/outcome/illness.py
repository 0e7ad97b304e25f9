"""The whole illness told: what happened, stage by stage, how it ended, and what would be tried next in a simulation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import xarray as xr

from quell.care.timeline import Event
from quell.care.weans import Running, running, weans
from quell.outcome.attempt import Attempt, attempt
from quell.outcome.besides import Besides, besides
from quell.outcome.endpoint import answers_above, rules
from quell.outcome.holding import held, held_words
from quell.outcome.reason import clock, given_words, listed, span
from quell.outcome.relapse import Proof, Relapse, relapses
from quell.outcome.spell import bouts_of
from quell.outcome.why import WORKED, Verdict, marks

MOST_NAMED = 4  # first doses that are told one by one


class Chapter(NamedTuple):
    """One part of the illness, in order of time."""

    from_s: float
    title: str
    words: str


@dataclass(frozen=True)
class Illness:
    """The chapters, the paragraph that closes them, and runs that would show more."""

    chapters: tuple[Chapter, ...]
    closing: str
    following: tuple[Proof, ...]

    def as_dict(self) -> dict[str, Any]:
        """The story as plain values, for summary.json."""
        return {
            "chapters": [chapter._asdict() for chapter in self.chapters],
            "closing": self.closing,
            "next": [proof._asdict() for proof in self.following],
        }


@dataclass(frozen=True)
class Known:
    """All that was judged of one patient."""

    record: xr.Dataset
    events: Sequence[Event]
    verdicts: Sequence[Verdict]
    ran: Sequence[Running]
    attempts: Sequence[Attempt]
    relapses: Sequence[Relapse]
    cause: str = ""

    @property
    def end_s(self) -> float:
        return float(self.record["time"].values[-1])

    @property
    def besides(self) -> list[Besides]:
        """What decided besides the seizure."""
        return besides(self.events)

    @property
    def anaesthetics(self) -> list[Running]:
        """Stretches of anaesthetic infusions."""
        return [one for one in self.ran if one.role == "anaesthetic"]


def known_of(record: xr.Dataset, events: Sequence[Event], verdicts: Sequence[Verdict], cause: str = "") -> Known:
    """Infusions, weans and relapses of one patient, judged."""
    end = float(record["time"].values[-1])
    ran = running(events, end)
    tried = weans(events, bouts_of(record).seizures, rules(), end_s=end)
    attempts = [attempt(record, wean, ran) for wean in tried if wean.start_s < end]
    return Known(record, events, verdicts, ran, attempts, relapses(record, events, tried, ran), cause)


def illness(known: Known) -> Illness:
    """The story of one patient from what was judged."""
    made = [*_onset(known), *_first_drugs(known), *_comas(known), *_slow(known)]
    made += [Chapter(one.from_s, one.title, one.words) for one in known.besides]
    made += [Chapter(a.wean.start_s, f"Weaning {a.wean.drug}: {a.result}", a.words) for a in known.attempts]
    made += [Chapter(r.start_s, "Seizures return", _brief(r, known.attempts)) for r in known.relapses]
    ordered = tuple(sorted(made, key=lambda chapter: chapter.from_s))
    return Illness(ordered, _closing(known), tuple(_following(known)))


def _onset(known: Known) -> list[Chapter]:
    after = [bout for bout in bouts_of(known.record).seizures if bout.end_s > 0.0]
    if not after:
        return [Chapter(0.0, "Onset", known.cause or "No seizure was seen.")]
    first = after[0]
    length = span(first.end_s - max(first.start_s, 0.0))
    words = (
        f"The first seizure lasted {length}." if first.ended else f"The first seizure ran on for {length}, to the end."
    )
    stages = [event for event in known.events if event.kind == "stage"]
    if stages:
        words += f" Stages reached: {', '.join(f'{e.what} at {clock(e.time_s)}' for e in stages)}."
    return [Chapter(0.0, "Onset", f"{words} {known.cause}".strip())]


def _first_drugs(known: Known) -> list[Chapter]:
    began = min((one.start_s for one in known.anaesthetics), default=float("inf"))
    early = [v for v in known.verdicts if v.dose.start_s < began and v.result != "not seizing" and not v.immune]
    if not early:
        return []
    told = [f"{given_words(v.dose)}: {_result(v)}" for v in early[:MOST_NAMED]]
    more = f"; {len(early) - MOST_NAMED} more" if len(early) > MOST_NAMED else ""
    return [Chapter(early[0].dose.start_s, "The first drugs", f"{'; '.join(told)}{more}.")]


def _comas(known: Known) -> list[Chapter]:
    """Each stretch of anaesthetic infusions that overlap: one coma."""
    groups: list[list[Running]] = []
    for one in known.anaesthetics:
        if groups and one.start_s <= max(other.end_s for other in groups[-1]):
            groups[-1].append(one)
        else:
            groups.append([one])
    made = []
    for number, group in enumerate(groups, start=1):
        start, end = group[0].start_s, max(one.end_s for one in group)
        drugs = listed(list(dict.fromkeys(one.drug for one in group)))
        left = "" if end < known.end_s else ", and it runs on at the end of the record"
        words = f"Coma under {drugs} from {clock(start)} to {clock(end)}{left}. "
        made.append(Chapter(start, f"Coma {number}", words + held_words(held(known.record, start, end), start, end)))
    return made


def _slow(known: Known) -> list[Chapter]:
    slow = [verdict for verdict in known.verdicts if verdict.immune]
    if not slow:
        return []
    drugs = listed(list(dict.fromkeys(verdict.dose.drug for verdict in slow)))
    first, last = slow[0].met, _latest_il1(known.record)
    words = f"{drugs.capitalize()}, from {clock(slow[0].dose.start_s)} on."
    if "il1" in first:
        words += f" Interleukin-1 stood at {first['il1']:.2g} then and at {last:.2g} at the end."
    return [Chapter(slow[0].dose.start_s, "Immune treatment", words)]


def _brief(relapse: Relapse, attempts: Sequence[Attempt]) -> str:
    """A relapse in words; where a wean has already told its state and reason, only what happened."""
    told = any(a.reading and min(a.wean.seizure_s, a.wean.back_s) == relapse.start_s for a in attempts)
    if not told:
        return relapse.words
    return relapse.words.replace(relapse.reading.words, "").strip() + " State and reason stand under the wean."


def _closing(known: Known) -> str:
    last, silent = known.record.isel(time=-1), _silence(known)
    answers = float(last["responsiveness"]) > answers_above()
    end = "still seizing" if bool(last["seizing"]) else f"silent for {span(silent)}" if silent > 0 else "silent"
    parts = [f"At the end ({clock(known.end_s)}) the EEG is {end} and the patient {_yes('answers', answers)}."]
    if known.anaesthetics:
        parts.insert(0, _lifted(known, silent))
    failed = [a for a in known.attempts if a.result in ("failed", "seizures back")]
    for number, one in enumerate(failed, start=1):
        if one.reading:
            at = clock(min(one.wean.seizure_s, one.wean.back_s))
            parts.append(f"Return {number} ({at}): {one.reading.gist}.")
    if not known.anaesthetics and (ended := _ended(known)):
        parts.insert(0, ended)
    before, after = ([one.gist for one in known.besides if one.gist and one.first == first] for first in (True, False))
    return " ".join([*before, *parts, *after])


def _ended(known: Known) -> str:
    """What was at work when the last silence that a drug can claim began."""
    good = [verdict for verdict in known.verdicts if verdict.result in WORKED]
    if not good and known.verdicts:
        goes_on = bool(known.record["seizing"].isel(time=-1))
        return "No drug has ended it." if goes_on else "No drug can claim to have ended it."
    if not good:
        return ""
    last = max(good, key=lambda verdict: verdict.stopped_s)
    drugs = list(dict.fromkeys([*last.company, last.dose.drug]))
    when = f"When the EEG fell silent at {clock(last.stopped_s)}, {listed(drugs)}"
    if len(drugs) > 1:
        return f"{when} were at work together; this run alone cannot tell which of them ended it."
    if last.met.get("reserve", 0.0) > marks().own_brakes:
        return f"{when} was at work, but the brain had brakes enough to have ended it by itself."
    return f"{when} was at work and the likeliest cause: {_result(last)} after {given_words(last.dose)}."


def _lifted(known: Known, silent: float) -> str:
    running = list(dict.fromkeys(one.drug for one in known.anaesthetics if not one.ended))
    failed, many = sum(attempt.result == "failed" for attempt in known.attempts), len(known.attempts)
    down = sum(attempt.result == "stepped down" for attempt in known.attempts)
    tried = f"{many} attempt{'' if many == 1 else 's'} at weaning, of which {failed} failed" if many else "no weaning"
    tried += f" and {down} only stepped down to another drug" if down else ""
    if running:
        on = "runs on" if len(running) == 1 else "run on"
        return f"The coma could not be lifted within this record: {tried}; {listed(running)} {on}."
    off = known.end_s - max(one.end_s for one in known.anaesthetics)
    if (free := min(off, silent)) >= rules().wean_window:
        return (
            f"The coma could be lifted: {tried}; the last {span(free)} passed without anaesthetic and without seizure."
        )
    return f"Whether the coma can be lifted is open: {tried}; the last anaesthetic ended {span(off)} before the end."


def _yes(verb: str, true: bool) -> str:
    return verb if true else f"does not {verb.removesuffix('s')}"


def _silence(known: Known) -> float:
    found = bouts_of(known.record).seizures
    return known.end_s - found[-1].end_s if found else 0.0


def _following(known: Known) -> list[Proof]:
    """Runs worth doing next: those that would prove a reason, the last return first, then what would prove a drug."""
    proofs = [p for a in reversed(known.attempts) if a.reading for p in a.reading.proofs]
    proofs += [p for r in reversed(known.relapses) for p in r.reading.proofs]
    proofs += [
        Proof(f"whether {verdict.dose.drug} was the cause of the silence", verdict.proof)
        for verdict in known.verdicts
        if verdict.proof and verdict.result in WORKED
    ]
    return list({proof.shows: proof for proof in proofs}.values())[:6]


def _result(verdict: Verdict) -> str:
    after = f" {span(verdict.stopped_s - verdict.dose.start_s)} later" if verdict.stopped_s == verdict.stopped_s else ""
    return {
        "stopped": f"silence{after}",
        "returned": f"silence{after}, then seizures again",
        "shared": f"silence{after}, with {listed(verdict.company)} at work as well",
        "failed": "did not stop the seizure",
        "ended before": "the seizure ended before it arrived",
        "held": "held a silent EEG silent",
        "broke through": "seizures broke through it",
    }.get(verdict.result, "no verdict")


def _latest_il1(record: xr.Dataset) -> float:
    return float(record["il1"].isel(time=-1).max()) if "il1" in record else float("nan")
