"""Every constant says its unit, where it comes from and how far to trust it."""

import dataclasses
import importlib
import inspect
import re

import pytest

from quell.ground.card import GRADES, rows_of, tables
from quell.ground.sources import PACKAGE, bibliography, cards, is_honest, rows

CARDS = {card.relative_to(PACKAGE).as_posix(): card for card in cards()}
UNSURE = ("recalled", "assumed")


@pytest.fixture(scope="module")
def known():
    return bibliography()


@pytest.mark.parametrize("name", CARDS)
def test_every_row_has_source_and_grade(name):
    lacking = [number.place for number in rows(CARDS[name]) if not {"source", "grade"} <= set(number.row)]
    assert not lacking
    assert not [number.place for number in rows(CARDS[name]) if number.row["grade"] not in GRADES]


@pytest.mark.parametrize("name", CARDS)
def test_every_source_is_a_paper_of_the_bibliography_or_an_honest_word(name, known):
    unknown = {s for number in rows(CARDS[name]) for s in number.sources if s not in known and not is_honest(s)}
    assert not unknown
    assert not [number.place for number in rows(CARDS[name]) if not number.sources]


@pytest.mark.parametrize("name", CARDS)
def test_a_number_from_memory_or_thin_air_has_grade_d(name):
    proud = [
        f"{number.place}: {number.row['source']} {number.row['grade']}"
        for number in rows(CARDS[name])
        if number.row["grade"] != "D" and set(number.sources) <= set(UNSURE)
    ]
    assert not proud


@pytest.mark.parametrize("name", CARDS)
def test_card_and_class_say_the_same(name):
    """Units convert, ranges hold their value, no row too many or too few (`rows_of` refuses)."""
    for owner, cls in _owners(name).items():
        if owner in tables(CARDS[name]) and dataclasses.is_dataclass(cls):
            rows_of(cls, CARDS[name])


def test_the_bibliography_has_no_key_twice(root):
    text = (root / "docs" / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{([^,\s]+),", text, flags=re.MULTILINE)
    assert keys == sorted(set(keys))


def _owners(name: str) -> dict[str, type]:
    """The classes of the module beside a card; a card in a folder of data has none."""
    stem = name.split(".", maxsplit=1)[0]
    if not (PACKAGE / f"{stem}.py").is_file():
        return {}
    return dict(inspect.getmembers(importlib.import_module("quell." + stem.replace("/", ".")), inspect.isclass))
