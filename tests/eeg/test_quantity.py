"""Quantities: sines and noises whose numbers are known beforehand come out with those numbers."""

import numpy as np
import pytest
from scipy import signal

from quell.eeg.coherence import banded, coherence, conduction_floor
from quell.eeg.conditioning import Band, bridged, widened
from quell.eeg.leadfield import electrode_directions, electrode_names, head, patch_dipoles, patch_names
from quell.eeg.montage import bipolar
from quell.eeg.quantity import Quantity, asymmetry, bands, line_length
from quell.eeg.spectrum import windows
from quell.ground.card import from_card

FS = 100.0


@pytest.fixture(scope="module")
def quantity():
    return from_card(Quantity)


@pytest.fixture(scope="module")
def band():
    return from_card(Band)


def sine(frequency, amplitude=10.0, seconds=60.0, fs=FS):
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * fs)) / fs)).astype(np.float32)[None]


def pink(seconds, channels=1, seed=0, exponent=1.0, fs=FS):
    rng = np.random.Generator(np.random.PCG64(seed))
    count = round(seconds * fs)
    f = np.maximum(np.fft.rfftfreq(count, 1 / fs), 0.3)
    spectrum = (rng.normal(size=(channels, len(f))) + 1j * rng.normal(size=(channels, len(f)))) / f**exponent
    made = np.fft.irfft(spectrum, count, axis=1)
    return (10.0 * made / made.std(axis=1, keepdims=True)).astype(np.float32)


def power_of(signals):
    f, spectra = windows(signals, FS)
    return f, (np.abs(spectra) ** 2).mean(axis=1)


@pytest.mark.parametrize(("frequency", "name"), [(2.0, "delta"), (6.0, "theta"), (10.0, "alpha"), (20.0, "beta")])
def test_a_sine_has_half_its_amplitude_squared_in_its_own_band(frequency, name):
    found = bands(*power_of(sine(frequency)))
    assert found[name][0] == pytest.approx(50.0, rel=0.01)
    assert sum(found.values())[0] == pytest.approx(50.0, rel=0.02)


def test_power_by_frequency_is_what_scipy_finds():
    eeg = pink(60)
    f, ours = power_of(eeg)
    _, theirs = signal.welch(eeg, FS, nperseg=400, noverlap=200, detrend="constant")
    assert np.allclose(ours[:, 1:], theirs[:, 1 : len(f)], rtol=1e-4)


def test_the_spectral_edge_has_ninety_five_hundredths_below_it(quantity):
    f = np.arange(0, 40.25, 0.25)
    assert quantity.edge(f, np.ones_like(f)) == pytest.approx(0.5 + 0.95 * 29.5, abs=0.3)
    assert np.isnan(quantity.edge(f, np.zeros_like(f)))


def test_the_alpha_delta_ratio_follows_its_bands(quantity):
    f, power = power_of(sine(10.0, 20.0) + sine(2.5, 10.0))
    assert quantity.alpha_delta(f, power)[0] == pytest.approx(4.0, rel=0.02)


def test_asymmetry_is_zero_for_equals_and_positive_for_more_on_the_right(quantity):
    assert asymmetry(np.array(3.0), np.array(3.0)) == 0.0
    assert asymmetry(np.array(1.0), np.array(3.0)) == 50.0
    f = np.arange(0, 40.25, 0.25)
    assert quantity.symmetry_index(f, np.ones_like(f), np.ones_like(f)) == 0.0
    assert quantity.symmetry_index(f, np.ones_like(f), np.zeros_like(f)) == 1.0


@pytest.mark.parametrize("frequency", [1.0, 2.25, 4.5, 9.0])
def test_a_rhythm_stands_above_the_noise_it_lies_in_and_noise_does_not(quantity, frequency):
    quiet, _ = quantity.rhythmicity(*power_of(pink(120)))
    height, where = quantity.rhythmicity(*power_of(pink(120) + sine(frequency, 10.0, 120)))
    assert quiet[0] < 2.5 and height[0] > 3 * quiet[0] and where[0] == frequency


def test_a_page_without_power_has_no_rhythm_and_no_warning(quantity):
    f, power = power_of(np.concatenate([np.zeros((1, 6000), np.float32), pink(60)]))
    height, where = quantity.rhythmicity(f, power)
    assert np.isnan(height[0]) and np.isnan(where[0]) and np.isfinite(height[1])


def test_line_length_of_a_sine_is_four_amplitudes_a_cycle():
    assert line_length(sine(2.0, 10.0, 60.0), FS)[0] == pytest.approx(2.0 * 4 * 10.0, rel=0.01)


def test_the_amplitude_integrated_eeg_of_a_sine_mid_band_is_its_swing_and_other_bands_vanish(quantity):
    middle = quantity.amplitude(sine((2 * 15) ** 0.5, 10.0), FS)[0, 1000:-1000]
    assert middle == pytest.approx(20.0, rel=0.05)
    assert quantity.amplitude(sine(0.5, 10.0), FS)[0, 1000:-1000].max() < 1.0
    assert quantity.amplitude(sine(40.0, 10.0), FS)[0, 1000:-1000].max() < 1.0


def test_the_amplitude_integrated_eeg_rises_twelve_decibels_a_decade(quantity):
    slow, fast = (quantity.amplitude(sine(f, 10.0), FS)[0, 1000:-1000].mean() for f in (3.5, 10.5))
    edges = [1 / (1 + (2 / f) ** 8) / (1 + (f / 15) ** 8) for f in (3.5, 10.5)]
    assert 20 * np.log10(fast / slow * edges[0] / edges[1]) == pytest.approx(12 * np.log10(3), abs=0.1)


@pytest.mark.parametrize("fs", [128.0, 200.0, 256.0, 500.0, 512.0])
def test_the_band_keeps_what_is_inside_without_delay_and_drops_mains(band, fs):
    inside = band.apply(sine(10.0, 10.0, 20.0, fs), fs)
    assert inside.shape[1] == 2000
    assert np.abs(inside - sine(10.0, 10.0, 20.0))[0, 500:-500].max() < 0.05
    for hum in (50.0, 60.0):
        assert band.apply(sine(hum, 10.0, 20.0, fs), fs)[0, 500:-500].std() < 0.15 * 7.07
    assert band.apply(np.full((1, round(20 * fs)), 300.0, np.float32), fs).std() < 1e-3


def test_the_band_is_a_butterworth_run_both_ways(band):
    eeg = pink(60, fs=200.0)
    low = signal.sosfiltfilt(signal.butter(4, 0.5, "high", fs=200.0, output="sos"), eeg)
    theirs = signal.sosfiltfilt(signal.butter(4, 40.0, "low", fs=200.0, output="sos"), low)[:, ::2]
    ours = band.apply(eeg, 200.0)
    assert np.corrcoef(ours[0, 500:-500], theirs[0, 500:-500])[0, 1] > 0.999


def test_gaps_are_bridged_for_the_filter_and_remembered():
    eeg = pink(10)
    eeg[:, 300:400] = np.nan
    whole, gap = bridged(eeg)
    assert np.isfinite(whole).all() and gap.sum() == 100
    assert np.array_equal(np.flatnonzero(widened(gap, 50))[[0, -1]], [250, 449])


def test_coherence_is_one_with_itself_and_near_its_bias_for_strangers():
    eeg = pink(60, channels=8)
    f, coherent, count = coherence(np.concatenate([eeg, eeg[:1] * 3]), FS)
    assert count == 29 and np.abs(coherent[0, 8]) == pytest.approx(1.0, abs=1e-4)
    strangers = np.mean(np.abs(coherent[:8, :8][np.triu_indices(8, 1)][:, 4:]) ** 2)
    assert strangers == pytest.approx(1 / 20, rel=0.35)  # one over the independent windows
    assert banded(f, coherent)["alpha"][1] < banded(f, coherent)["alpha"][0]


def test_coherence_squared_is_what_scipy_finds():
    eeg = pink(60, channels=2)
    f, coherent, _ = coherence(eeg, FS)
    _, theirs = signal.coherence(eeg[0], eeg[1], FS, nperseg=400, noverlap=200)
    assert np.allclose(np.abs(coherent[0, 1]) ** 2, theirs[: len(f)], atol=1e-4)


def test_conduction_through_the_head_alone_makes_channels_coherent():
    floor = conduction_floor(electrode_names())
    names = list(electrode_names())
    at, moments = (np.concatenate([patch_dipoles(name)[k] for name in patch_names()]) for k in (0, 1))
    white = np.random.Generator(np.random.PCG64(6)).normal(size=(len(at), 20_000))
    scalp = head().potential(electrode_directions(), at, moments) @ white
    sizes = np.abs(np.corrcoef(scalp - scalp.mean(axis=0)))[np.triu_indices(len(names), 1)]
    assert floor == pytest.approx((np.median(sizes), np.quantile(sizes, 0.9), sizes.max()), abs=0.02)
    assert conduction_floor(("F7-C3", "C3-T5")) is None


def test_the_bipolar_chain_is_taken_as_far_as_the_electrodes_reach():
    assert len(bipolar(electrode_names()).names) == 18
    assert bipolar(["Fp1", "F3", "C3", "P3", "O1"]).names == ("Fp1-F3", "F3-C3", "C3-P3", "P3-O1")
    recorded = bipolar(["F7-C3", "C3-T5", "F8-C4", "C4-T6"])
    assert recorded.name == "bipolar as recorded" and recorded.homologous() == [(0, 2), (1, 3)]
    assert bipolar(["Fpz", "Cz"]).name == "referential as recorded"


def test_a_derivation_is_the_difference_of_its_electrodes():
    eeg = pink(1, channels=19)
    made = bipolar(electrode_names()).apply(eeg)
    at = {name: k for k, name in enumerate(electrode_names())}
    assert np.array_equal(made[0], eeg[at["Fp1"]] - eeg[at["F7"]])
    assert list(bipolar(electrode_names()).sides()[:5]) == [-1] * 5 and bipolar(electrode_names()).sides()[8] == 0
