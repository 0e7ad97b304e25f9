"""Store: what is read is what was written, hashes see every bit, and an interrupted run leaves nothing behind."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from quell.cohort import store
from quell.ground.errors import InputError, QuellError


@pytest.fixture
def record():
    time = np.arange(10.0, 60.0, 10.0)
    seizing = np.array([[True, True, False, False, True]])
    E = np.linspace(-73.0, -42.0, 10).reshape(1, 5, 2)
    return xr.Dataset(
        {
            "seizing": (("patient", "time"), seizing, {"units": "", "long_name": "electrographic seizing"}),
            "E_gaba": (("patient", "time", "patch"), E, {"units": "mV", "long_name": "GABA reversal potential"}),
        },
        {"patient": [0], "time": ("time", time, {"units": "s"}), "patch": ["focus", "rest"]},
    )


@pytest.fixture
def events():
    rows = [(20.0, "dose", "lorazepam", "4 mg, IV", 0), (0.0, "seizure", "seizure begins", "", 0)]
    return pd.DataFrame(rows, columns=list(store.COLUMNS))


def test_a_record_comes_back_bit_for_bit_with_its_units(tmp_path, record):
    store.write_states(tmp_path / "states.zarr", record)
    back = store.read_states(tmp_path / "states.zarr")
    xr.testing.assert_identical(back, record)
    assert store.hash_record(back) == store.hash_record(record)


def test_a_variable_without_a_unit_is_refused(tmp_path, record):
    del record["E_gaba"].attrs["units"]
    with pytest.raises(QuellError, match="no units on E_gaba"):
        store.write_states(tmp_path / "states.zarr", record)


def test_the_timeline_is_ordered_and_keeps_commas_and_empty_texts(tmp_path, events):
    store.write_timeline(tmp_path / "timeline.csv", events)
    back = store.read_timeline(tmp_path / "timeline.csv")
    assert list(back["time_s"]) == [0.0, 20.0]
    assert list(back["detail"]) == ["", "4 mg, IV"]


def test_the_hash_sees_one_bit_one_name_and_one_shape(record):
    first = store.hash_record(record)
    nudged = record.copy(deep=True)
    nudged["E_gaba"].values[0, 3, 1] = np.nextafter(nudged["E_gaba"].values[0, 3, 1], 0.0)
    changed = store.hash_record(nudged)
    assert {name for name in first if first[name] != changed[name]} == {"E_gaba", "all"}
    assert store.hash_record(record.rename(E_gaba="E_Cl"))["all"] != first["all"]
    assert store.hash_array(np.zeros((2, 3))) != store.hash_array(np.zeros((3, 2)))
    assert store.hash_array(np.zeros(2)) != store.hash_array(np.zeros(2, np.float32))


def test_the_hash_of_known_bytes_is_known_on_every_machine():
    little, big = (np.array([1.0, np.nan]).astype(order) for order in ("<f8", ">f8"))
    assert store.hash_array(little) == store.hash_array(big)
    assert store.hash_array(little).startswith("8e54231c")


def test_a_folder_appears_only_when_it_is_whole(tmp_path):
    folder = tmp_path / "run"
    with store.prepared(folder) as part:
        store.write_json(part / store.MANIFEST, {"schema_version": 1})
        assert not folder.exists()
    assert json.loads((folder / store.MANIFEST).read_text()) == {"schema_version": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_error_in_the_middle_leaves_no_folder(tmp_path):
    with pytest.raises(RuntimeError, match="power cut"), store.prepared(tmp_path / "run") as part:
        store.write_json(part / store.MANIFEST, {})
        raise RuntimeError("power cut")
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_replaced_only_on_request_and_kept_if_the_new_one_fails(tmp_path):
    folder = tmp_path / "run"
    for replace in (False, True):
        with store.prepared(folder, replace=replace) as part:
            store.write_json(part / store.MANIFEST, {"schema_version": 1, "second": replace})
    with pytest.raises(InputError, match="exists already"), store.prepared(folder):
        pass
    with pytest.raises(RuntimeError), store.prepared(folder, replace=True):
        raise RuntimeError
    assert store.read_json(folder / store.MANIFEST)["second"] is True


def test_a_strangers_folder_is_never_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match="no result of Quell"), store.prepared(tmp_path / "thesis", replace=True):
        pass
    assert (tmp_path / "thesis" / "chapter.txt").exists()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_killed_in_the_middle_leaves_nothing_under_its_name(tmp_path, how):
    code = f"""
import pathlib, time
from quell.cohort import store
with store.prepared(pathlib.Path({str(tmp_path / "run")!r})) as part:
    store.write_json(part / store.MANIFEST, {{"schema_version": 1}})
    time.sleep(60)
"""
    run = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "run.part" / store.MANIFEST).exists() and run.poll() is None:
        time.sleep(0.02)
    run.send_signal(how)
    assert run.wait() != 0
    assert not (tmp_path / "run").exists()
    with store.prepared(tmp_path / "run") as part:  # the next run clears what was left
        store.write_json(part / store.MANIFEST, {"schema_version": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_is_no_result_is_refused(tmp_path):
    with pytest.raises(InputError, match="no result folder"):
        store.check_result(tmp_path)
    store.write_json(tmp_path / store.MANIFEST, {"schema_version": 99})
    with pytest.raises(InputError, match="schema version 99"):
        store.check_result(tmp_path)


def test_broken_json_is_named_by_file_and_line(tmp_path):
    (tmp_path / "summary.json").write_text('{\n"a": 1,\n')
    with pytest.raises(InputError, match=r"summary\.json:3"):
        store.read_json(tmp_path / "summary.json")


def test_infinity_is_not_written_to_json(tmp_path):
    with pytest.raises(ValueError, match="Out of range"):
        store.write_json(tmp_path / "a.json", {"a": float("inf")})
    assert list(tmp_path.iterdir()) == []
