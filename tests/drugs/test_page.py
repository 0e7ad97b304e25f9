"""The page about drugs says what the code does."""

import re
from pathlib import Path

import pytest

from quell.drugs.bedside import Check
from quell.drugs.card import DrugCard, read_card
from quell.drugs.dose import parse_order

PAGE = (Path(__file__).parents[2] / "docs" / "drugs.md").read_text(encoding="utf-8")


def test_the_order_on_the_page_can_be_read():
    words = re.search(r'parse_order\("([^"]+)"\)', PAGE)
    assert words and parse_order(words[1]).words() == words[1]


@pytest.mark.parametrize("table", ["route", "pk", "binding", "site", "metabolite", "acts_on", "form", "check"])
def test_every_table_on_the_page_is_a_table_of_a_card(table):
    assert re.search(rf"\[{table}\b", PAGE)
    assert table in DrugCard.model_fields


def test_a_card_whose_check_is_wrong_fails_its_examination(tmp_path):
    from quell.drugs import library
    from quell.drugs.examination import examine

    card = read_card(library.FOLDER / "lorazepam.toml")
    wrong = Check(given="4 mg IV", expect={"plasma at 10 min": "1 mg/L"}, within="1 %")
    (finding,) = examine(card.model_copy(update={"check": (wrong,)}))
    assert not finding.holds
