"""Two-pore potassium channels: shut without a vapour, half open at its half effect, never more than all."""

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.cell.leak import Leak
from quell.cell.membrane import Membrane
from quell.ground.card import from_card

LEAK, CELL = from_card(Leak), from_card(Membrane)


def test_without_vapour_potassium_is_what_it_was_to_the_bit():
    assert LEAK.beside(0.37, None) == 0.37 == LEAK.beside(0.37, 0.0)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_more_vapour_opens_more_and_never_all_twice(one, two):
    less, more = sorted((one, two))
    assert 0.0 <= LEAK.opened(less) <= LEAK.opened(more) <= LEAK.most
    assert LEAK.beside(0.2, more) == pytest.approx(0.2 + LEAK.opened(more))


def test_one_MAC_holds_a_resting_cell_a_few_mV_lower():
    """Steady state of the leak and this conductance, both taken as ohmic about rest."""
    g = LEAK.opened(1.0)
    assert -5.0 < g * (CELL.E_potassium - CELL.V_rest) / (1.0 + g) < -1.0


def test_many_cells_are_one_cell_mapped():
    levels = jnp.linspace(0.0, 4.0, 200)
    assert float(jax.vmap(LEAK.opened)(levels)[50]) == pytest.approx(float(LEAK.opened(levels[50])))
