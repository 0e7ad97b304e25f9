"""The patch: its table of quiet and firing states, its steps, its bounds, its noise."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.circuit import population
from quell.circuit.population import Drive, Fast
from quell.ground import chance
from quell.patient.build import default_population

PATCH = default_population()
E_GABA = (-73.0, -60.0, -52.0, -50.0, -48.0, -42.0)
TABLE = {  # Hz, as tried before the package: quiet is below 5
    "before": (0.8, 1.1, 1.6, 3.3, 14.0, 24.0),
    "after": (0.8, 1.1, 9.6, 12.4, 15.0, 22.5),
    "doubled": (0.6, 0.9, 8.3, 8.7, 14.0, 20.0),
}


class Path(NamedTuple):
    """Rates and voltages over time, `[time, lanes]`."""

    rate_E: jax.Array
    rate_I: jax.Array
    v: jax.Array
    x: jax.Array


def wired(E_gaba, gain=1.0, **replaced) -> Drive:
    """The patch of the table: AMPA 0.28 x 7.5, NMDA 0.171 x 6.4, GABA-A 0.557 x 15; no noise, no adaptation."""
    lane = jnp.ones((len(np.atleast_1d(E_gaba)), 1))
    values = {
        "g_ampa": 0.28 * 7.5,
        "g_nmda": 0.171 * 6.4,
        "g_gaba": 0.557 * 15 * gain,
        "g_tonic": 0.05,
        "g_potassium": 0.0,
        "g_ahp": 0.0,
        "g_far": 0.0,
        "g_EI": 0.25 * 7.5,
        "g_II": 0.3 * 15,
        "bias_E": 0.0,
        "bias_I": 0.0,
        "noise": 0.0,
    }
    columns = {name: jnp.asarray(value) * lane for name, value in (values | replaced).items()}
    return Drive(**columns, E_gaba=jnp.atleast_1d(jnp.asarray(E_gaba, float))[:, None])


def follow(drive: Drive, push, *, dt=5e-4, patch=PATCH, start=None, noise=False) -> Path:
    """The patch under an extra input to its pyramidal cells, `[steps]` in mV."""
    start = start or population.rest(patch, drive.E_gaba)
    where = chance.address(3, np.arange(len(drive.E_gaba)), "test.noise")

    def step(state: Fast, now):
        number, extra = now
        kicks = chance.two_kicks(where, number) if noise else (0.0, 0.0)
        pushed = drive._replace(bias_E=drive.bias_E + extra)
        state = population.step(patch, state, pushed, dt=dt, kicks=kicks, reach=lambda ampa: ampa)
        state = jax.tree.map(lambda x: x.astype(jnp.float64), state)
        rates = (population.rate(state.xE, patch.pyramidal), population.rate(state.xI, patch.interneuron))
        return state, Path(*(x[:, 0] for x in (*rates, state.vE, state.xE)))

    numbers = jnp.arange(len(push), dtype=jnp.uint32)
    return jax.jit(lambda s, over: jax.lax.scan(step, s, over)[1])(start, (numbers, jnp.asarray(push)))


def pulse(dt=5e-4, height=10.0, seconds=8.5):
    time = np.arange(round(seconds / dt)) * dt
    return np.where((time >= 4.0) & (time < 4.5), height, 0.0)


@pytest.fixture(scope="module")
def measured():
    """Rates before a 0.5 s pulse and 3 s after it, with GABA-A as it is and doubled."""
    path = follow(wired(np.repeat(E_GABA, 2), np.tile((1.0, 2.0), 6)[:, None]), pulse())
    rate = np.asarray(path.rate_E)
    before, after = rate[4000:8000].mean(axis=0), rate[14000:].mean(axis=0)
    return {"before": before[::2], "after": after[::2], "doubled": before[1::2]}


@pytest.mark.parametrize("row", TABLE)
def test_the_same_states_are_quiet_and_firing_as_in_the_table(measured, row):
    np.testing.assert_array_equal(measured[row] > 5.0, np.array(TABLE[row]) > 5.0)


@pytest.mark.parametrize("row", TABLE)
def test_rates_lie_within_45_percent_of_the_table(measured, row):
    np.testing.assert_allclose(measured[row], TABLE[row], rtol=0.45)


def test_a_pulse_leaves_self_sustained_firing_only_between_rest_and_threshold(measured):
    lasting = measured["after"] > 3.0 * measured["before"]
    assert lasting.tolist() == [False, False, True, True, False, False]


def test_a_benzodiazepine_calms_below_and_ignites_near_threshold(measured):
    effect = measured["doubled"] / measured["before"]
    assert (effect[:2] < 0.95).all()
    assert (effect[2:4] > 3.0).all()
    assert effect[4] == pytest.approx(1.0, abs=0.15)


SIDES = {  # nothing, and far more than any brain has
    "g_ampa": (0.0, 20.0),
    "g_nmda": (0.0, 20.0),
    "g_gaba": (0.0, 60.0),
    "g_tonic": (0.0, 15.0),
    "g_EI": (0.0, 10.0),
    "g_II": (0.0, 20.0),
    "E_gaba": (-90.0, -20.0),
    "bias_E": (-1e4, 1e4),
    "g_ahp": (0.0, 0.1),
}


@pytest.mark.parametrize("start", ["rest", "blaze"])
def test_no_corner_of_drive_however_huge_breaks_the_patch(start):
    """All 512 combinations of nothing and far too much, 2 s each, from rest and from a blaze with every gate open.

    Input is clipped and synapses saturate, so no mean over 0.1 s passes 200 Hz (single volleys are sharper).
    """
    corners = np.stack(np.meshgrid(*SIDES.values(), indexing="ij")).reshape(len(SIDES), -1, 1)
    drive = wired(corners[0, :, 0])._replace(**dict(zip(SIDES, map(jnp.asarray, corners), strict=True)))
    state = population.rest(PATCH, drive.E_gaba)
    if start == "blaze":
        state = state._replace(**{gate: jnp.ones_like(state.vE) for gate in ("ampa", "nmda", "gaba", "far")})
        state = state._replace(xE=300.0 * jnp.ones_like(state.vE))
    path = follow(drive, np.zeros(4000), start=state)
    assert all(np.isfinite(values).all() for values in path)
    assert (np.asarray(path.x) > 0).all()
    for rate in (path.rate_E, path.rate_I):
        assert np.asarray(rate)[200:].reshape(19, 200, -1).mean(axis=1).max() < 200.0


RUN = jax.jit(lambda drive, start: follow(drive, jnp.zeros(1000), start=start))


@given(st.integers(0, 2**31), st.floats(0.0, 3.0))
def test_random_states_and_drives_stay_finite(seed, spread):
    luck = np.random.default_rng(seed)
    drive = jax.tree.map(
        lambda x: x * np.exp(spread * luck.standard_normal(x.shape)), wired(luck.uniform(-90, -30, 16))
    )
    drive = drive._replace(
        E_gaba=jnp.asarray(luck.uniform(-90, -30, (16, 1))), bias_E=drive.bias_E + luck.normal(0, 50)
    )
    most = {"g_ampa": 20.0, "g_nmda": 20.0, "g_gaba": 40.0, "g_EI": 20.0, "g_II": 20.0, "g_tonic": 5.0}
    drive = drive._replace(**{name: jnp.minimum(getattr(drive, name), top) for name, top in most.items()})
    rest = population.rest(PATCH, drive.E_gaba)
    start = rest._replace(vE=rest.vE + luck.normal(0, 30, (16, 1)), nmda=jnp.asarray(luck.uniform(0, 1, (16, 1))))
    path = RUN(drive, start)
    assert all(np.isfinite(values).all() for values in path)
    assert (np.asarray(path.x) > 0).all() and np.asarray(path.rate_E)[200:].mean(axis=0).max() < 200.0


JUMPS, HELD = 40, 50  # drives thrown in a row, and the steps each is held


@jax.jit
def thrown(drives: Drive) -> Path:
    """The patch from rest, in the precision of the drives, `[jumps, lanes, 1]`."""
    kind = drives.E_gaba.dtype
    patch = jax.tree.map(lambda value: jnp.asarray(value, kind), PATCH)

    def held(state, drive):
        def step(state, _):
            state = population.step(patch, state, drive, dt=5e-4, kicks=(0.0, 0.0), reach=lambda ampa: ampa)
            state = jax.tree.map(lambda value: value.astype(kind), state)
            rates = population.firing(patch, state)
            return state, Path(*(value[:, 0] for value in (*rates, state.vE, jnp.minimum(state.xE, state.xI))))

        return jax.lax.scan(step, state, None, length=HELD)

    start = population.rest(patch, drives.E_gaba[0])
    path = jax.lax.scan(held, start, drives)[1]
    return jax.tree.map(lambda value: value.reshape(JUMPS * HELD, -1), path)


@given(st.integers(0, 2**31), st.floats(1.0, 500.0), st.sampled_from([np.float32, np.float64]))
def test_drives_thrown_about_up_to_500_times_the_leak_leave_finite_voltages_and_bounded_rates(seed, most, kind):
    """Conductances, bias (clipped at 60 mV) and E_GABA jump together every 25 ms, anywhere in what can be reached."""
    luck, shape = np.random.default_rng(seed), (JUMPS, 16, 1)
    drives = {name: most ** luck.uniform(-1, 1, shape) * luck.integers(0, 2, shape) for name in Drive._fields}
    drives |= {"E_gaba": luck.uniform(-90, -20, shape), "noise": np.zeros(shape), "g_ahp": luck.uniform(0, 0.1, shape)}
    drives |= {name: luck.choice([-1e4, -60.0, 0.0, 60.0, 1e4], shape) for name in ("bias_E", "bias_I")}
    path = thrown(Drive(**{name: jnp.asarray(value, kind) for name, value in drives.items()}))
    assert all(np.isfinite(values).all() for values in path) and (np.asarray(path.x) > 0.01).all()
    for rate, bound in ((path.rate_E, 250.0), (path.rate_I, 500.0)):  # membranes of 20 and of 10 ms
        assert np.asarray(rate).max() <= PATCH.circuit.rate_limit
        assert np.asarray(rate).reshape(10, 200, -1).mean(axis=1).max() < bound


@pytest.mark.parametrize("dt", [2e-4, 5e-4, 1e-3])
def test_the_pulse_that_broke_an_earlier_attempt_is_only_a_burst(dt):
    path = follow(wired([-42.0]), pulse(dt), dt=dt)
    assert np.isfinite(path.v).all() and np.isfinite(path.rate_E).all()
    assert np.asarray(path.rate_E).max() < 500.0


@pytest.mark.parametrize("change", [{}, {"g_far": 0.3}, {"g_nmda": 2.0, "g_ahp": 0.01}], ids=str)
def test_the_whole_step_is_second_order(change):
    """With magnesium block, distant glutamate and adaptation, under a smooth push after 3 s of rest.

    Rest is needed because gates stand half a step before the membranes, whatever the step.
    """
    drive, seconds = wired([-60.0], **({"g_nmda": 0.3} | change)), 3.0

    def path(dt):
        time = (np.arange(round((seconds + 0.4) / dt)) + 0.5) * dt - seconds
        push = np.where(time > 0, 4.0 * np.sin(5.0 * np.pi * time) ** 2, 0.0)
        found, every = follow(drive, push, dt=dt), round(0.1 / dt)
        return np.stack([found.v, found.x])[:, round(seconds / dt) + every - 1 :: every]

    best = path(2.5e-5)
    errors = np.array([np.abs(path(dt) - best).max() for dt in (2e-3, 1e-3, 5e-4, 2.5e-4)])
    np.testing.assert_allclose(np.log2(errors[:-1] / errors[1:]), 2.0, atol=0.15)
    assert errors[2] < 0.006  # mV, at the step of the package


def test_input_noise_has_its_stated_deviation_and_memory():
    where, tau, dt = chance.address(1, np.arange(256), "test.noise"), PATCH.circuit.tau_noise, 5e-4

    def step(noise, number):
        noise = population.colour(noise, chance.two_kicks(where, number)[0], 2.5, dt / tau)
        return noise, noise[:, 0]

    path = np.asarray(jax.lax.scan(step, jnp.zeros((256, 1)), jnp.arange(4000, dtype=jnp.uint32))[1])[400:]
    assert path.std() == pytest.approx(2.5, rel=0.02)
    assert path.mean() == pytest.approx(0.0, abs=0.05)
    lag = round(tau / dt)
    assert (path[lag:] * path[:-lag]).mean() / path.var() == pytest.approx(np.exp(-1.0), abs=0.03)


def test_noise_alone_does_not_seize_a_healthy_patch():
    path = follow(wired([-73.0] * 16, noise=2.0), np.zeros(10_000), noise=True)
    assert np.asarray(path.rate_E).mean() < 2.0


def test_potassium_after_firing_and_open_potassium_channels_brake():
    plain, ahp, leak = (
        float(np.asarray(follow(wired([-42.0], **change), pulse()).rate_E)[-4000:].mean())
        for change in ({}, {"g_ahp": 0.02}, {"g_potassium": 1.0})
    )
    assert ahp < 0.9 * plain and leak < 0.9 * plain


def test_chloride_flux_sees_the_potential_at_most_at_the_ceiling():
    drive = wired([-50.0])
    spike = population.rest(PATCH, drive.E_gaba)._replace(vE=jnp.array([[30.0]]), gaba=jnp.array([[0.4]]))
    flux = population.flux(PATCH, spike, drive)
    assert float((flux.g_gaba_v / flux.g_gaba)[0, 0]) == pytest.approx(PATCH.circuit.V_ceiling)
