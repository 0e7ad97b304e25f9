"""Renewing: those who count at one row become others, and nobody else does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.fit.renew import places, replaced
from quell.ground.errors import InputError

MEMBERS, LINES = 3000, 1000


def population(seed: int, mass: float):
    """Lines of members 0-999, of whom a hundredth counts; the new weights give those who count `mass` in all."""
    chance = np.random.default_rng(seed)
    held, weight = np.arange(LINES), chance.uniform(0.5, 1.5, LINES)
    counts = chance.random(MEMBERS) < 0.01
    counts[LINES:] |= chance.random(MEMBERS - LINES) < 0.1
    success = np.where(counts, chance.random(MEMBERS), 0.0)
    weighed = chance.uniform(0.5, 1.5, MEMBERS)
    weighed[counts] *= mass / (1 - mass) * weighed[~counts].sum() / weighed[counts].sum()
    return held, weight, weighed / weighed.sum(), counts, success


@given(st.integers(0, 1000), st.floats(0.02, 0.2))
def test_they_are_as_heavy_as_weighed_and_the_others_stay(seed, mass):
    held, weight, weighed, counts, success = population(seed, mass)
    again = replaced(held, weight, weighed, counts, success)
    assert counts[again[counts[held]]].all()  # who counted is replaced by who counts
    changed = again != held
    assert counts[again[changed]].all()
    got = weight[counts[again]].sum() / weight.sum()
    assert got == pytest.approx(max(mass, weight[counts[held]].sum() / weight.sum()), abs=2e-3)


def test_few_lines_carry_the_share_of_many_members():
    held, weight, weighed, counts, success = population(7, 0.05)
    again = replaced(held, weight, weighed, counts, success)
    who = counts[again]
    new = np.average(success[again[who]], weights=weight[who])
    assert new == pytest.approx(np.average(success[counts], weights=weighed[counts]), abs=0.02)


def test_lots_belong_to_members_not_to_their_place():
    held, weight, weighed, counts, success = population(3, 0.05)
    turned = np.roll(np.arange(LINES), 100)
    plain = replaced(held, weight, weighed, counts, success)
    moved = replaced(held[turned], weight[turned], weighed, counts, success)
    assert set(held[plain != held]) == set(held[turned][moved != held[turned]])


def test_one_number_of_two_proposals_is_told_apart_by_a_trait():
    found = {"trait.a": np.array([0.5, 0.123456, 2.0]), "member": np.array([7, 8, 7])}
    lines = [{"member": "7", "a": "2"}, {"member": "8", "a": "0.12346"}, {"member": "7", "a": "0.5"}]
    assert places(lines, found, "adult.csv").tolist() == [2, 1, 0]
    with pytest.raises(InputError, match=r"member 9 of adult.csv is in none of the draws"):
        places([{"member": "9", "a": "0.5"}], found, "adult.csv")
