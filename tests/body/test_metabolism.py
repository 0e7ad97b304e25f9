"""Blood and muscle: lactate of a convulsion, enzymes that come late, heat, fat."""

import pytest
from living import quiet, seizing


def test_a_convulsion_of_two_minutes_leaves_acid_that_is_gone_in_two_hours(person):
    """Orringer1977 (second hand): 12.7 mM and pH 7.14 after one; another series 5.7 mM (IQR 3.5-8.5)."""
    one = person()
    body, after = one.after(2, seizing())
    assert 5.0 < after.lactate < 13.0
    assert after.ph == pytest.approx(7.14, abs=0.08)
    _, later = one.after(120, quiet(), body)
    assert later.lactate < 3.0
    assert later.ph > 7.33


def test_lactate_does_not_rise_for_ever(person):
    assert person().after(60, seizing(oxygen=0.4))[1].lactate < 20.0


def test_creatine_kinase_comes_hours_after_the_convulsion(person):
    one = person()
    body, now = one.after(60, seizing(oxygen=0.4))
    _, later = one.after(16 * 60, quiet(), body)
    assert now.ck < 400.0 < 700.0 < later.ck


def test_convulsion_heats_and_anaesthesia_cools(person):
    assert person().after(60, seizing(oxygen=0.4))[1].temperature > 37.7
    assert person().after(8 * 60, quiet(sedation=3.0))[1].temperature < 36.5


def test_a_relaxant_ends_the_heat_and_lactate_of_muscle(person):
    _, still = person().after(30, quiet(activity=1.0, ventilated=1.0, paralysed=1.0, oxygen=0.4))
    assert still.lactate < 2.0
    assert still.temperature == pytest.approx(37.0, abs=0.1)


def test_fat_of_the_emulsion_reaches_a_plateau(person):
    one = person()
    body, first = one.after(12 * 60, quiet(emulsion=1.0))
    _, second = one.after(6 * 60, quiet(emulsion=1.0), body)
    assert 2.0 < first.triglycerides < 4.0
    assert second.triglycerides == pytest.approx(first.triglycerides, rel=0.05)
