"""Stages follow from seizures and drugs by the definitions."""

import pytest

from quell.eeg.burden import Span
from quell.eeg.stage import Given, stages
from quell.ground.errors import InputError

HOUR = 3600.0


def names(*args):
    return [reached.stage for reached in stages(*args)]


def test_no_status_no_stage():
    assert stages([Span(0, 120)], [Given(60, "first")], HOUR) == []


def test_each_line_that_fails_moves_one_stage():
    seizing = [Span(0, 3 * HOUR)]
    one, two = Given(900, "first", "lorazepam"), Given(2700, "second", "levetiracetam")
    assert names(seizing, [], 4 * HOUR) == ["status epilepticus"]
    assert names(seizing, [one], 4 * HOUR) == ["status epilepticus", "established"]
    made = stages(seizing, [one, two], 4 * HOUR)
    assert [reached.stage for reached in made] == ["status epilepticus", "established", "refractory"]
    assert [reached.time_s for reached in made] == [600, 1200, 3000]
    assert "levetiracetam" in made[-1].reason


def test_a_second_line_drug_alone_does_not_make_it_refractory():
    assert names([Span(0, 3 * HOUR)], [Given(900, "second")], 4 * HOUR) == ["status epilepticus"]


def test_a_drug_that_works_moves_nothing():
    assert names([Span(0, 1000)], [Given(800, "first")], 4 * HOUR) == ["status epilepticus"]


def test_super_refractory_after_a_day_of_anaesthesia_or_at_the_wean():
    drugs = [Given(900, "first"), Given(2700, "second"), Given(5400, "anaesthetic", "propofol", stop_s=20 * HOUR)]
    calm = [Span(0, 1.6 * HOUR)]
    assert "super-refractory" not in names(calm, drugs, 40 * HOUR)
    weaned = stages([*calm, Span(21 * HOUR, 21.2 * HOUR)], drugs, 40 * HOUR)
    assert weaned[-1].stage == "super-refractory" and weaned[-1].time_s == 21 * HOUR
    kept = [*drugs[:2], Given(5400, "anaesthetic", "propofol")]
    late = stages([*calm, Span(26 * HOUR, 26.2 * HOUR)], kept, 40 * HOUR)
    assert late[-1].time_s == 26 * HOUR


def test_a_change_from_one_anaesthetic_to_the_next_is_no_wean():
    drugs = [Given(900, "first"), Given(2700, "second"), Given(5400, "anaesthetic", "propofol", stop_s=4 * HOUR)]
    back = [Span(0, 1.6 * HOUR), Span(5 * HOUR, 5.2 * HOUR)]
    assert names(back, drugs, 9 * HOUR)[-1] == "super-refractory"
    assert names(back, [*drugs, Given(3 * HOUR, "anaesthetic", "midazolam")], 9 * HOUR)[-1] == "refractory"


def test_a_seizure_long_after_a_short_anaesthesia_is_not_super_refractory():
    drugs = [Given(900, "first"), Given(2700, "second"), Given(5400, "anaesthetic", "propofol", stop_s=4 * HOUR)]
    late = [Span(0, 1.6 * HOUR), Span(60 * HOUR, 60.2 * HOUR)]
    assert names(late, drugs, 70 * HOUR)[-1] == "refractory"


def test_a_drug_without_a_line_moves_nothing():
    assert names([Span(0, 3 * HOUR)], [Given(900, "", "norepinephrine")], 4 * HOUR) == ["status epilepticus"]


def test_a_line_that_is_none_is_refused():
    with pytest.raises(InputError, match="no line of treatment"):
        stages([Span(0, 700)], [Given(0, "third")], HOUR)
