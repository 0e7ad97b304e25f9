"""Discharges that average more than 2.5 Hz are a seizure without any rhythm; fewer, or of one electrode, are not."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from quell.eeg.channels import Channel
from quell.eeg.discharge_rate import Quickness, neighbours
from quell.eeg.montage import bipolar
from quell.eeg.pattern import page_probabilities, read_page
from quell.eeg.record import Record
from quell.eeg.rhythm_band import Banding
from quell.eeg.seizure import Seizures, events
from quell.eeg.seizure_course import follow
from quell.ground.card import from_card

PATH = Path(__file__).parents[2] / "validation" / "eeg_synthetic.py"
SPEC = importlib.util.spec_from_file_location("eeg_synthetic", PATH)
synthetic = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(synthetic)

FS = 200.0
FIELD = {"C3": 1.0, "F3": 0.45, "P3": 0.45, "Cz": 0.4, "T3": 0.3, "Fz": 0.2, "Pz": 0.2, "F7": 0.15, "T5": 0.15}


def irregular(per_s, begin, end, seconds, *, size=110.0, field=FIELD, seed=3):
    """A slow background with discharges of no rhythm at all: `per_s` on average from `begin` to `end` s."""
    page = synthetic.make("slow", seed=seed, seconds=seconds)
    rng = np.random.default_rng(seed)
    gaps = np.clip(rng.gamma(5.0, 0.2, 2000), 0.35, 2.2)
    times = begin + np.cumsum(gaps / gaps.mean() / per_s)
    t = np.arange(page.signals.shape[1]) / FS
    wave = sum(np.exp(-0.5 * ((t - at) / 0.022) ** 2) - 0.4 * np.exp(-0.5 * ((t - at - 0.08) / 0.04) ** 2)
               for at in times[times < end])  # fmt: skip
    spread = np.array([field.get(name, 0.0) for name in page.channels])
    signals = page.signals + (size * spread[:, None] * wave).astype(np.float32)
    return Record(signals, FS, tuple(Channel(name, "eeg", name) for name in page.channels))


@pytest.fixture(scope="module")
def focal():
    return irregular(4.0, 100.0, 160.0, 260.0)


def found(record):
    return [event for event in events(follow(record)) if event.kind == "seizure"]


def test_focal_discharges_without_a_rhythm_are_a_seizure(focal):
    course = follow(focal)
    assert np.median(course.regularity[105:155]) < from_card(Seizures).regularity  # no rhythm that would tell it
    (event,) = [event for event in events(course) if event.kind == "seizure"]
    assert event.start_s == pytest.approx(100, abs=6)
    assert event.stop_s == pytest.approx(160, abs=8)
    assert event.hz == pytest.approx(4.0, rel=0.2)  # counted, not read from a rhythm that is not there


def test_pages_and_events_agree(focal):
    inside, outside = (focal.page(start, start + 10.0) for start in (120.0, 40.0))
    said = [page_probabilities(page.signals, FS, page.names) for page in (inside, outside)]
    assert said[0]["seizure"] > 0.5 > 0.2 > said[1]["seizure"]
    assert said[0]["pattern_hz"] == pytest.approx(4.0, rel=0.25)


def test_discharges_that_average_less_than_two_and_a_half_are_none():
    assert found(irregular(1.8, 100.0, 160.0, 260.0)) == []


def test_one_electrode_is_not_enough():
    assert found(irregular(4.0, 100.0, 160.0, 260.0, field={"C3": 1.0})) == []


def test_the_size_counted_is_that_of_the_discharges_that_make_the_pace():
    banding, card = from_card(Banding), from_card(Quickness)
    record = irregular(3.0, 0.0, 20.0, 20.0, size=200.0)
    derivation = bipolar(record.names)
    derived = derivation.apply(record.signals)[:, ::2]
    bands = banding.bands(derived, FS / 2)
    quick = card.quick(bands, FS / 2, neighbours(derivation), np.zeros(len(derived), bool))
    assert np.median(quick.size) > 60
    assert np.median(quick.hz) == pytest.approx(3.0, rel=0.2)


def test_without_the_chain_of_an_adult_nothing_is_counted():
    few = bipolar(["F7-C3", "C3-T5", "F8-C4", "C4-T6"])
    assert len(neighbours(few).pairs) == 0
    record = irregular(4.0, 0.0, 20.0, 20.0)
    at = [record.names.index(name) for name in ("F3", "C3", "P3")]
    reading = read_page(record.signals[at], FS, ["F3-C3", "C3-P3", "P3-O1"])
    assert reading.findings.quick_size == 0.0


def test_neighbours_share_an_electrode_or_lie_side_by_side():
    derivation = bipolar(synthetic.make("slow", seed=1, seconds=4.0).channels)
    pairs = {frozenset(derivation.names[k] for k in pair) for pair in neighbours(derivation).pairs}
    assert {"F3-C3", "C3-P3"} in pairs and {"C3-P3", "Cz-Pz"} in pairs
    assert {"F3-C3", "F4-C4"} not in pairs and {"F3-C3", "P3-O1"} not in pairs
