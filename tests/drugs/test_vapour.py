"""1 MAC is that of the person's age: the published slope, in words, in levels and in patients of a run."""

import numpy as np
import pytest

import quell
from quell.drugs.dose import parse_order
from quell.drugs.regimen import doses, read_regimen
from quell.drugs.vapour import mac_share


def test_mac_falls_by_six_per_cent_per_decade():
    """Mapleson 1996: MAC = MAC40 x 10^(-0.00269 (age - 40)) from one year on; 1.01 % of isoflurane 1.17 at 63 y."""
    assert mac_share(40.0) == 1.0
    assert mac_share(50.0) == pytest.approx(0.94, abs=0.001)
    assert mac_share(80.0) == pytest.approx(10 ** (-0.00269 * 40), rel=1e-12)
    assert mac_share(0.2) == mac_share(1.0) == pytest.approx(1.273, abs=0.001)
    np.testing.assert_allclose(mac_share(np.array([20.0, 60.0])), [1.1319, 0.8835], rtol=1e-4)


@pytest.mark.parametrize("drug", ["isoflurane", "sevoflurane"])
def test_an_old_person_gets_less_for_one_mac_and_as_much_for_one_per_cent(drug):
    def level(words, age):
        return float(quell.pk(f"{words} inhaled for 1 h", drug=drug, age=age, at=[30.0])["plasma"][0])

    assert level("1 MAC", 80.0) / level("1 MAC", 40.0) == pytest.approx(10 ** (-0.00269 * 40), rel=1e-9)
    assert level("1 %", 80.0) == pytest.approx(level("1 %", 40.0), rel=1e-12)


def test_every_patient_of_a_run_gets_the_mac_of_his_age():
    ages = np.array([20.0, 40.0, 80.0])
    (dose,) = doses(read_regimen("isoflurane 0.8 MAC inhaled for 1 h"), np.full(3, 70.0), ages)
    np.testing.assert_allclose(dose.mg / dose.mg[1], mac_share(ages), rtol=1e-12)
    rate = parse_order("isoflurane 0.8 MAC inhaled, max 1.5 MAC").max_rates[0]
    np.testing.assert_allclose(rate.for_weight(np.full(3, 70.0), ages) / rate.mg_per_s, mac_share(ages), rtol=1e-12)


@pytest.mark.parametrize("words", ["isoflurane 0.8 MAC inhaled for 2 h", "sevoflurane 1.1 % inhaled"])
def test_an_order_is_said_back_as_it_was_given(words):
    assert parse_order(words).words() == words
    assert parse_order(parse_order(words).words()) == parse_order(words)
