"""Every example scenario is understood and says what it would do; run, its report explains what happened."""

from html import escape
from pathlib import Path

import pytest

import quell
from quell.cohort.store import read_json

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))
SCENARIOS = [path for path in EXAMPLES if not path.name.startswith("mean_field")]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_an_example_is_read_and_told_in_words(path):
    scenario = quell.load_scenario(path)
    assert scenario.name == path.stem
    told = quell.explain(scenario)
    assert scenario.about in told and "Not for bedside decisions" in told


EARLY = ("duration=8 h", "care.parameters.hold_low=55 min", "care.parameters.hold_high=65 min", "outputs.states=false")


@pytest.fixture(scope="module")
def weaned(tmp_path_factory):
    """The long example cut to eight hours, its anaesthetic weaned after one."""
    out = tmp_path_factory.mktemp("early") / "norse"
    quell.run(_example("norse_srse"), out=out, overrides=EARLY)
    return out


def test_a_run_with_a_coma_tells_of_its_weans_in_summary_and_report(weaned):
    one = _patient(weaned)
    assert one["weans"] and one["infusions"]
    _explained(weaned, one)
    assert "Interleukin-1" in one["cause"] and "coma" in one["story"]["closing"]


def test_no_stage_of_that_run_rests_on_what_came_after_it(weaned):
    one = _patient(weaned)
    failed = [wean["wean"]["back_s"] for wean in one["weans"] if wean["result"] == "failed"]
    for stage in one["stages"]:
        if stage["stage"] == "anaesthetic-dependent":
            assert sum(back <= stage["time_s"] for back in failed) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["norse_srse", "nerve_agent", "isoniazid", "post_anoxic"])
def test_a_whole_example_explains_what_happened(name, tmp_path):
    quell.run(_example(name), out=tmp_path / name)
    _explained(tmp_path / name, _patient(tmp_path / name))


def _explained(folder: Path, one: dict) -> None:
    """Every failed wean and every relapse has its state and reason, and the page says them."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert _on(page, one["story"]["closing"]) and _on(page, one["cause"])
    for wean in one["weans"]:
        assert _on(page, wean["words"]) and "E_GABA" in wean["words"]
        assert (wean["reading"] is not None) == (wean["result"] in ("failed", "seizures back"))
    for relapse in one["relapses"]:
        assert relapse["reading"]["likeliest"] and _on(page, relapse["setting"])
        assert _on(page, relapse["reading"]["likeliest"])


def _on(page: str, words: str) -> bool:
    return escape(words).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page


def _example(name: str) -> Path:
    return next(path for path in EXAMPLES if path.stem == name)


def _patient(folder: Path) -> dict:
    return read_json(folder / "summary.json")["patients"][0]
