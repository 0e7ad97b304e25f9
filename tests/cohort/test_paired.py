"""Paired counterfactuals: published intervals, coverage, and one change that changes one patient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quell.cohort.paired import mean_difference, newcombe, paired_shares, run_arms
from quell.ground.errors import InputError

COUNT = st.integers(0, 60)


def endpoints(both, only_other, only_reference, neither):
    reference = np.repeat([True, False, True, False], [both, only_other, only_reference, neither])
    other = np.repeat([True, True, False, False], [both, only_other, only_reference, neither])
    return reference, other


def test_newcombe_interval_of_complete_response_before_and_after_consolidation():
    """Cavo 2012, as worked through with method 10 in Fagerland, Lydersen and Laake's package contingencytables."""
    found = paired_shares(*endpoints(59, 6, 16, 80)).difference
    assert found == pytest.approx((-0.0621, -0.1186, -0.0046), abs=5e-5)


def test_mcnemar_counts_only_patients_whose_fate_changed():
    few, many = paired_shares(*endpoints(5, 9, 1, 5)), paired_shares(*endpoints(500, 9, 1, 500))
    assert few.p == many.p == pytest.approx(2 * sum([1, 10]) / 2**10)
    assert paired_shares(*endpoints(5, 0, 0, 5)).p == 1.0


@given(both=COUNT, one=COUNT, two=COUNT, neither=st.integers(1, 60))
def test_the_interval_holds_the_difference_and_turns_with_the_arms(both, one, two, neither):
    there = newcombe(both, one, two, neither=neither)
    back = newcombe(both, two, one, neither=neither)
    assert -1.0 <= there.low <= there.value <= there.high <= 1.0
    assert there == pytest.approx((-back.value, -back.high, -back.low), abs=1e-12)


@pytest.mark.parametrize("shares", [(0.3, 0.15, 0.05, 0.5), (0.85, 0.08, 0.02, 0.05), (0.1, 0.1, 0.1, 0.7)])
def test_nineteen_of_twenty_intervals_hold_the_truth(shares):
    """Weighed over all tables of 40 patients that chance gives with a noticeable probability."""
    truth, held, weight = shares[1] - shares[2], 0.0, 0.0
    tables = np.random.Generator(np.random.PCG64(1)).multinomial(40, shares, size=1500)
    for table, repeats in zip(*np.unique(tables, axis=0, return_counts=True), strict=True):
        found = newcombe(int(table[0]), int(table[1]), int(table[2]), neither=int(table[3]))
        held += repeats * (found.low <= truth <= found.high)
        weight += repeats
    assert 0.93 <= held / weight <= 0.995


def test_pairing_narrows_the_interval_of_alike_arms():
    paired = paired_shares(*endpoints(300, 40, 10, 300)).difference
    strangers = newcombe(178, 162, 132, neither=178)  # the same shares, with no correlation
    assert paired.value == pytest.approx(strangers.value, abs=1e-3)
    assert paired.high - paired.low < 0.5 * (strangers.high - strangers.low)


def test_the_bootstrap_agrees_with_the_normal_interval():
    change = stats.norm.ppf((np.arange(1600) + 0.5) / 1600) * 4.0 + 0.3  # weighed in two parts
    found = mean_difference(np.zeros(1600), change, seed=5)
    wide = 1.96 * change.std() / 40.0
    assert found == pytest.approx((0.3, 0.3 - wide, 0.3 + wide), abs=0.03)
    assert found == mean_difference(np.zeros(1600), change, seed=5)
    assert found != mean_difference(np.zeros(1600), change, seed=6)


def test_endpoints_that_cannot_be_paired_are_refused():
    yes = np.ones(3, bool)
    for reference, other in ((yes, yes[:2]), (yes[:0], yes[:0]), (np.ones((2, 2), bool), np.ones((2, 2), bool))):
        with pytest.raises(InputError, match="cannot be paired"):
            paired_shares(reference, other)
    with pytest.raises(InputError, match="no yes or no"):
        paired_shares(yes.astype(float), yes)
    with pytest.raises(InputError, match="level"):
        paired_shares(yes, yes, level=95)


def test_arms_share_their_chance_and_one_extra_dose_changes_one_patient(tmp_path):
    usual = {"seed": 7, "pull": 0.02, "dosed": -1}
    arms = run_arms("toy_job:one_extra_dose", {"usual": usual, "extra": usual | {"dosed": 70}}, 100, out=tmp_path)
    assert list(arms["extra"].differs_from(arms["usual"])) == [70]
    ends = arms["usual"].read("end"), arms["extra"].read("end")
    assert np.flatnonzero(ends[1] - ends[0]) == [70]
    assert paired_shares(arms["usual"].read("above"), arms["extra"].read("above")).difference.value == 0.0


@pytest.mark.parametrize(
    "arms", [{"a": {"seed": 1}, "b": {"seed": 2}}, {"../a": {"seed": 1}}, {"": {"seed": 1}}, {"..": {"seed": 1}}]
)
def test_arms_with_other_luck_or_no_folder_are_refused(tmp_path, arms):
    with pytest.raises(InputError):
        run_arms("toy_job:noise", arms, 10, out=tmp_path)
