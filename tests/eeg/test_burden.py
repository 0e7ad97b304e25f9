"""Minutes of seizure per hour, and the moment at which they make status epilepticus."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.eeg.burden import Span, hourly, joined, marked, status_spans, trailing

spans = st.lists(st.tuples(st.floats(0, 7000), st.floats(1, 900)), max_size=12).map(
    lambda made: [Span(start, start + length) for start, length in made]
)


@given(spans)
@settings(max_examples=60, deadline=None)
def test_seconds_of_seizure_are_counted_once_however_spans_overlap(made):
    seconds = 8000
    grid = np.zeros(seconds * 10, bool)
    for start, stop in made:
        grid[round(start * 10) : round(stop * 10)] = True
    assert marked(made, seconds).sum() == pytest.approx(grid.sum() / 10, abs=0.2 * len(made) + 1e-9)
    assert sum(hourly(made, seconds)) == pytest.approx(marked(made, seconds).sum() / 60)


def test_joining_bridges_short_pauses_only():
    assert joined([Span(30, 40), Span(0, 10), Span(12, 20)], 5) == [Span(0, 20), Span(30, 40)]


def test_one_seizure_of_ten_minutes_is_status_from_its_tenth_minute():
    assert status_spans([Span(100, 1000)], 7200) == [Span(700, 1000)]
    assert status_spans([Span(100, 699)], 7200) == []


def test_status_is_told_in_the_second_in_which_a_fifth_of_an_hour_is_passed():
    short = [Span(300 * k, 300 * k + 90) for k in range(12)]  # 12 min after eight; the ninth passes a fifth
    (status,) = status_spans(short, 3600 * 3)
    assert status.start_s == pytest.approx(8 * 300 + 1, abs=1.5)
    assert trailing(short, 3600)[-1] == pytest.approx(12 * 90 / 3600)


def test_an_eighth_of_an_hour_is_no_status():
    assert status_spans([Span(600 * k, 600 * k + 75) for k in range(18)], 3600 * 3) == []


def test_status_ends_with_its_last_seizure():
    (status,) = status_spans([Span(0, 1500)], 3600 * 4)
    assert status == Span(600, 1500)
