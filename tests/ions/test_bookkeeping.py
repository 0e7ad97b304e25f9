"""Charge is conserved: what moves through channel, leak and pumps, each counted alone, is what the cell gains."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.engine.march import substeps
from quell.engine.scheme import heun
from quell.ground.card import from_card
from quell.ground.constants import THERMAL_mV
from quell.ions import chloride, potassium
from quell.ions.chloride import Chloride
from quell.ions.potassium import SodiumPotassium
from quell.ions.reversal import Bicarbonate, nernst

NEURON = from_card(Chloride)
CATIONS = from_card(SodiumPotassium)
CHANNEL = from_card(Bicarbonate)


class Ledger(NamedTuple):
    """Chloride that came by each way since the start (mM), counted beside the state."""

    state: chloride.State
    gaba: jax.Array
    leak: jax.Array
    kcc2: jax.Array
    nkcc1: jax.Array


def counted(ledger: Ledger, needs: chloride.Needs) -> Ledger:
    """Rates of state and ledger; the ways are written anew from the articles, not taken from the process."""
    Cl_i, working = ledger.state
    E_Cl = -THERMAL_mV * jnp.log(NEURON.Cl_o / Cl_i)
    rest_E = -THERMAL_mV * jnp.log(NEURON.Cl_o / NEURON.Cl_rest)
    rest_pump = (NEURON.Cl_rest - NEURON.Cl_o * NEURON.K_rest / NEURON.K_i) / NEURON.tau_kcc2
    open_at_rest = NEURON.leak + NEURON.influx * NEURON.chloride_share * NEURON.g_rest
    rest_nkcc1 = rest_pump - open_at_rest * (NEURON.V_rest - rest_E)

    def pull(K_o, Na_i, Cl):
        return jnp.log(K_o * NEURON.Na_o * NEURON.Cl_o**2 / (NEURON.K_i * Na_i * Cl**2))

    scale = rest_nkcc1 / pull(NEURON.K_rest, NEURON.Na_rest, NEURON.Cl_rest)
    share = working * (1.0 - NEURON.spared) + NEURON.spared
    return Ledger(
        state=NEURON.rates(ledger.state, needs),
        gaba=NEURON.influx * NEURON.chloride_share * needs.g_gaba * (needs.V - E_Cl),
        leak=NEURON.leak * (NEURON.V_rest - E_Cl),
        kcc2=-share * (Cl_i - NEURON.Cl_o * needs.K_o / NEURON.K_i) / NEURON.tau_kcc2,
        nkcc1=scale * pull(needs.K_o, needs.Na_i, Cl_i),
    )


QUIET = chloride.Needs(V=-65.0, g_gaba=NEURON.g_rest, K_o=NEURON.K_rest, Na_i=NEURON.Na_rest, activity=0.0)


@jax.jit
def march(needs):
    zero = jnp.asarray(0.0)
    start = Ledger(jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), NEURON.rest()), zero, zero, zero, zero)
    return substeps(heun, lambda ledger: counted(ledger, needs), start, 300.0, 3000)


@given(st.floats(-70.0, -35.0), st.floats(0.0, 8.0), st.floats(3.0, 14.0), st.floats(8.0, 40.0))
def test_chloride_gained_is_the_sum_of_what_each_way_carried(V, g, K_o, Na_i):
    end = march(QUIET._replace(V=V, g_gaba=g, K_o=K_o, Na_i=Na_i, activity=0.7))
    ways = float(end.gaba + end.leak + end.kcc2 + end.nkcc1)
    assert float(end.state.Cl_i) - NEURON.Cl_rest == pytest.approx(ways, abs=1e-9)


@given(st.floats(-80.0, -20.0), st.floats(4.0, 30.0))
def test_chloride_and_bicarbonate_together_carry_the_whole_current_of_the_channel(V, Cl_i):
    E_Cl = nernst(NEURON.Cl_o, Cl_i, valence=-1)
    E_HCO3 = nernst(CHANNEL.outside, CHANNEL.inside, valence=-1)
    share = CHANNEL.chloride_share()
    parts = share * (V - E_Cl) + (1.0 - share) * (V - E_HCO3)
    assert float(V - CHANNEL.chord(E_Cl)) == pytest.approx(float(parts), abs=1e-9)
    assert NEURON.chloride_share == pytest.approx(float(share), abs=1e-4)


def test_nkcc1_brings_in_and_kcc2_carries_out_at_rest():
    end = march(QUIET)
    assert end.nkcc1 > 0.0 > end.kcc2 and end.leak > 0.0 and end.gaba > 0.0
    assert end.state.Cl_i == pytest.approx(NEURON.Cl_rest, abs=1e-9)


def test_three_sodium_leave_for_two_potassium_taken_up():
    """Everything but the pump held still: fuel above rest moves both ions in the pump's proportion."""
    at = potassium.State(CATIONS.K_rest, 30.0)
    rates = [CATIONS.rates(at, potassium.Needs(rate=10.0, fuel=fuel)) for fuel in (0.5, 1.0)]
    pumped = CATIONS.work(at, 1.0) - CATIONS.work(at, 0.5)
    assert rates[1].Na_i - rates[0].Na_i == pytest.approx(float(-3.0 * pumped), abs=1e-9)
    assert rates[1].K_o - rates[0].K_o == pytest.approx(float(-2.0 * CATIONS.volume_ratio * pumped), abs=1e-9)
