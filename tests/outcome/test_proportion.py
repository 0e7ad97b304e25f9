"""Intervals of proportions: published numbers, and laws that hold for any counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.ground.errors import InputError
from quell.outcome.proportion import difference, wilson


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_newcombe_1998(events, n, low, high):
    found = wilson(events, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_newcombe_interval_of_a_difference_from_the_paper():
    gap, low, high = difference(wilson(56, 70), wilson(48, 80))
    assert (gap, low, high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_mirrors_with_it(n, data):
    events = data.draw(st.integers(0, n))
    found, mirror = wilson(events, n), wilson(n - events, n)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert found.low == pytest.approx(1 - mirror.high, abs=1e-12)


def test_impossible_counts_are_refused():
    with pytest.raises(InputError, match="5 of 4"):
        wilson(5, 4)
    with pytest.raises(InputError):
        wilson(0, 0)
