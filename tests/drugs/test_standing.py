"""The state of a patient picks the model of kinetics, by a rule on the card; no bolus meets an infusion's volume."""

import pytest

import quell
from quell.care.admission import admit
from quell.care.explain import explain
from quell.care.kinetics import models, variants
from quell.care.scenario import read_scenario
from quell.cli.main import main
from quell.drugs import library
from quell.drugs.card import load
from quell.drugs.dose import parse_order
from quell.drugs.standing import choices
from quell.ground.errors import InputError

SCENARIO = """
name = "t"
duration = "2 min"
brain = 2
[outputs]
eeg = false
[protocol]
name = "p"
about = "a"
source = "assumed"
grade = "D"
[[protocol.step]]
id = "a"
when = "at 1 min"
give = ["midazolam 0.2 mg/kg IV over 2 min then 0.2 mg/kg/h", "lorazepam 4 mg IV over 2 min"]
source = "assumed"
grade = "D"
"""


def test_no_rule_sends_a_bolus_into_a_volume_that_was_fitted_to_infusions():
    for name in library.names():
        for rule in load(name).when:
            met = load(name).pk[rule.pushed or rule.variant]
            assert not met.infusions_only, name


def test_boluses_and_infusions_alone_have_different_models_in_intensive_care():
    pushed = choices([parse_order("propofol 2 mg/kg IV over 3 min then 3 mg/kg/h")], "icu")["propofol"]
    poured = choices([parse_order("propofol 3 mg/kg/h IV for 24 h")], "icu")["propofol"]
    usual = choices([parse_order("propofol 3 mg/kg/h IV for 24 h")], "")["propofol"]
    assert (pushed.variant, poured.variant, usual.variant) == ("icu_bolus", "icu", "eleveld")
    assert "grade B" in pushed.why


@pytest.mark.parametrize(("drug", "rate", "level"), [("midazolam", 0.2, 1.24), ("propofol", 3.0, 3.1)])
def test_both_models_of_intensive_care_come_to_the_level_that_was_worked_out_for_it(drug, rate, level):
    """pkpd evidence: midazolam 0.2 mg/kg/h 1240 ug/L, propofol 3 mg/kg/h 3.1 mg/L at 70 kg."""
    for variant in ("icu", "icu_bolus"):
        late = quell.pk(f"{rate} mg/kg/h IV", drug=drug, variant=variant, age=57, at=[60 * 24 * 40])
        assert float(late["plasma"][0]) == pytest.approx(level, rel=0.02), variant


def test_a_scenario_without_a_state_asks_for_no_variant_and_one_with_it_says_why():
    plain, ill = read_scenario(SCENARIO), read_scenario(SCENARIO + '[patient]\nstate = "icu"\n')
    assert variants(plain) == {} and "Kinetics of each drug" not in explain(plain)
    assert variants(ill) == {"midazolam": "icu_bolus"}
    assert "midazolam: icu_bolus; intensive care, critically ill: clearance" in explain(ill)


def test_a_scenario_may_name_the_model_itself_and_the_course_has_it():
    own = read_scenario(SCENARIO, ["care.variants.midazolam=van_rongen"])
    assert models(own)["midazolam"].variant == "obese"
    pharmacy = admit(own).constants.pharmacy
    assert float(pharmacy.substances["midazolam"].V1[0]) == pytest.approx(55.0, rel=0.3)  # of one person, who differs
    with pytest.raises(InputError, match="propofol is not given"):
        models(read_scenario(SCENARIO, ["care.variants.propofol=marsh"]))
    with pytest.raises(InputError, match="no variant 'nobody'"):
        models(read_scenario(SCENARIO, ["care.variants.midazolam=nobody"]))


def test_a_card_shows_its_models_and_draws_them(capsys, tmp_path):
    out = tmp_path / "new" / "lorazepam.png"
    assert main(["drugs", "show", "lorazepam", "--plot", str(out)]) == 0
    said = capsys.readouterr().out
    assert "adult (default)" in said and "in intensive care" in said
    assert out.read_bytes()[:4] == b"\x89PNG"


def test_cold_and_state_are_asked_of_pk():
    usual = quell.pk("0.2 mg/kg/h IV", drug="midazolam", at=[1440])
    cold = quell.pk("0.2 mg/kg/h IV", drug="midazolam", at=[1440], temperature=33)
    ill = quell.pk("0.2 mg/kg/h IV", drug="midazolam", at=[1440], state="icu")
    assert ill.attrs["variant"] == "icu"
    assert float(cold["plasma"][0]) > 1.2 * float(usual["plasma"][0])
    with pytest.raises(InputError, match="temperature"):
        quell.pk("0.2 mg/kg/h IV", drug="midazolam", at=[60], temperature=20)


# What a person is, and the drug on which it shows: every covariate of the kinetics acts.
SHOWS = [
    ("levetiracetam", {"crcl": 20.0}, "population", 1.2),  # kidney
    ("midazolam", {"age": 85.0}, "icu", 1.02),  # age
    ("midazolam", {"weight": 140.0}, "obese", 1.02),  # obesity: a larger volume holds it back
    ("propofol", {"age": 0.02, "weight": 3.5, "height": 50.0}, "eleveld", 1.02),  # neonate: immature enzymes
]


@pytest.mark.parametrize(("drug", "person", "variant", "more"), SHOWS, ids=lambda x: str(x)[:20])
def test_each_covariate_of_the_kinetics_shows_on_a_drug(drug, person, variant, more):
    """A dose by weight, the level six hours after its start, relative to the reference person."""
    regimen = "1 mg/kg/h IV for 6 h"
    ours = quell.pk(regimen, drug=drug, variant=variant, at=[540.0], confirm_overdose=True, **person)
    usual = quell.pk(regimen, drug=drug, variant=variant, at=[540.0], confirm_overdose=True)
    assert float(ours["plasma"][0]) > more * float(usual["plasma"][0])


def test_pregnancy_and_uraemia_are_asked_of_pk():
    late = [float(quell.pk("60 mg/kg IV", drug="levetiracetam", at=[720.0], pregnancy=p)["plasma"][0]) for p in (0, 1)]
    assert late[1] < 0.6 * late[0]
    free = [quell.pk("15 mg/kg IV", drug="phenytoin", at=[60.0], crcl=c) for c in (107.0, 10.0)]
    assert float(free[1]["free"][0]) > 1.5 * float(free[0]["free"][0])
