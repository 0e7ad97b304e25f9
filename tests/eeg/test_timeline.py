"""What a recording shows becomes events: patterns, flatness, stages; each in the summary, and words for its share."""

from dataclasses import replace

import numpy as np
import pytest
from made_record import made

from quell.eeg.analysis import analyse
from quell.eeg.answer import answer, summary
from quell.eeg.burden import Span
from quell.eeg.leadfield import electrode_names
from quell.eeg.pattern_belief import CLASSES
from quell.eeg.seizure import Event
from quell.eeg.stage import Given
from quell.eeg.timeline import timeline

FEW = electrode_names()[:8]
NONE = (np.zeros((0, 2)), {name: np.zeros(0) for name in CLASSES}, np.zeros(0))


def flat_between(start_s, stop_s, seconds, level=0.4):
    """A lively record with noise of an amplifier and nothing else between two times."""
    record = made(seconds, fs=100.0, names=FEW)
    noise = np.random.Generator(np.random.PCG64(6)).normal(scale=level, size=record.signals.shape)
    flat = (np.arange(record.samples) >= start_s * 100) & (np.arange(record.samples) < stop_s * 100)
    return replace(record, signals=np.where(flat, noise, record.signals).astype(np.float32))


@pytest.fixture(scope="module")
def five_minutes():
    return analyse(flat_between(60, 360, 420))


def kinds(found):
    return [event["kind"] for event in found.events]


def test_five_minutes_of_flat_eeg_are_an_event(five_minutes):
    (event,) = five_minutes.events
    assert event["kind"] == "suppression" and "without bursts" in event["text"]
    assert event["start_s"] == pytest.approx(60, abs=2) and event["duration_s"] == pytest.approx(300, abs=3)


def test_a_flat_minute_in_a_normal_record_is_no_burst_suppression():
    found = analyse(flat_between(61, 121, 240))
    assert "burst_suppression" not in kinds(found)
    (event,) = [event for event in found.events if event["kind"] in ("low_voltage", "suppression")]
    assert event["start_s"] == pytest.approx(61, abs=10) and event["duration_s"] == pytest.approx(60, abs=20)


def test_the_summary_has_the_words_of_the_terminology(five_minutes):
    told = summary(five_minutes)
    assert told["whole"]["continuity"] == "burst suppression" or told["whole"]["continuity"] == "discontinuous"
    assert told["whole"]["patterns"]["suppression"]["prevalence"] == "abundant"
    assert told["whole"]["patterns"]["suppression"]["share"] == pytest.approx(300 / 420, abs=0.01)
    assert told["stages"] == [] and told["drugs"] == []


def test_the_contract_keeps_its_keys_and_has_stages_only_where_drugs_were_told(five_minutes):
    keys = {"duration_s", "channels", "pages", "events", "warnings"}
    assert set(answer(five_minutes)) == keys
    assert set(answer(replace(five_minutes, drugs=(Given(1.0, "first"),)))) == keys | {"stages"}
    assert set(five_minutes.events[0]) == {"start_s", "duration_s", "kind", "text", "hz"}


def told(found, drugs=(), pages=NONE, duration_s=4 * 3600.0):
    return timeline((), found, pages=pages, states=[], hum=[Span(0.0, duration_s)], drugs=drugs, duration_s=duration_s)


def test_drugs_and_the_stages_they_make_are_events():
    seizing = Event(0.0, 3 * 3600.0, "seizure", 0.9, 3.0)
    drugs = (Given(900.0, "first", "lorazepam", None, "4 mg"), Given(2700.0, "second", "levetiracetam"))
    made_of = told([seizing], drugs)
    rows = [(event["start_s"], event["kind"], event["text"].split(":")[0]) for event in made_of.events]
    assert (600.0, "stage", "status epilepticus") in rows and (3000.0, "stage", "refractory") in rows
    assert (900.0, "drug", "lorazepam 4 mg (first line)") in rows
    assert [reached.stage for reached in made_of.stages] == ["status epilepticus", "established", "refractory"]


def test_pages_of_a_pattern_are_events_with_their_frequency_and_ten_minutes_are_possible_status():
    edges = np.stack([10.0 * np.arange(70), 10.0 * np.arange(1, 71)], axis=1)
    gpd = np.where(np.arange(70) < 65, 0.7, 0.1)
    probabilities = dict.fromkeys(CLASSES, np.zeros(70)) | {"gpd": gpd, "other": 1 - gpd}
    events = told([], pages=(edges, probabilities, np.full(70, 1.5))).events
    (pattern,) = [event for event in events if event["kind"] == "gpd"]
    (possible,) = [event for event in events if event["kind"] == "possible_status"]
    assert pattern["hz"] == 1.5 and "generalized periodic discharges, 1.5 Hz" in pattern["text"]
    assert possible["duration_s"] == 650.0 and possible["text"].startswith("possible electrographic status")


def test_a_stretch_without_eeg_says_whether_it_hums():
    (gap,) = told([]).events
    assert gap["kind"] == "no_eeg" and gap["text"] == "mains hum and nothing else"
