"""Inside a run drugs change each other as their levels come and go, with mass kept and nothing before they meet."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from quell.drugs import library
from quell.drugs.interaction import Given, between, multipliers, presence, present, table
from quell.drugs.meeting import meetings

DAY, HOUR = 86400.0, 3600.0


def run(shop, orders, minutes, state=None):
    """The state after whole minutes of steps of 60 s; `orders` mg/s by line."""
    given = {line: jnp.full(1, rate) for line, rate in orders.items()}
    march = jax.jit(lambda s: jax.lax.fori_loop(0, minutes, lambda _, now: shop.step(now, given), s))
    return march(shop.rest(1) if state is None else state)


def plasma(shop, state, drug):
    return float(shop.levels(state)[drug].plasma[0])


def effect(pair, hours, level, step_s=600.0):
    """Factors of the meeting of two drugs after hours at one level of all."""
    met = meetings(pair, {}, step_s)
    levels = {name: jnp.full(1, level) for name in pair}
    state = met.rest(1)
    for _ in range(round(hours * HOUR / step_s)):
        state |= met.step(state, levels)
    return met.factors(state, levels)


PAIRS = [("meropenem", "valproate"), ("carbamazepine", "midazolam"), ("valproate", "phenobarbital")]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("hours", [2, 12, 96])
def test_under_a_steady_level_the_run_follows_the_table_exactly(pair, hours):
    found, told = effect(pair, hours, 200.0), multipliers(pair, hours * HOUR)
    assert float(found[pair[1]]["CL"][0]) == pytest.approx(float(told[pair[1]]["CL"]), rel=1e-12)


def test_the_step_does_not_matter_to_the_course_of_an_enzyme():
    one, other = (effect(("carbamazepine", "midazolam"), 48, 10.0, step_s) for step_s in (60.0, 7200.0))
    assert float(one["midazolam"]["CL"][0]) == pytest.approx(float(other["midazolam"]["CL"][0]), rel=1e-12)


def test_after_the_perpetrator_the_effect_lingers_with_its_own_time():
    met = meetings(("meropenem", "valproate"), {}, 600.0)
    state = met.rest(1)
    seen = []
    for step in range(round(12 * DAY / 600)):
        here = jnp.full(1, 30.0 if step * 600 < 2 * DAY else 0.0)
        state |= met.step(state, {"meropenem": here})
        seen.append(float(met.factors(state, {"meropenem": here})["valproate"]["CL"][0]))
    late, later = seen[round(6 * DAY / 600)] - 1, seen[round(10 * DAY / 600)] - 1
    assert late > 0.2
    assert later / late == pytest.approx(np.exp(-1.0), rel=0.02)  # 4 d of the table


def test_meropenem_takes_valproate_away_within_a_day(pharmacy):
    """A day of both after three days of valproate, against scipy with the clearance of the table."""
    shop, fed = pharmacy("valproate/IV", "meropenem/IV", step_s=60.0, interacting=True), 70 / HOUR
    before = run(shop, {"valproate/IV": fed}, 3 * 24 * 60)
    after = run(shop, {"valproate/IV": fed, "meropenem/IV": 0.5}, 24 * 60, before)
    k = float(shop.solvers["valproate"].ruled["CL"]["valproate.eliminated"]["valproate.central"][0])

    def rates(t, x):
        return [fed - k * multipliers(["meropenem", "valproate"], t)["valproate"]["CL"] * x[0]]

    start = float(before["valproate.central"][0])
    theirs = solve_ivp(rates, (0, DAY), [start], rtol=1e-9, max_step=1800).y[0, -1]
    assert float(after["valproate.central"][0]) == pytest.approx(theirs, rel=2e-3)
    assert float(after["valproate.central"][0]) < 0.9 * start


def test_valproate_frees_phenytoin_as_its_own_level_rises_and_falls(pharmacy):
    shop = pharmacy("phenytoin/IV", "valproate/IV", step_s=60.0, interacting=True)
    state = run(shop, {"phenytoin/IV": 50 / 60}, 25)
    usual = shop.levels(state)["phenytoin"]
    state = run(shop, {"valproate/IV": 2800 / 600}, 10, state)
    displaced = shop.levels(state)["phenytoin"]
    by = 1 + 0.85 * plasma(shop, state, "valproate") / 100
    assert float(displaced.free[0] / displaced.plasma[0]) == pytest.approx(
        by * float(usual.free[0] / usual.plasma[0]), rel=1e-9
    )


def test_mass_is_kept_while_drugs_change_each_other(pharmacy):
    names = ("phenytoin", "valproate", "meropenem", "midazolam", "propofol", "phenobarbital")
    lines = [f"{name}/IV" for name in names]
    shop = pharmacy(*lines, step_s=10.0, interacting=True)
    state = run(shop, dict.fromkeys(lines, 0.7), 300)
    state = run(shop, {}, 900, state)
    for place in shop.balance(state).values():
        assert float(place.given[0]) == pytest.approx(float(sum(place[1:])[0]), rel=1e-9)


def test_before_they_meet_nothing_changes(pharmacy):
    """Runge-Kutta with factors of one against the exact step: the stated error, and no more."""
    lines = ("propofol/IV", "midazolam/IV")
    states = [run(pharmacy(*lines, interacting=met), {"propofol/IV": 2.0}, 180) for met in (True, False)]
    for room in ("propofol.central", "propofol.peripheral", "propofol.site", "propofol.eliminated"):
        assert float(states[0][room][0]) == pytest.approx(float(states[1][room][0]), rel=1e-6)


def test_drugs_without_a_row_between_them_stay_exact_to_the_bit(pharmacy):
    lines = ("lorazepam/IV", "levetiracetam/IV")
    states = [run(pharmacy(*lines, interacting=met), {"lorazepam/IV": 0.03}, 20) for met in (True, False)]
    assert all(np.array_equal(states[0][room], states[1][room]) for room in states[1])


def test_every_drug_that_acts_in_a_run_says_from_which_level_it_is_there():
    here = present(library.names())
    for of, _, row in between(here):
        if row.times is not None and row.usual is None:
            assert presence(of) > 0


def test_no_drug_whose_oral_share_changes_is_swallowed_in_a_run():
    """Factors on the oral share are not applied in a run: swallowed midazolam alone is a victim that has the route."""
    victims = {drug for row in table() if row.parameter == "CLint" for drug in row.on}
    assert [drug for drug in victims & set(library.names()) if "oral" in library.entry(drug).routes] == ["midazolam"]


def test_a_drug_that_was_given_long_ago_is_no_longer_there():
    assert Given("meropenem", 0.0, HOUR).end_s == HOUR
    assert float(effect(("meropenem", "valproate"), 24, 0.0)["valproate"]["CL"][0]) == 1.0


@pytest.mark.parametrize("level", [0.5, 5.0, 50.0])
def test_no_level_of_midazolam_stops_the_clearance_of_propofol(level):
    """The effect was measured at 0.225 mg/L; it is carried to twice that, 0.83 squared, and not beyond."""
    met = meetings(["midazolam", "propofol"], {}, 10.0)
    factors = met.factors({}, {"midazolam": jnp.array([level]), "propofol": jnp.array([3.0])})["propofol"]
    assert float(factors["CL"][0]) == pytest.approx(0.83**2, rel=1e-9)
    said = multipliers([Given("midazolam", -np.inf, level=level), "propofol"])["propofol"]
    assert said["CL"] == pytest.approx(0.83**2, rel=1e-9)
