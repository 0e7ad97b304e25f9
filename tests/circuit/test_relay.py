"""Chains and webs of stations: who reaches whom, and a drug that a chain answers more steeply than a web."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.circuit import relay
from quell.circuit.population import Drive
from quell.circuit.relay import Relay
from quell.ground.card import from_card
from quell.patient.build import default_population

PATCH, RELAY = default_population(), from_card(Relay)
BRAKES = np.linspace(1.0, 2.0, 6)
STRENGTHS = np.geomspace(0.1, 8.0, 20)


def test_a_chain_has_one_station_a_row_and_a_web_one_row():
    chain, web, between = (relay.form(4, width) for width in (1, 4, 2))
    np.testing.assert_array_equal(chain.coupling, np.eye(4, k=-1))
    assert not web.coupling.any() and web.first.all() and web.last.sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(between.coupling[2:, :2], 0.5)
    np.testing.assert_array_equal(between.coupling.sum(axis=1), [0, 0, 1, 1])
    assert chain.first.tolist() == [1, 0, 0, 0] and chain.last.tolist() == [0, 0, 0, 1]


@pytest.fixture(scope="module")
def rates():
    """Last row of a chain and of a web, by strength of links and brake, with the message and without."""
    links, brakes = (x.ravel() for x in np.meshgrid(STRENGTHS, BRAKES, indexing="ij"))
    wide = {name: jnp.zeros((4, len(links)), jnp.float32) for name in Drive._fields}
    own = {"g_ampa": 5.0, "g_nmda": 3.0, "g_EI": 1.9, "g_II": 4.5, "g_tonic": 0.1, "g_ahp": 0.006, "E_gaba": -73.0}
    wide |= {name: jnp.full((4, len(links)), value, jnp.float32) for name, value in own.items()}
    wide |= {"g_far": jnp.tile(jnp.asarray(links, jnp.float32), (4, 1))}
    wide |= {"g_gaba": jnp.tile(jnp.asarray(12.0 * brakes, jnp.float32), (4, 1))}
    found = {}
    for width in (1, 4):
        wired = relay.form(4, width)
        run = jax.jit(lambda m, wired=wired: relay.answer(PATCH, RELAY, Drive(**wide), wired, message=m))
        heard, still = (np.asarray(run(np.float32(m))) for m in (RELAY.message, 0.0))
        found[width] = (heard - still).reshape(len(STRENGTHS), len(BRAKES))
    return found


def test_a_message_gets_through_strong_links_and_dies_in_weak_ones(rates):
    for added in rates.values():
        assert added[0, 0] < 0.2 < 5.0 < added[-1, 0]


def test_a_doubled_brake_lets_less_through(rates):
    for added in rates.values():
        assert (added[:, -1] <= added[:, 0] + 0.2).all()


def test_a_chain_answers_the_brake_more_steeply_than_a_web(rates):
    """At the strongest links that a doubled brake still stops, a little less brake undoes more of it in a chain."""
    kept = {}
    for width, added in rates.items():
        stopped = (added[:, -1] < 0.2 * added[:, 0]) & (added[:, 0] > 3.0)
        edge = added[np.flatnonzero(stopped)[-1]]
        kept[width] = (1.0 - edge[3] / edge[0]) / (1.0 - edge[-1] / edge[0])  # at six tenths of the added brake
    assert kept[1] < kept[4] - 0.1, kept


def test_sedation_behind_a_chain_is_the_same_at_half_effect_and_steeper():
    felt = RELAY.sharpened(jnp.array([-1.0, 0.0, 0.5, 1.0, 2.0]))
    np.testing.assert_allclose(felt, [0.0, 0.0, 0.5**RELAY.steepness, 1.0, 2.0**RELAY.steepness])
