"""Tolerance: nothing without drug, more with level and time, back without; the numbers of its sources."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.engine.march import substeps
from quell.engine.scheme import heun, rosenbrock
from quell.ground.card import from_card
from quell.receptors import trafficking
from quell.receptors.gaba_a import GabaA, Ports
from quell.receptors.tolerance import Needs, State, Tolerance
from quell.receptors.trafficking import Trafficking

ADAPT, GATE, MOTION = from_card(Tolerance), from_card(GabaA), from_card(Trafficking)
H, DAY = 3600.0, 86400.0
FULL = State(*(1.0 for _ in State._fields))
ALPHA = ("a1", "a2", "a5")


@jax.jit
def lived(state, needs, seconds):
    state = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), state)
    return substeps(rosenbrock, lambda s: ADAPT.rates(s, needs), state, seconds, 400)


def numbers(state, days=10.0):
    """Receptors where this adaptation has lasted."""
    needs = trafficking.Needs(0.0, taken=ADAPT.taken(state))
    return substeps(rosenbrock, lambda s: MOTION.rates(s, needs), MOTION.rest(), days * DAY, 4000)


def test_without_drug_rest_is_a_fixed_point():
    for rate in ADAPT.rates(ADAPT.rest(), Needs(0.0, 0.0)):
        assert float(rate) == 0.0
    none = ADAPT.taken(ADAPT.rest())
    plain, with_it = (MOTION.rates(MOTION.rest(), trafficking.Needs(0.3, 0.1, taken)) for taken in (None, none))
    assert [float(x) for x in plain] == [float(x) for x in with_it]


@given(st.floats(0.0, 1e4), st.floats(0.0, 10.0), st.floats(0.0, 1.0), st.floats(0.01, 60.0))
def test_adaptation_is_a_share_whatever_is_taken(bzd, direct, alcohol, days):
    for value in lived(ADAPT.rest(), Needs(bzd, direct, alcohol), days * DAY):
        assert -1e-12 <= float(value) <= 1.0 + 1e-12


@given(st.floats(0.0, 50.0), st.floats(0.01, 50.0), st.floats(0.1, 20.0))
def test_more_drug_and_more_days_are_more_adaptation(bzd, more, days):
    less = lived(ADAPT.rest(), Needs(bzd, 0.0), days * DAY)
    higher = lived(ADAPT.rest(), Needs(bzd + more, 0.0), days * DAY)
    longer = lived(ADAPT.rest(), Needs(bzd + more, 0.0), (days + 1.0) * DAY)
    for name in (*ALPHA, "nmda"):
        assert getattr(less, name) < getattr(higher, name) < getattr(longer, name)
    assert float(higher.delta) == 0.0  # a benzodiazepine does nothing to delta receptors


@given(st.floats(0.5, 50.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(1.0, 60.0), st.floats(0.0, 20.0))
def test_the_solved_exposure_is_what_the_equation_comes_to(bzd, direct, alcohol, lasted, since):
    needs = Needs(bzd, direct, alcohol)
    stepped = lived(lived(ADAPT.rest(), needs, lasted * DAY), Needs(0.0, 0.0), since * DAY)
    solved = ADAPT.after(needs, lasted * DAY, since * DAY)
    np.testing.assert_allclose(np.array(stepped), np.array(solved), atol=2e-3)


def test_alpha1_adapts_first_and_all_come_back():
    infused = lived(ADAPT.rest(), Needs(20.0, 0.0), 3 * DAY)
    assert float(infused.a1) > 2.5 * float(infused.a2) > 0.0
    hours = [float(lived(infused, Needs(0.0, 0.0), days * DAY).a1) for days in (1, 2, 7)]
    assert float(infused.a1) > hours[0] > hours[1] > hours[2] and hours[2] < 0.05
    assert max(float(x) for x in lived(infused, Needs(0.0, 0.0), 40 * DAY)) < 0.01


def test_fully_adapted_numbers_are_those_of_long_diazepam():
    """Auta 2008, rat prefrontal cortex: alpha1 mRNA -43 %, alpha5 +30 %."""
    pools = numbers(FULL)
    assert float(pools.a1) == pytest.approx(1.0 - 0.43, abs=2e-3)
    assert float(pools.a5) == pytest.approx(1.0 + 0.30, abs=2e-3)


def test_tolerance_to_clonazepam_has_the_half_time_and_the_shift_that_were_fitted():
    """dos Santos 2009: half-time 21.5 h; EC50 9.33 ng/mL naive and 15.4 more once tolerant."""
    half = lived(ADAPT.rest(), Needs(1e6, 0.0), 21.5 * H).a1
    assert float(half) == pytest.approx(0.5, abs=0.01)
    left = ADAPT.sedation_left(FULL, Needs(5.0, 0.0))
    assert 1.0 / float(left) == pytest.approx((9.33 + 15.4) / 9.33, rel=0.01)


def test_where_tolerance_holds_them_receptors_are_settled_and_none_is_made_but_by_replacement():
    half = State(*(0.5 for _ in State._fields))
    taken = ADAPT.taken(half)
    for rate in MOTION.rates(MOTION.settled(taken), trafficking.Needs(0.0, taken=taken)):
        assert float(rate) == pytest.approx(0.0, abs=1e-18)
    closed = replace(MOTION, k_deg=0.0)
    needs = trafficking.Needs(0.5, 0.2, taken)
    after = substeps(heun, lambda s: closed.rates(s, needs), closed.rest(), DAY, 4000)
    for name in ALPHA:
        assert float(getattr(after, name) + getattr(after, f"inside_{name}")) == pytest.approx(2.0, abs=1e-9)


def test_adapted_receptors_are_uncoupled_from_the_benzodiazepine_alone():
    left = ADAPT.coupled(GATE, FULL)
    pools = (1.0, 1.0, 1.0)
    naive, tolerant = (float(gate.synaptic_gain(Ports(1e9, 0.0), *pools)) - 1.0 for gate in (GATE, left))
    assert tolerant == pytest.approx((1.0 - ADAPT.uncoupled) * naive, rel=1e-6)
    for ports in (Ports(0.0, 0.0), Ports(0.0, 0.4)):
        assert float(left.synaptic_gain(ports, *pools)) == float(GATE.synaptic_gain(ports, *pools))


def test_barbiturates_and_alcohol_reach_delta_and_nmda_receptors():
    barbiturate = ADAPT.load(Needs(0.0, 0.2))
    assert 0.0 < float(barbiturate.delta) == pytest.approx(float(barbiturate.a1))
    alcohol = ADAPT.load(Needs(0.0, 0.0, 0.6))
    assert [float(x) for x in alcohol] == pytest.approx([0.6] * 5)
    assert float(ADAPT.grown(alcohol)) > 2.0 * float(ADAPT.grown(ADAPT.load(Needs(1.0, 0.0))))


def test_a_sedative_that_is_no_gaba_drug_loses_nothing():
    assert float(ADAPT.sedation_left(FULL, Needs(0.0, 0.0))) == 1.0
    opened, allosteric = ADAPT.sedation_left(FULL, Needs(0.0, 0.1)), ADAPT.sedation_left(FULL, Needs(10.0, 0.0))
    assert float(allosteric) < float(opened) == pytest.approx(1.0 - ADAPT.lost_a1)
