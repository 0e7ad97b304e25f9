"""Spells: the clock of a record, and when quiet counts as an end."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from quell.ground.errors import InputError
from quell.outcome.spell import Spell, joined, of_patient, on_stretches, quiet_from, share_on, spells


def record_of(flags, step=10.0, start=0.0):
    time = start + step * (1 + np.arange(len(flags)))
    return xr.Dataset({"seizing": ("time", np.array(flags, bool))}, {"time": time})


def test_a_spell_starts_one_step_before_its_first_entry():
    assert spells(record_of([0, 1, 1, 0, 1]), "seizing") == [Spell(10.0, 30.0), Spell(40.0, 50.0)]


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_spells_cover_exactly_the_time_that_was_on(flags):
    found = on_stretches(np.array(flags), 10.0 * (1 + np.arange(len(flags))), 10.0)
    assert sum(s.length_s for s in found) == 10.0 * sum(flags)


def test_a_short_pause_is_no_end_and_a_long_one_is():
    pausing = record_of([1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    assert quiet_from(pausing, "seizing", 0.0, 60.0) == 50.0
    assert quiet_from(pausing, "seizing", 0.0, 10.0) == 20.0


def test_quiet_that_the_record_does_not_last_long_enough_to_show_is_unknown():
    assert math.isnan(quiet_from(record_of([1, 1, 0, 0]), "seizing", 0.0, 60.0))
    assert math.isnan(quiet_from(record_of([1] * 10), "seizing", 0.0, 60.0))


def test_quiet_already_present_counts_from_the_moment_asked_for():
    assert quiet_from(record_of([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "seizing", 30.0, 60.0) == 30.0


def test_quiet_before_the_question_does_not_answer_it():
    assert math.isnan(quiet_from(record_of([0] * 10 + [1] * 5), "seizing", 100.0, 60.0))


def test_pauses_shorter_than_the_gap_are_bridged():
    assert joined([Spell(0, 10), Spell(15, 20), Spell(100, 110)], 10.0) == [Spell(0, 20), Spell(100, 110)]


def test_share_on_is_weighed_by_overlap():
    assert share_on(record_of([1, 0, 1, 1]), "seizing", 5.0, 25.0) == pytest.approx(0.5)
    assert math.isnan(share_on(record_of([1]), "seizing", 100.0, 200.0))


def test_a_patient_who_is_not_in_the_record_is_refused():
    two = xr.concat([record_of([1]), record_of([0])], "patient")
    assert not of_patient(two, 1)["seizing"].any()
    with pytest.raises(InputError, match="0 to 1"):
        of_patient(two, 2)
