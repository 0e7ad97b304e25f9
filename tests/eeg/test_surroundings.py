"""A page is named by what lies around it too, up to gaps and ends; a seizure by the page alone."""

from pathlib import Path

import numpy as np
import pytest

from quell.eeg.analysis import analyse
from quell.eeg.block import surroundings
from quell.eeg.pattern_belief import CLASSES

DATA = Path(__file__).parent / "data"
FS = 100.0


def seen(start, stop, *, seconds=60.0, gaps=()):
    gap = np.zeros(round(seconds * FS), bool)
    for begin, end in gaps:
        gap[round(begin * FS) : round(end * FS)] = True
    whole, page = surroundings(round(start * FS), round(stop * FS), gap, FS)
    return tuple(float(t) for t in (whole.start / FS, whole.stop / FS, (whole.start + page.start) / FS,
                                    (whole.start + page.stop) / FS))  # fmt: skip


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ((20, 30), (15, 35, 20, 30)),  # five seconds on either side; seizures in the page
        ((20, 25), (15, 30, 17.5, 27.5)),  # a short page: ten seconds around its middle
        ((20, 21), (15, 26, 15.5, 25.5)),
        ((0, 10), (0, 15, 0, 10)),  # nothing before the begin
        ((59, 60), (50, 60, 50, 60)),  # at the end, what came before
        ((0, 1), (0, 10, 0, 10)),
    ],
)
def test_what_is_looked_at(page, expected):
    assert seen(*page) == pytest.approx(expected)


def test_nothing_is_seen_across_a_gap():
    assert seen(20, 30, gaps=[(16, 18), (32, 40)]) == pytest.approx((18, 32, 20, 30))


def test_the_whole_recording_may_be_shorter_than_what_is_looked_at():
    assert seen(0, 4, seconds=4.0) == pytest.approx((0, 4, 0, 4))


@pytest.mark.parametrize("page_s", [1.0, 5.0, 10.0])
def test_pages_of_any_length_name_bursts_of_which_none_shows_two(page_s):
    analysis = analyse(DATA / "vecams_eFig51.edf", page_s=page_s)
    best = [CLASSES[k] for k in np.argmax([analysis.probabilities[name] for name in CLASSES], axis=0)]
    assert best.count("burst_suppression") > len(best) / 2
    assert "seizure" not in best
