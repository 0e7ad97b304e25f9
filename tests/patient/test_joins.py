"""The joins of the brain: traced from the equations, each with a reason, and each moves what it claims to move."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.patient import joins
from quell.patient.joins import Join

BY_PAIR = {(join.giver, join.taker): join for join in joins.joins()}


def test_every_join_has_a_reason_and_every_reason_a_join():
    silent = [f"{join.giver} -> {join.taker}" for join in joins.joins() if not join.reason]
    assert not silent, f"write the reason of {', '.join(silent)} in patient/joins.toml"
    assert not joins.stale(), "patient/joins.toml explains joins that brain.py does not have"


def test_every_mechanism_has_words_and_every_sign_is_known():
    assert [node.name for node in joins.nodes() if node.words == node.name and node.name != "insult"] in (
        [],
        ["firing"],
    )
    assert {join.sign for join in joins.joins()} <= {"+", "-", "±", ""}


@pytest.mark.parametrize(
    ("giver", "taker", "quantity"),
    [
        ("chloride", "firing", "E_gaba"),
        ("firing", "chloride", "Cl_i"),
        ("cations", "chloride", "Cl_i"),
        ("activity", "gaba", "a1"),
        ("drug_nmda", "nmda", "trapped"),
        ("supply", "energy", "ATP"),
    ],
)
def test_the_joins_of_the_disease_are_found(giver, taker, quantity):
    assert quantity in BY_PAIR[giver, taker].through


def test_the_circles_of_the_disease_close():
    found = joins.circles(joins.joins())
    assert {("firing", "chloride"), ("firing", "activity", "gaba"), ("firing", "activity", "nmda")} <= set(found)
    assert len({frozenset(circle) for circle in found if len(circle) == 2}) == sum(len(c) == 2 for c in found)


def test_circles_are_told_once_and_a_chain_is_none():
    chain = [Join("firing", "activity", (), "", ""), Join("activity", "gaba", (), "", "")]
    assert joins.circles(chain) == []
    assert joins.circles([*chain, Join("gaba", "firing", (), "", "")]) == [("firing", "activity", "gaba")]


def test_tracing_sees_through_functions_and_leaves_constants_out():
    def through(a, b, c):
        return jnp.clip(a, 0.0, 1.0) * 2.0, jnp.where(b > 0, c, 1.0), jnp.ones(()) * 3.0

    traced = jax.make_jaxpr(through)(1.0, 2.0, 3.0).jaxpr
    assert list(joins._sources(traced)) == [{0}, {1, 2}, frozenset()]


def test_what_is_traced_is_what_moves(monkeypatch):
    """The oracle: nudge every input of a sick brain and see which quantities change, without any tracing."""
    caught = {}
    real = jax.make_jaxpr

    def spy(function, **how):
        def made(inputs):
            caught.update(function=function, inputs=inputs)
            return real(function, **how)(inputs)

        return made

    monkeypatch.setattr(jax, "make_jaxpr", spy)
    usual = joins.default_parts(thalamus=True, inflammation=True, tolerance=True)
    lacking = replace(usual.targets, unmade=0.5)  # in a brain that lacks nothing pyridoxine moves nothing
    grazed = usual.fire._replace(remodelling=replace(usual.fire.remodelling, threshold=0.0))  # else calm is no loss
    spoilt = replace(usual.milieu, acetylcholine=0.5, swollen=0.3)
    sick_parts = usual._replace(targets=lacking, fire=grazed, milieu=spoilt)
    monkeypatch.setattr(joins, "default_parts", lambda **_: sick_parts)
    traced = joins.traced.__wrapped__()
    leaves, form = jax.tree.flatten(caught["inputs"])
    sick = [np.asarray(leaf, float) * 1.13 + 0.07 for leaf in leaves]
    names = [
        joins._giver(jax.tree_util.keystr(path))
        for path, _ in jax.tree_util.tree_flatten_with_path(caught["inputs"])[0]
    ]
    before = caught["function"](form.unflatten(sick))
    moved = set()
    for k, giver in enumerate(names):
        for nudge in (1e-3, 3.0, -0.5):
            after = caught["function"](form.unflatten([v + nudge * (i == k) for i, v in enumerate(sick)]))
            for taker, quantities in after.items():
                changed = any(float(np.max(np.abs(quantities[q] - before[taker][q]))) > 0 for q in quantities)
                if changed and taker != giver:
                    moved.add((giver, taker))
    assert moved == set(traced)
