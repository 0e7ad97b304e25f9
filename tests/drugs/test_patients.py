"""People differ, and nobody's kinetics depend on who lies beside them."""

import numpy as np
import pytest

from quell.drugs import library
from quell.drugs.body import BodySize, reference_persons, with_measures
from quell.drugs.card import load
from quell.drugs.pk import Pharmacy
from quell.drugs.traits import traits
from quell.ground.card import from_card
from quell.ground.errors import InputError

LINES = [f"{name}/{library.entry(name).routes[-1]}" for name in library.names()]


def crowd(count, seed=0):
    draw = np.random.default_rng(seed)
    return {
        "age_y": draw.uniform(1, 90, count),
        "weight_kg": draw.uniform(10, 120, count),
        "height_cm": draw.uniform(80, 195, count),
        "male": draw.integers(0, 2, count).astype(float),
        "albumin_g_L": draw.uniform(15, 50, count),
        "crcl_mL_min": draw.uniform(5, 150, count),
    }


def run(persons, patients):
    shop = Pharmacy.build(LINES, persons, study=11, patients=patients, step_s=10.0)
    state = shop.rest(len(patients))
    ordered = {line: np.full(len(patients), 0.5) for line in LINES}
    for _ in range(2):  # from the second step on drugs meet
        state = shop.step(state, ordered)
    return {**state, **shop.ports(state)}


def test_a_patient_keeps_every_bit_whoever_lies_beside():
    count = 16
    persons, patients = crowd(count), np.arange(100, 100 + count)
    order = np.random.default_rng(1).permutation(count)
    straight = run(persons, patients)
    shuffled = run({name: array[order] for name, array in persons.items()}, patients[order])
    for name in straight:
        assert np.array_equal(np.asarray(straight[name])[order], np.asarray(shuffled[name])), name


def test_changing_one_patient_changes_only_that_patient():
    count = 16
    persons, patients = crowd(count), np.arange(count)
    heavier = persons | {"weight_kg": np.where(np.arange(count) == 5, 140.0, persons["weight_kg"])}
    one, two = run(persons, patients), run(heavier, patients)
    differing = {i for name in one for i in np.flatnonzero(np.asarray(one[name]) != np.asarray(two[name]))}
    assert differing == {5}


def test_draws_spread_as_the_card_says():
    who = traits(reference_persons(4000), 3, np.arange(4000))
    row = load("midazolam").pk["healthy"].V1
    drawn = who.value(row, "midazolam", "V1")
    assert np.median(drawn) == pytest.approx(19.45, rel=0.03)
    assert np.std(np.log(drawn)) == pytest.approx(np.sqrt(np.log1p(0.39**2)), rel=0.05)


def test_typical_patients_are_all_alike():
    shop = Pharmacy.build(["midazolam/IV"], reference_persons(3), study=None, patients=np.arange(3), step_s=10.0)
    assert len(set(np.asarray(shop.substances["midazolam"].V1))) == 1


def test_the_same_parameter_of_two_drugs_is_drawn_apart():
    who = traits(reference_persons(500), 3, np.arange(500))
    one, other = who.draw(0.3, "lorazepam", "V1"), who.draw(0.3, "diazepam", "V1")
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15


def test_people_at_the_edges_give_finite_positive_levels():
    corners = np.array(np.meshgrid([0.1, 95], [3.5, 250], [50, 200], [0, 1], [10, 60], [1, 200])).reshape(6, -1)
    names = ["age_y", "weight_kg", "height_cm", "male", "albumin_g_L", "crcl_mL_min"]
    end = run(dict(zip(names, corners, strict=True)), np.arange(corners.shape[1]))
    for name, array in end.items():
        assert np.all(np.isfinite(array)) and np.all(np.asarray(array) >= 0), name


def test_fat_free_mass_is_less_in_women_and_in_obesity():
    size = from_card(BodySize)
    man, woman = size.fat_free_kg(35.0, 70.0, 170.0, 1.0), size.fat_free_kg(35.0, 70.0, 170.0, 0.0)
    assert man == pytest.approx(9270 * 70 / (6680 + 216 * 70 / 1.7**2), rel=1e-6)
    assert woman < man < 70
    assert size.fat_free_kg(35.0, 140.0, 170.0, 1.0) < 2 * man


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [("weight_kg", 0.0, "weight_kg"), ("weight_kg", 5000.0, "weight_kg"), ("age_y", np.nan, "age_y")],
)
def test_a_person_who_cannot_be_is_refused(name, value, complaint):
    with pytest.raises(InputError, match=complaint):
        with_measures(reference_persons(2) | {name: np.array([70.0, value])})


def test_a_person_without_albumin_is_refused_by_name():
    persons = reference_persons(1)
    del persons["albumin_g_L"]
    with pytest.raises(InputError, match="albumin_g_L"):
        with_measures(persons)
