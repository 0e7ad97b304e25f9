"""Weighing: proportions move to the clinic, no further from the base than they must."""

import numpy as np
import pytest

from quell.fit.weigh import Target, weigh

MEMBERS = 400


@pytest.fixture
def fates():
    chance = np.random.default_rng(3)
    counts = {"a": np.ones(MEMBERS, bool), "b": chance.random(MEMBERS) < 0.5}
    success = {"a": chance.random(MEMBERS) < 0.2, "b": chance.random(MEMBERS) < 0.7}
    return counts, success


def test_shares_move_to_the_clinical_ones(fates):
    found = weigh(*fates, [Target("a", 1000, 500, 1.0), Target("b", 1000, 300, 1.0)], strength=1.0)
    assert found.before["a"] == pytest.approx(0.2, abs=0.05)
    assert found.after["a"] == pytest.approx(0.5, abs=0.02)
    assert found.after["b"] == pytest.approx(0.3, abs=0.02)
    assert found.weights.sum() == pytest.approx(1.0)
    assert 1 < found.effective < MEMBERS


def test_a_stronger_pull_keeps_more_effective_members(fates):
    rows = [Target("a", 100, 50, 1.0)]
    weak, strong = (weigh(*fates, rows, strength=s) for s in (1.0, 1000.0))
    assert strong.effective > weak.effective
    assert abs(strong.after["a"] - strong.before["a"]) < abs(weak.after["a"] - weak.before["a"])


def test_a_rare_stage_is_not_left_to_a_few_of_its_members():
    chance = np.random.default_rng(5)
    counts = {"all": np.ones(MEMBERS, bool), "late": np.arange(MEMBERS) < 40}
    success = {"all": chance.random(MEMBERS) < 0.5, "late": np.arange(MEMBERS) < 2}
    rows = [Target("all", 100, 50, 1.0), Target("late", 40, 32, 1.0)]

    def effective(within: float) -> float:
        late = weigh(counts, success, rows, strength=5.0, within=within).weights[:40]
        return late.sum() ** 2 / (late**2).sum()

    assert effective(0.0) < 5 < effective(20.0) < 40
    assert effective(20.0) < effective(500.0)


def test_no_nearby_weights_are_better_by_the_objective_as_it_is_written(fates):
    counts, success = fates
    rows, strength, within = [Target("a", 100, 50, 1.0), Target("b", 100, 30, 1.0)], 2.0, 7.0

    def objective(w: np.ndarray) -> float:
        total = strength * (w * np.log(w * MEMBERS)).sum()
        for t in rows:
            p = (w * (counts[t.id] & success[t.id])).sum() / (w * counts[t.id]).sum()
            total -= t.events * np.log(p) + (t.n - t.events) * np.log(1 - p)
            here = w[counts[t.id]] / w[counts[t.id]].sum()
            total += within * (here * np.log(here * len(here))).sum()
        return total

    best = weigh(counts, success, rows, strength=strength, within=within).weights
    chance = np.random.default_rng(1)
    for size in (0.01, 0.1, 0.5):
        for _ in range(50):
            other = best * np.exp(size * chance.normal(size=MEMBERS))
            assert objective(other / other.sum()) > objective(best)


def test_without_evidence_the_weights_are_the_base(fates):
    base = np.linspace(1.0, 3.0, MEMBERS)
    found = weigh(*fates, [Target("a", 1e-9, 5e-10, 1.0)], strength=10.0, base=base)
    np.testing.assert_allclose(found.weights, base / base.sum(), rtol=1e-3)


def test_who_does_not_count_for_any_row_keeps_its_base_weight_relative_to_its_like():
    counts = {"a": np.array([True] * 50 + [False] * 50)}
    success = {"a": np.array([True] * 10 + [False] * 90)}
    found = weigh(counts, success, [Target("a", 500, 250, 1.0)], strength=5.0)
    assert found.weights[50:].std() / found.weights[50:].mean() < 1e-3
    assert found.weights[0] > found.weights[60] > found.weights[20]


def test_a_share_of_lives_weighs_as_that_share_of_members():
    whole = {"A": np.array([True, True, True, False])}, {"A": np.array([True, False, False, True])}
    parts = {"A": np.array([1.0, 0.5, 0.5, 0.5, 0.5])}, {"A": np.array([1.0, 0.0, 0.0, 0.0, 0.0])}
    target = [Target("A", 100, 70, 1.0)]
    by_whole = weigh(*whole, target, strength=10.0)
    by_parts = weigh(*parts, target, strength=10.0)
    assert by_whole.before["A"] == pytest.approx(1 / 3)
    assert by_parts.before["A"] == pytest.approx(1 / 3)
    assert by_parts.after["A"] > by_parts.before["A"]
