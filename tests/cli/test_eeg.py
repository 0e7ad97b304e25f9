"""`quell eeg`: one object for programs, one sentence for mistakes, pages that add up to the record."""

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest

from quell.cli.main import main

DATA = Path(__file__).parents[1] / "eeg" / "data"
CLASSES = {"seizure", "lpd", "gpd", "lrda", "grda", "burst_suppression", "low_voltage", "other"}


def asked(capsys, *words):
    assert main(["eeg", *map(str, words)]) == 0
    return json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.edf")))
def test_json_is_one_object_with_the_promised_keys(capsys, name):
    told = asked(capsys, DATA / name, "--json")
    assert set(told) == {"duration_s", "channels", "pages", "events", "warnings"}
    for page in told["pages"]:
        assert set(page) == {"start_s", "stop_s", "probabilities", "bsr", "bsp", "bsp_low", "bsp_high", "pattern_hz"}
        assert set(page["probabilities"]) == CLASSES
        assert math.isclose(sum(page["probabilities"].values()), 1.0, abs_tol=1e-4)
        if page["bsp"] is not None:
            assert 0 <= page["bsp_low"] <= page["bsp"] <= page["bsp_high"] <= 1


def test_fifteen_seconds_are_a_page_of_ten_and_one_of_five(capsys):
    told = asked(capsys, DATA / "vecams_eFig51.edf", "--json")
    assert told["duration_s"] == 15.0
    assert [(page["start_s"], page["stop_s"]) for page in told["pages"]] == [(0.0, 10.0), (10.0, 15.0)]
    assert told["events"][0]["text"] == "LPD (2); Burst suppression (20)"


@pytest.mark.parametrize(("seconds", "count"), [(3, 5), (4, 4), (7, 3), (14.5, 1), (15, 1), (60, 1)])
def test_pages_of_any_length_cover_the_record(capsys, seconds, count):
    pages = asked(capsys, DATA / "vecams_eFig51.edf", "--json", "--page-seconds", seconds)["pages"]
    assert len(pages) == count and pages[0]["start_s"] == 0.0 and pages[-1]["stop_s"] == 15.0
    assert all(a["stop_s"] == b["start_s"] for a, b in pairwise(pages))


def test_a_burst_suppression_is_told_from_periodic_discharges(capsys):
    suppressed = asked(capsys, DATA / "vecams_eFig51.edf", "--json", "--page-seconds", 15)["pages"][0]
    periodic = asked(capsys, DATA / "vecams_eFig33.edf", "--json", "--page-seconds", 15)["pages"][0]
    assert suppressed["bsr"] > 0.3 and periodic["bsr"] == 0.0
    assert suppressed["bsp_low"] < suppressed["bsp"] < suppressed["bsp_high"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.edf"], "missing.edf: cannot be read"),
        ([DATA / "README.md"], "README.md: this is not EDF"),
        ([DATA / "vecams_eFig51.edf", "--page-seconds", "0"], "pages of 0 s cannot be"),
        ([DATA / "vecams_eFig51.edf", "--page-seconds", "nan"], "pages of nan s cannot be"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_on_standard_output(capsys, words, said):
    assert main(["eeg", *map(str, words), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1


def test_without_json_the_screen_says_what_was_seen_and_that_it_is_not_for_care(capsys):
    assert main(["eeg", str(DATA / "vecams_eFig51.edf")]) == 0
    out = capsys.readouterr().out
    assert "19 EEG channels, 15 s" in out and "never for decisions at the bedside" in out
