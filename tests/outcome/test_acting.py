"""What a drug is judged by: levels at the site that are free, through ports that the brain feels."""

import pytest

from quell.drugs.card import load
from quell.outcome.acting import acting


def test_a_drug_known_by_total_plasma_is_judged_by_its_free_share():
    assert acting("brivaracetam").half_effect == {"glutamate.release": pytest.approx(0.46 * 0.83)}


def test_a_drug_is_judged_by_the_port_that_needs_the_lowest_level():
    ports = {act.port for act in load("isoflurane").acts_on}
    assert {"gaba_a.direct_site", "k2p"} <= ports and acting("isoflurane").main_port == "k2p"


def test_a_drug_that_only_acts_elsewhere_has_no_port_against_seizures():
    for drug in ("rocuronium", "norepinephrine", "meropenem", "flumazenil"):
        assert acting(drug).main_port == ""
