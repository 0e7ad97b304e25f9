"""Adequate or not: the minima of ESETT and the guidelines, with the reason in words."""

import pytest

from quell.drugs.adequacy import judge
from quell.ground.errors import InputError


@pytest.mark.parametrize(
    ("drug", "route", "mg", "weight", "adequate"),
    [
        ("lorazepam", "IV", 4.0, 70.0, True),
        ("lorazepam", "IV", 2.0, 70.0, False),
        ("lorazepam", "IV", 4.0, 80.0, True),
        ("lorazepam", "IV", 2.0, 20.0, True),
        ("lorazepam", "IV", 1.0, 20.0, False),
        ("diazepam", "IV", 10.0, 70.0, True),
        ("diazepam", "IV", 5.0, 70.0, False),
        ("diazepam", "IV", 6.0, 20.0, True),
        ("midazolam", "IM", 10.0, 70.0, True),
        ("midazolam", "IM", 5.0, 70.0, False),
        ("midazolam", "IM", 6.0, 20.0, True),
        ("midazolam", "IV", 4.0, 20.0, True),
        ("midazolam", "IV", 10.0, 80.0, True),
        ("midazolam", "IV", 9.0, 80.0, False),
        ("midazolam", "IV", 9.0, 45.0, True),  # the full 0.2 mg/kg of the guideline
        ("midazolam", "IV", 7.0, 45.0, False),
        ("levetiracetam", "IV", 4200.0, 70.0, True),
        ("levetiracetam", "IV", 4500.0, 100.0, True),
        ("levetiracetam", "IV", 1500.0, 70.0, False),
        ("valproate", "IV", 3000.0, 100.0, True),
        ("fosphenytoin", "IV", 1400.0, 70.0, True),
        ("fosphenytoin", "IV", 1000.0, 70.0, False),
        ("phenobarbital", "IV", 1050.0, 70.0, True),
    ],
)
def test_a_dose_is_judged_by_the_rule_on_its_card(drug, route, mg, weight, adequate):
    verdict, reason = judge(drug, route, mg, weight, 30.0)
    assert verdict is adequate
    assert drug in reason and ("adequate" in reason)


def test_the_reason_says_how_far_below_and_by_which_rule():
    assert judge("Ativan", "iv", 2.0, 70.0, 40.0)[1] == (
        "2 mg of lorazepam IV at 70 kg: 50 % of the least adequate dose, 4 mg (4 mg; ESETT entry minimum)"
    )


def test_a_route_without_a_rule_does_not_count():
    verdict, reason = judge("lorazepam", "IM", 4.0, 70.0, 40.0)
    assert not verdict and "no least dose is known" in reason


def test_judging_nonsense_is_refused():
    with pytest.raises(InputError, match="no body weight"):
        judge("lorazepam", "IV", 4.0, 0.0, 40.0)
    with pytest.raises(InputError, match="did you mean"):
        judge("lorazepan", "IV", 4.0, 70.0, 40.0)
