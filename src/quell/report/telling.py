"""The timeline as a reader wants it: seizures with their length on one line, runs of brief ones and repeats as one.

`timeline.csv` keeps every event; nothing is left out here that is not counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from quell.care.definition import Rules
from quell.care.meaning import Run, runs
from quell.care.timeline import Bout
from quell.ground.card import from_card
from quell.outcome.reason import clock, span

SIGNS = {"electrographic seizure": "seizure", "convulsion": "convulsion"}
SEIZING = ("seizure", "recurrence")
REPEATED = ("body",)  # kinds of which the same line may come dozens of times


class Line(NamedTuple):
    """One line of the told timeline."""

    time_s: float
    kind: str
    what: str
    detail: str = ""


def told(events: pd.DataFrame, patient: int) -> list[Line]:
    """The lines of one patient in order of time."""
    rows = [row for row in events.to_dict("records") if row["patient"] == patient and not _is_pop(row)]
    rows.sort(key=lambda row: row["time_s"])
    rules = from_card(Rules)
    lines = _together(list(_seizures(rows, rules)))
    rest = [row for row in rows if not _sign(row)]
    lines += [_line(row) for row in rest if row["kind"] not in REPEATED]
    lines += _repeats([_line(row) for row in rest if row["kind"] in REPEATED], float(rules.run_gap))
    return sorted(lines, key=lambda line: line.time_s)


def _seizures(rows: Sequence[Mapping[str, Any]], rules: Rules) -> Iterator[Line]:
    for sign, word in SIGNS.items():
        found, begun = [], None
        for row in (row for row in rows if _sign(row) == sign):
            if "ends after" in str(row["what"]):
                found.append(Bout(begun if begun is not None else float(row["time_s"]), float(row["time_s"]), True))
                begun = None
            else:
                begun = float(row["time_s"])
        before = None
        for one in runs(found, rules):
            yield _bout(one, word, before)
            before = one.end_s
        if begun is not None:
            yield Line(begun, word, f"{word} that does not end in this record", _away(begun, before))


def _together(lines: list[Line]) -> list[Line]:
    """A convulsion that begins and ends with its seizure stands on the line of the seizure."""
    moves = {_as_seizure(line): line for line in lines if line.kind == "convulsion"}
    made = []
    for line in lines:
        if line.kind == "seizure" and (line.time_s, line.what) in moves:
            del moves[(line.time_s, line.what)]
            made.append(line._replace(detail="; ".join(filter(None, ("convulsing throughout", line.detail)))))
        elif line.kind == "seizure":
            made.append(line)
    return made + list(moves.values())


def _as_seizure(line: Line) -> tuple[float, str]:
    return line.time_s, line.what.replace("convulsion", "seizure")


def _bout(one: Bout | Run, word: str, before: float | None) -> Line:
    away = _away(one.start_s, before)
    if isinstance(one, Run):
        lengths = sorted(bout.end_s - bout.start_s for bout in one.bouts)
        each = span(lengths[0]) if lengths[0] == lengths[-1] else f"{span(lengths[0])} to {span(lengths[-1])}"
        what = f"{len(one.bouts)} brief {word}s between {clock(one.start_s)} and {clock(one.end_s)}"
        return Line(one.start_s, word, what, f"{each} each{f'; {away}' if away else ''}")
    return Line(one.start_s, word, f"{word} of {span(one.end_s - one.start_s)}, until {clock(one.end_s)}", away)


def _away(start: float, before: float | None) -> str:
    return "" if before is None else f"after {span(start - before)} without"


def _repeats(lines: Sequence[Line], gap_s: float) -> Iterator[Line]:
    groups: dict[str, list[list[Line]]] = {}
    for line in lines:
        mine = groups.setdefault(line.what, [])
        if mine and line.time_s - mine[-1][-1].time_s < gap_s:
            mine[-1].append(line)
        else:
            mine.append([line])
    for group in (group for mine in groups.values() for group in mine):
        first, many = group[0], len(group)
        yield first if many == 1 else first._replace(what=f"{first.what}, {many} times until {clock(group[-1].time_s)}")


def _sign(row: Mapping[str, Any]) -> str:
    """The sign whose begin or end a row tells; "" for every other row."""
    what = str(row["what"])
    return next((sign for sign in SIGNS if row["kind"] in SEIZING and what.startswith(f"{sign} ")), "")


def _line(row: Mapping[str, Any]) -> Line:
    return Line(float(row["time_s"]), str(row["kind"]), str(row["what"]), str(row["detail"]))


def _is_pop(row: Mapping[str, Any]) -> bool:
    """A pop of an electrode lasts a second and comes by the dozen; timeline.csv holds them."""
    return row["kind"] == "artefact" and str(row["what"]).startswith("pop")
