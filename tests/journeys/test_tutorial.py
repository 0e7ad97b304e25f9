"""The tutorial: every command and every line of Python on the page runs, and shows what the page says."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

import quell
from quell.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
HEALTHY_MV = -70.0  # a healthy brain rests at -73 mV
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Follow the page from top to bottom in an empty folder; gives the folder and what was printed."""
    place = tmp_path_factory.mktemp("tutorial")
    (place / "examples").symlink_to(ROOT / "examples")
    printed, names = io.StringIO(), {}
    with contextlib.chdir(place), contextlib.redirect_stdout(printed):
        for kind, text in BLOCKS:
            if kind == "python":
                exec(text, names)
                continue
            for line in text.splitlines():
                words = shlex.split(line.removeprefix("$ uv run quell "))
                assert main(words) == 0, line
    return place, printed.getvalue()


def test_the_tutorial_runs_from_top_to_bottom(walked):
    _, printed = walked
    assert "came out the same, bit by bit" in printed
    assert re.search(r"at 10 min: E_GABA −?-?\d+ mV", printed)
    assert re.search(r"at 40 min: E_GABA −?-?\d+ mV", printed)
    assert "True" in printed.splitlines()  # one brain until the first dose


def test_every_file_the_page_lists_is_there(walked):
    place, _ = walked
    table = re.findall(r"^\| (`[^|]+`) \|", PAGE, flags=re.MULTILINE)
    listed = [name for cell in table for name in re.findall(r"`([^`]+)`", cell)]
    assert len(listed) >= 8
    assert [name for name in listed if not (place / "out" / "at10" / name).exists()] == []


def test_the_late_dose_meets_another_brain(walked):
    place, _ = walked
    early, late = (
        quell.Result.read(place / "out" / name).summary["patients"][0]["treatments"][0]["met"]
        for name in ("at10", "at40")
    )
    assert min(early["E_gaba"], late["E_gaba"]) > HEALTHY_MV
    assert late["gaba_a"] < early["gaba_a"]
    assert late["nmda"] > early["nmda"]


@pytest.mark.parametrize("setting", re.findall(r"`--set ([^`]+)`", PAGE))
def test_every_setting_the_page_suggests_is_understood(setting):
    quell.load_scenario(ROOT / "examples" / "benzodiazepine_10_vs_40.toml", [setting])
