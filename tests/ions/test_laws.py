"""Ions: the articles' numbers, rest, and the laws that no parameter may break."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.engine.scheme import rosenbrock
from quell.ground.card import card_path, from_card
from quell.ions import chloride, potassium
from quell.ions.chloride import Chloride
from quell.ions.potassium import SodiumPotassium
from quell.ions.reversal import Bicarbonate, nernst

CHLORIDE = from_card(Chloride)
CATIONS = from_card(SodiumPotassium)
BICARBONATE = from_card(Bicarbonate)
QUIET = chloride.Needs(V=-65.0, g_gaba=CHLORIDE.g_rest, K_o=CHLORIDE.K_rest, Na_i=CHLORIDE.Na_rest, activity=0.0)


def march(process, state, needs, seconds, dt=0.5):
    state = jax.tree.map(jnp.asarray, state)
    return jax.lax.fori_loop(
        0, int(seconds / dt), lambda _, s: rosenbrock(lambda x: process.rates(x, needs), s, dt), state
    )


@pytest.mark.parametrize(
    ("Cl_i", "E_Cl", "chord", "ghk"),
    [
        (5, -84.94, -73.06, -73.47),
        (7, -75.95, -65.56, -67.50),
        (10, -66.41, -57.62, -60.49),
        (15, -55.58, -48.59, -51.79),
        (20, -47.89, -42.18, -45.24),
        (25, -41.92, -37.21, -39.99),
    ],
)
def test_reversal_potentials_of_the_articles(Cl_i, E_Cl, chord, ghk):
    found = nernst(120.0, float(Cl_i), valence=-1)
    assert found == pytest.approx(E_Cl, abs=0.01)
    assert BICARBONATE.chord(found) == pytest.approx(chord, abs=0.01)
    assert BICARBONATE.ghk(float(Cl_i), 120.0) == pytest.approx(ghk, abs=0.01)


def test_e_gaba_of_a_healthy_and_of_a_refractory_neuron_to_the_millivolt():
    assert round(float(BICARBONATE.chord(nernst(120.0, 5.0, valence=-1)))) == -73
    assert round(float(BICARBONATE.chord(nernst(120.0, 20.0, valence=-1)))) == -42


def test_rest_is_rest():
    assert CHLORIDE.rates(CHLORIDE.rest(), QUIET) == pytest.approx((0.0, 0.0), abs=1e-12)
    quiet = potassium.Needs(rate=CATIONS.rate_rest, fuel=1.0)
    assert CATIONS.rates(CATIONS.rest(), quiet) == pytest.approx((0.0, 0.0), abs=1e-12)


@settings(deadline=None, max_examples=25)
@given(st.floats(-70.0, -36.0), st.floats(0.1, 30.0), st.floats(2.0, 30.0))
def test_gaba_alone_never_carries_chloride_past_the_clamped_potential(V, g, Cl_i):
    bare = replace(CHLORIDE, tau_kcc2=1e12, leak=0.0, g_rest=0.0)
    settled = march(bare, chloride.State(Cl_i, 1.0), QUIET._replace(V=V, g_gaba=g), 3000.0)
    start, end = float(nernst(120.0, Cl_i, valence=-1)), float(bare.gives(settled).E_Cl)
    assert min(start, V) - 0.05 <= end <= max(start, V) + 0.05
    assert abs(end - V) <= abs(start - V) + 1e-9


def test_gaba_moves_chloride_towards_the_potential_from_either_side():
    low = CHLORIDE.rates(chloride.State(4.0, 0.0), QUIET._replace(V=-50.0, g_gaba=5.0)).Cl_i
    high = CHLORIDE.rates(chloride.State(30.0, 0.0), QUIET._replace(V=-60.0, g_gaba=5.0)).Cl_i
    assert low > 0 > high


def test_raised_potassium_stalls_the_pump():
    high = QUIET._replace(K_o=12.0)
    stop = CHLORIDE.Cl_o * 12.0 / CHLORIDE.K_i
    assert march(CHLORIDE, CHLORIDE.rest(), high, 3600.0).Cl_i > 0.95 * stop > 1.9 * CHLORIDE.Cl_rest


def test_a_lost_pump_lets_chloride_rise_and_a_seizure_wears_it_out():
    seizing = QUIET._replace(V=-50.0, g_gaba=3.0, activity=1.0)
    worn = march(CHLORIDE, CHLORIDE.rest(), seizing, 3600.0)
    assert float(worn.kcc2) == pytest.approx(float(jnp.exp(-3600 * CHLORIDE.loss)), abs=0.01)
    fresh = march(replace(CHLORIDE, loss=0.0), CHLORIDE.rest(), seizing, 3600.0)
    assert worn.Cl_i > fresh.Cl_i > CHLORIDE.Cl_rest
    assert CHLORIDE.rates(worn, QUIET).kcc2 > 0


def test_the_weak_compartment_shifts_less():
    weak = from_card(Chloride, card_path(Chloride).with_suffix(".weak.toml"))
    seizing = QUIET._replace(V=-45.0, g_gaba=3.0, activity=1.0, K_o=8.0)
    assert march(weak, weak.rest(), seizing, 1800.0).Cl_i < march(CHLORIDE, CHLORIDE.rest(), seizing, 1800.0).Cl_i


def test_potassium_rises_with_firing_and_glia_cap_it():
    firing = march(CATIONS, CATIONS.rest(), potassium.Needs(rate=20.0, fuel=1.0), 600.0)
    furious = march(CATIONS, CATIONS.rest(), potassium.Needs(rate=200.0, fuel=1.0), 600.0)
    assert 5.0 < firing.K_o < furious.K_o < 25.0
    assert firing.Na_i > CATIONS.Na_rest
    assert CATIONS.potassium_current(firing) > 0 < CATIONS.pump_current(firing, 1.0)


def test_a_pump_without_fuel_lets_both_ions_run():
    fed = march(CATIONS, CATIONS.rest(), potassium.Needs(rate=20.0, fuel=1.0), 600.0)
    starved = march(CATIONS, CATIONS.rest(), potassium.Needs(rate=20.0, fuel=0.2), 600.0)
    assert starved.K_o > fed.K_o and starved.Na_i > fed.Na_i


def test_a_thousand_neurons_are_one_neuron_broadcast():
    pools = chloride.State(jnp.linspace(4.0, 25.0, 1000), jnp.ones(1000))
    assert CHLORIDE.rates(pools, QUIET).Cl_i[17] == pytest.approx(
        CHLORIDE.rates(chloride.State(pools.Cl_i[17], 1.0), QUIET).Cl_i
    )
