"""Clocks fit into each other, or say which does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.engine.clock import FULL, PROJECTIVE, Clocks, whole
from quell.ground.errors import InputError


def test_the_default_clocks_are_those_of_the_page():
    assert (FULL.inner, FULL.samples, FULL.beats, FULL.ticks_per_beat) == (10, 400, 5, 4000)
    assert FULL.full and not PROJECTIVE.full
    assert PROJECTIVE.samples == 80


def test_noise_of_a_beat_is_numbered_alike_in_both_modes():
    assert PROJECTIVE.ticks_per_beat == FULL.ticks_per_beat


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ({"dt": 3e-4}, "clocks.sample"),
        ({"window": 0.0024}, "clocks.window"),
        ({"beat": 3.0, "window": 0.4}, "clocks.macro"),
        ({"window": 4.0}, "clocks.window"),
        ({"dt": 0.0}, "clocks.sample"),
        ({"dt": -5e-4}, "clocks.sample"),
        ({"macro": 1.0}, "clocks.macro"),
    ],
)
def test_clocks_that_do_not_fit_name_the_field(steps, field):
    with pytest.raises(InputError) as found:
        Clocks(**steps)
    assert field in str(found.value)


@given(st.integers(1, 10_000), st.floats(1e-6, 1e3))
def test_a_whole_number_of_steps_is_found_in_spite_of_rounding(count, short):
    assert whole(count * short, short, "any") == count


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_any_pair_of_steps_gives_a_count_or_a_clear_error(long, short):
    try:
        assert whole(long, short, "any") >= 1
    except InputError as error:
        assert "any" in str(error)
