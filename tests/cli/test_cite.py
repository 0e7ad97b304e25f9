"""`quell cite DIR` tells the sources of one run: constants that it read, drugs that went in, its protocol."""

import json

import pytest

from quell.cli.cite_run import cited, told
from quell.cli.main import main
from quell.ground.card import from_card, read_so_far
from quell.ground.errors import InputError
from quell.ground.sources import PACKAGE

SCENARIO = """
name = "t"
duration = "2 min"
brain = 2
[patient]
age = "5 years"
weight = "20 kg"
height = "110 cm"
[protocol]
name = "own"
about = "a"
source = "a book of our own"
grade = "D"
[[protocol.step]]
id = "a"
when = "at 1 min"
give = ["lorazepam 0.1 mg/kg IV over 2 min", "propofol 1 mg/kg IV over 2 min"]
source = "assumed"
grade = "D"
"""


@pytest.fixture
def run(tmp_path):
    """A folder as a run leaves it: lorazepam went in, propofol did not."""
    (tmp_path / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    manifest = {"quell": "result", "cards_read": ["ions/chloride.toml", "drugs/body.toml"]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    timeline = "time_s,kind,what,drug\n60,dose,lorazepam 2 mg,lorazepam\n60,judgement,adequate,propofol\n"
    (tmp_path / "timeline.csv").write_text(timeline, encoding="utf-8")
    return tmp_path


def test_only_what_the_run_used_is_cited(run):
    found = cited(run)
    places = [place for paper in found["papers"].values() for place in paper["numbers"]]
    assert places and all(place.startswith(("ions/chloride.toml", "drugs/body.toml")) for place in places)
    (drug,) = found["drugs"]
    assert (drug["name"], drug["variant"]) == ("lorazepam", "children")
    assert "Gonzalez2017" in drug["sources"] and "Swart2004" not in drug["sources"]
    assert found["protocol"] == {"name": "own", "sources": ["a book of our own", "assumed"]}
    assert "@article" in told(found) or "@" in told(found)


def test_a_run_that_did_not_note_its_cards_gets_all_constants_and_is_told_so(run):
    (run / "manifest.json").write_text('{"quell": "result"}', encoding="utf-8")
    (run / "timeline.csv").unlink()
    found = cited(run)
    assert found["all_constants"] and {drug["name"] for drug in found["drugs"]} == {"lorazepam", "propofol"}
    assert "did not note" in told(found)


def test_the_command_answers_in_both_forms_and_refuses_an_empty_folder(run, capsys, tmp_path_factory):
    assert main(["cite", str(run)]) == 0
    assert "lorazepam, kinetics children" in capsys.readouterr().out
    assert main(["cite", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["drugs"][0]["name"] == "lorazepam"
    assert main(["cite", str(tmp_path_factory.mktemp("empty"))]) == 2
    assert "no result of Quell is here" in capsys.readouterr().err
    with pytest.raises(InputError, match="manifest"):
        (run / "manifest.json").write_text("{", encoding="utf-8")
        cited(run)


def test_a_process_knows_which_cards_it_has_read():
    from quell.drugs.body import Reference

    from_card(Reference)
    assert (PACKAGE / "drugs" / "body.toml").resolve() in read_so_far()
