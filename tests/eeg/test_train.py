"""Trains of discharges in an envelope: each one found, its pace, and how far it stands above what lies between."""

import numpy as np
import pytest

from quell.eeg.discharge import Discharges
from quell.ground.card import from_card

FS, FLOOR, HEIGHT = 128.0, 10.0, 60.0
DISCHARGES = from_card(Discharges)


def envelope(times, seconds=15.0):
    """Peaks of one height at these times (s) on a floor with a little noise."""
    t = np.arange(round(seconds * FS)) / FS
    peaks = sum(np.exp(-0.5 * ((t - at) / 0.03) ** 2) for at in times)
    noise = np.random.Generator(np.random.PCG64(4)).normal(size=len(t))
    return FLOOR + HEIGHT * peaks + 0.3 * noise


@pytest.mark.parametrize("hz", [0.7, 1.5, 2.4])
def test_a_train_is_found_at_its_pace_and_contrast_is_peak_over_the_middle_between_peaks(hz):
    at = np.arange(0.5, 14.5, 1.0 / hz)
    train = DISCHARGES.train(envelope(at), FS)
    assert train.hz == pytest.approx(hz, rel=0.02)
    np.testing.assert_allclose(train.samples / FS, at, atol=0.02)
    assert train.contrast == pytest.approx((FLOOR + HEIGHT) / FLOOR, rel=0.05)
    assert train.regular == 1.0 and train.explained == 1.0


def test_one_missed_discharge_neither_halves_the_pace_nor_ends_the_train():
    at = np.delete(np.arange(0.5, 14.5, 1.0 / 1.5), 9)
    train = DISCHARGES.train(envelope(at), FS)
    assert train.hz == pytest.approx(1.5, rel=0.02)
    assert len(train.samples) == len(at)


def test_what_falls_between_two_beats_is_left_out_of_the_train():
    """Three sharp waves off the beat, half as large: with any of them the pace would break."""
    at, strays = np.arange(0.5, 14.5, 1.0 / 1.5), np.array([3.55, 7.45, 11.6])
    train = DISCHARGES.train(envelope(at) + 0.5 * (envelope(strays) - FLOOR), FS)
    np.testing.assert_allclose(train.samples / FS, at, atol=0.02)
    assert train.hz == pytest.approx(1.5, rel=0.02) and train.regular == 1.0


def test_many_envelopes_at_once_are_as_each_alone():
    """A still one and one with two peaks among them: no neighbour is touched."""
    starts = [np.arange(0.5, 14.5, 1.0 / hz) for hz in (0.7, 1.5, 2.4)] + [np.array([3.0, 9.0])]
    many = np.stack([envelope(at) for at in starts] + [np.full(round(15 * FS), FLOOR)]).astype(np.float32)
    for page in (slice(None), slice(400, 1300)):
        together = DISCHARGES.clearest(many, FS, page)
        for one, train in zip(many, together, strict=True):
            (alone,) = DISCHARGES.clearest(one[None], FS, page)
            np.testing.assert_array_equal(train.samples, alone.samples)
            assert train[1:] == alone[1:]


def test_the_page_is_told_where_its_train_is_clearer_than_that_of_all_around():
    at, begin, end = np.arange(5.2, 9.0, 1.0 / 1.5), round(5 * FS), round(9 * FS)
    mixed = envelope(at)
    mixed[:begin] += HEIGHT  # nothing stands out of what is around
    mixed[end:] += HEIGHT
    (train,) = DISCHARGES.clearest(mixed[None], FS, slice(begin, end))
    np.testing.assert_allclose(train.samples / FS, at, atol=0.02)
    assert train.regular == 1.0 and train.explained == 1.0
