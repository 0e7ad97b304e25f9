"""What is computed once for a block is what pages and seconds would have found alone."""

from dataclasses import replace

import numpy as np
import pytest
from made_record import made, suppressed

from quell.eeg.analysis import analyse
from quell.eeg.block import bench
from quell.eeg.pattern import judge, judge_all
from quell.eeg.pattern_rows import Look
from quell.eeg.prepared import prepared
from quell.eeg.record import Record
from quell.eeg.seizure import detect

EVENTS = ("seizure", "status", "burst_suppression", "suppression")


@pytest.fixture(scope="module")
def long():
    """Ten minutes and more, half of them in burst suppression."""
    return suppressed(made(700))


def test_a_page_cut_from_a_block_reads_as_the_same_page_alone(long):
    whole = bench(long).stretch(0.0, 600.0).prepared
    for first in (5000, 22000, 41000):
        seen, page = whole.cut(slice(first, first + 2000)), slice(500, 1500)
        alone = prepared(seen.derived, seen.fs, seen.derivation)
        assert seen.bands.fast[:, page] == pytest.approx(alone.bands.fast[:, page], abs=0.1)
        theirs = judge(alone, page).probabilities
        assert judge(seen, page).probabilities == pytest.approx(theirs, abs=0.1)


def test_pages_named_together_read_as_each_alone(long):
    """Pages of two shapes, one with a dead and one with a drowned electrode among them."""
    signals = long.signals.copy()
    fs = round(long.fs)
    signals[3, 100 * fs : 130 * fs] = 0.0
    signals[7, 300 * fs : 330 * fs] *= 500.0
    whole = bench(replace(long, signals=signals)).stretch(0.0, 600.0).prepared
    page, short = slice(500, 1500), slice(0, 1000)
    looks = [Look(slice(at, at + 2000), page) for at in range(1000, 40000, 1000)]
    looks.insert(5, Look(slice(0, 1500), short))
    for look, reading in zip(looks, judge_all(whole, looks), strict=True):
        alone = judge(whole.cut(look.whole), look.page)
        assert reading.pattern_hz == pytest.approx(alone.pattern_hz)
        assert reading.probabilities == pytest.approx(alone.probabilities, abs=1e-6)


def test_some_derivations_of_what_is_prepared_are_these_prepared(long):
    whole = bench(long).stretch(0.0, 60.0).prepared
    these = np.arange(18) % 3 > 0
    kept = whole.kept(these)
    alone = prepared(whole.derived[these], whole.fs, whole.derivation.kept(these))
    assert kept.derivation == alone.derivation
    assert kept.deviation == pytest.approx(alone.deviation, rel=1e-6)
    assert kept.sums.sharp == pytest.approx(alone.sums.sharp, rel=1e-5)
    for mine, theirs in zip(kept.peaks, alone.peaks, strict=True):
        assert abs(len(mine.at) - len(theirs.at)) <= 2  # a wall stands before every derivation but the first


@pytest.mark.parametrize("page_s", [10.0, 7.3, 600.0])
def test_an_analysis_finds_the_events_that_the_detector_finds_alone(long, page_s):
    alone = detect(long)
    found = [event for event in analyse(long, page_s=page_s).found if event.kind in EVENTS]
    assert [event.kind for event in found] == [event.kind for event in alone]
    for mine, theirs in zip(found, alone, strict=True):
        assert mine[:2] == theirs[:2] and mine.likely == pytest.approx(theirs.likely, abs=0.01)
    if page_s == 10.0:
        assert found == alone


@pytest.mark.parametrize("fs", [66.67, 90.9, 130.1])
def test_a_second_need_be_no_whole_number_of_samples(fs):
    record = made(400, fs=100.0)
    found = analyse(Record(record.signals, fs, record.channels))
    assert np.isfinite(found.trends["bsr"]).all() and np.isfinite(found.probabilities["seizure"]).all()


def test_gaps_leave_what_lies_apart_from_them_as_it_was(long):
    signals = long.signals.copy()
    fs = round(long.fs)
    signals[:, 100 * fs : 163 * fs] = np.nan
    signals[:, 90 * fs : 100 * fs] += 400.0
    whole, torn = analyse(long), analyse(replace(long, signals=signals))
    apart = (whole.edges[:, 1] < 80) | (whole.edges[:, 0] > 185)
    for name, values in whole.probabilities.items():
        assert torn.probabilities[name][apart] == pytest.approx(values[apart], abs=0.02)
    assert np.isnan(torn.probabilities["other"][10:16]).all()
