"""Medicines of long standing change the kinetics of what is given now, as far as the table says and no further."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.drugs.body import reference_persons
from quell.drugs.interaction import Given, multipliers
from quell.drugs.pk import Pharmacy

LONG = -np.inf


def shop(*lines, home=(), at_s=0.0, **measures):
    given = [line.partition("/")[0] for line in lines]
    factors = multipliers([*(Given(drug, LONG) for drug in home), *given], at_s)
    persons = reference_persons(1, **measures)
    return Pharmacy.build(lines, persons, study=None, patients=np.zeros(1, int), step_s=60.0, factors=factors)


def course(pharmacy, line, mg_per_s, minutes):
    """The state after an infusion of whole minutes."""
    orders = jnp.full(1, mg_per_s)
    return jax.lax.fori_loop(0, minutes, lambda _, state: pharmacy.step(state, {line: orders}), pharmacy.rest(1))


def burnt(pharmacy, state):
    """mg of phenytoin eliminated in the next minute."""
    return float(pharmacy.step(state, {})["phenytoin.eliminated"][0] - state["phenytoin.eliminated"][0])


def test_midazolam_runs_at_half_its_level_under_carbamazepine():
    levels = []
    for home in ((), ("carbamazepine",)):
        pharmacy = shop("midazolam/IV", home=home)
        state = course(pharmacy, "midazolam/IV", 7.0 / 3600, 2 * 24 * 60)
        levels.append(float(pharmacy.levels(state)["midazolam"].plasma[0]))
    factor = multipliers([Given("carbamazepine", LONG), "midazolam"], 0.0)["midazolam"]["CL"]
    assert levels[0] / levels[1] == pytest.approx(factor, rel=5e-3)


def test_one_rescue_dose_by_needle_is_hardly_touched():
    peaks = []
    for home in ((), ("carbamazepine",)):
        pharmacy = shop("midazolam/IM", home=home)
        step, levels = jax.jit(pharmacy.step), []
        state = step(pharmacy.rest(1), {"midazolam/IM": jnp.full(1, 10 / 60)})
        for _ in range(40):
            state = step(state, {})
            levels.append(float(pharmacy.levels(state)["midazolam"].plasma[0]))
        peaks.append(max(levels))
    assert 0.8 < peaks[1] / peaks[0] < 0.95


def test_valproate_frees_phenytoin_and_elimination_sees_what_is_free():
    """Free is 1.85 times as much at the same total, and is burnt as fast as from 1.85 times the total without it."""
    alone, with_it = shop("phenytoin/IV"), shop("phenytoin/IV", home=("valproate",), at_s=1.0)
    low, high = course(alone, "phenytoin/IV", 0.05, 20), course(alone, "phenytoin/IV", 0.05 * 1.85, 20)
    displaced = course(with_it, "phenytoin/IV", 0.05, 20)
    found, usual = with_it.levels(displaced)["phenytoin"], alone.levels(low)["phenytoin"]
    assert float(found.free[0] / found.plasma[0]) == pytest.approx(1.85 * float(usual.free[0] / usual.plasma[0]))
    assert burnt(with_it, displaced) == pytest.approx(burnt(alone, high), rel=0.02)
    assert burnt(alone, high) > 1.1 * burnt(alone, low)


def test_an_inducer_of_phenytoin_kinetics_acts_on_its_capacity():
    pharmacy = Pharmacy.build(
        ["phenytoin/IV"],
        reference_persons(1),
        study=None,
        patients=np.zeros(1, int),
        step_s=60.0,
        factors={"phenytoin": {"CL": 2.0}},
    )
    alone = shop("phenytoin/IV")
    lost = [burnt(one, course(one, "phenytoin/IV", 0.8, 25)) for one in (alone, pharmacy)]
    assert lost[1] / lost[0] == pytest.approx(2.0, rel=0.01)


def test_nobody_at_home_changes_no_bit():
    one, other = shop("lorazepam/IV"), shop("lorazepam/IV", home=("levetiracetam",))
    states = [course(one, "lorazepam/IV", 0.03, 5), course(other, "lorazepam/IV", 0.03, 5)]
    assert all(np.array_equal(states[0][room], states[1][room]) for room in states[0])


def test_given_is_still_waiting_in_the_body_or_gone():
    pharmacy = shop("methylprednisolone/oral", home=("phenytoin",))
    state = course(pharmacy, "methylprednisolone/oral", 1.0, 100)
    place = pharmacy.balance(state)["methylprednisolone"]
    assert float(place.given[0]) == pytest.approx(float(sum(place[1:])[0]), rel=1e-9)
