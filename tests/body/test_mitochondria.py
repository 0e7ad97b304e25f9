"""Propofol infusion syndrome: dose and time, order of signs, what raises the risk, early stop."""

import numpy as np
import pytest
from living import quiet

from quell.body.mitochondria import Needs
from quell.engine import march, scheme
from quell.patient import physiology

HOUR = 60.0


def infusion(rate, **changed):
    """Propofol at mg/kg/h in a ventilated person, pressure held apart."""
    return quiet(**({"emulsion": rate / 4.0, "ventilated": 1.0, "oxygen": 0.4} | changed))


def test_the_susceptible_fall_ill_in_days_the_typical_do_not(person):
    _, typical = person().after(96 * HOUR, infusion(4.0))
    _, ill = person(mitochondria__susceptibility=3.0).after(72 * HOUR, infusion(8.0))
    assert typical.lactate < 1.5 and typical.ck < 200.0
    assert ill.lactate > 5.0 and ill.ck > 1000.0 and ill.triglycerides > typical.triglycerides


def test_acid_and_the_heart_come_first_muscle_and_rhythm_later(person):
    """Krajcova2015: cardiac failure and acidosis early, arrhythmia and rhabdomyolysis late."""
    one, body, first = person(mitochondria__susceptibility=3.0), None, {}
    for hour in range(6, 121, 6):
        body, signs = one.after(6 * HOUR, infusion(8.0), body)
        seen = {"acid": signs.lactate > 4.0, "heart": signs.output < 4.8, "muscle": signs.ck > 2000.0}
        seen["rhythm"] = float(body.mitochondria.danger[0]) > 1.0
        for name, there in seen.items():
            if there:
                first.setdefault(name, hour)
    assert max(first["acid"], first["heart"]) < first["muscle"] <= first["rhythm"] + 24
    assert first["heart"] < first["rhythm"]
    assert first["muscle"] >= first["acid"] + 18


def test_an_early_stop_reverses_it(person):
    one = person(mitochondria__susceptibility=3.0)
    body, ill = one.after(36 * HOUR, infusion(8.0))
    body, later = one.after(24 * HOUR, infusion(0.0), body)
    assert ill.lactate > 2.0
    assert later.lactate < 1.5 and later.triglycerides < 2.0
    assert float(one.parts.mitochondria.strain(body.mitochondria)[0]) == 0.0


@pytest.mark.parametrize("worse", [{"pressor": 2.0}, {"steroid": 2.0}])
def test_catecholamines_and_steroids_raise_the_risk(person, worse):
    plain, _ = person().after(48 * HOUR, infusion(6.0))
    more, _ = person().after(48 * HOUR, infusion(6.0, **worse))
    assert float(more.mitochondria.block[0]) > float(plain.mitochondria.block[0]) + 0.02


def test_fat_that_is_not_burnt_stays_in_the_blood(person):
    _, healthy = person(mitochondria__susceptibility=0.2).after(48 * HOUR, infusion(8.0))
    _, blocked = person(mitochondria__susceptibility=5.0).after(48 * HOUR, infusion(8.0))
    assert blocked.triglycerides > healthy.triglycerides + 1.0


def test_youth_raises_the_risk(person):
    adult, _ = person().after(48 * HOUR, infusion(6.0))
    child, _ = person(age=8.0).after(48 * HOUR, infusion(6.0))
    assert float(child.mitochondria.block[0]) > 1.3 * float(adult.mitochondria.block[0])


def test_about_one_in_a_hundred_falls_ill_on_4_mg_per_kg_per_hour_for_four_days(person):
    """1.1 % of 1,017 adults sedated for a day or more (read); the band is wide on purpose."""
    mito, share = person(lanes=4000, typical=False).parts.mitochondria, {}
    for rate in (2.0, 4.0, 8.0):
        needs = Needs(dose=rate / 4.0, catecholamines=0.0, steroids=0.0, surge=0.0, young=0.0)
        state = march.substeps(scheme.heun, lambda s, n=needs: mito.rates(s, n), mito.rest(), 96 * 3600.0, 400)
        share[rate] = float((np.asarray(mito.strain(state)) > 0.0).mean())
    assert 0.004 < share[4.0] < 0.03
    assert share[2.0] < share[4.0] < share[8.0] < 0.5


def test_without_propofol_nothing_is_blocked(person):
    body, _ = person(mitochondria__susceptibility=6.0).after(24 * HOUR, quiet(pressor=3.0, steroid=3.0))
    assert float(body.mitochondria.block[0]) == 0.0


def test_a_failed_rhythm_takes_output(person):
    one = person()
    ill = one.rest.mitochondria._replace(block=np.array([0.6]), danger=np.array([1e5]))
    body = one.rest._replace(mitochondria=ill)
    assert float(physiology.arrhythmia(one.parts, body)[0]) == 1.0
    assert float(physiology.signs(one.parts, body, quiet()).output[0]) < 0.5 * 5.5
