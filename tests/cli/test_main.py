"""The command line: right status, one sentence for a mistake, never a traceback."""

import json
import re

import pytest

from quell.cli import commands
from quell.cli.grammar import grammar
from quell.cli.main import main
from quell.ground.errors import InputError, InterruptedRun, RangeError


def said(capsys, *words) -> tuple[int, str, str]:
    try:
        status = main(words)
    except SystemExit as stop:
        status = int(stop.code or 0)
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


def test_without_a_command_the_help_is_shown(capsys):
    status, out, _ = said(capsys)
    assert status == 0
    assert "quell demo" in out


def test_the_help_is_one_page_that_names_every_command_once_in_a_group(capsys):
    _, out, _ = said(capsys, "--help")
    lines = out.splitlines()
    assert len(lines) <= 50 and max(map(len, lines)) <= 110
    listed = [line.split()[0] for line in lines if re.match(r"  [a-z]", line) and not line.startswith("  quell")]
    verbs = next(action.choices for action in grammar()._actions if action.choices)
    assert sorted(listed) == sorted(verbs)
    assert lines.index("simulate") < lines.index("drugs") < lines.index("this machine")


@pytest.mark.parametrize(
    "verb", ["run", "demo", "replicate", "explain-scenario", "schema", "drugs", "doctor", "cite", "cohort", "wiring"]
)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself(capsys, verb, option):
    status, out, _ = said(capsys, verb, option)
    assert status == 0
    assert out.startswith(f"usage: quell {verb}")


def test_the_version_is_one_line(capsys):
    status, out, _ = said(capsys, "--version")
    assert status == 0
    assert re.fullmatch(r"quell \d+\.\d+\.\d+\n", out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rnu"], "invalid choice: 'rnu'"),
        (["run"], "the following arguments are required: scenario, --out"),
        (["run", "a.toml", "--out", "b", "--mode", "fast"], "full"),
        (["schema", "patient"], "scenario"),
        (["run", "a.toml", "--out", "b", "--seed", "x"], "--seed"),
    ],
)
def test_a_slip_in_the_words_is_told_in_one_sentence(capsys, words, told):
    status, _, err = said(capsys, *words)
    assert status == 2
    assert told in err
    assert err.startswith("quell: ")
    assert err.count("\n") == 1


def test_a_missing_file_is_told_before_anything_is_loaded_or_written(capsys, tmp_path):
    status, _, err = said(capsys, "run", str(tmp_path / "nix.toml"), "--out", str(tmp_path / "out"))
    assert status == 2
    assert err.startswith(f"quell: {tmp_path / 'nix.toml'}: there is no such file. Allowed: ")
    assert not (tmp_path / "out").exists()


def test_a_scenario_with_a_mistake_names_file_line_and_field(capsys, tmp_path):
    path = tmp_path / "case.toml"
    path.write_text('name = "x"\nduration = "2 h"\nprotcol = "no_treatment"\n', encoding="utf-8")
    status, _, err = said(capsys, "explain-scenario", str(path))
    assert status == 2
    assert f"{path}:3" in err
    assert "protocol" in err


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (InputError("no", field="seed"), 2, "quell: seed: no\n"),
        (RangeError("Cl_i became NaN"), 2, "quell: Cl_i became NaN\n"),
        (InterruptedRun("stopped at 3 h"), 130, "quell: stopped at 3 h\n"),
        (KeyboardInterrupt(), 130, "quell: Stopped by Ctrl-C; nothing half-written carries its final name\n"),
    ],
)
def test_every_way_to_end_has_its_status_and_sentence(capsys, monkeypatch, raised, status, told):
    def fails(_):
        raise raised

    monkeypatch.setattr(commands, "cite", fails)
    assert said(capsys, "cite") == (status, "", told)


def test_a_fault_of_quell_itself_is_not_hidden(monkeypatch):
    def fails(_):
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "cite", fails)
    with pytest.raises(ZeroDivisionError):
        main(["cite"])


def test_options_reach_the_job(capsys, monkeypatch, tmp_path):
    asked = {}

    class Done:
        folder, summary = tmp_path, {"movement_stopped_s": 720.0}

    def run(scenario, **options):
        asked.update(options, scenario=scenario)
        return Done

    from quell.cli import job

    monkeypatch.setattr(job, "run", run)
    scenario = tmp_path / "a.toml"
    scenario.touch()
    words = ["run", str(scenario), "--out", "o", "--set", "a.b=1", "--set", "c=2", "--seed", "5", "--mode", "full"]
    status, out, _ = said(capsys, *words, "--json")
    assert status == 0
    assert json.loads(out) == {"folder": str(tmp_path), "summary": {"movement_stopped_s": 720.0}}
    assert asked["scenario"] == scenario
    assert asked["overrides"] == ["a.b=1", "c=2", "seed=5"]
    assert (asked["mode"], asked["replace"], str(asked["out"])) == ("full", False, "o")
    assert callable(asked["progress"])

    (tmp_path / "overview.png").touch()
    _, out, _ = said(capsys, *words, "--replace", "--quiet")
    assert asked["replace"] is True
    assert str(tmp_path / "overview.png") in out
    assert "report.html" not in out


def test_the_demo_says_where_the_picture_is(capsys, monkeypatch, tmp_path):
    from quell.cli import demo

    made = demo.Demo(tmp_path / "picture.png", {"10 min": {}})
    (tmp_path / "at_10_min").mkdir()
    (tmp_path / "at_10_min" / "report.html").touch()
    monkeypatch.setattr(demo, "run", lambda out, **options: made)
    status, out, _ = said(capsys, "demo", "--quiet")
    assert status == 0
    assert str(tmp_path / "picture.png") in out
    assert str(tmp_path / "at_10_min" / "report.html") in out
    _, out, _ = said(capsys, "demo", "--json")
    assert json.loads(out)["picture"] == str(tmp_path / "picture.png")


def test_the_demo_is_a_scenario_that_can_be_told(capsys):
    status, out, _ = said(capsys, "explain-scenario", str(commands.DEMO))
    assert status == 0
    assert "lorazepam" in out


@pytest.mark.parametrize("kind", sorted(commands.SCHEMAS))
def test_schemas_are_json_schemas(capsys, kind):
    status, out, _ = said(capsys, "schema", kind)
    assert status == 0
    assert json.loads(out)["type"] == "object"


def test_drugs_are_listed_and_shown(capsys):
    _, out, _ = said(capsys, "drugs", "list")
    assert "lorazepam" in out
    _, out, _ = said(capsys, "drugs", "list", "--json")
    assert {"name", "kind", "routes"} == set(json.loads(out)[0])
    status, out, _ = said(capsys, "drugs", "show", "Ativan")
    assert status == 0
    assert out.startswith("lorazepam (benzodiazepine)")
    assert "gaba_a.bzd_site" in out
    _, out, _ = said(capsys, "drugs", "show", "lorazepam", "--json")
    assert json.loads(out)["name"] == "lorazepam"
    status, _, err = said(capsys, "drugs", "show", "lorazepan")
    assert status == 2
    assert "did you mean lorazepam?" in err


def test_sources_are_cited_with_the_honest_words_counted(capsys):
    _, out, _ = said(capsys, "cite")
    assert re.match(r"% \d+ numbers with a source; .*\d+ assumed", out)
    assert "@article{Naylor2005," in out
    _, out, _ = said(capsys, "cite", "--json")
    assert json.loads(out)["Naylor2005"]


def test_the_grammar_is_made_without_side_effects():
    assert grammar().parse_args(["demo"]).out == commands.DEMO_OUT


def test_drugs_without_a_verb_lists_them(capsys):
    assert said(capsys, "drugs") == said(capsys, "drugs", "list")
    assert said(capsys, "drugs", "--json")[1] == said(capsys, "drugs", "list", "--json")[1]
