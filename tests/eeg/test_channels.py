"""Names: what hospitals write is one electrode; what is no place on the scalp is never EEG."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.eeg.channels import KINDS, channel, channels


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("EEG Fp1-Ref", "Fp1"),
        ("Fp1-LE", "Fp1"),
        ("FP1-AVG", "Fp1"),
        ("eeg fp1", "Fp1"),
        ("Fp1.", "Fp1"),
        ("Fc5.", "FC5"),
        ("POL T7", "T3"),
        ("T8-A1", "T4"),
        ("EEG P7-REF", "T5"),
        ("p8", "T6"),
        ("CZ", "Cz"),
        ("EEG F10", "F10"),
        ("EEG Fpz-Cz", "Fpz-Cz"),
        ("F7-T7", "F7-T3"),
        ("C3-P3", "C3-P3"),
        ("EEG T3-Avg", "T3"),
        ("O2-M1", "O2"),
    ],
)
def test_an_electrode_has_one_spelling(label, name):
    assert channel(label)[:2] == (name, "eeg")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("EKG", "ecg"),
        ("ECG ECG", "ecg"),
        ("EKG1", "ecg"),
        ("EOG horizontal", "eog"),
        ("EMG submental", "emg"),
        ("A1", "reference"),
        ("EEG A2-A1", "reference"),
        ("M2", "reference"),
        ("SPO2", "vital"),
        ("HR", "vital"),
        ("MK", "marker"),
        ("Event marker", "marker"),
        ("1", "other"),
        ("EEG 17", "other"),
        ("Cz flat", "other"),
        ("C3-C3", "other"),
        ("Resp oro-nasal", "respiration"),
        ("", "other"),
        ("-", "other"),
        ("EEG", "other"),
    ],
)
def test_what_is_no_place_on_the_scalp_is_not_eeg(label, kind):
    assert channel(label).kind == kind


def test_a_name_met_twice_is_eeg_once():
    made, warnings = channels(["T3", "T7", "EKG", "EKG"])
    assert [(one.name, one.kind) for one in made] == [
        ("T3", "eeg"),
        ("T3 (2)", "other"),
        ("EKG", "ecg"),
        ("EKG (2)", "ecg"),
    ]
    assert warnings == ("T3 is there twice; 'T7' is left aside",)


@given(st.lists(st.text(max_size=16), max_size=12))
def test_any_labels_give_names_that_differ_and_known_kinds(labels):
    made, _ = channels(labels)
    assert len({one.name for one in made}) == len(labels)
    assert all(one.kind in KINDS for one in made)
