"""Organs and temperature on clearance: shares add up, mass is kept, a whole body changes nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.drugs import library
from quell.drugs.body import reference_persons
from quell.drugs.card import load
from quell.drugs.clearance import Organs, changes, factors
from quell.drugs.pk import Pharmacy
from quell.drugs.saturable import ABSORPTION

LINES = ("levetiracetam/oral", "midazolam/IV", "phenytoin/IV")
GIVEN = {"levetiracetam/oral": 0.5, "midazolam/IV": 0.003, "phenytoin/IV": 0.05}


def shop(living=True):
    how = {"study": None, "patients": np.zeros(1, int), "step_s": 10.0, "living": living, "interacting": False}
    return Pharmacy.build(LINES, reference_persons(1), **how)


@pytest.fixture(scope="module")
def lived():
    """`after(organs)`: pharmacy and state after six hours of three drugs."""
    pharmacy = shop()
    given = {line: jnp.full(1, rate) for line, rate in GIVEN.items()}

    @jax.jit
    def march(organs):
        return jax.lax.fori_loop(0, 2160, lambda _, now: pharmacy.step(now, given, organs=organs), pharmacy.rest(1))

    return pharmacy, lambda **changed: march(Organs(*(jnp.full(1, x) for x in Organs(**changed))))


def test_organs_of_a_healthy_person_change_nothing(lived):
    pharmacy, after = lived
    plain = shop(living=False)
    given = {line: jnp.full(1, rate) for line, rate in GIVEN.items()}
    bare = jax.jit(lambda: jax.lax.fori_loop(0, 2160, lambda _, now: plain.step(now, given), plain.rest(1)))()
    ours, theirs = pharmacy.levels(after()), plain.levels(bare)
    for name, level in theirs.items():
        assert float(ours[name].plasma[0]) == pytest.approx(float(level.plasma[0]), rel=1e-6), name


def test_each_organ_takes_its_share_and_mass_is_kept(lived):
    pharmacy, after = lived
    well = pharmacy.levels(after())
    for changed, slowed, untouched in (
        ({"kidney": 0.2}, {"levetiracetam", "midazolam_glucuronide"}, {"midazolam", "phenytoin"}),
        ({"liver": 0.3}, {"midazolam", "phenytoin"}, {"levetiracetam"}),
        ({"temperature": 33.0}, {"midazolam", "phenytoin"}, {"levetiracetam", "midazolam_glucuronide"}),
    ):
        state = after(**changed)
        ill = pharmacy.levels(state)
        for name in slowed:
            assert float(ill[name].plasma[0]) > 1.01 * float(well[name].plasma[0]), (changed, name)
        for name in untouched - {"midazolam_glucuronide"}:
            assert float(ill[name].plasma[0]) == pytest.approx(float(well[name].plasma[0]), rel=1e-6), (changed, name)
        for name, place in pharmacy.balance(state).items():
            assert float(place.given[0]) == pytest.approx(float(sum(place[1:])[0]), rel=1e-9), name


def test_a_still_bowel_takes_up_later(lived):
    pharmacy, after = lived
    slow, usual = pharmacy.balance(after(bowel=0.1)), pharmacy.balance(after())
    assert float(slow["levetiracetam"].waiting[0]) > 2.0 * float(usual["levetiracetam"].waiting[0])


def test_factors_are_worked_by_hand():
    """Phenobarbital: a quarter by the kidney, the rest by enzymes that lose 7 % per degree."""
    made = factors("phenobarbital", Organs(kidney=0.2, liver=0.5, temperature=33.0))["CL"]
    assert float(made) == pytest.approx(1.0 - 0.25 * 0.8 - 0.75 * (1.0 - 0.5 * 0.93**4))
    assert float(factors("phenobarbital", Organs(temperature=40.0))["CL"]) == 1.0
    assert ABSORPTION not in factors("propofol", Organs()) and not changes("norepinephrine")


def test_every_drug_given_against_seizures_says_who_clears_it():
    vapours = {"isoflurane", "sevoflurane"}  # by the lungs
    for name in library.names():
        card = load(name)
        acts = {touch.port for touch in card.acts_on} & {
            "gaba_a.bzd_site",
            "gaba_a.direct_site",
            "sodium_channel.inactivated",
        }
        if acts and name not in vapours | {"brexanolone"} and not card.delivers:
            assert card.elimination, name
