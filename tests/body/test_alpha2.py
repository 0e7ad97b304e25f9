"""Alpha-2 agonists: less storm, a reserve that lasts longer, nothing at rest."""

import jax
import pytest
from living import quiet, seizing

from quell.body.sympathetic import Needs, State, Sympathetic
from quell.ground.card import from_card

NERVES = from_card(Sympathetic)


def test_no_drug_and_no_port_are_the_same_to_the_bit():
    state = State(0.3, 0.8)
    assert NERVES.rates(state, Needs(0.7)) == NERVES.rates(state, Needs(0.7, 0.0))


def test_an_agonist_mutes_the_outflow_and_spares_the_reserve():
    state = State(0.2, 0.9)
    plain, muted, deep = (NERVES.rates(state, Needs(1.0, x)) for x in (0.0, 1.0, 1e9))
    assert deep.surge < muted.surge < plain.surge
    assert deep.reserve > muted.reserve > plain.reserve
    out = (deep.surge + state.surge / NERVES.tau) / (plain.surge + state.surge / NERVES.tau)
    assert out == pytest.approx(1.0 - NERVES.muted)


def test_at_rest_there_is_nothing_to_mute():
    assert NERVES.rates(NERVES.rest(), Needs(0.0, 5.0)) == pytest.approx((0.0, 0.0))


def test_a_body_in_status_storms_less_under_dexmedetomidine(person):
    _, storm = person().after(5, seizing(oxygen=0.4))
    _, muted = person().after(5, seizing(oxygen=0.4, alpha2=2.0))
    assert muted.pressure < storm.pressure and muted.heart_rate < storm.heart_rate
    _, calm = person().after(5, quiet(alpha2=2.0))
    assert calm.pressure == pytest.approx(person().after(5, quiet())[1].pressure)


def test_many_are_one_mapped():
    many = jax.vmap(lambda x: NERVES.rates(State(0.2, 0.9), Needs(1.0, x)).surge)(jax.numpy.linspace(0.0, 4.0, 50))
    assert float(many[20]) == pytest.approx(float(NERVES.rates(State(0.2, 0.9), Needs(1.0, 4.0 * 20 / 49)).surge))
