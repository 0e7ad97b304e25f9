"""People: the same address is the same person; priors and bodies stay where they belong."""

import numpy as np
import pytest

from quell.ground.errors import InputError
from quell.patient.build import default_parts, trait_names, with_traits
from quell.patient.person import draw_bodies, draw_people, draw_prior, frozen, priors


def test_a_person_does_not_depend_on_who_is_drawn_beside():
    alone, among = draw_people(3, np.array([17])), draw_people(3, np.array([5, 99, 17, 4]))
    for name, value in alone.traits.items():
        assert value[0] == among.traits[name][2]
    for name, value in alone.persons.items():
        assert value[0] == among.persons[name][2]
    assert draw_prior(3, np.array([17]))["reading.phi"][0] == draw_prior(3, np.array([4, 17]))["reading.phi"][1]


def test_another_study_draws_other_people():
    ids = np.arange(50)
    assert (draw_bodies(1, ids)["weight_kg"] != draw_bodies(2, ids)["weight_kg"]).all()


def test_priors_give_what_they_say():
    drawn = draw_prior(1, np.arange(4000))
    for name, row in priors().items():
        if row["shape"] == "uniform":
            assert row["low"] <= drawn[name].min() and drawn[name].max() <= row["high"]
            assert drawn[name].mean() == pytest.approx(0.5 * (row["low"] + row["high"]), abs=0.03 * row["high"])
        else:
            assert np.median(drawn[name]) == pytest.approx(row["median"], rel=0.1)
            assert np.log(drawn[name]).std() == pytest.approx(row["sigma"], rel=0.1)


def test_a_widened_prior_reaches_past_its_edges_but_never_below_what_can_be():
    drawn = draw_prior(1, np.arange(4000), widen=1.5)
    for name, row in priors().items():
        if row["shape"] == "uniform":
            assert drawn[name].max() > row["high"] and drawn[name].min() >= row["least"]


def test_every_trait_of_priors_and_population_exists():
    known = set(trait_names(default_parts()))
    for name in [*priors(), *frozen("adult")[0]]:
        assert name in known or name.startswith("insult."), name


def test_the_frozen_population_is_drawn_by_its_weights():
    rows, weights = frozen("adult")
    assert (weights > 0).all() and all(len(values) == len(weights) for values in rows.values())
    drawn = draw_people(1, np.arange(4000)).traits["reading.phi"]
    wanted = np.average(rows["reading.phi"], weights=weights)
    assert drawn.mean() == pytest.approx(wanted, abs=4 * rows["reading.phi"].std() / np.sqrt(4000))
    assert set(drawn) <= set(rows["reading.phi"])


def test_bodies_are_those_of_adults():
    bodies = draw_bodies(1, np.arange(2000))
    assert (bodies["age_y"] >= 16).all() and (bodies["age_y"] <= 100).all()
    assert (bodies["weight_kg"] > 35).all() and (bodies["weight_kg"] < 180).all()
    assert (bodies["crcl_mL_min"] > 5).all() and (bodies["albumin_g_L"] > 15).all()
    men = bodies["male"] > 0
    assert bodies["weight_kg"][men].mean() > bodies["weight_kg"][~men].mean()
    old = bodies["age_y"] > 70
    assert bodies["crcl_mL_min"][old].mean() < bodies["crcl_mL_min"][~old].mean()


def test_a_population_nobody_froze_is_a_clear_error():
    with pytest.raises(InputError, match="adult") as found:
        draw_people(1, np.arange(3), "martian")
    assert "martian" in str(found.value)


@pytest.mark.parametrize("name", ["reading.psi", "readings.phi", "phi", "patch.pyramidal.tau", ""])
def test_a_trait_that_does_not_exist_is_a_clear_error(name):
    with pytest.raises(InputError, match=r"reading\.phi"):
        with_traits(default_parts(), {name: np.ones(2)})


def test_traits_replace_constants_per_patient_and_both_compartments_are_one_neuron():
    parts = with_traits(default_parts(), {"chloride.tau_kcc2": np.array([10.0, 30.0]), "reading.phi": np.ones(2)})
    assert parts.chloride.tau_kcc2.shape == (2, 1)
    np.testing.assert_array_equal(parts.chloride.tau_kcc2, parts.chloride_weak.tau_kcc2)
    assert parts.chloride_weak.load == default_parts().chloride_weak.load
