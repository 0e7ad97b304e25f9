"""The audit: every number of Quell with value, unit, source and grade, and how many rest on what.

Numbers are read from all cards: constants beside their modules, drugs of the library, and interactions.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from quell.drugs import library
from quell.ground.card import GRADES, HONEST_WORDS
from quell.ground.errors import InputError
from quell.ground.sources import PACKAGE, Numbered, cards, rows

QUANTITY = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*)")


@dataclass(frozen=True)
class Number:
    """One number: the card it stands on, its place there, what it says, and on what it rests."""

    card: str
    place: str
    value: str
    unit: str
    source: str
    grade: str
    scaled: str
    range: str
    between: str
    note: str


def numbers(of: str = "") -> list[Number]:
    """Every number, card by card; `of` keeps one drug, or the cards whose name contains it. Raises InputError."""
    found = [_number(row) for path in [*cards(), *_drugs()] for row in rows(path) if "value" in row.row]
    if not of:
        return found
    name = library.index()[of.lower()].path.stem if of.lower() in library.index() else of.lower()
    kept = [n for n in found if Path(n.card).stem == name] or [n for n in found if name in n.card.lower()]
    if not kept:
        raise InputError(
            f"no card is called {of!r}", allowed="a drug, or part of the name of a card such as 'chloride'"
        )
    return kept


def grade(found: Iterable[Number], wanted: str) -> list[Number]:
    """The numbers of one grade. Raises InputError for a grade that does not exist."""
    if wanted.upper() not in GRADES:
        raise InputError(f"{wanted!r} is no grade", field="--grade", allowed=", ".join(GRADES))
    return [number for number in found if number.grade == wanted.upper()]


def counts(found: Sequence[Number]) -> list[dict[str, Any]]:
    """Numbers per grade, card by card and in all, with the share that is recalled or assumed."""
    groups = sorted({number.card for number in found})
    lines = [_count(card, [n for n in found if n.card == card]) for card in groups]
    return [*lines, _count("all", found)]


def text(found: Sequence[Number]) -> str:
    """The counts for a terminal."""
    lines = counts(found)
    width = max(len(line["card"]) for line in lines)
    head = f"{'card':<{width}}  numbers  " + "  ".join(f"{g:>4}" for g in GRADES) + "  recalled or assumed"
    body = [
        f"{line['card']:<{width}}  {line['numbers']:>7}  "
        + "  ".join(f"{line[g]:>4}" for g in GRADES)
        + f"  {line['unsure']:>5}"
        for line in lines
    ]
    return "\n".join([head, *body])


def listed(found: Sequence[Number]) -> str:
    """The numbers one by one for a terminal."""
    return "\n".join(
        f"{n.card}: {n.place} = {n.value}{' ' + n.unit if n.unit else ''}  ({n.source}, grade {n.grade})"
        f"{'  ' + n.note if n.note else ''}"
        for n in found
    )


def page(found: Sequence[Number]) -> str:
    """The audit as a page in Markdown: counts first, then every card with all its numbers and its sources."""
    total = counts(found)[-1]
    head = [
        "# Every number",
        "",
        f"Written by `quell numbers --page`. {total['numbers']} numbers: "
        + ", ".join(f"{total[g]} of grade {g}" for g in GRADES)
        + f"; {total['unsure']} recalled or assumed. Words and grades: [Where numbers come from](numbers.md).",
        "",
        "| card | numbers | " + " | ".join(GRADES) + " | recalled or assumed |",
        "|---|---|" + "---|" * len(GRADES) + "---|",
    ]
    head += [
        _cells([line["card"], line["numbers"], *(line[g] for g in GRADES), line["unsure"]]) for line in counts(found)
    ]
    parts = ["\n".join(head)]
    for card in dict.fromkeys(number.card for number in found):
        parts.append(_section(card, [number for number in found if number.card == card]))
    return "\n\n".join(parts) + "\n"


def _section(card: str, found: Sequence[Number]) -> str:
    names = ("place", "value", "unit", "source", "grade", "scaled", "range", "between", "note")
    lines = [f"## {card}", "", _cells(names), "|" + "---|" * len(names)]
    lines += [_cells([getattr(number, name) for name in names]) for number in found]
    meant = tomllib.loads((PACKAGE / card).read_text(encoding="utf-8")).get("sources", {})
    if meant:
        lines += ["", *(f"- **{key}**: {what}" for key, what in meant.items())]
    return "\n".join(lines)


def _cells(values: Iterable[Any]) -> str:
    return "| " + " | ".join(str(value).replace("|", "\\|") for value in values) + " |"


def _count(card: str, found: Sequence[Number]) -> dict[str, Any]:
    tally = Counter(number.grade for number in found)
    unsure = sum(number.source in ("recalled", "assumed") for number in found)
    return {"card": card, "numbers": len(found), **{g: tally.get(g, 0) for g in GRADES}, "unsure": unsure}


def _drugs() -> list[Path]:
    return sorted(library.FOLDER.glob("*.toml"))


def _number(found: Numbered) -> Number:
    row = found.row
    match = QUANTITY.fullmatch(str(row["value"]).strip())
    value, unit = (match[1], match[2]) if match else (str(row["value"]), "")
    between = row.get("between", "")
    return Number(
        card=found.card.relative_to(PACKAGE).as_posix(),
        place=found.place,
        value=value,
        unit=unit,
        source=str(row.get("source", "")),
        grade=str(row.get("grade", "")),
        scaled=_scaled(row),
        range=" to ".join(f"{end:g}" for end in row["range"]) if row.get("range") else "",
        between=f"{between:g}" if isinstance(between, int | float) else "",
        note=str(row.get("note", "")),
    )


def _scaled(row: dict[str, Any]) -> str:
    """How a row follows the person, in words."""
    made = [f"({name} / {ref:g})^{exponent:g}" for name, (ref, exponent) in row.get("power", {}).items()]
    made += [f"{slope:g} per {name} from {ref:g}" for name, (ref, slope) in row.get("linear", {}).items()]
    made += [f"x {times:g} below {name} {limit:g}" for name, (limit, times) in row.get("below", {}).items()]
    made += [f"x {row['if_male']:g} in men"] if "if_male" in row else []
    return "; ".join(made)


def as_data(found: Sequence[Number]) -> list[dict[str, str]]:
    """The numbers for programs, every field as text; honest words are listed in `HONEST_WORDS`."""
    return [asdict(number) | {"honest": str(number.source in HONEST_WORDS).lower()} for number in found]
