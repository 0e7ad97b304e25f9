"""Receptors: printed values, ceilings, conservation."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.engine.scheme import heun, rosenbrock
from quell.ground.card import from_card
from quell.receptors import nmda, trafficking
from quell.receptors.gaba_a import GabaA, Ports
from quell.receptors.gating import Gate
from quell.receptors.nmda import NMDA
from quell.receptors.presynaptic import Targets, occupancy
from quell.receptors.trafficking import Trafficking

GABA = from_card(GabaA)
PORE = from_card(NMDA)
MOTION = from_card(Trafficking)
NONE = Ports(0.0, 0.0)


def march(process, state, needs, seconds, dt=10.0, scheme=rosenbrock):
    state = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), state)
    return jax.lax.fori_loop(0, int(seconds / dt), lambda _, s: scheme(lambda x: process.rates(x, needs), s, dt), state)


@pytest.mark.parametrize(
    ("V", "block"), [(-65, 0.060), (-55, 0.106), (-50, 0.139), (-45, 0.180), (-40, 0.230), (-20, 0.508)]
)
def test_magnesium_block_as_printed(V, block):
    assert PORE.magnesium(float(V)) == pytest.approx(block, abs=6e-4)


def test_a_gate_settles_where_occupancy_says_and_never_passes_one():
    gate = from_card(Gate)
    s = jnp.asarray(0.0)
    for _ in range(400):
        s = gate.step(s, 100.0, 5e-4)
    assert s == pytest.approx(100.0 / (100.0 + gate.r_half), rel=1e-6)
    assert 0.0 <= gate.step(jnp.asarray(0.5), 1e6, 5e-4) <= 1.0


@given(st.floats(0.0, 1.0), st.floats(0.0, 1e9), st.floats(1e-5, 2.5e-3))
def test_a_gate_stays_a_share_at_every_rate_and_step(s, rate, dt):
    after = float(from_card(Gate).step(jnp.asarray(s), rate, dt))
    assert -1e-12 <= after <= 1.0 + 1e-12


def test_a_gate_and_the_pore_pass_on_what_is_not_a_number():
    """The doctor of a run looks for it; a limit must not hide it."""
    assert jnp.isnan(from_card(Gate).step(jnp.asarray(0.5), jnp.nan, 5e-4))
    assert jnp.isnan(PORE.freed(-50.0, jnp.nan)) and jnp.isnan(PORE.freed(jnp.nan, 1.0))


@given(st.floats(-2e4, 2e4), st.floats(-2e4, 2e4))
def test_no_more_channels_lose_magnesium_than_have_it(V, ahead):
    free, freed = float(PORE.magnesium(V)), float(PORE.freed(V, ahead))
    assert -free <= freed <= 1.0 - free
    if abs(ahead) < 0.1 and abs(V) < 200.0:
        assert freed == pytest.approx(float(PORE.magnesium(V + ahead)) - free, abs=1e-5)


def test_the_gate_is_third_order_at_a_constant_rate():
    gate = from_card(Gate)

    def error(n):
        s, T = jnp.asarray(0.0), 8e-3
        for _ in range(n):
            s = gate.step(s, 60.0, T / n)
        rate = (1.0 + 60.0 / gate.r_half) / gate.tau
        exact = 60.0 / (60.0 + gate.r_half) * (1.0 - jnp.exp(-rate * T))
        return abs(float(s - exact))

    assert error(10) / error(20) == pytest.approx(8.0, rel=0.1)


def test_benzodiazepines_have_the_measured_ceiling_and_need_the_synapse():
    full = Ports(1e9, 0.0)
    assert GABA.synaptic_gain(NONE, 1.0, 1.0, 1.0) == pytest.approx(1.0)
    for pools, ceiling in (((1.0, 0.0, 0.0), 2.03), ((0.0, 1.0, 0.0), 2.26), ((0.0, 0.0, 1.0), 2.06)):
        assert GABA.synaptic_gain(full, *pools) / GABA.synaptic_gain(NONE, *pools) == pytest.approx(ceiling, rel=1e-6)
    assert GABA.tonic_gain(full) == pytest.approx(1.0)
    assert GABA.synaptic_gain(full, 0.0, 0.0, 0.0) == 0.0


def test_direct_openers_pass_the_ceiling_and_act_outside_the_synapse():
    deep = Ports(0.0, 0.5)
    assert GABA.synaptic_gain(deep, 1.0, 1.0, 1.0) > 2.5
    assert GABA.tonic_gain(deep) > 10.0
    gains = [float(GABA.tonic_gain(Ports(0.0, x))) for x in (0.0, 0.05, 0.1, 0.2, 0.4)]
    assert gains == sorted(gains)


def test_receptors_left_after_a_quarter_and_a_whole_hour_in_the_fast_patient():
    fast = replace(MOTION, speed=1.0)
    quarter = march(fast, fast.rest(), trafficking.Needs(1.0), 900.0)
    hour = march(fast, fast.rest(), trafficking.Needs(1.0), 3600.0)
    assert quarter.a1 == pytest.approx(0.58, abs=0.02)
    assert hour.a1 == pytest.approx(0.51, abs=0.02)
    assert hour.delta > 1.0
    assert march(fast, hour, trafficking.Needs(0.0), 7200.0).a1 > 0.9


def test_receptors_are_moved_not_made():
    closed = replace(MOTION, k_deg=0.0)
    after = march(closed, closed.rest(), trafficking.Needs(1.0), 7200.0, scheme=heun)
    for R, P in ((after.a1, after.inside_a1), (after.a2, after.inside_a2), (after.a5, after.inside_a5)):
        assert float(R + P) == pytest.approx(2.0, abs=1e-9)


def test_nmda_receptors_rise_by_38_percent_in_an_hour():
    after = march(PORE, PORE.rest(), nmda.Needs(activity=1.0, blocker=0.0), 3600.0)
    assert after.number == pytest.approx(1.36, abs=0.03)


def test_a_trapping_blocker_enters_and_leaves_by_use():
    busy = march(PORE, PORE.rest(), nmda.Needs(1.0, 2.0), 60.0, dt=2.0)
    idle = march(PORE, PORE.rest(), nmda.Needs(0.0, 2.0), 60.0, dt=2.0)
    assert busy.trapped > idle.trapped > 0
    assert march(PORE, PORE.rest(), nmda.Needs(1.0, 2.0), 3600.0).trapped == pytest.approx(occupancy(2.0), rel=1e-3)
    freed = march(PORE, busy, nmda.Needs(1.0, 0.0), 60.0, dt=2.0)
    kept = march(PORE, busy, nmda.Needs(0.0, 0.0), 60.0, dt=2.0)
    assert freed.trapped < kept.trapped < busy.trapped
    assert PORE.strength(busy) < 1.0


def test_drug_targets_act_in_their_direction():
    targets = from_card(Targets)
    assert targets.glutamate_left(0.0, 0.0, 0.0) == pytest.approx(1.0)
    assert targets.glutamate_left(2.0, 0.0, 0.0) < 1.0 > targets.glutamate_left(0.0, 2.0, 0.0)
    assert targets.glutamate_left(0.0, 0.0, 2.0) < 1.0
    assert targets.vesicles_left(1e9) == pytest.approx(1.0 - targets.release)
    assert targets.gaba_supply(1.0, 0.0) > 1.0 and targets.sodium_pull(1.0) > 0.0
