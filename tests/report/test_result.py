"""Result: the folder describes itself, comes back whole, repeats bit for bit, and is whole or absent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import quell
from quell.cohort import store
from quell.ground.errors import InputError
from quell.report.result import Result

WHOLE = {
    "manifest.json",
    "timeline.csv",
    "summary.json",
    "states.zarr",
    "eeg.edf",
    "overview.png",
    "report.html",
    "scenario.toml",
}


def test_the_folder_holds_everything_and_nothing_half_written(result, tmp_path):
    folder = result.write(tmp_path / "run")
    assert {path.name for path in folder.iterdir()} == WHOLE
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert result.folder == folder


def test_what_is_read_is_what_was_written(small, tmp_path):
    back = Result.read(small.write(tmp_path / "run"))
    xr.testing.assert_identical(back.record, small.record)
    pd.testing.assert_frame_equal(back.events, small.events.sort_values("time_s"), check_dtype=False)
    assert back.summary == small.summary
    assert back.manifest == small.manifest
    assert back.title == "Early treatment"


def test_the_same_result_has_the_same_hashes_and_another_seed_other_eeg(result, record, tmp_path):
    numbers_only = {"picture": False, "report": False}
    result.write(tmp_path / "a", outputs=numbers_only)
    first = result.manifest["hashes"]
    result.write(tmp_path / "b", outputs=numbers_only)
    assert result.manifest["hashes"] == first
    assert first["states"] == store.hash_record(record)
    result.eeg_source = type(result.eeg_source)(result.eeg_source.source, result.eeg_source.record, study=2)
    result.write(tmp_path / "c", outputs=numbers_only)
    changed = result.manifest["hashes"]
    assert {name for name in first if first[name] != changed[name]} == {"eeg.edf"}


def test_the_eeg_lasts_as_long_as_the_record_and_carries_its_events(result, tmp_path):
    folder = result.write(tmp_path / "run", outputs={"picture": False, "report": False})
    read = quell.eeg.read(folder / "eeg.edf")
    assert read.signals.shape == (19, 1260 * 200) and read.simulated
    assert (660.0, None, "lorazepam") in read.annotations
    assert (60.0, None, "time 0 of the record") in read.annotations
    seizing, quiet = read.signals[:, 200 * 400 : 200 * 500], read.signals[:, 200 * 1000 : 200 * 1100]
    assert seizing.std() > 1.5 * quiet.std()


def test_only_what_is_asked_for_is_written(small, tmp_path):
    folder = small.write(tmp_path / "run", outputs={"states": False, "picture": False, "report": False})
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "timeline.csv",
        "summary.json",
        "scenario.toml",
    }
    with pytest.raises(InputError, match="without its states"):
        Result.read(folder)
    with pytest.raises(InputError, match="eeg, states, picture, report"):
        small.write(tmp_path / "other", outputs={"movie": True})


def test_an_existing_result_is_not_overwritten_unasked(small, tmp_path):
    small.write(tmp_path / "run", outputs={"picture": False, "report": False})
    with pytest.raises(InputError, match="exists already"):
        small.write(tmp_path / "run")
    small.write(tmp_path / "run", outputs={"picture": False, "report": False}, replace=True)


def test_a_failure_in_the_last_output_leaves_nothing(small, tmp_path, monkeypatch):
    monkeypatch.setattr(Result, "plot", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        small.write(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_run_killed_while_writing_leaves_no_folder_under_its_name(tmp_path):
    code = f"""
import sys, time, pathlib
sys.path[:0] = [{str(Path(__file__).parents[1] / "outcome")!r}]
from synthetic_record import synthetic_record, synthetic_events
from quell.report.result import Result
Result.plot = lambda self: time.sleep(60)
record = synthetic_record(((0.0, 60.0),), (), end_s=300.0)
Result(record, synthetic_events(record), {{}}, {{}}).write({str(tmp_path / "run")!r})
"""
    run = subprocess.Popen([sys.executable, "-c", code])
    states = tmp_path / "run.part" / "states.zarr"
    while not states.exists() and run.poll() is None:
        os.sched_yield()
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert states.exists()
    assert not (tmp_path / "run").exists()


def test_a_timeline_without_details_gets_its_reasons_as_details(record, events):
    told = events.drop(columns="detail").assign(reason="because")
    made = Result(record, told, {}, {})
    assert set(made.events["detail"]) == {"because"}
    assert np.array_equal(made.to_xarray()["seizing"], record["seizing"])
