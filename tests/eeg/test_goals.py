"""The page of goals takes a day's cost from what the benchmark left, not from memory."""

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_days_cost_is_the_stored_result():
    spec = importlib.util.spec_from_file_location("eeg_goals", ROOT / "validation" / "eeg_goals.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = json.loads((ROOT / "benchmarks" / "eeg_day.json").read_text(encoding="utf-8"))
    (row,) = [line for line in module.goals([]) if "19 channels at 256 Hz, s" in line]
    (memory,) = [line for line in module.goals([]) if "its memory" in line]
    assert told["hours"] == 24 and row.split("|")[3].strip() == f"{told['processor_s']:.0f}"
    assert memory.split("|")[3].strip() == f"{told['memory_GB']:.2g}"
    page = (ROOT / "docs" / "eeg_measured.md").read_text(encoding="utf-8")
    assert row in page and memory in page
