"""The pages on scenarios and protocols: what they show can be read, and they know every protocol that ships."""

import re
from pathlib import Path

from quell.care.protocol import library, read_protocol
from quell.care.scenario import read_scenario

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page):
    return re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_scenario_of_the_page_is_a_scenario():
    (text,) = blocks("scenarios.md")
    scenario = read_scenario(text, file="scenarios.md")
    assert scenario.course.name == "esett_established" and scenario.patient.traits == {"insult.hold": 240.0}


def test_the_pieces_of_the_protocol_page_make_one_protocol():
    steps, draws, coma = blocks("protocols.md")
    head, _, body = steps.partition("[[step]]")
    made = read_protocol(f"{head}\n{draws}\n[[step]]{body}\n{coma}", file="protocols.md")
    assert [step.id for step in made.step] == ["first_line", "second_line", "coma"]


def test_the_page_lists_every_protocol_that_ships():
    page = (DOCS / "protocols.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(library())
