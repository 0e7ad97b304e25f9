"""Burst suppression is told by its bursts; a flat minute is suppression and nothing else."""

import numpy as np
import pytest

from quell.eeg.suppression_epoch import stretches


def course(*parts):
    """Suppressed share of each second from (seconds, share or pattern) pieces."""
    return np.concatenate([np.resize(np.atleast_1d(pattern).astype(float), seconds) for seconds, pattern in parts])


def told(quiet):
    return stretches(quiet, np.isfinite(quiet))


def test_a_flat_minute_in_a_lively_record_is_suppression_and_no_burst_suppression():
    found = told(course((61, 0.0), (1, 0.6), (64, 1.0), (1, 0.3), (60, 0.0)))
    assert found.bursting == []
    assert [(span.start_s, span.stop_s) for span in found.flat] == [(62, 126)]


def test_two_flat_minutes_with_a_lively_one_between_have_no_bursts():
    assert told(course((90, 0.0), (60, 1.0), (60, 0.0), (60, 1.0), (90, 0.0))).bursting == []


def test_bursts_between_suppressions_make_it():
    found = told(course((120, 0.0), (200, [1, 1, 1, 0.4, 0]), (120, 0.0)))
    (span,) = found.bursting
    assert span.start_s == pytest.approx(120, abs=15) and span.stop_s == pytest.approx(320, abs=15)
    assert found.flat == []


def test_a_livelier_second_does_not_end_suppression_and_a_gap_does():
    quiet = course((150, 1.0), (1, 0.5), (150, 1.0))
    assert [(span.start_s, span.stop_s) for span in told(quiet).flat] == [(0, 301)]
    quiet[150] = np.nan
    assert [(span.start_s, span.stop_s) for span in told(quiet).flat] == [(0, 150), (151, 301)]


def test_where_bursts_cease_burst_suppression_ends_and_suppression_begins():
    found = told(course((300, [1, 1, 1, 0.4, 0]), (200, 1.0)))
    (bursting,), (flat,) = found
    assert (bursting.start_s, bursting.stop_s) == (0, 300) and (flat.start_s, flat.stop_s) == (300, 500)
