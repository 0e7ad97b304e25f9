"""Cortex and thalamus joined: off it is nothing, on it locks as it should, and coherence means what it says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.engine.clock import Clocks
from quell.ground import chance
from quell.ground.errors import InputError
from quell.patient import brain, full, thalamocortical
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts, every_trait, with_traits

CLEAN = Ports(*(jnp.zeros((1, 1)) for _ in Ports._fields))
COUPLING = np.array([[0.0, 1.0], [1.0, 0.0]])
CLOCKS = Clocks()


def lived(parts, *, steps=2, waking=1.0, lanes=3, ids=None, **ports):
    """The last brain, what was seen of the last macro step, and its sources (nAm), in full mode without insult."""
    ids = np.arange(lanes) if ids is None else np.asarray(ids)
    parts = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), parts)
    state = brain.rest(parts, jnp.ones((len(ids), 2)))
    quick = jax.tree.map(lambda x: x.astype(jnp.float32), (state.fast, state.silence, state.thalamus))
    state = state._replace(fast=quick[0], silence=quick[1], thalamus=quick[2])
    noise = full.Noise(chance.address(3, ids, "test.loop", 2), chance.address(3, ids, "test.afferent"))
    felt = CLEAN._replace(**{name: jnp.full((1, 1), value) for name, value in ports.items()})
    world = World(felt, 0.0, jnp.ones((1, 1)), waking)

    def one(state, number):
        state, seen, trace = full.macro_step(
            parts, state, lambda _: world, clocks=CLOCKS, noise=noise, number=number, coupling=COUPLING
        )
        return state, (seen, trace)

    state, (seen, trace) = jax.jit(lambda s: jax.lax.scan(one, s, jnp.arange(steps, dtype=jnp.int32)))(state)
    return state, jax.tree.map(lambda x: np.asarray(x)[-1], seen), np.asarray(trace)[-1].reshape(-1, len(ids), 2)


@pytest.fixture(scope="module")
def asleep():
    return lived(default_parts(thalamus=True), waking=0.0)


@pytest.fixture(scope="module")
def awake():
    return lived(default_parts(thalamus=True))


def peak(trace, sample_s=CLOCKS.sample):
    """The strongest frequency above 2 Hz of traces `[time, lanes, patches]`, power weighed by frequency."""
    power = np.abs(np.fft.rfft(trace - trace.mean(axis=0), axis=0)) ** 2
    frequency = np.fft.rfftfreq(len(trace), sample_s)
    power = power * frequency[:, None, None]
    power[frequency < 2.0] = 0.0
    return frequency[power.argmax(axis=0)]


def test_off_it_has_no_state_and_no_constant():
    off = default_parts()
    assert off.thalamus is None
    assert brain.rest(off, jnp.ones((1, 2))).thalamus is None
    assert len(jax.tree.leaves(off)) < len(jax.tree.leaves(default_parts(thalamus=True)))


def test_a_thalamus_that_sends_nothing_back_leaves_the_cortex_alone():
    _, alone, _ = lived(default_parts())
    _, deaf, _ = lived(with_traits(default_parts(thalamus=True), {"thalamus.up": np.zeros(3)}))
    assert alone.loop is None
    assert deaf.rate_E == pytest.approx(alone.rate_E, rel=1e-3)


def test_asleep_spindles_reach_the_cortex_and_awake_they_do_not(asleep, awake):
    frequency = peak(asleep[2])
    assert ((frequency > 12.0) & (frequency < 15.0)).mean() > 0.6
    assert ((peak(awake[2]) > 12.0) & (peak(awake[2]) < 15.0)).mean() < 0.4
    assert asleep[1].loop.coherence.mean() > awake[1].loop.coherence.mean() + 0.2


def test_a_blocker_of_t_type_channels_ends_the_spindles(asleep):
    blocked = lived(default_parts(thalamus=True), waking=0.0, t_type=3.0)
    assert blocked[1].loop.relay.mean() < 0.5 * asleep[1].loop.relay.mean()
    assert ((peak(blocked[2]) > 12.0) & (peak(blocked[2]) < 15.0)).mean() < 0.4


def test_where_gaba_b_outweighs_gaba_a_discharges_are_slow_and_need_t_type_channels():
    """Spike-wave-like: intrareticular and reticular-to-relay GABA-A weak, GABA-B strong."""
    slow = {"g_RR": 1.0, "g_RT": 3.0, "g_B": 30.0, "half_B": 0.27, "tau_B": 0.25, "up": 0.6}
    parts = with_traits(
        default_parts(thalamus=True), {f"thalamus.{name}": np.full(3, value) for name, value in slow.items()}
    )
    _, seen, trace = lived(parts, waking=0.0)
    _, without, still = lived(parts, waking=0.0, t_type=1e6)
    assert ((peak(trace) > 2.5) & (peak(trace) < 5.5)).mean() > 0.6
    assert without.loop.relay.mean() < 0.4 * seen.loop.relay.mean()
    assert still.std(axis=0).mean() < 0.3 * trace.std(axis=0).mean()


def test_an_anaesthetic_that_opens_gaba_a_unlocks_them(asleep):
    deep = lived(default_parts(thalamus=True), waking=0.0, direct=0.5)
    assert deep[1].loop.coherence.mean() < 0.3 * asleep[1].loop.coherence.mean()


def test_a_patient_keeps_its_bits_among_strangers():
    """In blocks of one size, as everywhere."""
    blocks = [4, *range(100, 163)], [*range(200, 240), 4, *range(300, 323)]
    first, second = (lived(default_parts(thalamus=True), ids=ids, steps=1)[1] for ids in blocks)
    for one, other in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        assert (one[0] == other[40]).all()


def test_traits_of_the_thalamus_need_the_thalamus():
    assert "thalamus.g_T" in every_trait()
    with pytest.raises(InputError, match="which is off"):
        with_traits(default_parts(), {"thalamus.g_T": np.ones(1)})
    tuned = with_traits(default_parts(thalamus=True), {"thalamus.g_T": np.array([1.0, 2.0])})
    assert tuned.thalamus.loop.g_T.shape == (2, 1)


def expected(x, y, length=80):
    """Coherence as the module defines it, by numpy's transform."""
    x, y = (t[: len(t) // length * length].reshape(-1, length) for t in (x, y))
    window = np.hanning(length + 1)[:-1]
    X, Y = (np.fft.rfft((t - t.mean(axis=1, keepdims=True)) * window, axis=1)[:, 1:13] for t in (x, y))
    shared = np.abs((X * Y.conj()).sum(axis=0)) ** 2
    raw = shared.sum() / ((np.abs(X) ** 2).sum(axis=0) * (np.abs(Y) ** 2).sum(axis=0)).sum()
    return max(0.0, (len(x) * raw - 1.0) / (len(x) - 1))


def measured(x, y, beats=5):
    """Two signals `[time]` cut into beats, through the module."""
    cut = [(a[:, None, None], b[:, None, None]) for a, b in zip(np.split(x, beats), np.split(y, beats), strict=True)]
    spectra = [thalamocortical.spectra(jnp.asarray(a), jnp.asarray(b), 5e-3) for a, b in cut]
    stacked = jax.tree.map(lambda *each: jnp.stack(each), *spectra)
    rate = jnp.zeros((beats, 1, 1))
    loop = thalamocortical.over(thalamocortical.Beat(rate, rate, stacked), samples=len(x) // beats, sample_s=5e-3)
    return float(loop.coherence[0, 0])


@pytest.mark.parametrize("beats", [1, 5])
def test_coherence_is_that_of_an_independent_transform(beats):
    time = np.arange(2000) * 5e-3
    noise = np.asarray(chance.normal(1, np.arange(2), "test.coherence", 2000))
    x = np.sin(2 * np.pi * 7.0 * time) + noise[0] + 40.0
    y = np.sin(2 * np.pi * 7.0 * time + 1.0) + noise[1] - 3.0 * time
    assert measured(x, y, beats) == pytest.approx(expected(x, y), rel=1e-6)


def test_coherence_is_one_for_a_copy_and_near_nothing_for_strangers():
    noise = np.asarray(chance.normal(2, np.arange(60), "test.coherence", 2000))
    assert measured(noise[0], -2.0 * noise[0] + 5.0) == pytest.approx(1.0)
    strangers = [measured(a, b) for a, b in zip(noise[::2], noise[1::2], strict=True)]
    assert np.mean(strangers) < 0.05
    assert measured(np.zeros(2000), noise[0]) == 0.0
