"""What stands still in every channel, or hums and does nothing else, is no EEG; a brain that is only flat is one."""

from dataclasses import replace

import numpy as np
import pytest
from made_record import DATA, FILES, made, suppressed

from quell.eeg.analysis import analyse
from quell.eeg.answer import answer
from quell.eeg.channels import channels
from quell.eeg.leadfield import electrode_names
from quell.eeg.opening import open_edf
from quell.eeg.record import Record
from quell.eeg.unreadable import Unreadable, readable
from quell.ground.card import from_card

FS = 200.0
FEW = electrode_names()[:8]


def noise(seconds, level):
    rng = np.random.Generator(np.random.PCG64(2))
    signals = rng.normal(scale=level, size=(len(FEW), round(seconds * FS))).astype(np.float32)
    return Record(signals, FS, channels(FEW)[0])


def humming(record, uV, hz=50.0):
    """The record with hum of another size and phase in every channel."""
    rng = np.random.Generator(np.random.PCG64(4))
    size, phase = rng.uniform(0.5, 1.5, (len(record.names), 1)), rng.uniform(0, 6.3, (len(record.names), 1))
    hum = uV * size * np.sin(2 * np.pi * hz * np.arange(record.samples) / record.fs + phase)
    return replace(record, signals=(record.signals + hum).astype(np.float32))


def joined(*records):
    return replace(records[0], signals=np.concatenate([record.signals for record in records], axis=1))


def kinds(found):
    return [event["kind"] for event in found.events]


def test_repeated_samples_at_the_end_of_a_real_file_are_a_gap():
    path = next((path for path in FILES if path.stem == "eegmat_Subject02_1"), None)
    if path is None:
        pytest.skip("the larger real files are not here")
    found = analyse(path)
    last = answer(found)["pages"][-1]
    assert last["bsr"] is None and set(last["probabilities"].values()) == {None}
    assert kinds(found)[-1] == "no_eeg" and "stand still" in found.warnings[-1]


@pytest.mark.parametrize(("seconds", "gap"), [(0.15, False), (2.0, True)])
def test_samples_held_in_every_channel_are_a_gap_if_they_last(seconds, gap):
    record = made(30, names=FEW)
    stop = 2000 + round(seconds * FS)
    record.signals[:, 2000:stop] = record.signals[:, 1999:2000]
    before = record.signals.copy()
    read = readable(record).stretch(0, record.samples)
    assert np.isnan(read[:, 2000:stop]).all() == gap == np.isnan(read).any()
    assert np.array_equal(record.signals, before)
    found = analyse(record)
    assert (found.trends["bsr"] == 0.0).all() and ("no_eeg" in kinds(found)) == gap


def test_one_live_channel_is_enough_to_be_read():
    record = made(12, names=FEW)
    record.signals[1:, 400:1200] = 0.0
    assert not np.isnan(readable(record).stretch(0, record.samples)).any()


@pytest.mark.parametrize(("uV", "hz"), [(5.0, 50.0), (20.0, 50.0), (60.0, 50.0), (20.0, 60.0)])
def test_hum_and_nothing_else_is_no_finding(uV, hz):
    found = analyse(humming(noise(40, 0.3), uV, hz))
    told = answer(found)
    assert kinds(found) == ["no_eeg"] and "hum" in found.events[0]["text"]
    assert all(page["bsr"] is None and page["bsp"] is None for page in told["pages"])
    assert any("mains hum" in warning for warning in told["warnings"])


def test_hum_that_begins_when_the_electrodes_come_off_ends_the_eeg_there():
    found = analyse(joined(made(90, names=FEW), humming(noise(90, 0.3), 30.0)))
    (gap,) = [event for event in found.events if event["kind"] == "no_eeg"]
    assert gap["start_s"] == pytest.approx(90, abs=2) and gap["duration_s"] == pytest.approx(90, abs=3)
    assert (found.trends["bsr"][:9] == 0.0).all() and np.isnan(found.trends["bsr"][10:]).all()


def test_bursts_under_hum_are_read_with_the_suppressions_between_them():
    plain = suppressed(made(120, names=FEW), period_s=20.0, share=0.8)
    clean, hummed = analyse(plain), analyse(humming(plain, 8.0))
    assert hummed.trends["bsr"] == pytest.approx(clean.trends["bsr"], abs=0.05)
    assert not any("hum" in warning for warning in hummed.warnings)


def test_a_flat_brain_without_hum_is_read():
    found = analyse(noise(40, 0.5))
    assert (found.trends["bsr"] == 1.0).all() and not any("hum" in warning for warning in found.warnings)


def test_slow_recordings_and_real_files_show_no_hum():
    assert not readable(made(12, fs=100.0, names=FEW)).hum.any()
    for path in DATA.glob("*.edf"):
        assert not readable(open_edf(path)).hum.any()


def test_the_level_of_hum_at_which_it_counts_is_that_of_the_card():
    card = from_card(Unreadable)
    brain = noise(20, 2.0).signals
    for factor, expected in ((0.5, False), (2.0, True)):
        inside = 2.0 * np.sqrt((card.high - card.low) / (FS / 2))
        amplitude = factor * card.times * inside * np.sqrt(2)
        hum = amplitude * np.sin(2 * np.pi * 50.0 * np.arange(brain.shape[1]) / FS)
        told, size = card.hums((brain + hum).astype(np.float32), FS)
        assert told.all() == expected == told.any()
        assert np.median(size) == pytest.approx(amplitude / np.sqrt(2), rel=0.1)
