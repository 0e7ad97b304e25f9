"""A healthy body at rest stays there, and one body is one of many."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from living import quiet, seizing

from quell.ground.errors import InputError
from quell.patient import physiology


def test_a_healthy_body_is_the_same_a_day_later(person):
    typical = person()
    body, signs = typical.after(24 * 60, quiet())
    for now, before in zip(jax.tree.leaves(body), jax.tree.leaves(typical.rest), strict=True):
        assert float(now[0]) == pytest.approx(float(before[0]), abs=0.01, rel=0.01)
    assert signs.pressure == pytest.approx(90.0, abs=1.0)
    assert signs.ph == pytest.approx(7.38, abs=0.02)
    assert signs.spo2 == pytest.approx(97.0, abs=0.5)


def test_a_person_is_the_same_in_any_block(person):
    many, few = person(lanes=5, typical=False), person(lanes=2, typical=False)
    together, _ = many.after(30, quiet(5, activity=1.0, convulsing=1.0, depression=1.0, breath=1.0))
    alone, _ = few.after(30, quiet(2, activity=1.0, convulsing=1.0, depression=1.0, breath=1.0))
    for wide, narrow in zip(jax.tree.leaves(together), jax.tree.leaves(alone), strict=True):
        np.testing.assert_array_equal(np.asarray(wide)[:2], np.asarray(narrow))


def test_people_differ_where_a_card_gives_a_spread(person):
    parts = person(lanes=400, typical=False).parts
    sensitivity = np.log(np.asarray(parts.mitochondria.susceptibility))
    assert sensitivity.std() == pytest.approx(0.5, abs=0.06)
    assert np.median(parts.circulation.usual) == pytest.approx(90.0, abs=2.0)


def test_a_constant_that_does_not_exist_is_refused_by_name():
    with pytest.raises(InputError, match=r"mitochondria\.colour"):
        physiology.organs(1, [0], {"age_y": np.array([40.0])}, {"mitochondria.colour": 2.0})


def test_shorter_steps_change_little(person):
    parts = person().parts
    coarse = fine = physiology.rest(parts, 1)
    inputs = seizing(depression=1.0, breath=1.0)

    @jax.jit
    def both(coarse, fine):
        coarse = jax.lax.fori_loop(0, 12, lambda _, b: physiology.step(parts, b, inputs, 10.0), coarse)
        return coarse, jax.lax.fori_loop(0, 240, lambda _, b: physiology.step(parts, b, inputs, 0.5), fine)

    for wide, narrow in zip(*map(jax.tree.leaves, both(coarse, fine)), strict=True):
        assert float(wide[0]) == pytest.approx(float(narrow[0]), rel=0.03, abs=0.02)


def test_the_brain_is_supplied_fully_at_rest_and_less_in_shock(person):
    typical = person()
    assert float(physiology.brain_supply(typical.parts, typical.rest)[0]) == pytest.approx(1.0)
    shock = typical.rest._replace(circulation=typical.rest.circulation._replace(pressure=jnp.array([30.0])))
    assert float(physiology.brain_supply(typical.parts, shock)[0]) == pytest.approx(0.5, abs=0.01)
