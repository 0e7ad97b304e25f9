"""Every example scenario is understood and says what it would do."""

from pathlib import Path

import pytest

import quell

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
SCENARIOS = [path for path in EXAMPLES if not path.name.startswith("mean_field")]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_an_example_is_read_and_told_in_words(path):
    scenario = quell.load_scenario(path)
    assert scenario.name == path.stem
    told = quell.explain(scenario)
    assert scenario.about in told and "Not for bedside decisions" in told
