"""Flumazenil takes the benzodiazepine site: what went through it ends, and nothing else does."""

import jax.numpy as jnp
import pytest

from quell.drugs.action import occupancy

LINES = ("midazolam/IV", "propofol/IV", "flumazenil/IV")
SITE, DIRECT, RIVAL = "gaba_a.bzd_site", "gaba_a.direct_site", "gaba_a.bzd_antagonist"


def driven(pharmacy, flumazenil):
    shop = pharmacy(*LINES)
    orders = {
        "midazolam/IV": jnp.full(1, 0.05),
        "propofol/IV": jnp.full(1, 1.0),
        "flumazenil/IV": jnp.full(1, flumazenil),
    }
    state = shop.rest(1)
    for _ in range(30):
        state = shop.step(state, orders)
    return {port: float(drive[0]) for port, drive in shop.ports(state).items()}


def test_it_competes_for_the_site(pharmacy):
    without, given = driven(pharmacy, 0.0), driven(pharmacy, 0.005)
    x, f = without[SITE], given[RIVAL]
    assert f > 2.0 and without[RIVAL] == 0.0
    assert occupancy(given[SITE]) == pytest.approx(x / (1.0 + x + f), rel=1e-9)


def test_it_leaves_propofol_alone(pharmacy):
    without, given = driven(pharmacy, 0.0), driven(pharmacy, 0.005)
    assert given[DIRECT] == without[DIRECT] > 0.0


def test_sedation_by_the_benzodiazepine_ends_and_that_by_propofol_stays(pharmacy):
    without, given = driven(pharmacy, 0.0), driven(pharmacy, 0.05)
    shop = pharmacy("propofol/IV")
    state = shop.rest(1)
    for _ in range(30):
        state = shop.step(state, {"propofol/IV": jnp.full(1, 1.0)})
    propofol = float(shop.ports(state)["sedation"][0])
    assert without["sedation"] > 1.5 * propofol
    assert propofol < given["sedation"] < propofol + 0.1 * (without["sedation"] - propofol)
