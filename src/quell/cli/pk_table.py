"""`quell pk --events FILE`: levels at the asking records of a NONMEM table; `quell export nonmem` writes one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quell.cli.pk import at_times, by_state, card_or_library, doses_of, persons
from quell.cli.pk_notes import notes
from quell.drugs.body import reference_persons
from quell.drugs.card import load
from quell.drugs.events import SECONDS, Event
from quell.drugs.nonmem import COVARIATES, Subject, read_subjects, write_subjects
from quell.drugs.nonmem_body import subject_levels
from quell.drugs.parameters import variant_of
from quell.drugs.sense import Given, check
from quell.drugs.traits import traits
from quell.ground import compute
from quell.ground.errors import InputError

Row = tuple[int, float, float, float]  # ID, TIME in the table's unit, plasma and site in mg/L


class Answer(NamedTuple):
    """One row per asking record, and what to beware of, subject by subject."""

    rows: list[Row]
    notes: list[str]


def table_levels(path: Path, **how: Any) -> list[Row]:
    """The rows of `answered`."""
    return answered(path, **how).rows


def answered(
    path: Path,
    *,
    drug: str | None = None,
    variant: str | None = None,
    card: Path | None = None,
    time_unit: str = "h",
    confirm_overdose: bool = False,
) -> Answer:
    """Levels of typical patients with the table's covariates (WT, AGE, HT, MALE, ALB, CRCL).

    CMT is a line ("lorazepam/IV"), or with `drug` the number of a route in the order of its card, the first where there
    is none. InputError.
    """
    compute.prepare()
    if not path.is_file():
        raise InputError("there is no such file", file=str(path), allowed="a NONMEM table in CSV")
    with card_or_library(card, drug) as name:
        lines = [f"{name}/{route}" for route in load(name).route] if name else []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise InputError("the file is not text in UTF-8", file=str(path), allowed="a NONMEM table in CSV") from None
        rows: list[Row] = []
        said: dict[str, list[int]] = {}
        for subject in read_subjects(text, time_unit=time_unit, lines=lines, file=path.name):
            who = reference_persons(1, **subject.covariates)
            lane = traits(who, None, [0])
            active = load(_active(subject, path.name))
            if variant:
                variant_of(active, variant)
            _check(subject, who, path.name, confirmed=confirm_overdose)
            found = subject_levels(subject, active.name, lane, variant=variant)
            for k, time in enumerate(found.time_s):
                rows.append((subject.number, time / SECONDS[time_unit], found.plasma[k, 0], found.site[k, 0]))
            pushed = any(event.kind in (1, 4) and not event.rate_mg_s for event in subject.events)
            for note in notes(active, variant, who, pushed=pushed):
                said.setdefault(note, []).append(subject.number)
    return Answer(rows, [f"{_whom(numbers)}: {note}" for note, numbers in said.items()])


def written(
    regimen: str,
    *,
    drug: str | None = None,
    variant: str | None = None,
    card: Path | str | None = None,
    state: str = "",
    at: Sequence[float] | None = None,
    until: str,
    every: str,
    time_unit: str = "h",
    numbers: bool = False,
    confirm_overdose: bool = False,
    **person: Any,
) -> str:
    """The doses of a regimen in one person as a NONMEM table with covariates, and records that ask at these times.

    `numbers` writes CMT as the number of a route in the order of the drug's card (NONMEM takes no text). An infusion
    without an end runs until the last time. Raises InputError.
    """
    compute.prepare()
    with card_or_library(card, drug) as name:
        who, times = persons(**person), at_times(at, until, every)
        model = variant or by_state(regimen, name, who, state)
        given, _ = doses_of(regimen, name, who, variant=model, n=1, confirmed=confirm_overdose)
        end = float(times.max())
        events = [_dosed(dose, end) for dose in given if dose.start_s <= end or not dose.endless]
        events += [Event(1, float(time), kind=0) for time in times]
        # a dose stands before a record of the same moment, which then sees it, as in `quell.pk`
        events.sort(key=lambda event: (event.time_s, event.kind == 0))
        covariates = {measure: float(who[measure][0]) for measure in COVARIATES.values()}
        ordered = {dose.line.partition("/")[0] for dose in given}
        if numbers and len(ordered) > 1:
            raise InputError("several drugs have no common numbers", field="--numbers", allowed="one drug in a table")
        lines = [f"{one}/{route}" for one in ordered for route in load(one).route] if numbers else []
        return write_subjects([Subject(1, events, covariates)], time_unit=time_unit, lines=lines)


def as_csv(rows: list[Row]) -> str:
    """The rows under their names."""
    lines = [",".join([str(i), *(repr(float(np.round(t, 12))), repr(float(p)), repr(float(s)))]) for i, t, p, s in rows]
    return "\n".join(["ID,TIME,plasma_mg_per_L,site_mg_per_L", *lines])


def _dosed(dose, end_s: float) -> Event:
    mg = float(dose.mg[0])
    if dose.endless:
        return Event(1, dose.start_s, mg * max(end_s - dose.start_s, 1.0), mg, line=dose.line)
    return Event(1, dose.start_s, mg, mg / dose.lasts_s if dose.lasts_s else 0.0, line=dose.line)


def _check(subject: Subject, who: dict[str, np.ndarray], file: str, *, confirmed: bool) -> None:
    """Refuse amounts far beyond the card, as in a regimen."""
    weight, age = float(who["weight_kg"][0]), float(who["age_y"][0])
    for event in subject.events:
        if event.kind not in (1, 4):
            continue
        lasts = event.amount_mg / event.rate_mg_s if event.rate_mg_s else 0.0
        endless = not event.amount_mg
        mg, lasts = (event.rate_mg_s * 3600.0, 3600.0) if endless else (event.amount_mg, lasts)
        words = f"AMT {event.amount_mg:g}" + (f" at {event.rate_mg_s * 3600.0:g} mg/h" if event.rate_mg_s else "")
        given = Given(event.line, mg, lasts, endless, f"{words} into {event.line}")
        check(given, weight, age, confirmed=confirmed, file=file, field=f"AMT of ID {subject.number}")


def _whom(numbers: list[int]) -> str:
    few = ", ".join(map(str, numbers[:5]))
    return f"ID {few}" + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def _active(subject: Subject, file: str) -> str:
    ordered = {event.line.partition("/")[0] for event in subject.events if event.line and event.kind in (1, 4)}
    active = {load(name).delivers or load(name).name for name in ordered}
    if len(active) != 1:
        what = f"ID {subject.number} is given {', '.join(sorted(active)) or 'nothing'}"
        raise InputError(what, file=file, field="CMT", allowed="one drug in a table")
    return active.pop()
