"""Montage and spectrum: what a reader expects of a derivation and of a sine."""

import numpy as np
import pytest

from quell.eeg.montage import average, longitudinal
from quell.eeg.spectrum import band_powers, spectral_edge, spectrogram


@pytest.fixture
def electrodes():
    return np.random.Generator(np.random.PCG64(0)).normal(size=(2000, 19))


def test_bipolar_channels_do_not_depend_on_the_reference(electrodes):
    bipolar, names = longitudinal(electrodes)
    shifted, _ = longitudinal(electrodes + np.linspace(-50, 50, 2000)[:, None])
    assert len(names) == 18 and names[0] == "Fp1-F7"
    assert bipolar == pytest.approx(shifted)


def test_a_chain_adds_up_to_its_ends(electrodes):
    bipolar, names = longitudinal(electrodes)
    chain = bipolar[:, [names.index(n) for n in ("Fp1-F7", "F7-T3", "T3-T5", "T5-O1")]].sum(axis=1)
    other = bipolar[:, [names.index(n) for n in ("Fp1-F3", "F3-C3", "C3-P3", "P3-O1")]].sum(axis=1)
    assert chain == pytest.approx(other)


def test_average_reference_sums_to_zero(electrodes):
    assert np.abs(average(electrodes).sum(axis=1)).max() < 1e-12


def test_a_ten_hertz_sine_of_20_microvolts_has_200_square_microvolts_of_alpha():
    sine = 20 * np.sin(2 * np.pi * 10 * np.arange(4000) / 200)[:, None]
    powers = band_powers(sine, 200.0)
    assert powers["alpha"][0] == pytest.approx(200, rel=0.01)
    assert powers["delta"][0] < 0.1
    assert spectral_edge(sine, 200.0)[0] == pytest.approx(10, abs=0.5)


def test_the_spectrogram_follows_a_slowing_discharge():
    t = np.arange(8000) / 200
    trace = np.sin(2 * np.pi * np.where(t < 20, 8, 3) * t)
    f, times, power = spectrogram(trace, 200.0)
    peak = f[np.argmax(power, axis=0)]
    assert np.median(peak[times < 17]) == pytest.approx(8, abs=0.3)
    assert np.median(peak[times > 23]) == pytest.approx(3, abs=0.3)
