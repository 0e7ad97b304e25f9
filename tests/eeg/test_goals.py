"""The page of goals takes a day's cost from what the benchmark left, and says so where it left nothing."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def goals():
    spec = importlib.util.spec_from_file_location("eeg_goals", ROOT / "validation" / "eeg_goals.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_days_cost_is_the_stored_result(goals, tmp_path):
    path = tmp_path / "eeg_day.json"
    assert goals.day_cost(path) == ("not measured", "not measured")
    path.write_text(json.dumps({"hours": 24, "processor_s": 97.6, "memory_GB": 0.412}), encoding="utf-8")
    assert goals.day_cost(path) == ("98", "0.41")


def test_the_page_says_what_is_stored(goals):
    page = (ROOT / "docs" / "eeg_measured.md").read_text(encoding="utf-8")
    rows = [row for row in goals.goals([]) if "19 channels at 256 Hz" in row or "its memory" in row]
    assert len(rows) == 2 and all(row in page for row in rows)
