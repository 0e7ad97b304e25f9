"""A run that is killed goes on to the same bits, leaves nothing half-written, and says how to go on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quell.cli import job, kept
from quell.cli.main import main
from quell.cohort.store import MANIFEST, read_json
from quell.cohort.unfinished import Unfinished
from quell.ground.errors import InputError, InterruptedRun

SCENARIO = """
name = "short"
seed = 1
duration = "18 min"
mode = "full"
brain = 2
protocol = "benzodiazepine_at"
patient = { draw = true, id = 161 }
care = { parameters = { time = "6 min" } }
outputs = { picture = false, report = false }
"""
DRIVER = """
import sys
from quell.cli import job, kept, main
job.CHUNK_S, kept.KEEP_S = 120.0, 0.0
sys.exit(main.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "short.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def often(monkeypatch):
    """Chunks as in DRIVER, kept after each."""
    monkeypatch.setattr(job, "CHUNK_S", 120.0)
    monkeypatch.setattr(kept, "KEEP_S", 0.0)


@pytest.fixture(scope="module")
def uninterrupted(scenario) -> dict:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "CHUNK_S", 600.0)  # other chunks than those of the killed run: they leave no trace
        return job.run(scenario, out=scenario.parent / "whole").manifest["hashes"]


def started(scenario: Path, out: Path) -> subprocess.Popen:
    words = ["run", str(scenario), "--out", str(out)]
    return subprocess.Popen([sys.executable, "-c", DRIVER, *words], stderr=subprocess.PIPE, text=True)


def wait_for_states(process: subprocess.Popen, out: Path, count: int) -> None:
    while process.poll() is None and len(Unfinished(out).moments()) < count:
        time.sleep(0.01)


def stopping(after: int):
    """A progress that presses Ctrl-C after so many reports."""
    told = []

    def progress(done, total):
        told.append(done)
        if len(told) > after:
            raise KeyboardInterrupt

    return progress


def test_a_killed_process_goes_on_to_the_same_bits(scenario, uninterrupted, tmp_path, often, capsys):
    out = tmp_path / "out"
    process = started(scenario, out)
    wait_for_states(process, out, 2)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not out.exists() and Unfinished(out).moments()
    assert main(["run", "--resume", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(out)
    manifest = read_json(out / MANIFEST)
    assert manifest["hashes"] == uninterrupted
    assert {"eeg.edf", "summary.json", "states"} <= set(uninterrupted)
    assert manifest["resumed_at_s"] > 0
    assert not Unfinished(out).folder.exists()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_process_asked_to_stop_says_how_to_go_on(scenario, tmp_path, sign):
    out = tmp_path / "out"
    process = started(scenario, out)
    wait_for_states(process, out, 1)
    os.kill(process.pid, sign)
    _, told = process.communicate()
    assert process.returncode == 130
    assert f"Go on with `quell run --resume {out}`" in told and "Traceback" not in told
    assert not out.exists()


def test_ctrl_c_keeps_what_was_reached_even_between_two_states(scenario, uninterrupted, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "CHUNK_S", 240.0)
    out = tmp_path / "out"
    with pytest.raises(InterruptedRun, match=r"Stopped at 6 min of 18 min\. Go on with"):
        job.run(scenario, out=out, progress=stopping(2))
    with pytest.raises(InputError, match="an interrupted run is kept here"):
        job.run(scenario, out=out)
    assert kept.resume(out).manifest["hashes"] == uninterrupted


def test_stopped_before_there_was_anything_nothing_stays(scenario, tmp_path):
    with pytest.raises(InterruptedRun, match="before there was anything to keep"):
        job.run(scenario, out=tmp_path / "out", progress=stopping(0))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_at_the_end_costs_no_minute_of_the_run(scenario, tmp_path, often, monkeypatch):
    from quell.report.result import Result

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Result, "write", full)
    with pytest.raises(InputError, match=r"No space left on device.*keeps the run"):
        job.run(scenario, out=tmp_path / "out")
    assert Unfinished(tmp_path / "out").moments()


def test_a_run_goes_on_as_it_was_begun(capsys, tmp_path):
    assert main(["run", "--resume", str(tmp_path), "--seed", "3", "--out", "b"]) == 2
    assert "without --out, --seed" in capsys.readouterr().err
    assert main(["run", "--resume", str(tmp_path / "x")]) == 2
    assert "no unfinished run is kept here" in capsys.readouterr().err
