"""Treatments beyond drugs in a protocol: words, one clear refusal each, what is asked for when, and a course."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from quell.care import tending
from quell.care.beyond import beyond_words, read_beyond, read_cooling, read_shocks
from quell.care.explain import explain
from quell.care.scenario import read_scenario
from quell.ground.errors import InputError

HOUR, DAY = 3600.0, 86400.0
SCENARIO = """
name = "s"
duration = "70 min"
brain = 2
{more}
[protocol]
[protocol.eeg]
when = "at 0 min"
source = "assumed"
grade = "D"
[[protocol.step]]
id = "treat"
when = "at 10 min"
{words}
source = "assumed"
grade = "D"
"""


TREATED = """cool = "33 degC for 20 min, then rewarm 8 degC/h"
shock = "ECT once"
resect = "focus"
diet = "ketogenic 4:1"
"""


def scenario(words, more=""):
    return read_scenario(SCENARIO.format(words=words, more=more))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"cool": "33 degC for 24 h, then rewarm 0.25 degC/h"}, "held at 33 °C for 24 h, then rewarming by 0.25 °C/h"),
        ({"cool": "37 °C"}, "temperature held at 37 °C"),
        ({"diet": "ketogenic 3:1 for 14 d"}, "ketogenic diet 3:1 for 14 d"),
        ({"stimulate": "vagus"}, "stimulation of the vagus"),
        ({"shock": "ECT once a day for 3 d"}, "electroconvulsive therapy every 24 h for 3 d"),
        ({"shock": "ECT once"}, "electroconvulsive therapy once"),
        ({"resect": "temporal_L + frontal_L"}, "resection of the left temporal and left frontal"),
        ({"disconnect": "focus"}, "disconnection of the focus"),
    ],
)
def test_words_are_read_and_told(words, told):
    assert told in beyond_words(read_beyond(words))[0]


@pytest.mark.parametrize(
    ("words", "what", "allowed"),
    [
        ('cool = "18 degC for 2 h"', "nobody is cooled to 18 degC", "22 to 38 degC"),
        ('cool = "cold"', "'cold' is no cooling", "33 degC for 24 h"),
        ('cool = "33 degC, then rewarm 0.25 degC/h"', "after what time", "for 24 h"),
        ('diet = "paleo"', "no diet", "ketogenic 4:1"),
        ('stimulate = "cerebellum"', "no site", "'vagus' or 'thalamus'"),
        ('shock = "ECT every 1 min for 1 h"', "more often than every hour", "once a day"),
        ('shock = "ECT hourly"', "no course of shocks", "ECT once"),
        ('resect = "42"', "no place in the brain", "focus"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_with_its_place(words, what, allowed):
    with pytest.raises(InputError) as caught:
        scenario(words)
    assert what in caught.value.what
    assert allowed in caught.value.allowed
    assert caught.value.field.startswith("protocol.step.0.")


@pytest.mark.parametrize(
    ("words", "more", "field"),
    [
        ('stimulate = "thalamus"', "", "parts.thalamus"),
        ('cool = "33 degC"', "[body]\non = false", "body.on"),
        ('cool = "33 degC"', "[parts]\ntemperature = false", "parts.temperature"),
        ('about = "x"', '[body]\non = false\nfever = "39 degC"', "body.on"),
        ('about = "x"', '[body]\nfever = "30 degC"', "body.fever"),
        ('resect = "temporal_L"', "", "protocol.step.0.resect"),
        ('resect = "focus"', '[aetiology]\nname = "post_anoxic"', "protocol.step.0.resect"),
        ('resect = "focus"', '[onset]\nsite = "everywhere"', "protocol.step.0.resect"),
    ],
)
def test_a_treatment_needs_the_part_it_acts_on(words, more, field):
    with pytest.raises(InputError) as caught:
        scenario(words, more)
    assert caught.value.field == field
    assert caught.value.line > 0


def test_a_scenario_tells_them_in_words():
    text = explain(scenario('cool = "33 degC for 24 h"', '[body]\nfever = "39.5 degC"'))
    assert "temperature held at 33 °C for 24 h, then rewarming by 0.25 °C/h" in text
    assert "39.5 °C" in text


def asked(ordered, hours, stop_at=None):
    """What is asked for at each of the hours, a step beginning at hour 1."""
    state = tending.rest([ordered], 1)
    found = []
    for hour in np.arange(0.0, max(hours) + 0.5, 0.5):
        time = jnp.full(1, hour * HOUR)
        stopped = jnp.full(1, stop_at is not None and hour >= stop_at)
        state = state | tending.begun(ordered, state, jnp.full(1, hour == 1.0), stopped, time)
        made, now = tending.run(state, time)
        state = state | made
        if hour in hours:
            found.append({name: float(value[0]) for name, value in now.items()})
    return found


def test_a_device_holds_its_target_rewarms_at_its_speed_and_lets_go():
    ordered = read_beyond({"cool": "33 degC for 24 h, then rewarm 0.25 degC/h"})
    before, cold, rising, off = asked(ordered, [0.5, 20.0, 25.0 + 8.0, 25.0 + 17.0])
    assert before["cooled"] == off["cooled"] == 0.0
    assert (cold["cooled"], cold["target"]) == (1.0, 33.0)
    assert (rising["cooled"], rising["target"]) == (1.0, pytest.approx(35.0))


def test_stopping_begins_the_rewarming():
    ordered = read_beyond({"cool": "33 degC for 24 h, then rewarm 0.5 degC/h"})
    (later,) = asked(ordered, [6.0], stop_at=4.0)
    assert later["target"] == pytest.approx(34.0)


def test_shocks_come_as_often_as_ordered_and_end():
    ordered = read_beyond({"shock": "ECT once a day for 3 d"})
    found = asked(ordered, list(np.arange(0.0, 76.0, 0.5)))
    assert [hour / 2 for hour, now in enumerate(found) if now["shock"]] == [1.0, 25.0, 49.0]
    once = asked(read_beyond({"shock": "ECT once"}), list(np.arange(0.0, 30.0, 0.5)))
    assert sum(now["shock"] for now in once) == 1


def test_a_diet_and_a_stimulator_end_when_their_time_is_over():
    ordered = read_beyond({"diet": "ketogenic 2:1 for 5 h", "stimulate": "vagus for 2 h"})
    during, after = asked(ordered, [2.0, 7.0])
    assert (during["diet"], during["vagus"]) == (0.5, 1.0)
    assert (after["diet"], after["vagus"]) == (0.0, 0.0)


@pytest.fixture(scope="module")
def lived():
    """Four people whose step orders nearly everything at 10 min; the course and its record."""
    from quell.care.admission import admit

    course = admit(scenario(TREATED), np.arange(4))
    _, record = course.advance(course.start(), 0, course.steps(70 * 60.0))
    return course, record


def test_nobody_is_treated_before_the_step(lived):
    _, record = lived
    early = record["time"] <= 600.0
    assert (record["kept"][early] == 1.0).all()
    assert (record["shock_surge"][early] == 0.0).all()
    assert (record["ketones"][early] == 0.0).all()


def test_the_focus_is_gone_and_never_seizes_again(lived):
    _, record = lived
    late = record["time"] > 700.0
    assert (record["kept"][late][:, :, 0] == 0.0).all()
    assert not record["seizing_patch"][late][:, :, 0].any()
    assert (record["rate_E"][late][:, :, 1] > 0.3).any()


def test_the_body_is_cooled_and_warm_again(lived):
    _, record = lived
    assert (record["temperature"].min(axis=0) < 36.3).all()
    assert (record["metabolic_rate"].min(axis=(0, 2)) < 0.97).all()
    assert record["log.beyond.cooled"].max() == 1.0 > record["log.beyond.cooled"][-1].max()


def test_the_timeline_tells_each(lived):
    from quell.care.record import dataset, events

    course, record = lived
    told = " | ".join((events(course, record, 0)["what"] + ": " + events(course, record, 0)["detail"]).tolist())
    for words in ("resection of the focus", "shock 1", "rewarming begins", "rewarmed", "ketogenic diet 4:1"):
        assert words in told
    assert dataset(course, record)["ketones"].attrs["units"] == "mmol/L"


def test_a_patient_is_the_same_alone_and_among_others(lived):
    from quell.care.admission import admit

    course, record = lived
    other = replace(admit(scenario(TREATED), np.asarray([3, 7, 8, 2])), programs=course.programs)
    _, again = other.advance(other.start(), 0, other.steps(70 * 60.0))
    for name in ("rate_E", "temperature", "ketones"):
        assert np.array_equal(again[name][:, 0], record[name][:, 3])


def test_shocks_are_read_with_their_times():
    assert read_shocks("ECT every 48 h for 8 d") == (2 * DAY, 8 * DAY)
    assert read_cooling("33 C for 1 d, then rewarm 0.5 C/h").rewarm == pytest.approx(0.5 / HOUR)
