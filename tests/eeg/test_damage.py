"""What cannot be believed is refused in one sentence; what is missing stays missing; units are checked."""

from pathlib import Path

import numpy as np
import pytest

import quell
from quell.eeg import edf
from quell.eeg.opening import named_few
from quell.ground.errors import InputError

FS = 200
LABELS = ("Fp1", "F3", "C3", "P3", "O1")
HEAD = 256 * (len(LABELS) + 2)
NOTE = "end of the night shift, cables changed, patient asleep"  # the longest, so that it decides the room for all
NOTE_BYTES = 2 * -(-len(f"+9|||+9.75|{NOTE}||") // 2)
NOTES = [(2.5, "spike"), (7.25, "seizure"), (9.75, NOTE)]
RECORD = 2 * FS * len(LABELS) + NOTE_BYTES


@pytest.fixture
def eeg():
    rng = np.random.Generator(np.random.PCG64(8))
    return rng.normal(scale=20.0, size=(10 * FS, len(LABELS))).astype(np.float32)


@pytest.fixture
def raw(tmp_path, eeg):
    """A hospital's file of ten records of one second, as bytes."""
    edf.write(tmp_path / "a.edf", [eeg], FS, labels=LABELS, annotations=NOTES)
    whole = bytearray((tmp_path / "a.edf").read_bytes())
    whole[88:168] = b"Startdate 05-MAR-2019 X X X".ljust(80)
    return whole


@pytest.fixture
def read(tmp_path):
    def written(content, **how):
        (tmp_path / "b.edf").write_bytes(content)
        return quell.eeg.read(tmp_path / "b.edf", **how)

    return written


def interrupted(raw, times):
    """The same records, each said to begin at another time."""
    raw[192:236] = b"EDF+D".ljust(44)
    for number, time in enumerate(times):
        at = HEAD + number * RECORD + 2 * FS * len(LABELS)
        field = bytes(raw[at : at + NOTE_BYTES])
        _, _, rest = field.partition(b"\x00")
        raw[at : at + NOTE_BYTES] = (b"+%s\x14\x14\x00" % str(time).encode() + rest)[: len(field)].ljust(
            len(field), b"\x00"
        )
    return raw


def unit(raw, text):
    at = 256 + (len(LABELS) + 1) * 96
    for k in range(len(LABELS)):
        raw[at + 8 * k : at + 8 * (k + 1)] = text.ljust(8)
    return raw


def test_the_date_is_that_of_the_recording(read, raw):
    assert str(read(raw).start) == "2019-03-05 00:00:00"


def test_a_simulation_says_so_and_has_no_date(read, raw, tmp_path):
    record = quell.eeg.read(tmp_path / "a.edf")
    assert record.simulated and record.start is None
    assert b"not_for_clinical_use" in (tmp_path / "a.edf").read_bytes()[: 256 * 2 + HEAD]
    assert not read(raw).simulated


def test_a_gap_of_an_interrupted_recording_is_missing_and_never_glued(read, raw, eeg):
    record = read(interrupted(raw, [0, 1, 2, 3, 64.5, 65.5, 66.5, 67.5, 68.5, 69.5]))
    assert record.duration_s == 70.5
    assert np.isnan(record.signals[:, 4 * FS : round(64.5 * FS)]).all()
    assert np.abs(record.signals[:, : 4 * FS] - eeg[: 4 * FS].T).max() < 0.01
    assert np.abs(record.signals[:, round(64.5 * FS) :] - eeg[4 * FS :].T).max() < 0.01
    assert any("60.5 s in all, are missing" in warning for warning in record.warnings)


def test_annotations_lie_where_their_time_says(read, raw):
    notes = read(raw).annotations
    assert [(note.onset_s, note.text) for note in notes] == NOTES


def test_remarks_count_from_the_first_sample_where_the_clock_of_the_records_does_not(read, raw):
    record = read(interrupted(raw, range(2, 12)))
    assert record.duration_s == 10.0 and [note.onset_s for note in record.annotations] == [0.5, 5.25, 7.75]


def test_a_file_that_calls_itself_continuous_and_is_not_keeps_its_gap(read, raw):
    interrupted(raw, [0, 1, 2, 3, 4, 15, 16, 17, 18, 19])[192:236] = b"EDF+C".ljust(44)
    record = read(raw)
    assert record.duration_s == 20.0 and any("calls itself continuous" in warning for warning in record.warnings)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7, 3, 9], "time runs backwards at record 9"),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 1_000_000], r"record 10 lies 278 h after the end"),
    ],
)
def test_times_that_cannot_be_are_refused(read, raw, times, said):
    with pytest.raises(InputError, match=said):
        read(interrupted(raw, times))


def test_an_interrupted_recording_without_times_is_refused(read, raw):
    at = HEAD + 3 * RECORD + 2 * FS * len(LABELS)
    raw[192:236] = b"EDF+D".ljust(44)
    raw[at : at + 8] = bytes(8)
    with pytest.raises(InputError, match=r"record 4 .* does not say when it began"):
        read(raw)


def test_gaps_are_unknown_in_the_analysis(tmp_path, raw):
    (tmp_path / "b.edf").write_bytes(interrupted(raw, [0, 1, 2, 3, 34, 35, 36, 37, 38, 39]))
    found = quell.eeg.analyse(tmp_path / "b.edf")
    assert np.isnan(found.trends["bsr"][1:3]).all() and np.isnan(found.probabilities["seizure"][1:3]).all()
    assert found.trends["bsr"][3] == 0.0
    assert [event["kind"] for event in found.events if event["duration_s"] > 29] == ["no_eeg"]


@pytest.mark.parametrize(("text", "factor"), [(b"uV", 1.0), (b"\xb5V", 1.0), (b"mV", 1e3), (b"nV", 1e-3)])
def test_units_are_brought_to_microvolts(read, raw, eeg, text, factor):
    record = read(unit(raw, text), check=False)
    assert np.abs(record.signals - factor * eeg.T).max() < 0.01 * factor


@pytest.mark.parametrize(("text", "level"), [(b"mV", "1.98e.04"), (b"nV", "0.0198")])
def test_a_level_that_cannot_be_an_eeg_stops_reading(read, raw, text, level):
    with pytest.raises(InputError, match=rf"deviation of {level} uV.*`--any-level` \(in Python `check=False`\)"):
        read(unit(raw, text))


def test_volts_where_microvolts_are_meant_are_refused_by_their_range(read, raw):
    with pytest.raises(InputError, match=r"range \(-\d.* V\) cannot be"):
        read(unit(raw, b"V"), check=False)


def test_a_unit_that_is_no_voltage_is_refused_by_channel(read, raw):
    with pytest.raises(InputError, match="no EEG channel can be read"):
        read(unit(raw, b"degC"))


def test_a_file_without_unit_is_read_as_microvolts_with_a_warning(read, raw):
    (warning,) = read(unit(raw, b"")).warnings  # one for all channels
    assert warning == "unit '' is taken for uV in 5 channels (Fp1, F3, C3, ...)"


def test_many_channels_with_one_remark_are_counted_and_a_few_are_named():
    assert named_few(["Fp1", "F3"]) == "Fp1, F3"
    assert named_few([f"E{k}" for k in range(19)]) == "19 channels (E0, E1, E2, ...)"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda raw: raw[:0], "the file is empty"),
        (lambda raw: raw[:100], "ends inside its header"),
        (lambda raw: raw[:1000], "ends inside its header"),
        (lambda raw: raw[: HEAD + 100], "ends before its first record is whole"),
        (lambda raw: raw[: HEAD + 5 * RECORD], "says 10 records and the file holds 5"),
        (lambda raw: raw + raw[-RECORD:], "says 10 records and the file holds 11"),
        (lambda raw: b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (lambda raw: b"\xffBIOSEMI" + bytes(raw[8:]), "BDF file"),
        (lambda raw: raw[:236] + b"99999999" + raw[244:], "says 99999999 records and the file holds 10"),
        (lambda raw: raw[:252] + b"9999" + raw[256:], "9999 as number of signals"),
    ],
)
def test_damage_is_one_sentence(read, raw, content, said):
    with pytest.raises(InputError, match=said) as refusal:
        read(content(raw))
    assert "b.edf" in str(refusal.value) and "\n" not in str(refusal.value)


def test_what_is_there_of_a_file_cut_short_can_be_asked_for(read, raw, eeg):
    with pytest.raises(InputError, match=r"`--partial` \(in Python `partial=True`\)"):
        read(raw[: HEAD + 5 * RECORD + 77])
    record = read(raw[: HEAD + 5 * RECORD + 77], partial=True)
    assert record.duration_s == 5.0 and np.abs(record.signals - eeg[: 5 * FS].T).max() < 0.01
    assert "5 are read" in record.warnings[0]


def test_a_recording_that_was_never_closed_is_read_with_a_warning(read, raw):
    raw[236:244] = b"-1".ljust(8)
    assert "was not closed" in read(raw).warnings[0]


def test_a_record_that_does_not_fit_memory_is_refused_and_can_still_be_read_in_stretches(tmp_path, raw):
    (tmp_path / "b.edf").write_bytes(interrupted(raw, [0, *range(80_000, 80_009)]))
    recording = quell.eeg.open_edf(tmp_path / "b.edf")
    assert recording.samples == 80_009 * FS
    assert np.isnan(recording.stretch(50_000 * FS, 50_001 * FS)).all()


def test_a_file_of_many_gigabytes_that_cannot_be_a_recording_is_refused_at_once(tmp_path, raw):
    raw[236:244] = b"99999999"
    with (tmp_path / "b.edf").open("wb") as file:
        file.write(raw[:HEAD])
        file.truncate(HEAD + 99_999_999 * RECORD)  # a hole: nothing is on disk
    with pytest.raises(InputError, match="1157 days cannot be read"):
        quell.eeg.open_edf(tmp_path / "b.edf")


@pytest.mark.parametrize("path", [Path("/nowhere/a.edf"), Path(".")])
def test_a_path_that_cannot_be_read_is_named(path):
    with pytest.raises(InputError, match="cannot be read"):
        quell.eeg.read(path)


def test_stretches_are_the_same_samples_as_the_whole(tmp_path, raw):
    (tmp_path / "b.edf").write_bytes(interrupted(raw, [0, 1, 2, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 10]))
    recording = quell.eeg.open_edf(tmp_path / "b.edf")
    whole = recording.record().signals
    pieces = np.concatenate([part for _, part in recording.blocks(0.73)], axis=1)
    assert np.array_equal(pieces, whole, equal_nan=True)
