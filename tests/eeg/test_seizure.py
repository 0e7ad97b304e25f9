"""Seizures are found, told apart from what imitates them, and never become their own baseline."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from quell.eeg.burden import Span
from quell.eeg.channels import Channel
from quell.eeg.record import Record
from quell.eeg.score import score
from quell.eeg.seizure import Seizures, detect
from quell.eeg.seizure_course import follow
from quell.ground.card import from_card
from quell.ground.errors import InputError

PATH = Path(__file__).parents[2] / "validation" / "eeg_synthetic.py"
SPEC = importlib.util.spec_from_file_location("eeg_synthetic", PATH)
synthetic = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(synthetic)


def record(*parts, fs=200.0):
    """Pages one after the other: (kind, seconds), (kind, seconds, seed) or (kind, seconds, seed, Hz)."""
    pages = []
    for k, (kind, seconds, *more) in enumerate(parts):
        seed, hz = [*more, *(k, None)[len(more) :]]
        pages.append(synthetic.make(kind, seed=seed, seconds=seconds, hz=hz))
    signals = np.concatenate([page.signals for page in pages], axis=1)
    return Record(signals, fs, tuple(Channel(name, "eeg", name) for name in pages[0].channels))


def seizures(made):
    return [Span(event.start_s, event.stop_s) for event in detect(made) if event.kind == "seizure"]


def test_seizures_are_found_and_their_length_is_right():
    made = record(("slow", 240), ("seizure", 60), ("slow", 300), ("seizure", 40), ("slow", 200))
    found = seizures(made)
    assert score([Span(240, 300), Span(600, 640)], found, made.duration_s).sensitivity == 1.0
    assert len(found) == 2
    assert sum(stop - start for start, stop in found) == pytest.approx(100, abs=15)


@pytest.mark.parametrize("kind", ["slow", "normal", "muscle", "blinks", "chewing", "pops"])
def test_what_is_no_seizure_is_not_called_one(kind):
    assert seizures(record(*[(kind, 150, seed) for seed in range(3)])) == []


@pytest.mark.parametrize("kind", ["gpd", "lpd", "grda", "lrda"])
def test_slower_patterns_are_no_seizure_though_their_harmonics_are_fast(kind):
    assert seizures(record(*[(kind, 100, seed, hz) for seed, hz in enumerate((1.0, 1.5, 2.0))])) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_head_that_is_shaken_is_no_seizure(seed):
    assert seizures(record(("slow", 120), ("percussion", 200, seed), ("slow", 120))) == []


def test_a_recording_that_is_all_status_is_not_its_own_baseline():
    made = record(*[("seizure", 60, seed) for seed in range(12)])
    status = [event for event in detect(made) if event.kind == "status"]
    assert len(status) == 1
    assert status[0].start_s < 660


def test_calm_is_held_between_bounds():
    card = from_card(Seizures)
    quiet, wild = (follow(record((kind, 120, 0))) for kind in ("low_voltage", "seizure"))
    assert card.calm(quiet) == card.calm_least
    assert card.calm(wild) <= card.calm_most


def test_nine_seconds_are_no_seizure():
    assert seizures(record(("slow", 60), ("seizure", 6, 1), ("slow", 60))) == []


def test_burst_suppression_is_told_with_its_length():
    made = record(("slow", 180), *[("burst_suppression", 60, seed) for seed in range(4)], ("slow", 180))
    (bursts,) = [event for event in detect(made) if event.kind == "burst_suppression"]
    assert bursts.start_s == pytest.approx(180, abs=45)
    assert bursts.stop_s == pytest.approx(420, abs=45)


def test_a_gap_is_neither_seizure_nor_calm():
    made = record(("slow", 120), ("seizure", 60), ("slow", 120))
    signals = made.signals.copy()
    signals[:, 20 * 200 : 80 * 200] = np.nan
    course = follow(Record(signals, made.fs, made.channels))
    assert not course.known[25:75].any()
    assert course.known[90:].all()


def test_the_course_does_not_depend_on_where_stretches_end():
    made = record(("slow", 100), ("seizure", 60), ("slow", 200))
    whole, part = follow(made), follow(made.page(60, 360))
    assert part.line[15:280] == pytest.approx(whole.line[75:340], rel=0.05)


def test_progress_ends_at_the_whole_and_no_eeg_is_refused():
    told = []
    made = record(("slow", 610))
    detect(made, lambda done, total: told.append((done, total)))
    assert told == [(600, 610), (610, 610)]
    with pytest.raises(InputError, match="no EEG channel"):
        detect(Record(made.signals[:1], made.fs, (Channel("EKG", "ecg", "EKG"),)))
