"""The audit leaves out no number, and counts what it shows."""

import re

import pytest

from quell.cli.main import main
from quell.drugs import library
from quell.ground.card import GRADES
from quell.ground.errors import InputError
from quell.ground.sources import PACKAGE
from quell.report import audit


@pytest.fixture(scope="module")
def found():
    return audit.numbers()


def test_every_row_of_every_card_is_there(found):
    """Counted a second way: rows in the text of the files that open a value."""
    folders = [path for path in PACKAGE.rglob("*.toml") if "library" not in path.parts] + [
        *library.FOLDER.glob("*.toml")
    ]
    written = sum(
        len(re.findall(r"\{ *value *=|^value *=", path.read_text(encoding="utf-8"), re.M)) for path in folders
    )
    assert len(found) == written > 1000


def test_every_number_has_source_and_grade(found):
    assert not [number for number in found if not number.source or number.grade not in GRADES]


def test_every_drug_is_audited(found):
    assert {path.stem for path in library.FOLDER.glob("*.toml")} <= {n.card.split("/")[-1][:-5] for n in found}


def test_the_counts_add_up(found):
    *each, total = audit.counts(found)
    assert total["numbers"] == len(found) == sum(line["numbers"] for line in each)
    assert sum(total[g] for g in GRADES) == len(found)
    assert total["unsure"] <= total["D"]


def test_value_and_unit_are_told_apart(found):
    number = next(n for n in found if n.card.endswith("propofol.toml") and n.place == "pk.marsh.V1")
    assert (number.value, number.unit, number.source, number.grade) == ("0.228", "L/kg", "Marsh1991", "B")


def test_covariates_are_part_of_a_number(found):
    number = next(n for n in found if n.card.endswith("norepinephrine.toml") and n.place == "pk.volunteers.CL")
    assert number.scaled == "(weight_kg / 70)^0.75; -0.007224 per age_y from 35"


def test_the_page_shows_every_number_and_what_the_sources_are(found):
    page = audit.page(audit.numbers("ethosuximide"))
    assert page.count("\n| ") >= len(audit.numbers("ethosuximide")) + 3
    assert "Diezi 2023" in page and "| pk.adult.CL | 0.569 | L/h | Diezi2023 | B | (weight_kg / 67.2)^0.75 |" in page


def test_one_card_one_grade_by_the_command(capsys):
    assert main(["numbers", "--of", "IVIg", "--grade", "b"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines and all("immunoglobulin" in line and "grade B" in line for line in lines)


@pytest.mark.parametrize("words", [["--grade", "E"], ["--of", "no such card"]])
def test_a_grade_or_card_that_does_not_exist_is_refused(words, capsys):
    assert main(["numbers", *words]) == 2
    assert capsys.readouterr().err


def test_a_name_that_is_part_of_none_is_refused():
    with pytest.raises(InputError, match="no card is called"):
        audit.numbers("xyz")
