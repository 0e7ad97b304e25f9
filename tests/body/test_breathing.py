"""Breathing: carbon dioxide answers back, oxygen runs out, the ventilator takes over."""

import pytest
from living import quiet, seizing

from quell.patient import physiology

PROPOFOL_1_MG_L = {"breath": 1.0 / 1.33}


def test_propofol_of_1_mg_per_L_lowers_ventilation_as_in_volunteers(person):
    """Nieuwenhuijs2003: -12.6 % at rest, -44.3 % where carbon dioxide is held."""
    one, inputs = person(), quiet(**PROPOFOL_1_MG_L)
    needs = physiology.breathing_needs(one.parts, one.rest, inputs)
    held = float(one.parts.breathing.own(one.rest.breathing, needs)[0])
    body, _ = one.after(60, inputs)
    free = float(one.parts.breathing.own(body.breathing, physiology.breathing_needs(one.parts, body, inputs))[0])
    usual = float(
        one.parts.breathing.own(one.rest.breathing, physiology.breathing_needs(one.parts, one.rest, quiet()))[0]
    )
    assert held / usual - 1.0 == pytest.approx(-0.443, abs=0.06)
    assert free / usual - 1.0 == pytest.approx(-0.126, abs=0.06)


def test_a_slow_infusion_breathes_where_a_bolus_to_the_same_level_does_not(person):
    """The carbon dioxide that gathers meanwhile drives the breath (Bouillon)."""
    one, body = person(), None
    for tenth in range(1, 11):
        body, slow = one.after(6, quiet(breath=0.4 * tenth), body)
    lowest_slow = slow.spo2
    bolus = [one.after(minutes, quiet(breath=4.0))[1].spo2 for minutes in (0.5, 1, 1.5, 2, 3)]
    assert min(bolus) < lowest_slow - 2.0


def test_apnoea_empties_the_lung_and_fills_the_blood(person):
    still = quiet(paralysed=1.0)
    _, one = person().after(1, still)
    _, two = person().after(2, still)
    assert 85.0 < one.spo2 < 95.0 and two.spo2 < 75.0
    assert 3.0 < two.PaCO2 - one.PaCO2 < 6.0


def test_the_ventilator_breathes_for_who_cannot(person):
    _, signs = person().after(30, quiet(paralysed=1.0, breath=9.0, ventilated=1.0, oxygen=0.4))
    assert signs.PaCO2 == pytest.approx(40.0, abs=1.0)
    assert signs.spo2 > 98.0


def test_retained_carbon_dioxide_is_acid(person):
    _, signs = person().after(60, quiet(breath=4.0))
    assert signs.PaCO2 > 50.0
    assert signs.ph < 7.32


def test_most_people_in_convulsive_status_are_acid(person):
    """Bassin2002: 84 % below pH 7.35."""
    assert person().after(10, seizing(oxygen=0.4))[1].ph < 7.35


def test_oxygen_saturation_is_the_curve_of_the_textbook(person):
    one = person()
    for pressure, saturation in ((27.0, 50.0), (40.0, 75.0), (60.0, 89.0), (100.0, 97.5)):
        state = one.rest.breathing._replace(PAO2=pressure + one.parts.breathing.gradient)
        assert float(100.0 * one.parts.breathing.saturation(state)) == pytest.approx(saturation, abs=2.0)
