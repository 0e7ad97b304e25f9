"""The commands that ask the pharmacy: interactions, isobolograms, and the numbers behind everything."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from quell.cli.commands import _print_json
from quell.ground.errors import InputError

if TYPE_CHECKING:
    from quell.drugs.card import DrugCard

PEOPLE = 200  # drawn around the typical patient, unless another number is asked for
EFFECTS = (1.5, 2.0, 3.0)  # times the synaptic conductance without drugs


def interactions(asked: Namespace) -> None:
    """`quell interactions`: what drugs do to each other."""
    from quell.cli.interactions import asked as answer
    from quell.cli.interactions import told

    found = answer(asked.drugs, asked.after)
    _print_json(found) if asked.json else print(told(found))


def isobologram(asked: Namespace) -> None:
    """`quell isobologram`: pairs of levels of two drugs that open the GABA-A gate equally far."""
    from quell.report import isobologram, style

    curves, figure = isobologram.drawn(asked.first, asked.second, tuple(asked.effect or EFFECTS), left=asked.left)
    out = asked.out or Path("out") / f"isobologram_{asked.first}_{asked.second}.png"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(style.png(figure))
    if asked.json:
        _print_json({"picture": str(out), "effects": isobologram.rows(curves)})
    else:
        print(isobologram.text(curves, asked.first, asked.second))
        print(f"Levels in mg/L of total plasma; not for bedside decisions. Look at the picture:\n  {out}")


def draw_variants(card: "DrugCard", out: Path) -> None:
    """The picture of `quell drugs show`: levels of every model after the card's first dose, with people's interval."""
    from quell.cli.drugs import compared
    from quell.report import style, variant_picture

    levels, _, _ = compared(card, n=PEOPLE)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(style.png(variant_picture.drawn(levels, card.default)))


def drugs_compare(asked: Namespace) -> None:
    """`quell drugs compare`: the structural models of a drug side by side, as a table and a picture."""
    from quell.cli.drugs import compared
    from quell.drugs.card import load
    from quell.report import style, variant_picture

    card = load(asked.drug)
    levels, words, table = compared(card, asked.regimen, asked.until)
    out = asked.out or Path("out") / f"variants_{card.name}.png"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(style.png(variant_picture.drawn(levels, card.default)))
    if asked.json:
        times = next(iter(levels.values()))["time"].values.tolist()
        plasma = {name: one["plasma"].values.tolist() for name, one in levels.items()}
        _print_json({"regimen": words, "picture": str(out), "time_min": times, "plasma_mg_per_L": plasma})
    else:
        print(f"{card.name}, {words}: total plasma in mg/L, the reference person\n\n{table}\n")
        print(f"Not for bedside decisions. Look at the picture:\n  {out}")


def pk(asked: Namespace) -> None:
    """`quell pk`: levels over time; notes go to the error stream, so that a table stays a table."""
    from quell.cli import pk

    if asked.events:
        _pk_table(asked)
        return
    if not asked.regimen:
        raise InputError("there is no regimen", allowed='such as "2 mg/kg IV", or --events FILE')
    plain = asked.csv and not asked.n
    words = (
        "drug",
        "variant",
        "card",
        "seed",
        "confirm_overdose",
        "beside",
        "state",
        "temperature",
        "pregnancy",
        "hepatic",
        *pk.MEASURES,
        *pk.WORDS,
        "sex",
    )
    how = {name: getattr(asked, name) for name in (*words, *pk.MEASURES)}
    n = 0 if plain else PEOPLE if asked.n is None else asked.n
    until, every = asked.until or pk.UNTIL, asked.every or pk.EVERY
    levels = pk.pk(asked.regimen, at=_minutes(asked.at), until=until, every=every, n=n, **how)
    for note in levels.attrs["notes"]:
        print(f"Note: {note}", file=sys.stderr)
    if asked.plot:
        _plot(asked.plot, pk.pk(asked.regimen, at=pk.evenly(until), n=n or PEOPLE, **how))
    columns = pk.table(levels, wide=not plain)
    if asked.json:
        _print_json(dict(levels.attrs) | {name: _numbers(values) for name, values in columns})
    elif asked.csv:
        print(",".join(name for name, _ in columns))
        for row in zip(*(values.tolist() for _, values in columns), strict=True):
            print(",".join(repr(value) for value in row))
    else:
        print(_aligned(columns))
        print(f"\n{levels.attrs['drug']}, {levels.attrs['variant']}. {pk.LIMIT}")


def export_sbml(asked: Namespace) -> None:
    """`quell export sbml`: the kinetics of a regimen as SBML or Antimony, to a file or to standard output."""
    from quell.cli import export, pk

    words = (
        "drug",
        "variant",
        "card",
        "antimony",
        "body",
        "tissue",
        "alone",
        "confirm_overdose",
        "beside",
        "state",
        "pregnancy",
        "hepatic",
    )
    how = {name: getattr(asked, name) for name in (*words, "temperature", "sex", *pk.MEASURES, *pk.WORDS)}
    made = export.sbml(asked.regimen, **how)
    _written(made, asked.out, "the model")


def export_nonmem(asked: Namespace) -> None:
    """`quell export nonmem`: the doses of a regimen as a NONMEM table, to a file or to standard output."""
    from quell.cli import pk, pk_table

    words = ("drug", "variant", "card", "state", "time_unit", "numbers", "confirm_overdose", "sex")
    how = {name: getattr(asked, name) for name in (*words, *pk.MEASURES)}
    until, every = asked.until or pk.UNTIL, asked.every or pk.EVERY
    made = pk_table.written(asked.regimen, at=_minutes(asked.at), until=until, every=every, **how)
    _written(made.rstrip("\n"), asked.out, "the table")


def _written(text: str, out: Path | None, what: str) -> None:
    """To a file with a word on the error stream, or to standard output."""
    from quell.cli.pk import LIMIT

    if out is None:
        print(text)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f"{text}\n" if not text.endswith("\n") else text, encoding="utf-8")
    print(f"Done. {out} holds {what}; {LIMIT[0].lower()}{LIMIT[1:]}", file=sys.stderr)


def _pk_table(asked: Namespace) -> None:
    from quell.cli import pk_table

    if asked.regimen or asked.at:
        raise InputError("a table has its own doses and times", field="--events", allowed="no regimen and no --at")
    _nothing_idle(asked)
    how = {name: getattr(asked, name) for name in ("drug", "variant", "card", "time_unit", "confirm_overdose")}
    rows, notes = pk_table.answered(asked.events, **how)
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
    if asked.json:
        names = ("ID", "TIME", "plasma_mg_per_L", "site_mg_per_L")
        _print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print(pk_table.as_csv(rows))


def _numbers(values) -> list[float | None]:
    """As JSON has them: null where there is none."""
    return [None if value != value else value for value in values.tolist()]


def _nothing_idle(asked: Namespace) -> None:
    """Refuse what a table would leave unheard: its persons stand in its own columns."""
    from quell.cli.pk import MEASURES, WORDS

    others = ("sex", "temperature", "beside", "hepatic", "state", "pregnancy", "until", "every", "n", "plot")
    names = (*MEASURES, *WORDS, *others)
    if said := [f"--{name}" for name in names if getattr(asked, name) not in (None, "", (), False)]:
        allowed = "columns WT, AGE, HT, MALE, ALB and CRCL for persons, and records that ask"
        raise InputError(f"with a table {', '.join(said)} would change nothing", field="--events", allowed=allowed)


def _minutes(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise InputError(f"{text!r} are no times", field="--at", allowed='minutes, such as "1,5,10"') from None


def _plot(path: Path, levels) -> None:
    from quell.report import pk_picture, style

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(style.png(pk_picture.drawn(levels)))
    print(f"Look at the picture:\n  {path}", file=sys.stderr)


def _aligned(columns) -> str:
    names = [name.replace("_mg_per_L", "").replace("_", " ") for name, _ in columns]
    rows = [
        ["-" if value != value else f"{value:.4g}" for value in row]
        for row in zip(*(values for _, values in columns), strict=True)
    ]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in [names, *rows]]
    return "\n".join([*lines, "levels in mg/L"])


def numbers(asked: Namespace) -> None:
    """`quell numbers`: every number with source and grade; counts unless one grade or card is asked for."""
    from quell.report import audit

    found = audit.numbers(asked.of or "")
    found = audit.grade(found, asked.grade) if asked.grade else found
    if asked.page:
        asked.page.parent.mkdir(parents=True, exist_ok=True)
        asked.page.write_text(audit.page(found), encoding="utf-8")
        print(f"Done. {asked.page} holds {len(found)} numbers.")
    elif asked.json:
        _print_json({"counts": audit.counts(found)[-1], "numbers": audit.as_data(found)})
    else:
        print(audit.listed(found) if asked.of or asked.grade else audit.text(found))
