"""Doses in Antimony: amounts as parameters, pushes as events into rooms, infusions as inputs that events set."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from quell.drugs.card import load
from quell.drugs.regimen import Dose
from quell.drugs.scheme import Scheme
from quell.report.antimony_words import constant, number, symbol


def doses(schemes: Sequence[Scheme], given: Sequence[Dose]) -> Iterator[str]:
    """Lines for the doses and what they do after time 0."""
    for n, dose in enumerate(given, 1):
        unit = "" if _vapour(dose.line) else "mg_per_s" if dose.endless else "mg"
        yield f"{constant(f'dose_{n}', dose.mg, unit)}  // {dose.line} at {number(dose.start_s)} s"
        if 0 < dose.lasts_s < np.inf:
            yield constant(f"lasts_{n}", dose.lasts_s, "second")
    arriving = _arriving(schemes, given)
    lines = list(dict.fromkeys(dose.line for _, dose in arriving))
    for line in lines:
        mine = symbol("input", line)
        unit = "" if _vapour(line) else f" {mine} has mg_per_s;"
        yield f"  var {mine} = {_running(line, 0.0, arriving)};{unit}"
    ends = (dose.start_s + dose.lasts_s for _, dose in arriving)
    moments = sorted({t for t in (*ends, *(dose.start_s for _, dose in arriving)) if 0 < t < np.inf})
    for k, at in enumerate(moments, 1):
        done = [*_changes(at, lines, arriving), *_pushes(at, schemes, given)]
        yield f"  event_{k}: at (time >= {number(at)} second): {', '.join(done)};"


def pushed(at: float, schemes: Sequence[Scheme], given: Sequence[Dose]) -> dict[str, str]:
    """What the pushes at this moment add to each room, as an expression."""
    parts: dict[str, list[str]] = {}
    for n, dose in _arriving(schemes, given):
        if dose.start_s == at and dose.lasts_s == 0:
            for into, line, _ in (inlet for scheme in schemes for inlet in scheme.inlets if inlet[1] == dose.line):
                parts.setdefault(into, []).append(f"{symbol('F', line, into.partition('.')[2])}*dose_{n}")
    return {room: " + ".join(added) for room, added in parts.items()}


def _arriving(schemes: Sequence[Scheme], given: Sequence[Dose]) -> list[tuple[int, Dose]]:
    """The doses with their numbers, and on lines that are late the same doses (and numbers) when they arrive."""
    numbered = list(enumerate(given, 1))
    late = [late for scheme in schemes for late in scheme.late.items()]
    again = [
        (n, replace(dose, line=name, start_s=dose.start_s + float(seconds[0])))
        for name, (line, seconds) in late
        for n, dose in numbered
        if dose.line == line
    ]
    return [*numbered, *again]


def _vapour(line: str) -> bool:
    """Whether doses of the line are per cent inspired, which is no unit of SBML."""
    return load(line.partition("/")[0]).ordered_as == "%"


def _changes(at: float, lines: Sequence[str], given: Sequence[tuple[int, Dose]]) -> Iterator[str]:
    for line in lines:
        mine = [dose for _, dose in given if dose.line == line and dose.lasts_s > 0]
        if any(at in (dose.start_s, dose.start_s + dose.lasts_s) for dose in mine):
            yield f"{symbol('input', line)} = {_running(line, at, given)}"


def _pushes(at: float, schemes: Sequence[Scheme], given: Sequence[Dose]) -> Iterator[str]:
    for room, added in pushed(at, schemes, given).items():
        yield f"{symbol(room)} = {symbol(room)} + {added}"


def _running(line: str, at: float, given: Sequence[tuple[int, Dose]]) -> str:
    """The input of a line from this moment on."""
    parts = [
        f"dose_{n}" if dose.endless else f"dose_{n}/lasts_{n}"
        for n, dose in given
        if dose.line == line and dose.lasts_s > 0 and dose.start_s <= at < dose.start_s + dose.lasts_s
    ]
    return " + ".join(parts) or ("0" if _vapour(line) else "0 mg_per_s")
