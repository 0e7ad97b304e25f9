"""Carbonic anhydrase: it moves no equilibrium, there is more than enough of it, and it matters where cells seize."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.ground.card import from_card
from quell.ions.reversal import Bicarbonate, nernst

SALTS = from_card(Bicarbonate)
LEVELS, SHARES = st.floats(0.0, 1e6), st.floats(0.0, 1.0)


def reversals(inhibitor, activity, Cl_i=10.0, Cl_o=120.0):
    """E_HCO3, and E_GABA by chord and by ghk (mV)."""
    salts = SALTS.shifted(1.0, SALTS.drawn(inhibitor, activity))
    E_Cl = nernst(Cl_o, Cl_i, valence=-1)
    return tuple(map(float, (nernst(salts.outside, salts.inside, -1), salts.chord(E_Cl), salts.ghk(Cl_i, Cl_o))))


def test_without_inhibitor_bicarbonate_is_the_usual_to_the_bit():
    for activity in (0.0, 0.3, 1.0):
        assert float(SALTS.drawn(jnp.asarray(0.0), activity)) == 1.0


@pytest.mark.parametrize("activity", [0.0, 0.5, 1.0])
def test_inhibition_moves_every_reversal_down(activity):
    for before, after in zip(reversals(0.0, activity), reversals(50.0, activity), strict=True):
        assert after < before


@given(LEVELS, LEVELS, SHARES, SHARES)
def test_more_inhibitor_and_more_seizing_leave_less_and_never_none(one, two, calm, busy):
    (less, more), (calm, busy) = sorted((one, two)), sorted((calm, busy))
    assert 0.0 < SALTS.drawn(more, calm) <= SALTS.drawn(less, calm) + 1e-12 <= 1.0 + 2e-12
    assert SALTS.drawn(more, busy) <= SALTS.drawn(more, calm) + 1e-12


def test_without_loss_the_enzyme_moves_no_equilibrium():
    still = replace(SALTS, draw=0.0, draw_rest=0.0)
    assert still.drawn(1e9, 1.0) == pytest.approx(1.0)


def test_a_seizing_cell_without_the_enzyme_loses_half_and_three_mV():
    """What a fall of pH from 7.2 to 6.9 does."""
    assert float(SALTS.drawn(1e9, 1.0)) == pytest.approx(0.5, abs=0.03)
    assert reversals(1e9, 1.0)[1] - reversals(0.0, 1.0)[1] == pytest.approx(-3.0, abs=0.3)


def test_a_resting_human_neuron_hardly_feels_topiramate():
    """Bonnet2020: 50 uM, seven times the card's half effect, lowers pH by 0.01 to 0.03, bicarbonate by 2 to 7 %."""
    assert 0.93 < float(SALTS.drawn(7.0, 0.0)) < 0.99


def test_most_of_the_enzyme_must_be_gone_before_anything_happens():
    half_of_enzyme, all_of_it = (1.0 - float(SALTS.drawn(x, 1.0)) for x in (1.0, 1e9))
    assert half_of_enzyme < 0.2 * all_of_it


def test_many_cells_are_one_cell_mapped():
    levels = jnp.linspace(0.0, 100.0, 500)
    many = jax.vmap(SALTS.drawn, in_axes=(0, None))(levels, 0.7)
    assert float(many[123]) == pytest.approx(float(SALTS.drawn(float(levels[123]), 0.7)))
