"""Sources: what every number of Quell rests on, read from all cards of constants.

A card of constants is a TOML file beside its module; its rows carry `source` and `grade`. Cards in a `library`
folder (drugs, protocols, ...) have readers of their own in their rooms.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from quell.ground.card import HONEST_WORDS
from quell.ground.errors import CardError

PACKAGE = Path(__file__).parents[1]


class Numbered(NamedTuple):
    """One row of a card: where it stands, what it says, and its raw table."""

    card: Path
    place: str
    row: dict[str, Any]

    @property
    def sources(self) -> tuple[str, ...]:
        """The bib keys or honest words the row names; several are parted by commas, plus signs or semicolons."""
        return tuple(part for part in re.split(r"[,;+\s]+", str(self.row.get("source", ""))) if part)


def cards() -> list[Path]:
    """All cards of constants, in the order of the rooms."""
    return sorted(path for path in PACKAGE.rglob("*.toml") if "library" not in path.relative_to(PACKAGE).parts)


def rows(card: Path) -> Iterator[Numbered]:
    """Every row of a card: a table with a value or a source."""
    yield from _rows(card, "", tomllib.loads(card.read_text(encoding="utf-8")))


def bibliography() -> dict[str, str]:
    """BibTeX entries by key, from the references of the documentation."""
    for path in (PACKAGE / "references.bib", PACKAGE.parents[1] / "docs" / "references.bib"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            entries = re.findall(r"^(@\w+\{([^,\s]+),.*?^\})", text, flags=re.MULTILINE | re.DOTALL)
            return {key: entry for entry, key in entries}
    raise CardError("references.bib is missing; install Quell anew")


def is_honest(source: str) -> bool:
    """Whether a source is a word that admits what the number is, rather than a paper."""
    return source in HONEST_WORDS


def _rows(card: Path, place: str, part: Any) -> Iterator[Numbered]:
    if isinstance(part, dict):
        if any(isinstance(part.get(word), str) for word in ("value", "source")):
            yield Numbered(card, place, part)
            return
        for name, inner in part.items():
            yield from _rows(card, f"{place}.{name}".lstrip("."), inner)
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _rows(card, f"{place}[{number}]", inner)
