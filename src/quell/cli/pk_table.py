"""`quell pk --events FILE`: levels at the asking records of a NONMEM table, subject by subject."""

from pathlib import Path

import numpy as np

from quell.cli.pk import card_or_library
from quell.drugs.body import reference_persons
from quell.drugs.card import load
from quell.drugs.events import SECONDS
from quell.drugs.nonmem import read_subjects, subject_levels
from quell.drugs.parameters import variant_of
from quell.drugs.traits import traits
from quell.ground import compute
from quell.ground.errors import InputError

Row = tuple[int, float, float, float]  # ID, TIME in the table's unit, plasma and site in mg/L


def table_levels(
    path: Path,
    *,
    drug: str | None = None,
    variant: str | None = None,
    card: Path | None = None,
    time_unit: str = "h",
) -> list[Row]:
    """One row per asking record, typical patients with the table's covariates (WT, AGE, HT, MALE, ALB, CRCL).

    CMT is a line ("lorazepam/IV"), or with `drug` the number of a route in the order of its card. InputError.
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
        for subject in read_subjects(text, time_unit=time_unit, lines=lines, file=path.name):
            who = traits(reference_persons(1, **subject.covariates), None, [0])
            active = _active(subject, path.name)
            if variant:
                variant_of(load(active), variant)
            found = subject_levels(subject, active, who, variant=variant)
            for k, time in enumerate(found.time_s):
                rows.append((subject.number, time / SECONDS[time_unit], found.plasma[k, 0], found.site[k, 0]))
    return rows


def as_csv(rows: list[Row]) -> str:
    """The rows under their names."""
    lines = [",".join([str(i), *(repr(float(np.round(t, 12))), repr(float(p)), repr(float(s)))]) for i, t, p, s in rows]
    return "\n".join(["ID,TIME,plasma_mg_per_L,site_mg_per_L", *lines])


def _active(subject, file: str) -> str:
    ordered = {event.line.partition("/")[0] for event in subject.events if event.line}
    active = {load(name).delivers or load(name).name for name in ordered}
    if len(active) != 1:
        what = f"ID {subject.number} is given {', '.join(sorted(active)) or 'nothing'}"
        raise InputError(what, file=file, field="CMT", allowed="one drug in a table")
    return active.pop()
