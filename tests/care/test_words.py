"""Conditions and times in words: read, given back, or refused with a reason."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.care.reading import check
from quell.care.span import TimeSpread, seconds, time_words
from quell.care.words import Clock, Condition, Done, Is, Seen, read_condition
from quell.ground.errors import InputError

whole = st.integers(1, 200_000).map(float)
names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
seen = st.builds(Seen, st.sampled_from(["seizing", "convulsing", "eeg seizing", "no seizure", "unresponsive"]), whole)
deep = st.builds(
    Seen, st.sampled_from(["suppression above", "suppression below"]), whole, st.integers(1, 99).map(lambda n: n / 100)
)
done = st.one_of(
    st.builds(Done, st.just("given"), names | st.just(""), whole | st.just(0.0)),
    st.builds(Done, st.just("started"), names, whole | st.just(0.0)),
    st.builds(Done, st.sampled_from(["not given", "at its most", "controlled", "off"]), names),
    st.builds(Done, st.just("relapsed"), names, count=st.integers(1, 3)),
)
facts = st.one_of(
    seen,
    deep,
    done,
    st.builds(Clock, whole, st.booleans()),
    st.builds(Is, st.just("weight_kg"), st.integers(1, 300).map(float), st.booleans()),
)
conditions = st.builds(
    Condition, st.lists(st.lists(facts, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4).map(tuple)
)


@given(conditions)
def test_a_condition_read_from_its_own_words_is_the_same_condition(condition):
    assert read_condition(condition.words()) == condition


@given(st.text(max_size=80) | st.text(alphabet="seizng fo5r minatep_and lastdose%", max_size=60))
def test_any_text_is_a_condition_or_a_clear_error(text):
    try:
        assert read_condition(read_condition(text).words()) == read_condition(text)
    except InputError as error:
        assert str(error)


def test_the_words_of_the_bedside():
    assert read_condition("seizing for 5 min") == Condition(((Seen("seizing", 300.0),),))
    assert read_condition("seizing 10 min after the last dose") == Condition(
        ((Seen("seizing"), Done("given", "", 600.0)),)
    )
    assert read_condition("at 1 h 30 min or eeg seizing for 10 min").alternatives[0] == (Clock(5400.0),)
    assert read_condition("weight above 40 kg and age up to 18 years").facts() == (
        Is("weight_kg", 40.0, True),
        Is("age_y", 18.0, False),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seizzing for 5 min", "not a condition"),
        ("seizing for five minutes", "not a time"),
        ("seizing for -5 min", "not a time"),
        ("seizing for 5 parsecs", "not a unit of time"),
        ("suppression above 100 %", "no share of suppression"),
        ("weight above 40 miles", "not a weight"),
        ("", "no condition"),
    ],
)
def test_what_cannot_be_seen_is_refused(text, said):
    with pytest.raises(InputError, match=said):
        read_condition(text)


@given(st.text(max_size=30) | st.text(alphabet="0123456789. minhdsey-*", max_size=12))
def test_any_text_is_a_time_or_a_clear_error(text):
    try:
        assert 0 <= seconds(text) < 7e9
    except InputError as error:
        assert "Allowed" in str(error)


@pytest.mark.parametrize(
    ("text", "value"), [("90 min", 5400), ("1 h 30 min", 5400), ("2 d", 172800), ("0 s", 0), ("1.5h", 5400)]
)
def test_times_are_brought_to_seconds(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [(45, "45 s"), (600, "10 min"), (3600, "1 h"), (5400, "90 min"), (9000, "2 h 30 min"), (0, "0 min")],
)
def test_times_are_told_in_words(value, words):
    assert time_words(value) == words


def test_the_quartiles_of_a_spread_are_those_that_were_written():
    spread = check(TimeSpread, {"median": "16 min", "iqr": ["5 min", "45 min"]})
    low, middle, high = spread.at([0.25, 0.5, 0.75]) / 60
    assert middle == pytest.approx(16) and high / low == pytest.approx(9)


def test_the_most_of_a_spread_is_never_passed_and_all_draws_are_positive():
    chance = np.linspace(1e-9, 1 - 1e-9, 2001)
    cut = check(TimeSpread, {"median": "16 min", "iqr": ["5 min", "45 min"], "most": "2 h"}).at(chance)
    assert cut.min() > 0 and cut.max() <= 7200 and np.all(np.diff(cut) >= 0)
    assert np.median(cut) == pytest.approx(960)


def test_a_triangle_has_its_corners_and_its_mean():
    drawn = check(TimeSpread, {"low": "1 min", "mode": "2 min", "high": "6 min"}).at((np.arange(10000) + 0.5) / 10000)
    assert drawn.mean() == pytest.approx(180, rel=1e-3) and drawn.min() >= 60 and drawn.max() <= 360


@pytest.mark.parametrize(
    "wrong",
    [
        {"median": "16 min"},
        {"median": "16 min", "iqr": ["20 min", "45 min"]},
        {"low": "5 min", "high": "1 min"},
        {"low": "1 min", "high": "5 min", "median": "2 min"},
        {},
    ],
)
def test_half_a_spread_is_refused(wrong):
    with pytest.raises(InputError, match=r"spread|quartiles|order"):
        check(TimeSpread, wrong)
