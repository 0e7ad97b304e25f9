"""Recordings to which the rules for adults do not apply say so."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from quell.eeg.adult import few_electrodes, young
from quell.eeg.analysis import analyse
from quell.eeg.leadfield import electrode_names

DATA = Path(__file__).parent / "data"
NEWBORN = ["F7-C3", "C3-T5", "F7-T3", "T3-T5", "F8-C4", "C4-T6", "F8-T4", "T4-T6"]


def test_a_montage_of_a_newborn_or_of_sleep_warns_and_the_chain_of_an_adult_does_not():
    assert "EEG of 8 electrodes" in few_electrodes(NEWBORN)[0]
    assert few_electrodes(electrode_names()) == []
    assert any("EEG of 4 electrodes" in warning for warning in analyse(DATA / "edfio_short_psg.edf").warnings)


@pytest.mark.parametrize(
    ("patient", "told"),
    [
        ("X F 02-MAY-2019 Baby", "2 months"),
        ("12 M 01-JAN-1993 Subject2", ""),
        ("X X X X", ""),
        ("X F 31-FEB-2019 Never", ""),
        ("X F 02-MAY-2020 Unborn", ""),
    ],
)
def test_an_infant_is_known_by_the_birth_date_of_the_header(patient, told):
    warnings = young(patient, datetime(2019, 7, 2))
    assert [told in warning for warning in warnings] == ([True] if told else [])
    assert young(patient, None) == []


def test_a_record_too_short_to_be_named_is_other_and_not_the_first_of_the_names():
    analysis = analyse(DATA / "siena_PN00-5_sample.edf")
    assert analysis.probabilities["other"][0] > 0.9
    assert sum(values[0] for values in analysis.probabilities.values()) == pytest.approx(1.0)
    assert np.isnan(analysis.pattern_hz[0])
