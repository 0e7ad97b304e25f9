"""Burst suppression: what is flat is found, on real pages and on made ones; the interval holds the truth."""

from math import gamma
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quell
from quell.eeg.bsp import SuppressionProbability, looks
from quell.eeg.suppression import BURST, SUPPRESSED, UNKNOWN, Suppression, spans
from quell.eeg.suppression_level import OwnLevel
from quell.ground.card import from_card

DATA = Path(__file__).parent / "data"
FS = 100.0


@pytest.fixture(scope="module")
def suppression():
    return from_card(Suppression)


@pytest.fixture(scope="module")
def probability():
    return from_card(SuppressionProbability)


def noise(seconds, level, fs=FS, channels=6, seed=0):
    """White noise of a standard deviation in uV, `[channels, samples]`."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.normal(scale=level, size=(channels, round(seconds * fs))).astype(np.float32)


@pytest.mark.parametrize("fs", [100.0, 200.0, 256.0, 500.0])
def test_the_local_deviation_is_that_of_the_signal_at_every_rate(suppression, fs):
    deviation = suppression.local_deviation(noise(60, 10.0, fs), fs)
    assert np.median(deviation[round(fs) :]) == pytest.approx(10.0 * suppression.scale, rel=0.08)


def test_the_recursion_is_the_published_one_at_its_rate(suppression):
    x, b = noise(5, 10.0, 200.0, channels=1)[0].astype(float), 0.9534
    mean, variance, theirs = 0.0, 100.0, []
    for value in x:
        mean = b * mean + (1 - b) * value
        variance = b * variance + (1 - b) * (value - mean) ** 2
        theirs.append(variance**0.5)
    ours = suppression.local_deviation(x[None].astype(np.float32), 200.0)
    assert ours[200:] == pytest.approx(np.array(theirs[200:]), rel=2e-3)


def test_a_page_that_is_flat_throughout_is_flat_and_one_that_bursts_throughout_is_not(suppression):
    for level, expected in ((0.8, 1.0), (20.0, 0.0)):
        states = suppression.states(suppression.local_deviation(noise(10, level), FS), FS)
        assert suppression.ratio(states) == expected


def test_bursts_and_suppressions_are_found_to_a_quarter_of_a_second(suppression):
    eeg = noise(60, 20.0)
    flat = (np.arange(eeg.shape[1]) / FS) % 10 < 6
    eeg[:, flat] *= 0.04
    states = suppression.states(suppression.settled_deviation(eeg, FS), FS)
    assert suppression.ratio(states) == pytest.approx(0.6, abs=0.01)
    found = spans(states, FS)
    assert np.allclose([span.start_s % 10 for span in found if span.state == BURST], 6.0, atol=0.1)
    assert np.allclose([span.stop_s % 10 for span in found if span.state == SUPPRESSED and span.whole], 6.0, atol=0.1)


def test_looking_back_only_a_burst_is_forgotten_after_half_a_second(suppression):
    eeg = noise(20, 20.0)
    eeg[:, 1000:] *= 0.04
    states = suppression.states(suppression.local_deviation(eeg, FS), FS)
    assert 0.2 < np.flatnonzero(states == SUPPRESSED)[0] / FS - 10.0 < 0.7


@given(st.lists(st.sampled_from([0.5, 2.5, 5.0, float("nan")]), min_size=1, max_size=80))
def test_every_state_lasts_long_enough_and_unknown_stays_unknown(levels):
    suppression = from_card(Suppression)
    deviation = np.repeat(np.array(levels), 10)  # 0.1 s each
    states = suppression.states(deviation, FS)
    assert np.array_equal(states == UNKNOWN, np.isnan(deviation))
    for span in spans(states, FS):
        shortest = suppression.shortest_suppression if span.state == SUPPRESSED else suppression.shortest_burst
        assert not span.whole or span.stop_s - span.start_s >= shortest - 1e-9


def test_between_the_two_levels_the_state_stays(suppression):
    deviation = np.repeat([5.0, 2.5, 1.0, 2.5, 5.0], 200)
    expected = np.repeat([BURST, BURST, SUPPRESSED, SUPPRESSED, BURST], 200)
    assert np.array_equal(suppression.states(deviation, FS), expected)


def test_a_dead_electrode_does_not_make_suppression_and_none_alive_is_unknown(suppression):
    eeg = noise(10, 20.0)
    eeg[:4] = 0.0
    assert suppression.ratio(suppression.states(suppression.local_deviation(eeg, FS), FS)) == 0.0
    assert np.isnan(suppression.ratio(suppression.states(suppression.local_deviation(0 * eeg, FS), FS)))


def test_a_page_an_expert_called_burst_suppression_is_and_other_pages_are_not():
    found = {path: quell.eeg.analyse(path, page_s=60.0) for path in sorted(DATA.glob("vecams*.edf"))}
    ratios = {path.stem: analysis.trends["bsr"][0] for path, analysis in found.items()}
    assert ratios["vecams_eFig51"] >= 0.35 and ratios["vecams_eFig33"] == 0.0


def alternating(quiet, lively, *, share=0.6, minutes=10):
    """Deviation of a record that alternates between two levels in uV, each varying by a tenth, `[samples]`."""
    flat = (np.arange(round(minutes * 60 * FS)) / FS) % 10 < 10 * share
    rng = np.random.Generator(np.random.PCG64(4))
    return np.where(flat, quiet, lively) * np.exp(0.1 * rng.standard_normal(len(flat))), flat


def test_a_floor_that_artefacts_raise_takes_the_level_with_it(suppression):
    deviation, flat = alternating(2.4, 8.5)
    assert suppression.ratio(suppression.states(deviation, FS)) < 0.5
    states = from_card(OwnLevel).of(suppression, deviation, FS).states(deviation, FS)
    assert (states == SUPPRESSED)[round(FS) :].mean() == pytest.approx(flat[round(FS) :].mean(), abs=0.02)


@pytest.mark.parametrize(
    ("quiet", "lively", "share", "minutes"),
    [(5.0, 60.0, 0.8, 10), (2.4, 2.4, 0.5, 10), (2.4, 8.5, 0.6, 3), (2.4, 8.5, 0.01, 10)],
    ids=["calm between seizures", "one level throughout", "a few pages", "hardly ever"],
)
def test_the_fixed_levels_stay_where_there_are_no_two_parts_of_a_suppressed_brain(
    suppression, quiet, lively, share, minutes
):
    deviation, _ = alternating(quiet, lively, share=share, minutes=minutes)
    assert from_card(OwnLevel).of(suppression, deviation, FS) == suppression


def test_the_trailing_ratio_waits_until_its_window_is_full(suppression):
    states = np.repeat([SUPPRESSED, BURST, UNKNOWN], [6000, 6000, 6000]).astype(np.int8)
    ratio = suppression.trailing_ratio(states, FS, 60.0)
    assert np.isnan(ratio[:59]).all() and ratio[59] == 1.0 and ratio[119] == 0.0
    assert ratio[89] == pytest.approx(0.5) and np.isnan(ratio[179])


def weibull_course(rng, depth, seconds):
    """Seconds suppressed or not at one depth (Westover 2015), and the true share."""
    flat = (9.597 * np.exp(1.2955 * depth**2), 0.869)
    burst = (7.446 * np.exp(1.3066 * (1 - depth) ** 2), 0.820)
    means = [scale * gamma(1 + 1 / shape) for scale, shape in (flat, burst)]
    pieces, total, state = [], 0, bool(rng.random() < means[0] / sum(means))
    while total < (seconds + 200) * 10:
        scale, shape = flat if state else burst
        length = round(scale * rng.weibull(shape) * 10)
        pieces.append(np.full(length, SUPPRESSED if state else BURST, np.int8))
        total, state = total + length, not state
    return np.concatenate(pieces)[2000 : 2000 + seconds * 10], means[0] / sum(means)


@pytest.mark.parametrize("depth", [0.05, 0.3, 0.55, 0.8, 1.0])
@pytest.mark.parametrize("kind", ["filtered", "smoothed"])
def test_the_interval_holds_a_constant_state_nine_times_of_ten_or_more(probability, depth, kind):
    rng = np.random.Generator(np.random.PCG64(round(100 * depth)))
    held = []
    for _ in range(25):
        states, truth = weibull_course(rng, depth, 1200)
        found = getattr(probability, kind)(looks(states, 10.0))
        held.append(((found.low < truth) & (truth < found.high))[60:].mean())
    assert 0.90 <= np.mean(held) <= 0.98


def test_a_step_is_followed_in_about_two_minutes(probability):
    rng = np.random.Generator(np.random.PCG64(2))
    course = np.concatenate([rng.random(1800) < 0.2, rng.random(900) < 0.8]).astype(float)
    courses = [probability.filtered(rng.permuted(course.reshape(9, 300), axis=1).ravel()).value for _ in range(20)]
    mean = np.mean(courses, axis=0)
    crossed = np.argmax(mean[1800:] > 0.2 + 0.63 * 0.6)
    assert 60 <= crossed <= 180


def test_seconds_without_eeg_widen_the_interval_and_hardly_move_the_value(probability):
    seen = np.array([1.0] * 200 + [np.nan] * 600)
    found = probability.filtered(seen)
    assert found.low[199] < found.value[799] <= found.value[199]  # it may have jumped unseen, to anything
    assert found.high[799] - found.low[799] > found.high[199] - found.low[199]


@pytest.mark.parametrize("burst", [0.0, 0.3])
def test_a_jump_is_not_smeared_into_the_minutes_around_it(probability, burst):
    """Five minutes of normal EEG, five that are flat (or bursting), five normal again; truth on the second."""
    rng = np.random.Generator(np.random.PCG64(5))
    middle = (rng.random(300) >= burst).astype(float)
    found = probability.smoothed(np.concatenate([np.zeros(300), middle, np.zeros(300)]))
    for away in (slice(0, 280), slice(620, 900)):
        assert found.value[away].max() < 0.1 and found.high[240] < 0.5
    assert (found.value[320:580] > 0.5).all()
    if not burst:
        assert found.value[320:580].min() > 0.9 and found.low[330:570].min() > 0.6


def test_near_a_jump_the_interval_holds_both_sides(probability):
    found = probability.smoothed(np.repeat([0.0, 1.0], 300))
    assert found.low[299] < 0.05 and found.high[299] > 0.9


@given(st.lists(st.sampled_from([0.0, 1.0, float("nan")]), min_size=1, max_size=300))
def test_the_probability_is_one_and_lies_in_its_interval(course):
    probability = from_card(SuppressionProbability)
    for found in (probability.filtered(np.array(course)), probability.smoothed(np.array(course))):
        assert ((found.low > 0) & (found.low <= found.value) & (found.value <= found.high) & (found.high < 1)).all()


def test_filter_and_smoother_are_those_of_the_chain_written_as_a_matrix(probability):
    """The same model with its transition matrix in full: slow, and without any trick."""
    seen = np.array([1.0, 1.0, np.nan, 0.0, 1.0, 1.0, 1.0, 0.0])
    x, count = probability.grid, len(probability.grid)
    matrix = np.stack([probability.moved(one) for one in np.eye(count)])  # [from, to]
    assert matrix.sum(axis=1) == pytest.approx(np.ones(count)) and matrix.min() >= 0
    p = 1 / (1 + np.exp(-x))
    chance = [np.ones(count) if look != look else (p if look else 1 - p) ** probability.worth for look in seen]
    ahead, forwards = probability.before, []
    for one in chance:
        ahead = (ahead @ matrix) * one
        forwards.append(ahead / ahead.sum())
    later, smoothed = np.ones(count), [forwards[-1]]
    for one, belief in zip(chance[:0:-1], forwards[-2::-1], strict=True):
        later = matrix @ (one * later)
        smoothed.append(belief * later / (belief * later).sum())
    for told, beliefs in ((probability.filtered(seen), forwards), (probability.smoothed(seen), smoothed[::-1])):
        grown = np.cumsum(np.stack(beliefs), axis=1)
        middle = p[(grown < 0.5).sum(axis=1)]
        assert told.value == pytest.approx(middle, abs=0.02)
        assert ((told.low < middle) & (middle < told.high)).all()


def test_what_stays_the_same_for_an_hour_is_told_almost_surely(probability):
    found = probability.smoothed(np.ones(3600))
    assert found.value[1800] > 0.97 and found.low[1800] > 0.85
