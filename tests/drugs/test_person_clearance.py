"""Kidney, albumin and cirrhosis of the person act on clearance by one law; the usual person is kept."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import quell
from quell.drugs import library
from quell.drugs.body import reference_persons
from quell.drugs.card import load
from quell.drugs.clearance import by_binding, by_kidney
from quell.drugs.parameters import parameters
from quell.drugs.pk import Pharmacy
from quell.drugs.traits import traits
from quell.ground.errors import InputError

LATE = [28000.0]


def level(drug, regimen, at=LATE, **how):
    found = quell.pk(regimen, drug=drug, at=at, **how)
    return float(found["plasma"][0]), float(found["free"][0])


def test_low_albumin_lowers_total_valproate_and_leaves_the_free_level():
    """A drug that is hardly extracted: at steady state what leaves is what comes in, and the free drug leaves."""
    usual, starved = (level("valproate", "1.5 mg/kg/h IV for 20 d", albumin=x) for x in (45, 20))
    assert usual == pytest.approx((164.673, 33.974), rel=1e-4)
    assert starved[1] == pytest.approx(usual[1], rel=0.015)
    assert starved[0] < 0.6 * usual[0]


def test_an_intermediate_and_a_highly_extracted_drug_lie_between_the_two_limits():
    """Midazolam by hand: E 0.488, free share x 1.77 at 20 g/L, so clearance x 1.29; propofol's total hardly falls."""
    totals = [level("midazolam", "0.2 mg/kg/h IV for 20 d", albumin=x) for x in (45, 20)]
    E, share = 24.15 / 0.55 / 90.0, 1.0 / (1.0 + (1.0 / 0.031 - 1.0) * 20.0 / 45.0) / 0.031
    assert totals[0][0] / totals[1][0] == pytest.approx(share / (1.0 - E + E * share), rel=1e-5)
    assert totals[1][1] > 1.3 * totals[0][1]
    given = [level("propofol", "3 mg/kg/h IV for 2 d", at=[2870.0], albumin=x) for x in (45, 20)]
    assert 0.93 < given[1][0] / given[0][0] < 1.0 and given[1][1] > 1.9 * given[0][1]


def test_a_model_with_albumin_of_its_own_is_not_corrected_twice():
    who = traits(reference_persons(1, albumin_g_L=20.0), None, [0])
    made = parameters(load("valproate"), who, "guo")["CL"]
    assert float(made[0]) * 3600 == pytest.approx(0.64 * (20 / 38.7) ** -1.06)


def test_no_free_share_leaves_nothing_and_the_usual_one_everything():
    by = load("propofol").elimination
    assert by_binding(by, 1.0) == pytest.approx(1.0)
    assert 1.0 < by_binding(by, 100.0) < 1.0 + 0.7 * (1.0 / 0.87 - 1.0)
    low = load("valproate").elimination
    assert by_binding(low, 2.0) == pytest.approx(2.0, rel=0.01)


def test_every_drug_that_binds_by_albumin_says_how_it_is_extracted():
    for name in library.names():
        binding = load(name).binding
        if binding and binding.model in ("albumin", "saturable"):
            assert load(name).elimination.extraction, name


def test_the_pharmacy_of_a_run_and_the_exact_curve_agree_under_low_albumin():
    given, steps = 0.5, 1080
    persons = reference_persons(1, albumin_g_L=20.0)
    shop = Pharmacy.build(["valproate/IV"], persons, study=None, patients=[0], step_s=10.0, interacting=False)
    orders = {"valproate/IV": jnp.full(1, given)}
    march = jax.jit(lambda: jax.lax.fori_loop(0, steps, lambda _, now: shop.step(now, orders), shop.rest(1)))
    state = march()
    ours = quell.pk(f"{given * 3600} mg/h IV", drug="valproate", albumin=20, at=[steps / 6], confirm_overdose=True)
    assert float(shop.levels(state)["valproate"].plasma[0]) == pytest.approx(float(ours["plasma"][0]), rel=2e-5)
    place = shop.balance(state)["valproate"]
    assert float(place.given[0]) == pytest.approx(float(place.body[0] + place.eliminated[0]), rel=1e-9)


@pytest.mark.parametrize("variant", [None, "status", "population"])
def test_kidney_failure_holds_levetiracetam_back_whatever_the_model(variant):
    well, ill = (level("levetiracetam", "60 mg/kg IV", at=[1440.0], variant=variant, crcl=x)[0] for x in (107, 15))
    assert ill > 1.9 * well
    plain = level("levetiracetam", "60 mg/kg IV", at=[1440.0], variant=variant)[0]
    assert well == plain


def test_the_share_of_the_kidney_is_worked_by_hand_and_not_counted_twice():
    """66 % by the kidney: at 15 of 107 mL/min clearance is 1 - 0.66 (1 - 15/107); Rhee has that as a covariate."""
    who, usual = (traits(reference_persons(1, crcl_mL_min=x), None, [0]) for x in (15.0, 107.0))
    card = load("levetiracetam")
    for variant in ("status", "population"):
        ratio = parameters(card, who, variant)["CL"] / parameters(card, usual, variant)["CL"]
        assert float(ratio[0]) == pytest.approx(1.0 - 0.66 * (1.0 - 15.0 / 107.0), rel=1e-4), variant
    assert np.all(by_kidney(load("midazolam").elimination, np.array([15.0])) == 1.0)


def test_a_measure_that_changes_nothing_is_named():
    notes = quell.pk("0.2 mg/kg IV", drug="diazepam", at=[1.0], crcl=15, albumin=20).attrs["notes"]
    assert [note.split()[0] for note in notes if "changes nothing" in note] == ["crcl", "albumin"]
    notes = quell.pk("60 mg/kg IV", drug="levetiracetam", at=[1.0], crcl=15).attrs["notes"]
    assert not any("changes nothing" in note for note in notes)


def test_cirrhosis_is_taken_from_the_card_and_refused_where_nobody_measured_it():
    well = level("brivaracetam", "100 mg IV over 5 min", at=[1440.0])[0]
    assert level("brivaracetam", "100 mg IV over 5 min", at=[1440.0], hepatic="child_b")[0] > 1.5 * well
    usual = level("levetiracetam", "1000 mg IV", at=[600.0])
    assert level("levetiracetam", "1000 mg IV", at=[600.0], hepatic="child_a") == usual
    with pytest.raises(InputError, match="child_b"):
        quell.pk("10 mg IV", drug="midazolam", at=[1.0], hepatic="child_c")
    with pytest.raises(InputError, match="no cirrhosis with this drug"):
        quell.pk("2 mg/kg IV", drug="ketamine", at=[1.0], hepatic="child_a")
