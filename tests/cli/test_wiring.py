"""`quell wiring`: in words, for programs, and as the page of the documentation."""

import json
from pathlib import Path

from quell.cli import wiring
from quell.cli.main import main


def test_it_says_who_needs_what_and_why(capsys):
    assert main(["wiring"]) == 0
    out = capsys.readouterr().out
    assert "every open GABA-A channel lets chloride in" in out
    assert "firing → seizure activity → GABA-A receptors → firing" in out


def test_programs_get_every_join(capsys):
    main(["wiring", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert len(told) == len(wiring.joins())
    assert {"giver", "taker", "through", "sign", "reason"} == set(told[0])


def test_the_page_of_the_documentation_is_the_one_of_today():
    root = Path(__file__).parents[2]
    page = (root / "docs" / "wiring.md").read_text(encoding="utf-8")
    assert page == wiring.page(), "the joins changed: run `quell wiring --out docs`"
    assert (root / "docs" / "figures" / "wiring.png").stat().st_size > 50_000


def test_page_and_picture_are_written(tmp_path):
    page, picture = wiring.write(tmp_path / "new")
    assert page.read_text(encoding="utf-8").startswith("# Wiring")
    assert picture.read_bytes()[:4] == b"\x89PNG"
