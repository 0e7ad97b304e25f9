"""What a drug is judged by: levels at the site that are free, through ports that the brain feels."""

import pytest

from quell.drugs.card import load
from quell.outcome.acting import acting


def test_a_drug_known_by_total_plasma_is_judged_by_its_free_share():
    assert acting("brivaracetam").half_effect == {"glutamate.release": pytest.approx(0.46 * 0.83)}


def test_a_port_that_nothing_feels_does_not_lead():
    ports = {act.port for act in load("isoflurane").acts_on}
    assert "k2p" in ports and acting("isoflurane").main_port == "gaba_a.direct_site"


def test_a_drug_that_only_acts_elsewhere_has_no_port_against_seizures():
    for drug in ("rocuronium", "norepinephrine", "meropenem", "flumazenil"):
        assert acting(drug).main_port == ""
