"""The thalamus by itself: its rhythm, what the rhythm needs, and the published model beside it."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_thalamus import published_rate

from quell.circuit import thalamus as circuit
from quell.ground import chance
from quell.patient.build import default_thalamus

THALAMUS = default_thalamus()
SECONDS, SETTLED = 8.0, 4.0
NEUROLIB = Path(__file__).parents[2] / "validation" / "thalamus_neurolib.json"
WEIGHTS = ("g_TR", "g_RT", "g_RR")


def played(*, dt=5e-4, thalamus=THALAMUS, cortex=0.0, kicked=False, seconds=SECONDS, **values):
    """Relay rate (Hz), relay dendrite (mV) and the last state; arrays `[time, lanes]`, every step."""
    columns = np.broadcast_arrays(*(np.atleast_1d(x).astype(float) for x in ({"noise": 0.0} | values).values()))
    now = circuit.setting(
        thalamus,
        jnp.ones(columns[0].shape),
        **{name: jnp.asarray(column) for name, column in zip({"noise": 0.0} | values, columns, strict=True)},
    )
    where = chance.address(3, np.arange(len(columns[0])), "test.thalamus")
    where = chance.Address(where.first[:, 0], where.second[:, 0])
    still = (jnp.zeros_like(now.noise),) * 2

    def step(state, tick):
        kicks = chance.two_kicks(where, tick) if kicked else still
        state = circuit.step(thalamus, state, now, dt=dt, kicks=kicks, cortex=cortex * jnp.ones_like(now.noise))
        return state, (circuit.firing(thalamus, state)[0], state.V_T)

    ticks = jnp.arange(round(seconds / dt), dtype=jnp.uint32)
    last, (rate, V) = jax.jit(lambda start: jax.lax.scan(step, start, ticks))(circuit.rest(thalamus, now.noise))
    return np.asarray(rate), np.asarray(V), last


def rhythm(rate, dt=5e-4):
    """Frequency (Hz) and standard deviation (Hz) of a rate once settled, per lane."""
    settled = rate[round(SETTLED / dt) :]
    settled = settled - settled.mean(axis=0)
    power = np.abs(np.fft.rfft(settled * np.hanning(len(settled))[:, None], axis=0))
    frequency = np.fft.rfftfreq(len(settled), dt)
    power[frequency < 1.0] = 0.0
    return frequency[power.argmax(axis=0)], settled.std(axis=0)


def test_the_thalamus_left_alone_beats_near_13_5_hertz():
    rate, V, _ = played()
    frequency, size = rhythm(rate)
    assert 12.5 < frequency[0] < 14.5
    assert size[0] > 10.0
    assert -70.0 < V[8000:].min() < -65.0 and -57.0 < V[8000:].max() < -48.0  # published: -67 to -50 mV


def test_more_potassium_leak_slows_it():
    """Published: 11.5 Hz at 0.033 mS/cm2, which is 0.66 of the leak."""
    frequency, size = rhythm(played(potassium=[0.36, 0.66])[0])
    assert 10.5 < frequency[1] < 12.5 < frequency[0]
    assert (size > 2.0).all()


def test_without_t_type_channels_it_is_silent():
    relay_alone = THALAMUS._replace(loop=replace(THALAMUS.loop, g_T=0.0))
    for rate, V, _ in (played(t_type=[0.0, 0.5]), played(thalamus=relay_alone)):
        assert (rhythm(rate)[1] < 0.05).all()
        assert (rate[8000:] < 5.0).all()
        assert (V[8000:] < -66.0).all()


def test_inhibition_that_does_not_hyperpolarise_gives_no_rebound_rhythm():
    rate, V, _ = played(E_gaba=[-50.0, -50.0], potassium=[0.36, 0.66])
    assert (rhythm(rate)[1] < 0.5).all()
    assert (V[8000:] > -65.0).all()  # depolarised without bursts


@pytest.mark.parametrize(
    ("published", "ours"),
    [
        ({}, {}),
        ({"g_LK": 0.033, "g_T": 0.0}, {"potassium": 0.66, "t_type": 0.0}),
        ({"g_T": 1.5, "g_TR": 1.15, "g_LK": 0.033}, {"potassium": 0.66, "t_type": 0.5}),
        ({"E_gaba": -50.0, "g_LK": 0.033}, {"potassium": 0.66, "E_gaba": -50.0}),
    ],
    ids=["default", "no T", "half T", "depolarising GABA"],
)
def test_it_agrees_with_the_published_thalamus(published, ours):
    theirs, V_theirs = published_rate(**published)
    mine, V_mine, _ = played(**ours)
    frequency, size = rhythm(theirs)
    if size[0] > 5.0:
        assert rhythm(mine)[1][0] > 5.0
        assert rhythm(mine)[0][0] == pytest.approx(frequency[0], abs=1.0)
    else:
        assert rhythm(mine)[1][0] < 0.5
    assert V_mine[8000:].mean() == pytest.approx(V_theirs[8000:].mean(), abs=5.0)


def test_the_published_thalamus_from_its_equations_is_that_of_neurolib():
    """neurolib's numbers, as validation/oracles.py made them."""
    theirs = json.loads(NEUROLIB.read_text(encoding="utf-8"))["runs"]
    changed = {
        "T-type 0": {"g_T": 0.0, "g_TR": 0.0},
        "g_LK 0.033, T-type halved": {"g_LK": 0.033, "g_T": 1.5, "g_TR": 1.15},
        "E_GABA -50 mV": {"E_gaba": -50.0},
        "E_GABA -80 mV": {"E_gaba": -80.0},
        "default": {},
    }
    plain = {"g_LK": 0.018, "g_T": 3.0, "g_TR": 2.3, "E_gaba": -70.0}
    lanes = {name: [(plain | one)[name] for one in changed.values()] for name in plain}
    rate, V = published_rate(**lanes)
    frequency, _ = rhythm(rate)
    for lane, name in enumerate(changed):
        if theirs[name]["hz"] is None:
            assert V[-2000:, lane].mean() == pytest.approx(theirs[name]["V_mean"], abs=0.1), name
        else:
            assert frequency[lane] == pytest.approx(theirs[name]["hz"], abs=0.5), name


def test_the_findings_do_not_hang_on_the_assumed_weights():
    """Weights of the loop 25 % up and down, every combination."""
    loop, lanes = THALAMUS.loop, np.array(list(product((0.75, 1.25), repeat=3))).T
    weights = {name: jnp.asarray(getattr(loop, name) * lane) for name, lane in zip(WEIGHTS, lanes, strict=True)}
    other = THALAMUS._replace(loop=replace(loop, **weights))
    still = np.zeros(lanes.shape[1])
    frequency, size = rhythm(played(thalamus=other, noise=still)[0])
    assert ((frequency > 11.5) & (frequency < 14.5) & (size > 3.0)).all()
    assert (rhythm(played(thalamus=other, noise=still, t_type=0.5)[0])[1] < 0.1).all()
    assert (rhythm(played(thalamus=other, noise=still, E_gaba=-50.0)[0])[1] < 0.1).all()


def test_a_drug_at_its_half_blocking_level_ends_the_rhythm():
    left = [float(THALAMUS.loop.channels_left(jnp.asarray(x))) for x in (0.0, 0.1, 1.0, 100.0)]
    assert left[0] == 1.0 and left[2] == pytest.approx(0.5)
    assert left == sorted(left, reverse=True)
    size = rhythm(played(t_type=left)[0])[1]
    assert size[0] > 10.0 and (size[2:] < 0.5).all()


def test_arousal_ends_the_rhythm_and_keeps_relay_cells_firing():
    loop = THALAMUS.loop
    rate, _, _ = played(bias_T=[0.0, loop.wake_T], bias_R=[0.0, loop.wake_R], noise=1.0, kicked=True)
    size = rhythm(rate)[1]
    assert size[0] > 5.0 * size[1]
    assert rate[8000:, 1].mean() > 3.0


def test_bursts_let_calcium_hold_the_h_channel_open():
    _, _, last = played(t_type=[1.0, 0.0])
    assert last.h.bound[0] > 0.1 > 0.05 > last.h.bound[1]


def test_a_step_five_times_smaller_gives_the_same_rhythm():
    coarse, fine = rhythm(played()[0]), rhythm(played(dt=1e-4)[0], dt=1e-4)
    assert fine[0][0] == pytest.approx(coarse[0][0], abs=0.5)
    assert fine[1][0] == pytest.approx(coarse[1][0], rel=0.25)


@settings(max_examples=15)
@given(
    cortex=st.floats(0.0, 1.0),
    E_gaba=st.floats(-95.0, -30.0),
    bias=st.floats(-500.0, 500.0),
    potassium=st.floats(0.0, 5.0),
    inhibition=st.floats(0.0, 20.0),
)
def test_no_input_makes_it_leave_its_bounds(cortex, E_gaba, bias, potassium, inhibition):
    values = {"E_gaba": E_gaba, "bias_T": bias, "bias_R": -bias, "potassium": potassium, "inhibition": inhibition}
    _, V, last = played(seconds=0.3, cortex=cortex, kicked=True, **values)
    assert np.isfinite(jax.tree.leaves(last)).all()
    assert (np.abs(V) <= 160.0).all()
    assert float(last.x_T[0]) > 0.0 and float(last.x_R[0]) > 0.0
