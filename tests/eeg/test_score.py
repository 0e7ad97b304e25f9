"""Events are scored as SzCORE scores them; the timescoring package is the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.eeg.burden import Span, joined
from quell.eeg.score import score

HOURS = 3
spans = st.lists(st.tuples(st.integers(100, 3600 * HOURS - 1000), st.integers(5, 900)), min_size=1, max_size=8).map(
    lambda made: [Span(float(start), float(start + length)) for start, length in made]
)


@given(spans, spans)
@settings(max_examples=60, deadline=None)
def test_it_agrees_with_timescoring(truth, said):
    from timescoring import annotations, scoring

    count = 3600 * HOURS * 10  # its events must be in order and apart
    oracle = scoring.EventScoring(
        *(annotations.Annotation([tuple(span) for span in joined(side, 0.2)], 10, count) for side in (truth, said))
    )
    ours = score(truth, said, 3600 * HOURS)
    assert (ours.events, ours.found, ours.false) == (oracle.refTrue, oracle.tp, oracle.fp)
    assert ours.false_per_day == pytest.approx(oracle.fpRate)


def test_a_perfect_detector_scores_one_and_no_false_alarm():
    truth = [Span(100, 160), Span(4000, 5000)]
    found = score(truth, truth, 86400)
    assert (found.sensitivity, found.precision, found.false, found.burden_worst) == (1.0, 1.0, 0, 0.0)
    assert found.second_sensitivity == found.second_precision == 1.0


def test_an_alarm_that_never_stops_finds_all_and_is_false_all_day():
    found = score([Span(1000, 1060)], [Span(0, 86400)], 86400)
    assert found.sensitivity == 1.0
    assert found.false_per_day > 280


def test_early_and_late_by_half_a_minute_still_finds_a_seizure():
    assert score([Span(1000, 1060)], [Span(975, 985)], 86400).found == 1
    assert score([Span(1000, 1060)], [Span(1110, 1118)], 86400).found == 1
    assert score([Span(1000, 1060)], [Span(1130, 1140)], 86400).found == 0


def test_the_burden_error_is_in_minutes_per_hour():
    found = score([Span(0, 600)], [Span(0, 300)], 7200)
    assert found.burden_worst == pytest.approx(5.0)
    assert found.burden_error == pytest.approx(2.5)


def test_without_events_nothing_is_divided_by_zero():
    found = score([], [], 3600)
    assert np.isnan(found.sensitivity) and found.false_per_day == 0
