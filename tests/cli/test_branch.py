"""`quell branch`: two whole results and a picture, or one clear sentence."""

from pathlib import Path

import pytest

from quell.cli import branch
from quell.cohort.store import read_json
from quell.ground.errors import InputError

SCENARIO = """
name = "short"
seed = 1
duration = "4 min"
mode = "projective"
brain = 2
protocol = "no_treatment"
patient = { draw = true, id = 161 }
"""


@pytest.fixture
def scenario(tmp_path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_both_courses_and_their_picture_are_written(scenario, tmp_path):
    picture = branch.run(scenario, at="2 min", give=["ketamine 2 mg/kg IV over 1 min"], out=tmp_path / "o")
    assert picture.stat().st_size > 10_000
    original, branched = (read_json(tmp_path / "o" / name / "summary.json") for name in ("original", "branched"))
    assert original["patients"][0]["drugs"] == []
    assert branched["patients"][0]["drugs"] == ["ketamine"]
    before = original["patients"][0]["seizures"][0]["start_s"]
    assert branched["patients"][0]["seizures"][0]["start_s"] == before


def test_a_moment_outside_the_run_is_refused_before_anything_is_written(scenario, tmp_path):
    with pytest.raises(InputError, match="outside the run"):
        branch.run(scenario, at="2 h", give=["ketamine 2 mg/kg IV"], out=tmp_path / "o")
    assert not (tmp_path / "o").exists()
