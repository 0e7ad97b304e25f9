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
