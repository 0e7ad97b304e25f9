"""Pages become epochs, epochs become words, and ten minutes of the continuum become possible status."""

import numpy as np
import pytest

from quell.eeg.pattern_belief import CLASSES
from quell.eeg.pattern_epoch import Epochs, epochs, prevalences
from quell.ground.card import from_card


def pages(names, hz):
    edges = np.stack([10.0 * np.arange(len(names)), 10.0 * np.arange(1, len(names) + 1)], axis=1)
    rows = {name: np.array([0.65 if name == top else 0.05 for top in names]) for name in CLASSES}
    return edges, rows, np.array([hz if name in ("lpd", "gpd", "lrda", "grda") else np.nan for name in names])


def test_pages_on_end_are_one_epoch_with_its_frequency():
    (one,) = epochs(*pages(["other"] * 3 + ["gpd"] * 6 + ["other"] * 3, 1.5))
    assert (one.start_s, one.stop_s, one.kind) == (30, 90, "gpd")
    assert one.hz == pytest.approx(1.5) and one.likely == pytest.approx(0.65)


def test_one_page_of_something_else_does_not_end_it():
    (one,) = epochs(*pages(["lrda"] * 4 + ["other"] + ["lrda"] * 4, 1.2))
    assert one.duration_s == 90


def test_ten_minutes_of_quick_discharges_are_possible_status():
    kinds = [event.kind for event in epochs(*pages(["gpd"] * 60, 1.5))]
    assert kinds == ["gpd", "possible_status"]
    assert [event.kind for event in epochs(*pages(["gpd"] * 60, 0.9))] == ["gpd"]
    assert [event.kind for event in epochs(*pages(["gpd"] * 59, 1.5))] == ["gpd"]
    assert [event.kind for event in epochs(*pages(["grda"] * 60, 1.5))] == ["grda"]


def test_more_than_a_fifth_of_an_hour_of_it_is_possible_status_too():
    minutes = (["gpd"] * 6 + ["other"] * 12) * 14  # one minute in three
    (met,) = [event for event in epochs(*pages(minutes, 1.5)) if event.kind == "possible_status"]
    assert met.start_s == pytest.approx(12 * 180 + 1, abs=2)  # 12 min of it are over with the twelfth; then the next
    assert met.stop_s == pytest.approx(13 * 180 + 60, abs=2) and met.hz == 1.5
    (brief,) = [e for e in epochs(*pages(minutes[: 12 * 18 + 1], 1.5)) if e.kind == "possible_status"]
    assert brief.duration_s < 10 and brief.hz == 1.5  # it ends inside the page that met it
    rare = (["gpd"] * 6 + ["other"] * 27) * 14  # less than a fifth
    assert "possible_status" not in [event.kind for event in epochs(*pages(rare, 1.5))]


def test_unknown_pages_are_no_epoch():
    edges, rows, hz = pages(["gpd"] * 6, 1.5)
    for row in rows.values():
        row[:] = np.nan
    assert epochs(edges, rows, hz) == []


def test_words_of_the_terminology():
    card = from_card(Epochs)
    assert [card.prevalence(part) for part in (0.95, 0.5, 0.2, 0.05, 0.001)] == [
        "continuous", "abundant", "frequent", "occasional", "rare",
    ]  # fmt: skip
    assert [card.continuity(part) for part in (0.0, 0.05, 0.3, 0.7, 1.0)] == [
        "continuous", "nearly continuous", "discontinuous", "burst suppression", "suppressed",
    ]  # fmt: skip
    assert prevalences(epochs(*pages(["gpd"] * 6 + ["other"] * 4, 1.5)), 100.0) == {"gpd": (0.6, "abundant")}
