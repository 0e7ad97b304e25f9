"""Endpoints: movement and EEG apart, ends, returns, awakening, rescue, burden; doses as they were given."""

import math

import numpy as np
import pytest
import xarray as xr
from synthetic_record import synthetic_record

from quell.outcome import endpoint
from quell.outcome.dose import doses_of
from quell.outcome.spell import of_patient


def test_the_eeg_can_seize_after_the_limbs_have_stopped(late):
    assert endpoint.movement_stopped(late, 300.0) == 3290.0
    assert endpoint.eeg_stopped(late, 300.0) == 5400.0


def test_stopping_within_a_window_counts_from_the_dose(early):
    assert endpoint.stopped_within(early, 900.0, 10.0)
    assert not endpoint.stopped_within(early, 900.0, 2.0)
    assert endpoint.stopped_within(early, 900.0, 10.0, sign="convulsing")


def test_a_second_seizure_is_a_recurrence_of_the_first(late):
    stopped = endpoint.eeg_stopped(late, 0.0)
    assert stopped == 90.0
    assert endpoint.recurred_within(late, stopped, 1.0)
    assert not endpoint.recurred_within(late, stopped, 0.05)
    assert not endpoint.recurred_within(late, math.nan, 1.0)


def test_one_step_of_seizing_is_not_yet_a_recurrence():
    blip = of_patient(synthetic_record(((0.0, 90.0), (900.0, 910.0)), ()))
    assert not endpoint.recurred_within(blip, 90.0, 1.0)


def test_a_patient_answers_again_only_after_the_seizure(late):
    again = endpoint.responsive_from(late, 0.0)
    assert again > 5400.0
    assert float(late["responsiveness"].sel(time=again + 10.0, method="nearest")) > endpoint.answers_above()


def test_rescue_is_a_drug_begun_inside_the_window(late):
    assert endpoint.rescue_used(late, 2400.0)
    assert not endpoint.rescue_used(late, 2400.0, 3000.0)
    assert not endpoint.rescue_used(late, 3600.0)


def test_success_needs_stillness_awakening_and_no_other_drug(late, early):
    assert endpoint.treatment_success(early, 900.0)
    assert not endpoint.treatment_success(late, 2400.0)  # levetiracetam was added
    assert not endpoint.treatment_success(late, 7000.0)  # the hour is not over


def test_burden_is_the_share_of_the_last_hour(late):
    burden = endpoint.hourly_burden(late)
    assert endpoint.seizing_minutes(late) == pytest.approx(86.5)
    assert burden.max() == pytest.approx(1.0)
    assert float(burden[late["time"].values == 1800.0][0]) == pytest.approx((90 + 1500) / 3600)


def test_status_is_ten_minutes_on_end_or_a_fifth_of_an_hour(late):
    assert endpoint.electrographic_status(late) == 900.0
    many = of_patient(synthetic_record(tuple((600.0 * k, 600.0 * k + 200.0) for k in range(6)), ()))
    reached = endpoint.electrographic_status(many)
    assert 1800.0 < reached < 2000.0  # 12 min of seizing, in pieces of 200 s
    assert math.isnan(endpoint.electrographic_status(of_patient(synthetic_record(((0.0, 300.0),), ()))))


def test_injury_is_read_per_patch_at_the_end(late):
    dead = endpoint.injury(late)
    assert set(dead) == set(late["patch"].values)
    assert max(dead, key=lambda patch: dead[patch]) == "temporal_L"


def test_doses_are_what_was_given(late):
    lorazepam, levetiracetam = doses_of(late)
    assert (lorazepam.drug, lorazepam.start_s, lorazepam.end_s) == ("lorazepam", 2400.0, 2520.0)
    assert lorazepam.mg == pytest.approx(4.0)
    assert levetiracetam.mg == pytest.approx(4200.0)
    assert not levetiracetam.is_infusion


def test_two_doses_with_a_pause_are_two_and_a_load_before_an_infusion_is_its_own():
    twice = of_patient(synthetic_record(doses=(("lorazepam", 600.0, 4.0, 120.0), ("lorazepam", 900.0, 4.0, 120.0))))
    assert [dose.start_s for dose in doses_of(twice)] == [600.0, 900.0]
    load = of_patient(synthetic_record(doses=(("propofol", 600.0, 140.0, 60.0), ("propofol", 660.0, 280.0, 3600.0))))
    bolus, infusion = doses_of(load)
    assert (bolus.end_s, infusion.start_s) == (660.0, 660.0)
    assert not bolus.is_infusion and infusion.is_infusion
    assert infusion.mg == pytest.approx(280.0)


def test_a_dose_that_ends_inside_a_step_stays_one_dose():
    given = np.array([0.0, 2.0, 2.0, 0.3, 0.0])
    record = xr.Dataset({"given_lorazepam": ("time", given)}, {"time": 10.0 * np.arange(1, 6)})
    assert len(doses_of(record)) == 1


def test_endpoints_and_staff_agree_on_who_answers():
    """One number: what the bedside calls responsive is what the endpoint counts."""
    from quell.ground.card import from_card
    from quell.patient.arousal import Arousal

    assert endpoint.answers_above() == from_card(Arousal).awake_above
