"""Reading: real files come out as another reader has them, in microvolts, under standard names; gaps stay gaps."""

import os
from pathlib import Path

import edfio
import numpy as np
import pytest

import quell
from quell.ground.errors import InputError

DATA = Path(__file__).parent / "data"
SHARED = Path(os.environ.get("QUELL_EEG", Path(__file__).parents[3] / "shared" / "eeg"))
FILES = sorted(DATA.glob("*.edf")) + sorted(SHARED.glob("*/*.edf"))
TEN_TWENTY = [
    "Fp1",
    "F3",
    "C3",
    "P3",
    "F7",
    "T3",
    "T5",
    "O1",
    "Fz",
    "Cz",
    "Pz",
    "Fp2",
    "F4",
    "C4",
    "P4",
    "F8",
    "T4",
    "T6",
    "O2",
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_real_file_reads_as_edfio_has_it(path):
    record = quell.eeg.read(path)
    theirs = {signal.label: signal for signal in edfio.read_edf(path).signals}
    for row, channel in zip(record.signals, record.channels, strict=True):
        if channel.kind == "eeg":
            assert np.abs(row - theirs[channel.label].data).max() < 1e-3
            assert record.fs == theirs[channel.label].sampling_frequency


def test_a_page_carries_its_nineteen_electrodes_and_what_the_expert_wrote():
    record = quell.eeg.read(DATA / "vecams_eFig51.edf")
    assert sorted(record.eeg().names) == sorted(TEN_TWENTY) and record.kinds[-1] == "ecg"
    assert record.duration_s == 15.0 and record.fs == 200.0
    assert [note.text for note in record.annotations] == ["LPD (2); Burst suppression (20)"]


def test_saturation_heart_rate_marker_and_numbers_are_not_eeg():
    record = quell.eeg.read(DATA / "siena_PN00-5_sample.edf")
    others = {name: kind for name, kind in zip(record.names, record.kinds, strict=True) if kind != "eeg"}
    assert others == {"EKG EKG": "ecg", "SPO2": "vital", "HR": "vital", "1": "other", "2": "other", "MK": "marker"}
    assert len(record.eeg().names) == 29


def test_channels_of_another_rate_are_named_and_left_aside():
    record = quell.eeg.read(DATA / "edfio_short_psg.edf")
    assert record.names == ("Fpz-Cz", "Pz-Oz", "EOG horizontal") and record.fs == 100.0
    assert len(record.warnings) == 4 and "Temp rectal (1 Hz)" in record.warnings[2]


def test_a_rate_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InputError, match=r"no EEG channel has 256 Hz.*Allowed: 100"):
        quell.eeg.read(DATA / "edfio_short_psg.edf", fs=256.0)


def test_a_page_of_a_record_is_the_same_samples():
    record = quell.eeg.read(DATA / "vecams_eFig51.edf")
    page = record.page(10, 20)
    assert page.duration_s == 5.0
    assert np.array_equal(page.signals, record.signals[:, 2000:])
    assert page.annotations[0].onset_s == -10.0


def test_labelled_arrays_can_be_asked_by_name():
    array = quell.eeg.read(DATA / "vecams_eFig51.edf").to_xarray()
    assert array.sel(channel="O2").sizes == {"time": 3000} and array.attrs["units"] == "uV"


@pytest.mark.parametrize(("at", "width", "text"), [("label", 16, b" EDF Annotations"), ("samples", 8, b"200.0   ")])
def test_a_header_that_is_forgiven_reads_like_a_clean_one(tmp_path, at, width, text):
    raw = bytearray((DATA / "vecams_eFig51.edf").read_bytes())
    signals = int(raw[252:256])
    names = [bytes(raw[256 + 16 * k : 272 + 16 * k]).strip() for k in range(signals)]
    which = names.index(b"EDF Annotations") if at == "label" else 0
    begin = 256 + (0 if at == "label" else 216 * signals) + width * which
    raw[begin : begin + width] = text
    path = tmp_path / "forgiven.edf"
    path.write_bytes(raw)
    clean = quell.eeg.read(DATA / "vecams_eFig51.edf")
    assert np.array_equal(quell.eeg.read(path).signals, clean.signals)
