"""BIDS: the recording bit by bit, its channels, and the truth of a simulation."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from quell.cli.main import main
from quell.eeg import edf
from quell.eeg.record import Annotation
from quell.ground.errors import InputError
from quell.report.eeg_bids import true_seizures, write

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


def test_truth_without_an_end_lasts_to_the_end_of_the_record():
    assert true_seizures((Annotation(3.0, None, "electrographic seizure begins"),), 10.0) == [(3.0, 10.0)]
    assert true_seizures((), 10.0) == []


def test_a_label_with_a_dash_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(InputError, match="'a-b' cannot be a label"):
        write(tmp_path / "set", DATA / "vecams_eFig51.edf", subject="a-b")
    assert list(tmp_path.iterdir()) == []
