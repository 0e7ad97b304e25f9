"""What decided besides the seizure: drugs that changed each other's levels, levels out of range, a heart that failed.

All of it stands in the timeline; here it is told together, since a reader who wants to know why looks for one story.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from quell.care.bodily import RHYTHM, SYNDROME
from quell.care.mixing import BEGINS, STRONGEST
from quell.care.timeline import Event
from quell.outcome.reason import clock

BEGINS_TO, AT_MOST = f" {BEGINS}: ", f" {STRONGEST}: "  # between a pair and what moves by how much
UNSURVIVED = "Nobody dies in a run: what follows has no counterpart in a living patient."


class Besides(NamedTuple):
    """One thing that decided: from when on, its title, its story, and in one sentence for the summary ("" for none).

    `first` where that sentence comes before all others: the heart has failed, or is about to.
    """

    from_s: float
    title: str
    words: str
    gist: str = ""
    first: bool = False


def besides(events: Sequence[Event]) -> list[Besides]:
    """Everything of that kind in one patient's events, in order of time."""
    return sorted([*_body(events), *_levels(events)], key=lambda one: one.from_s)


def _body(events: Sequence[Event]) -> Iterator[Besides]:
    """The propofol infusion syndrome from its first sign, and a heart that fails of whatever reason."""
    signs = [event for event in events if event.kind == "body" and event.detail.endswith(SYNDROME)]
    failed = next((event for event in events if event.kind == "body" and event.what == RHYTHM), None)
    gist = f"The heart's rhythm failed at {clock(failed.time_s)}: {failed.detail}. {UNSURVIVED}" if failed else ""
    if signs:
        first = {event.what: event for event in reversed(signs)}  # each sign where it first came
        order = sorted(first.values(), key=lambda event: event.time_s)
        told = "; ".join(f"{event.what} at {clock(event.time_s)}" for event in order)
        words = f"In order: {told}. {_first(order[0].detail.removesuffix(f': {SYNDROME}'))} by the first of them."
        warned = f"The propofol infusion syndrome began at {clock(order[0].time_s)} with {order[0].what}."
        yield Besides(order[0].time_s, "The propofol infusion syndrome", words, f"{warned} {gist}".strip(), first=True)
    elif failed:
        yield Besides(failed.time_s, "The heart", gist, gist, first=True)


def _levels(events: Sequence[Event]) -> Iterator[Besides]:
    """Each pair of drugs of which one changed the other, with what became of the level; then levels out of range."""
    out = [event for event in events if event.kind == "level"]
    told, begins = set(), [event for event in events if event.kind == "interaction" and BEGINS_TO in event.what]
    for pair in dict.fromkeys(event.what.partition(BEGINS_TO)[0] for event in begins):
        mine = [event for event in begins if event.what.startswith(f"{pair}{BEGINS_TO}")]
        begun = mine[0]
        most = [e.what.partition(AT_MOST)[2] for e in events if e.what.startswith(f"{pair}{AT_MOST}")]
        after = [event for event in out if event.drug == begun.drug and event.time_s >= begun.time_s]
        told |= set(after)
        words = " ".join(f"{_first(event.detail.partition('; total')[0])}. {_sized(event, most)}" for event in mine)
        words += f" Then {_ranged(after)}." if after else ""
        gist = f"{_first(pair)}: {_ranged(after)}." if after else ""
        yield Besides(begun.time_s, f"{_first(pair)} in one body", words, gist)
    for drug in dict.fromkeys(event.drug for event in out if event not in told):
        mine = [event for event in out if event.drug == drug and event not in told]
        words = f"{_first(_ranged(mine))}."
        yield Besides(mine[0].time_s, f"Levels of {drug}", f"{words} {_first(mine[0].detail)}.", words)


def _sized(begun: Event, most: Sequence[str]) -> str:
    """How large an effect was: "clearance of valproate x 1.20 from 24 h on, x 1.75 at its strongest"."""
    what, _, factor = begun.what.partition(BEGINS_TO)[2].rpartition(" x ")
    same = [size for size in most if size.startswith(f"{what} x ")]
    rest = f", x {same[-1].rpartition(' x ')[2]} at its strongest" if same else ""
    return f"{_first(what)} x {factor} from {clock(begun.time_s)} on{rest}."


def _ranged(events: Sequence[Event]) -> str:
    return "; ".join(f"{event.what} at {clock(event.time_s)}" for event in events)


def _first(words: str) -> str:
    """The words as a sentence begins; units keep their capitals."""
    return words[:1].upper() + words[1:]
