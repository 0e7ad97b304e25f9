"""Circulation: the storm of early status, its end, depressant drugs, and what holds pressure up."""

import pytest
from living import quiet, seizing

PROPOFOL_1_MG_L = {"depression": 1.0 / 1.96, "breath": 1.0 / 1.33}  # drives of the propofol card at 1 mg/L


def test_status_raises_pressure_rate_and_sugar_first_and_lowers_them_later(person):
    """Walton1993: hypertension, tachycardia, hyperglycaemia; late hypotension and hypoglycaemia."""
    _, early = person().after(5, seizing(oxygen=0.4))
    _, late = person().after(180, seizing(oxygen=0.4))
    assert early.pressure > 95.0 and early.heart_rate > 95.0
    assert late.pressure < 75.0 < 90.0 < early.pressure
    assert person().after(20, seizing())[1].glucose > 7.0 > 5.5 > late.glucose


def test_propofol_of_1_mg_per_L_lowers_pressure_as_in_volunteers(person):
    """Nieuwenhuijs2003: -9.9 %."""
    _, signs = person().after(60, quiet(**PROPOFOL_1_MG_L))
    assert signs.pressure / 90.0 - 1.0 == pytest.approx(-0.099, abs=0.03)


def test_ketamine_raises_pressure_and_rate(person):
    """+27 % and +43 % at anaesthetic dose, two thirds of the largest effect."""
    _, signs = person().after(60, quiet(stimulation=2.0))
    assert signs.pressure / 90.0 - 1.0 == pytest.approx(0.27, abs=0.05)
    assert signs.heart_rate / 75.0 - 1.0 == pytest.approx(0.43, abs=0.08)


@pytest.mark.parametrize("drive", [0.3, 1.0, 3.0])
def test_more_depressant_is_less_pressure_and_norepinephrine_gives_it_back(person, drive):
    _, less = person().after(60, quiet(depression=drive, ventilated=1.0))
    _, more = person().after(60, quiet(depression=2 * drive, ventilated=1.0))
    _, held = person().after(60, quiet(depression=2 * drive, pressor=1.0, ventilated=1.0))
    assert more.pressure < less.pressure < 90.0
    assert held.pressure > more.pressure + 15.0


def test_fluids_fill_and_leave_again(person):
    one = person()
    body, full = one.after(10, quiet(depression=1.0, ventilated=1.0, fluids=10.0 / 600.0))  # 10 mL/kg in 10 min
    _, dry = one.after(10, quiet(depression=1.0, ventilated=1.0))
    assert full.pressure > dry.pressure + 3.0
    assert float(body.circulation.volume[0]) == pytest.approx(1.0 + 10.0 / 70.0, abs=0.02)
    assert float(one.after(8 * 60, quiet(), body)[0].circulation.volume[0]) == pytest.approx(1.0, abs=0.01)
