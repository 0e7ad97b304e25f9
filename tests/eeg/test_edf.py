"""EDF: what is read is what was written, to one digital step; a broken run leaves nothing under the name."""

import subprocess
import sys
import time
from types import SimpleNamespace

import edfio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import quell
from quell.eeg import edf
from quell.ground.errors import InputError, QuellError

FS = 200.0
LABELS = ("Fp1", "T3", "O2")


@pytest.fixture
def eeg():
    rng = np.random.Generator(np.random.PCG64(3))
    return (rng.normal(size=(5000, 3)) * [5.0, 60.0, 400.0] + [0.0, 3.0, -1000.0]).astype(np.float32)


def read(path):
    """As any file is read; signals as they were given, `[samples, channels]`."""
    record = quell.eeg.read(path)
    notes = [(note.onset_s, note.text) for note in record.annotations]
    return SimpleNamespace(signals=record.signals.T, fs=record.fs, names=record.names, annotations=notes)


def one_step(values):
    return np.ptp(values, axis=0) / 65535 + 0.002  # the range is widened to what eight characters can hold


def test_every_sample_comes_back_within_one_step(tmp_path, eeg):
    edf.write(tmp_path / "a.edf", [eeg[:1234], eeg[1234:]], FS, labels=LABELS)
    back = read(tmp_path / "a.edf")
    assert back.fs == FS and back.names == LABELS and back.signals.shape == eeg.shape
    assert np.all(np.abs(back.signals - eeg).max(axis=0) <= one_step(eeg))


def test_a_spike_in_one_channel_does_not_coarsen_the_others(tmp_path, eeg):
    eeg[100, 2] = 40_000.0
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS)
    back = read(tmp_path / "a.edf")
    assert np.abs(back.signals[:, 0] - eeg[:, 0]).max() < 0.003


def test_units_are_microvolts_and_labels_are_ten_twenty(tmp_path, eeg):
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS, patient="Patient 17")
    file = edfio.read_edf(tmp_path / "a.edf")
    assert {s.physical_dimension for s in file.signals} == {"uV"}
    assert file.signals[0].label == "EEG Fp1-Avg"
    assert file.patient.code == "Patient_17" and file.reserved == "EDF+C"


def test_events_come_back_as_annotations_at_their_times(tmp_path, eeg):
    events = [(0.0, "seizure onset"), (3.25, "lorazepam 4 mg IV"), (3.25, "stage: E_GABA −50 mV"), (24.9, "end")]
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS, annotations=events)
    assert read(tmp_path / "a.edf").annotations == sorted(events)


def test_more_events_than_fit_in_their_second_are_all_kept(tmp_path, eeg):
    events = [(24.0, f"event number {k:03d} with a rather long explanation attached") for k in range(150)]
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS, annotations=events)
    assert len(read(tmp_path / "a.edf").annotations) == 150


def test_a_file_longer_than_what_is_written_at_once_keeps_samples_and_events_in_place(tmp_path):
    fs, seconds = 50, 2 * edf.RECORDS_AT_ONCE + 70
    ramp = np.arange(seconds * fs, dtype=np.float32)[:, None] * [1.0, -0.5]
    events = [(3.0, "early"), (edf.RECORDS_AT_ONCE + 0.5, "second stretch"), (seconds - 1.0, "third stretch")]
    edf.write(tmp_path / "a.edf", [ramp], fs, labels=LABELS[:2], annotations=events)
    back = read(tmp_path / "a.edf")
    assert np.all(np.abs(back.signals - ramp).max(axis=0) <= one_step(ramp))
    assert back.annotations == events
    seen = edfio.read_edf(tmp_path / "a.edf")  # an independent reader finds every record in its second
    assert seen.is_continuous and [(note.onset, note.text) for note in seen.annotations] == events


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(notes=st.lists(st.tuples(st.floats(0, 24), st.text(min_size=1, max_size=100)), max_size=12))
def test_any_text_is_kept_readable(tmp_path, eeg, notes):
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS, annotations=notes)
    back = read(tmp_path / "a.edf").annotations
    assert len(back) == len(notes)
    assert [t for t, _ in back] == pytest.approx(sorted(t for t, _ in notes), abs=1e-3)


def test_an_unfinished_second_is_completed_with_the_last_values(tmp_path, eeg):
    edf.write(tmp_path / "a.edf", [eeg[:4900]], FS, labels=LABELS)
    back = read(tmp_path / "a.edf").signals
    assert back.shape == (5000, 3)
    assert np.ptp(back[4899:], axis=0).max() == 0


def test_a_constant_channel_can_be_written(tmp_path, eeg):
    eeg[:, 1] = 7.0
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS)
    assert read(tmp_path / "a.edf").signals[:, 1] == pytest.approx(7.0, abs=1e-3)


def test_missing_values_are_refused_by_channel_and_time_and_leave_nothing(tmp_path, eeg):
    eeg[450, 1] = np.nan
    with pytest.raises(QuellError, match=r"T3 is not finite at 2\.25 s"):
        edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS)
    assert list(tmp_path.iterdir()) == []


def test_a_rate_that_does_not_fit_one_second_is_refused(tmp_path, eeg):
    with pytest.raises(InputError, match="whole sampling rate"):
        edf.write(tmp_path / "a.edf", [eeg], 199.5, labels=LABELS)


def test_a_writer_killed_in_the_middle_leaves_no_file_under_its_name(tmp_path):
    code = f"""
import numpy as np, pathlib, time
import quell
from quell.eeg import edf
def slowly():
    while True:
        yield np.zeros((200, 1), np.float32)
        (pathlib.Path(r"{tmp_path}") / "started").touch()
        time.sleep(0.01)
edf.write(pathlib.Path(r"{tmp_path}") / "a.edf", slowly(), 200.0, labels=["Cz"])
"""
    writer = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "started").exists() and writer.poll() is None:
        time.sleep(0.02)
    writer.kill()
    writer.wait()
    assert (tmp_path / "started").exists()
    assert not (tmp_path / "a.edf").exists()
