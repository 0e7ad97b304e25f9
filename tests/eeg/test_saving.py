"""A record written is the record read: samples within a step, names, remarks, start, and the mark of a simulation."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import edfio
import numpy as np
import pytest

import quell
from quell.eeg.channels import channels
from quell.eeg.record import Annotation, Record

DATA = Path(__file__).parent / "data"


def made(seconds: float = 20.0, fs: float = 200.0, **how) -> Record:
    noise = np.random.default_rng(1).normal(0.0, 30.0, (3, round(seconds * fs))).astype(np.float32)
    return Record(noise, fs, channels(["EEG Fp1-Ref", "T4", "EKG"])[0], **how)


@pytest.mark.parametrize("name", ["vecams_eFig51.edf", "edfio_short_psg.edf"])
def test_a_real_record_comes_back_within_a_step(name, tmp_path):
    record = quell.eeg.read(DATA / name)
    back = quell.eeg.read(quell.eeg.write(record, tmp_path / "again.edf"))
    step = np.ptp(record.signals, axis=1, keepdims=True) / 65535 + 1e-4
    assert (np.abs(back.signals[:, : record.samples] - record.signals) <= step).all()
    assert back.names == record.names and back.kinds == record.kinds and back.fs == record.fs
    assert back.annotations == record.annotations and back.start == record.start
    theirs = edfio.read_edf(tmp_path / "again.edf")
    assert theirs.num_signals == len(record.names) and not back.simulated


def test_start_remarks_and_the_mark_of_a_simulation_are_kept(tmp_path):
    notes = (Annotation(0.5, None, "eyes closed"), Annotation(3.0, 4.5, "seizure"))
    record = made(annotations=notes, start=datetime(2026, 11, 30, 9, 24, 1))
    back = quell.eeg.read(quell.eeg.write(record, tmp_path / "a.edf"))
    assert back.annotations == notes and back.start == record.start and not back.simulated
    back = quell.eeg.read(quell.eeg.write(replace(record, start=None, simulated=True), tmp_path / "s.edf"))
    assert back.annotations == notes and back.start is None and back.simulated
    assert b"not_for_clinical_use" in (tmp_path / "s.edf").read_bytes()[:256]


@pytest.mark.parametrize("fs", [200.0, 199.5, 256.0])
def test_a_rest_below_a_second_is_completed_with_the_last_values(fs, tmp_path):
    record = made(seconds=3.3, fs=fs)
    back = quell.eeg.read(quell.eeg.write(record, tmp_path / "a.edf"))
    assert back.fs == pytest.approx(fs, rel=1e-6) and 0 <= back.samples - record.samples < 2 * fs
    assert np.ptp(back.signals[:, record.samples :], axis=1) == pytest.approx(0.0, abs=1e-3)


def test_a_flat_channel_is_written_too(tmp_path):
    record = made()
    record.signals[2] = 7.0
    back = quell.eeg.read(quell.eeg.write(record, tmp_path / "flat.edf"))
    assert back.signals[2] == pytest.approx(7.0, abs=1e-3)


def test_gaps_are_refused_and_nothing_is_left_behind(tmp_path):
    record = made()
    record.signals[:, 400:600] = np.nan
    with pytest.raises(quell.InputError, match=r"from 2 to 3 s.*record.page"):
        quell.eeg.write(record, tmp_path / "gap.edf")
    record.signals[:, 400:600] = 0.0
    record.signals[1, 50] = np.nan
    with pytest.raises(quell.InputError, match=r"T4 misses samples at 0.25 s"):
        quell.eeg.write(record, tmp_path / "gap.edf")
    with pytest.raises(quell.InputError, match="no samples"):
        quell.eeg.write(replace(record, signals=record.signals[:, :0]), tmp_path / "gap.edf")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(quell.InputError, match="cannot be written"):
        quell.eeg.write(made(), tmp_path / "nowhere" / "a.edf")
