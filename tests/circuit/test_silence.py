"""Silence and its bursts: nothing in a waking cortex, bursts that grow rare with depth, then none, and waking."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.circuit.silence import Silence, State, hush
from quell.engine.clock import Clocks
from quell.ground.card import from_card
from quell.patient import brain, whole
from quell.patient.build import default_parts
from quell.patient.full import macro_step
from quell.patient.person import draw_people

SILENCE = from_card(Silence)
PEOPLE = 6


def follow(rate, depth, seconds=400.0, dt=0.005, seed=1) -> State:
    """A single patch held at a rate and a depth."""
    kicks = jnp.asarray(np.random.default_rng(seed).uniform(-(3**0.5), 3**0.5, round(seconds / dt)))

    def step(state, kick):
        state = SILENCE.step(state, rate, depth, kick=kick, dt=dt)
        return state, state

    return jax.lax.scan(step, SILENCE.rest(jnp.ones(())), kicks)[1]


@cache
def held(level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of healthy brains: silence while a direct opener of GABA-A is held, firing 10 min after it, and suppression."""
    block, atlas = whole.patients(9, draw_people(9, np.arange(PEOPLE)), onset={"amplitude": 0.0, "floor": 0.0})
    none = jnp.zeros((PEOPLE, 1))

    def step(state, number):
        ports = brain.Ports(*(none for _ in brain.Ports._fields))._replace(
            direct=none + jnp.where(number < 90, level, 0)
        )
        state, seen, _ = macro_step(
            block.parts,
            state,
            lambda _: brain.World(ports, none, none + 1.0),
            clocks=Clocks(window=0.4),
            noise=block.noise,
            number=number,
            coupling=atlas.coupling,
        )
        return state, (seen.silent, seen.rate_E, seen.suppressed)

    start = whole.rest(block, PEOPLE, 2).brain
    _, (silent, rate, suppressed) = jax.jit(lambda s: jax.lax.scan(step, s, jnp.arange(180, dtype=jnp.int32)))(start)
    shown = (silent[30:90], rate[150:], suppressed[30:90])
    return tuple(np.asarray(one).mean(axis=(0, 2)) for one in shown)  # type: ignore[return-value]


def test_a_waking_cortex_never_rests_and_is_always_up():
    state = follow(0.8, SILENCE.depth(1.0, glutamate=1.0, fuel=1.0))
    assert float(state.rested.max()) < 0.01
    assert float(state.up.min()) > 0.99


def test_a_waking_cortex_feels_its_drive_as_it_is():
    drive = brain.drive(default_parts(), brain.rest(default_parts(), jnp.ones((1, 1))), quiet_world())
    eased = SILENCE.eased(SILENCE.rest(jnp.ones((1, 1))), drive)
    for name, value in drive._asdict().items():
        np.testing.assert_allclose(getattr(eased, name), value, err_msg=name)


def quiet_world() -> brain.World:
    none = jnp.zeros((1, 1))
    return brain.World(brain.Ports(*(none for _ in brain.Ports._fields)), none, none + 1.0)


@pytest.mark.parametrize(("depth", "low", "high"), [(0.1, 0.0, 0.02), (1.0, 0.3, 0.7), (12.0, 0.97, 1.0)])
def test_the_deeper_the_more_of_the_time_is_down(depth, low, high):
    down = 1.0 - np.asarray(follow(0.1, depth, seconds=4000.0).up)
    assert low <= down.mean() <= high


def test_afferents_vary_around_nothing_with_variance_one():
    afferent = np.asarray(follow(0.1, 1.0, seconds=8000.0).afferent)
    assert abs(afferent.mean()) < 0.1
    assert afferent.var() == pytest.approx(1.0, abs=0.15)


def test_firing_spends_what_silence_restored():
    rested = follow(0.0, 1.0).rested[-1]
    assert float(rested) > 0.9
    after = SILENCE.step(State(rested, 0.0, 1.0), 10.0, 1.0, kick=0.0, dt=2.0).rested
    assert float(after) < 0.6 * float(rested)


@given(
    st.tuples(st.floats(0, 1), st.floats(-6, 6), st.floats(0, 1)),
    st.floats(0, 2000),
    st.floats(1e-4, 1e4),
    st.floats(-1.7, 1.7),
    st.sampled_from([0.005, 0.025]),
)
def test_shares_stay_shares(state, rate, depth, kick, dt):
    after = SILENCE.step(State(*state), rate, depth, kick=kick, dt=dt)
    assert 0.0 <= float(after.rested) <= 1.0 + 1e-6
    assert -1e-6 <= float(after.up) <= 1.0 + 1e-6


def test_hush_falls_from_one_to_nothing_around_one():
    assert float(hush(0.5)) > 0.99 and float(hush(1.0)) == 0.5 and float(hush(2.0)) < 0.01


def test_a_healthy_brain_bursts_under_a_middling_dose_and_is_flat_under_a_great_one():
    awake, middling, great = (held(level)[0] for level in (0.0, 0.1, 2.0))
    assert np.median(awake) < 0.1
    assert 0.15 < np.median(middling) < 0.95
    assert np.median(great) > 0.97


def test_even_quiet_under_a_light_dose_is_silence_without_suppression():
    silent, _, suppressed = held(0.015)
    assert np.median(silent) > 0.15
    assert suppressed.max() < 0.05
    middling, great = (held(level)[2] for level in (0.1, 2.0))
    assert 0.15 < np.median(middling) < 0.95 and np.median(great) > 0.97


def test_a_healthy_brain_wakes_when_the_drug_is_gone():
    assert np.median(held(2.0)[1]) == pytest.approx(np.median(held(0.0)[1]), rel=0.15)


def test_want_of_oxygen_holds_the_cortex_down_as_drugs_do():
    none = SILENCE.depth(1.0, glutamate=1.0, fuel=1.0)
    assert SILENCE.depth(1.0, glutamate=1.0, fuel=0.5) > 30 * none
    assert SILENCE.depth(60.0, glutamate=1.0, fuel=1.0) == pytest.approx(1.0)
