"""The mean field of a patch fires as a network of its neurons does: rates, bistability, noise and convergence."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from quell.cell.spiking import centre
from quell.patient.build import default_population

SCRIPT = Path(__file__).parents[2] / "examples" / "mean_field_vs_spiking.py"
GAINS = (1.0, 2.0)


@pytest.fixture(scope="module")
def study():
    """The script of the docs, as a module."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = sys.modules[SCRIPT.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def quick(study):
    """Mean field and 5,000 neurons at the six reversal potentials, GABA-A as it is and doubled, 0.1 ms."""
    E_gaba = np.repeat(study.E_GABA, len(GAINS))
    gains = np.tile(GAINS, len(study.E_GABA))
    field, network = study.compare(E_gaba, gains, dt=1e-4)
    return {(E, gain): index for index, (E, gain) in enumerate(zip(E_gaba, gains, strict=True))}, field, network


def test_rates_agree_within_five_percent_before_and_after_the_pulse(quick):
    _, field, network = quick
    np.testing.assert_allclose(network.before, field.before, rtol=0.05)
    np.testing.assert_allclose(network.after, field.after, rtol=0.05)


def test_quiet_and_firing_states_are_those_of_the_table_in_all_eighteen_cells(quick):
    """The table by which the circuit was designed, tried before the package; quiet is below 5 Hz."""
    lane, field, network = quick
    firing = {"before": (0, 0, 0, 0, 1, 1), "after": (0, 0, 1, 1, 1, 1), "doubled": (0, 0, 1, 1, 1, 1)}
    one, two = ([lane[E, gain] for E in (-73.0, -60.0, -52.0, -50.0, -48.0, -42.0)] for gain in GAINS)
    for found in (field, network):
        measured = {"before": found.before[one], "after": found.after[one], "doubled": found.before[two]}
        for row, wanted in firing.items():
            np.testing.assert_array_equal(measured[row] > 5.0, np.array(wanted, bool))


def test_the_network_too_keeps_firing_after_a_pulse_once_gaba_no_longer_brakes(quick):
    lane, _, network = quick
    healthy, shifted = lane[-73.0, 1.0], lane[-52.0, 1.0]
    assert network.before[shifted] < 3.0 and network.after[shifted] > 8.0
    assert network.after[healthy] == pytest.approx(network.before[healthy], rel=0.05)


def test_doubled_gaba_calms_the_healthy_network_and_ignites_the_shifted_one(quick):
    lane, _, network = quick
    assert network.before[lane[-73.0, 2.0]] < network.before[lane[-73.0, 1.0]]
    assert network.before[lane[-52.0, 2.0]] > 3.0 * network.before[lane[-52.0, 1.0]]


def test_voltages_of_the_running_network_stay_lorentzian(study):
    patch, drive, dt = default_population(), study.fixed_drive([-60.0, -42.0]), 1e-4
    quiet = np.zeros(round(1.0 / dt))
    end, _ = study.spiking(patch, drive, quiet, dt=dt)
    v, x = centre(end.V_E)
    quarter, half, three = np.quantile(end.V_E, [0.25, 0.5, 0.75], axis=1)
    np.testing.assert_allclose(half, v[:, 0], atol=0.4)
    np.testing.assert_allclose(0.5 * (three - quarter), x[:, 0], rtol=0.1)


def test_noise_shared_by_all_neurons_is_followed_moment_by_moment(study):
    patch, drive = default_population(), study.fixed_drive(-60.0)
    noise = dict(deviation=3.0, tau=patch.circuit.tau_noise, seconds=2.5)
    field = study.mean_field(patch, drive, study.coloured(5e-4, **noise))
    _, network = study.spiking(patch, drive, study.coloured(1e-4, **noise), dt=1e-4, every=200)
    smooth = np.asarray(field.rate_E).reshape(-1, 40, 1).mean(axis=1)
    assert np.corrcoef(smooth[:, 0], network.rate_E[:, 0])[0, 1] > 0.99


def test_noise_of_each_neurons_own_lies_outside_the_mean_field(study):
    """A limit, stated: private noise lets neurons fire at rest that the mean field keeps silent."""
    assert study.private_noise(3.0) > 1.4 * study.private_noise(0.0)


def test_potassium_after_firing_slows_network_and_mean_field_alike(study):
    patch, adapting = default_population(), study.fixed_drive(-42.0, w_ahp=0.02)
    field = study.rates_of(study.mean_field(patch, adapting, study.pulse(5e-4)), 5e-4)
    _, trace = study.spiking(patch, adapting, study.pulse(1e-4), dt=1e-4)
    network = study.rates_of(trace, 1e-3)
    np.testing.assert_allclose(network.after, field.after, rtol=0.05)
    free = study.rates_of(study.mean_field(patch, study.fixed_drive(-42.0), study.pulse(5e-4)), 5e-4)
    assert field.after < 0.9 * free.after


@pytest.mark.slow
@pytest.mark.parametrize("gain", GAINS)
def test_more_cells_and_finer_steps_change_nothing(study, gain):
    field, network = study.compare(gaba_gain=gain, dt=2.5e-5, cells=(8000, 4000))
    np.testing.assert_allclose(network.before, field.before, rtol=0.02)
    np.testing.assert_allclose(network.after, field.after, rtol=0.02)


def test_halving_the_step_quarters_the_error_of_the_mean_field(study):
    patch, drive = default_population(), study.fixed_drive(-60.0)

    def path(dt):
        time = (np.arange(round(1.0 / dt)) + 0.5) * dt
        trace = study.mean_field(patch, drive, 3.0 * np.sin(2.0 * np.pi * time) ** 2, dt=dt)
        every = round(0.1 / dt)
        return np.stack([trace.v_E, trace.x_E])[:, every - 1 :: every]

    best = path(2e-5)
    errors = np.array([np.abs(path(dt) - best).max() for dt in (1e-3, 5e-4, 2.5e-4)])
    assert (errors[1:] < 0.4 * errors[:-1]).all(), errors
    assert errors[1] < 0.01  # mV, at the step of the package
