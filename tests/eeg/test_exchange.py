"""MNE: what goes out in volts comes back in microvolts, with names, remarks and gaps."""

from pathlib import Path

import numpy as np
import pytest

import quell

DATA = Path(__file__).parent / "data"
mne = pytest.importorskip("mne")


@pytest.fixture
def record():
    whole = quell.eeg.read(DATA / "vecams_eFig51.edf")
    whole.signals[:, 1000:1200] = np.nan
    return whole


def test_there_and_back_changes_nothing(record):
    back = quell.eeg.from_mne(quell.eeg.to_mne(record))
    assert back.names == record.names and back.kinds == record.kinds and back.fs == record.fs
    assert np.allclose(back.signals, record.signals, atol=1e-3, equal_nan=True)
    assert back.annotations == record.annotations


def test_mne_sees_volts_electrodes_and_the_gap(record):
    raw = quell.eeg.to_mne(record)
    assert raw.get_data(picks="Fp1")[0, :1000] * 1e6 == pytest.approx(record.signals[0, :1000], abs=1e-3)
    assert raw.get_channel_types()[-1] == "ecg" and "T3" in raw.get_montage().ch_names
    skipped = [note for note in raw.annotations if note["description"] == "BAD_ACQ_SKIP"]
    assert [(note["onset"], note["duration"]) for note in skipped] == [(5.0, 1.0)]


@pytest.mark.parametrize("path", sorted(DATA.glob("*.edf")), ids=lambda path: path.stem)
def test_every_file_reads_as_mne_has_it(path):
    ours = quell.eeg.read(path)
    theirs = mne.io.read_raw_edf(path, verbose="error", include=[one.label for one in ours.channels])
    for row, channel in zip(ours.signals, ours.channels, strict=True):
        if channel.kind == "eeg":
            assert np.abs(theirs.get_data(picks=channel.label)[0] * 1e6 - row).max() < 0.01


def test_a_file_read_by_mne_is_the_record_that_quell_reads():
    path = DATA / "vecams_eFig33.edf"
    theirs = quell.eeg.from_mne(mne.io.read_raw_edf(path, verbose="error"))
    ours = quell.eeg.read(path)
    assert theirs.names == ours.names and theirs.kinds == ours.kinds
    assert np.abs(theirs.signals - ours.signals).max() < 0.01
    assert theirs.annotations[0].text == ours.annotations[0].text


def test_without_mne_the_sentence_says_how_to_get_it(record, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mne", None)
    with pytest.raises(quell.InputError, match=r"pip install .quell\[mne\]"):
        quell.eeg.to_mne(record)
