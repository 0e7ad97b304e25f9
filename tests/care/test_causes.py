"""Each cause decides which drug works: the treatment it names stops clearly more of the same people than the other."""

from pathlib import Path

import numpy as np
import pytest

from quell.care.contrast import PROTOCOL, Ward, told, told_in_days
from quell.care.protocol import load_protocol
from quell.care.scenario import read_scenario
from quell.ground.errors import InputError
from quell.patient import aetiology

DOCS = Path(__file__).parents[2] / "docs"

LANES = 64
AT_MIN = 10.0
QUICK = ("eclampsia", "hypoglycaemia", "hyponatraemia", "nerve_agent", "theophylline")  # all: slow


@pytest.fixture(scope="module")
def ward():
    return Ward(np.arange(LANES), study=5, at_min=AT_MIN)


def pairs(contrast, works, fails):
    """In how many of those seizing the one alone worked, and the other alone."""
    better = (contrast.quiet[works] & ~contrast.quiet[fails] & contrast.seizing).sum()
    return better, (contrast.quiet[fails] & ~contrast.quiet[works] & contrast.seizing).sum()


def clearly_more(contrast, works, fails):
    """At least an eighth more of those seizing, and a sign test over pairs that chance passes in 1 of 40."""
    better, worse = pairs(contrast, works, fails)
    assert better - worse > contrast.seizing.sum() / 8, (better, worse, contrast.seizing.sum())
    assert better - worse > 1.96 * np.sqrt(better + worse), (better, worse, contrast.seizing.sum())


@pytest.mark.parametrize("cause", QUICK)
def test_the_treatment_of_the_cause_stops_some_whom_the_other_does_not_and_hardly_the_reverse(ward, cause):
    treatment = told()[cause]
    contrast = ward.compare(cause, (treatment.works, treatment.fails))
    better, worse = pairs(contrast, treatment.works, treatment.fails)
    assert contrast.seizing.sum() >= 12
    assert better > 1 and better > 4 * worse, (better, worse)


@pytest.mark.slow
@pytest.mark.parametrize("cause", told())
def test_so_it_does_in_other_people(cause):
    treatment = told()[cause]
    people = np.arange(512 if treatment.minute == 30.0 else 256)  # fewer still seize then
    ward = Ward(people, study=83, at_min=treatment.minute, brain=treatment.brain)
    contrast = ward.compare(cause, (treatment.works, treatment.fails))
    clearly_more(contrast, treatment.works, treatment.fails)


@pytest.mark.parametrize("cause", told())
def test_a_cause_names_treatments_that_the_protocol_has_and_says_why(ward, cause):
    treatment = told()[cause]
    assert {treatment.works, treatment.fails} <= set(ward.treatments()) - {"nothing"}
    assert treatment.because and treatment.source and treatment.grade in "ABCD"


@pytest.mark.parametrize("cause", told_in_days())
def test_a_cause_that_days_decide_names_a_protocol_its_arms_and_a_page_that_tells_of_it(cause):
    treatment = told_in_days()[cause]
    arms = load_protocol(treatment.protocol).draw.values()
    assert any({treatment.works, treatment.fails} <= set(arm.choices) for arm in arms)
    assert treatment.protocol != PROTOCOL and treatment.because and treatment.source and treatment.grade in "ABCD"
    assert f"`{cause}`" in (DOCS / f"{treatment.page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("cause", aetiology.names())
def test_the_page_of_causes_tells_of_every_cause_and_a_scenario_can_give_what_it_names(cause):
    page = (DOCS / "causes.md").read_text(encoding="utf-8")
    assert f"| {cause.replace('_', ' ')} |" in page
    treatment = told().get(cause)
    for arm in (treatment.works, treatment.fails) if treatment else ():
        how = f'arms = {{ treatment = "{arm}" }}\nparameters = {{ time = "{treatment.minute:g} min" }}'
        text = f'protocol = "{PROTOCOL}"\nduration = "3 h"\n[aetiology]\nname = "{cause}"\n[care]\n{how}'
        assert read_scenario(text).aetiology.name == cause


def test_early_and_late_meet_the_same_people_those_who_seize_at_both_minutes(ward):
    early, late = "lorazepam", "lorazepam at 40 min"
    both, only_early, only_late = (ward.compare("stroke", which) for which in ((early, late), (early,), (late,)))
    assert 0 < both.seizing.sum() < only_early.seizing.sum()
    np.testing.assert_array_equal(both.seizing, only_early.seizing & only_late.seizing)
    np.testing.assert_array_equal(both.quiet[early], only_early.quiet[early])  # a longer run changes nothing
    np.testing.assert_array_equal(both.quiet[late], only_late.quiet[late])


@pytest.mark.parametrize("cure", ["glucose", "hypertonic_saline"])
def test_a_remedy_of_another_cause_is_no_remedy(ward, cure):
    contrast = ward.compare("stroke", (cure, "lorazepam"))  # the arms of the cures hold lorazepam too
    np.testing.assert_array_equal(contrast.quiet[cure], contrast.quiet["lorazepam"])


def test_a_treatment_nobody_knows_is_a_clear_error(ward):
    with pytest.raises(InputError, match="leeches"):
        ward.compare("stroke", ("leeches",))
    with pytest.raises(InputError, match="soon"):
        ward.compare("stroke", ("lorazepam at soon",))
