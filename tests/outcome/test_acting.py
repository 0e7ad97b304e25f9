"""What a drug is judged by: levels at the site that are free, through ports that the brain feels."""

import pytest

from quell.drugs.card import load
from quell.ground.card import from_card
from quell.outcome.acting import acting
from quell.receptors.gaba_a import GabaA, Ports


def test_a_drug_known_by_total_plasma_is_judged_by_its_free_share():
    assert acting("brivaracetam").half_effect == {"glutamate.release": pytest.approx(0.46 * 0.83)}


def test_a_drug_is_judged_by_the_port_that_needs_the_lowest_level():
    ports = {act.port for act in load("isoflurane").acts_on}
    assert {"gaba_a.direct_site", "k2p"} <= ports and acting("isoflurane").main_port == "gaba_a.direct_site"
    assert acting("propofol").main_port == "gaba_a.direct_site"  # though its affinity to other targets is higher


@pytest.mark.parametrize("drug", ["phenobarbital", "propofol", "thiopental", "pentobarbital"])
def test_half_an_effect_of_an_opener_favours_the_open_state_as_half_an_effect_of_a_benzodiazepine(drug):
    gaba, card = from_card(GabaA), load(drug)
    (opens,) = [act for act in card.acts_on if act.port == "gaba_a.direct_site"]
    affinity = opens.EC50.read("mmol/L")[0] * card.molar_mass.read("g/mol")[0]  # mg/L, free
    level = acting(drug).half_effect["gaba_a.direct_site"]
    assert gaba.held(Ports(0.0, level / affinity)) == pytest.approx(float(gaba.held(Ports(1.0, 0.0))))


def test_a_drug_that_only_acts_elsewhere_has_no_port_against_seizures():
    for drug in ("rocuronium", "norepinephrine", "meropenem", "flumazenil"):
        assert acting(drug).main_port == ""
