"""A scenario says which of its drugs change each other: only those that can meet, only what matters in its time."""

from pathlib import Path

from quell.care.explain import explain, meetings
from quell.care.scenario import load_scenario

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_drugs_that_meet_are_told():
    told = explain(load_scenario(EXAMPLES / "established_se.toml"))
    assert "Drugs that touch each other" in told and "valproate slows the glucuronidation of lorazepam" in told


def test_drugs_of_different_arms_never_meet():
    """Levetiracetam, fosphenytoin and valproate are given by lot: no patient gets phenytoin and valproate."""
    assert not [
        sentence for sentence in meetings(load_scenario(EXAMPLES / "established_se.toml")) if "phenytoin" in sentence
    ]


def test_an_arm_that_was_not_chosen_is_silent():
    chosen = load_scenario(EXAMPLES / "established_se.toml", ["care.arms.agent=levetiracetam"])
    assert not [sentence for sentence in meetings(chosen) if "valproate" in sentence]
