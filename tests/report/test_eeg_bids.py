"""BIDS: the recording bit by bit, its channels, and the truth of a simulation."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from quell.cli.main import main
from quell.cohort import store
from quell.eeg import edf
from quell.eeg.record import Annotation
from quell.ground.errors import InputError
from quell.report.eeg_bids import write
from quell.report.eeg_truth import true_seizures

DATA = Path(__file__).parents[1] / "eeg" / "data"


def table(path):
    return list(csv.DictReader(path.read_text().splitlines(), delimiter="\t"))


def test_a_real_recording_keeps_its_bits_and_its_remarks(tmp_path):
    page = DATA / "vecams_eFig51.edf"
    assert main(["eeg", str(page), "--bids", str(tmp_path / "set"), "--json"]) == 0
    folder = tmp_path / "set" / "sub-01" / "eeg"
    assert (folder / "sub-01_task-monitoring_eeg.edf").read_bytes() == page.read_bytes()
    assert [row["type"] for row in table(folder / "sub-01_task-monitoring_channels.tsv")] == ["EEG"] * 19 + ["ECG"]
    (event,) = table(folder / "sub-01_task-monitoring_events.tsv")
    assert event["value"] == "LPD (2); Burst suppression (20)" and event["source"] == "file"
    sidecar = json.loads((folder / "sub-01_task-monitoring_eeg.json").read_text())
    assert sidecar["TaskName"] == "monitoring" and sidecar["EEGChannelCount"] == 19
    assert json.loads((tmp_path / "set" / "dataset_description.json").read_text())["BIDSVersion"]


def test_a_simulation_carries_its_true_seizures(tmp_path):
    rng = np.random.Generator(np.random.PCG64(1))
    told = [(2.0, "electrographic seizure begins"), (5.5, "electrographic seizure ends after 4 s")]
    told += [(8.0, "electrographic seizure returns after 3 s")]
    signals = rng.normal(scale=9.0, size=(2000, 2)).astype(np.float32)
    edf.write(tmp_path / "a.edf", [signals], 200.0, labels=["Fp1", "O2"], annotations=told)
    folder = write(tmp_path / "set", tmp_path / "a.edf", subject="7") / "sub-7" / "eeg"
    events = table(folder / "sub-7_task-monitoring_events.tsv")
    true = [(row["onset"], row["duration"]) for row in events if row["source"] == "simulation"]
    assert true == [("2.000", "3.500"), ("8.000", "2.000")]


def test_drugs_are_truth_where_the_remarks_tell_them_and_told_where_a_list_does(tmp_path):
    noise = np.random.Generator(np.random.PCG64(1)).normal(scale=9.0, size=(2000, 2)).astype(np.float32)
    told = [(1.0, "lorazepam 4 mg IV"), (2.0, "propofol infusion started at 200 mg/h"), (3.0, "convulsion begins")]
    edf.write(tmp_path / "a.edf", [noise], 200.0, labels=["Fp1", "O2"], annotations=told)
    (tmp_path / "drugs.csv").write_text("time,drug,dose\n0:00:04,levetiracetam,4500 mg\n")
    words = ["eeg", str(tmp_path / "a.edf"), "--drugs", str(tmp_path / "drugs.csv"), "--bids", str(tmp_path / "set")]
    assert main([*words, "--json"]) == 0
    events = table(tmp_path / "set" / "sub-01" / "eeg" / "sub-01_task-monitoring_events.tsv")
    drugs = [(row["onset"], row["value"], row["source"]) for row in events if row["trial_type"] == "drug"]
    assert drugs == [
        ("1.000", "lorazepam 4 mg IV", "simulation"),
        ("2.000", "propofol infusion started at 200 mg/h", "simulation"),
        ("4.000", "levetiracetam 4500 mg (second line)", "list"),
    ]


def test_suppression_is_truth_where_the_states_of_the_run_lie_beside(tmp_path):
    share = np.array([[0.1, 0.6, 0.8, 1.0, 1.0, 0.2]])
    coords = {"patient": [0], "time": ("time", 10.0 * np.arange(-1, 5), {"units": "s"})}
    record = xr.Dataset({"suppression": (("patient", "time"), share, {"units": "1"})}, coords=coords)
    store.write_states(tmp_path / store.STATES, record.assign_attrs(macro_s=10.0))
    noise = np.random.Generator(np.random.PCG64(1)).normal(scale=9.0, size=(12000, 2)).astype(np.float32)
    edf.write(tmp_path / "eeg.edf", [noise], 200.0, labels=["Fp1", "O2"], annotations=[(20.0, "time 0 of the record")])
    folder = write(tmp_path / "set", tmp_path / "eeg.edf") / "sub-01" / "eeg"
    rows = table(folder / "sub-01_task-monitoring_events.tsv")
    true = [tuple(row.values())[:4] for row in rows if row["source"] == "simulation"]
    assert true == [
        ("10.000", "20.000", "burst_suppression", "0.70 suppressed"),
        ("30.000", "20.000", "suppression", "1.00 suppressed"),
    ]


def test_truth_without_an_end_lasts_to_the_end_of_the_record():
    assert true_seizures((Annotation(3.0, None, "electrographic seizure begins"),), 10.0) == [(3.0, 10.0)]
    assert true_seizures((), 10.0) == []


def test_a_label_with_a_dash_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(InputError, match="'a-b' cannot be a label"):
        write(tmp_path / "set", DATA / "vecams_eFig51.edf", subject="a-b")
    assert list(tmp_path.iterdir()) == []
