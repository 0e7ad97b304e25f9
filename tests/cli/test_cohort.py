"""`quell cohort`: the table tells what each patient's own run tells; it goes on when stopped; mistakes are one line."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quell.care.admission import admit
from quell.care.scenario import load_scenario
from quell.cli import cohort
from quell.cli.crowd_progress import CrowdProgress
from quell.cli.main import main
from quell.cohort import pulse
from quell.cohort.result import open_cohort

SCENARIO = """
name = "small"
seed = 4
duration = "16 min"
brain = 2
protocol = "benzodiazepine_at"
patient = { draw = true }
care = { parameters = { time = "3 min" } }
"""
PATIENTS = 70


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("cohort") / "small.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(scenario) -> cohort.Gathered:
    return cohort.run(scenario, patients=PATIENTS, out=scenario.parent / "c")


def test_everything_is_written_and_the_shares_carry_intervals(made):
    names = {"patients.csv", "summary.json", "picture.png", "report.html", "scenario.toml", "cohort.json", "blocks"}
    assert {path.name for path in made.folder.iterdir()} == names
    told = json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))
    treated = told["shares"]["treated"]
    assert treated["n"] == PATIENTS and 0 < treated["low"] < treated["share"] < treated["high"] < 1
    assert "never for decisions" in told["note"]
    page = (made.folder / "report.html").read_text(encoding="utf-8")
    assert 'src="data:image/png;base64,' in page and "Research and teaching" in page.replace("research", "Research")
    assert "http" not in page.replace("http-equiv", "")  # nothing is fetched: the page is one file


def test_the_rows_of_the_table_are_what_the_records_hold(made, scenario):
    """Counted by hand from the record of the first block, with the same lanes."""
    table = pd.read_csv(made.folder / "patients.csv").iloc[:64]
    course = admit(load_scenario(scenario), np.arange(64))
    _, record = course.advance(course.start(), 0, course.steps(16 * 60.0))
    given = record["order.lorazepam/IV"] > 0
    first = np.where(given.any(axis=0), record["time"][given.argmax(axis=0)] - 10.0, np.nan)
    np.testing.assert_allclose(table["first_dose_s"], first)
    np.testing.assert_allclose(table["seizing_min"], record["seizing"].sum(axis=0) / 6.0)
    np.testing.assert_allclose(table["responsiveness_at_end"], record["responsiveness"][-1], rtol=1e-6)
    np.testing.assert_allclose(table["injury_worst"], record["injury"][-1].max(axis=1), rtol=1e-5, atol=1e-9)
    assert (table["seizing_at_end"] == record["seizing"][-1]).all()
    minutes = open_cohort(made.folder).read("trace.seizing")[:64]
    assert (minutes[:, 4] == record["seizing"][12 + 24 : 12 + 30].any(axis=0)).all()


def test_more_patients_keep_those_that_are_there(made, scenario, tmp_path):
    import shutil

    out = tmp_path / "c"
    shutil.copytree(made.folder, out)
    fewer = cohort.run(scenario, patients=10, out=out)
    assert fewer.reused == 1 and fewer.summary["patients"] == 10


def test_another_scenario_does_not_take_the_place_of_a_cohort(made, scenario, capsys):
    words = ["cohort", str(scenario), "--n", "5", "--seed", "9", "--out", str(made.folder)]
    assert main(words) == 2
    assert "a cohort of another scenario" in capsys.readouterr().err
    assert open_cohort(made.folder).patients == PATIENTS


def test_a_folder_of_something_else_is_left_alone(scenario, tmp_path, capsys):
    (tmp_path / "notes.txt").touch()
    assert main(["cohort", str(scenario), "--n", "5", "--out", str(tmp_path)]) == 2
    assert "no cohort of Quell" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("words", "told"), [(["--n", "0"], "cannot be drawn"), (["--n", "5", "--workers", "0"], "workers")]
)
def test_a_number_that_cannot_be_is_one_sentence(scenario, tmp_path, capsys, words, told):
    assert main(["cohort", str(scenario), "--out", str(tmp_path / "o"), *words]) == 2
    err = capsys.readouterr().err
    assert told in err and err.count("\n") == 1
    assert not (tmp_path / "o" / "summary.json").exists()


def test_stopped_by_ctrl_c_it_says_how_to_go_on_and_does(scenario, tmp_path, capsys):
    many = 6 * 64  # blocks enough that it cannot be done before the signal comes
    out = tmp_path / "c"
    words = ["cohort", str(scenario), "--n", str(many), "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-m", "quell", *words], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not list(out.glob("blocks/*/block-*.json")):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130
    assert re.search(r"[1-5] of 6 blocks are finished; the same call again goes on from there", told)
    assert "Traceback" not in told
    assert not (out / "cohort.json").exists() and not (out / "summary.json").exists()
    assert main([*words, "--json"]) == 0
    straight = cohort.run(scenario, patients=many, out=tmp_path / "straight")
    assert json.loads(capsys.readouterr().out)["summary"]["sha256"] == straight.summary["sha256"]


def test_the_bar_counts_those_who_live_now_and_never_goes_back(tmp_path, monkeypatch):
    folder = tmp_path / "blocks" / "x"
    folder.mkdir(parents=True)
    bar = CrowdProgress(tmp_path, quiet=True)
    bar(64, 100)
    with pulse.beating(folder, 1, 36):
        pulse.beat(1, 2)
        assert bar.shown() == 64 + 18
    assert bar.shown() == 82
    assert list(folder.iterdir()) == []
    pulse.beat(1, 2)  # outside of a block nobody listens
    assert pulse.read(tmp_path) == 0.0
