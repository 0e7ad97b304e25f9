"""Causes: files that load, move what they say, and put the irritation where they say."""

import numpy as np
import pytest

from quell.circuit.cortex import atlas
from quell.ground.errors import InputError
from quell.patient import aetiology, whole
from quell.patient.aetiology import Insult, Shortage
from quell.patient.build import default_parts, trait_names
from quell.patient.person import People, draw_bodies, draw_prior


@pytest.mark.parametrize("name", aetiology.names())
def test_every_cause_loads_and_names_traits_and_patches_that_exist(name):
    cause = aetiology.load(name)
    outside = {f"{part}.{name}" for part, kind in aetiology.OUTSIDE.items() for name in kind.__dataclass_fields__}
    known = set(trait_names(default_parts(inflammation="inflammation" in cause.needs))) | outside - {"insult.site"}
    assert set(cause.factors) | set(cause.shifts) <= known
    assert {patch for site in cause.sites for patch in site.split("+")} <= set(atlas(10).names)
    assert cause.about.endswith(".")


def test_the_four_causes_of_the_first_version_ship():
    assert {"unprovoked", "acute_structural", "low_drug_levels", "prolonged_febrile"} <= set(aetiology.names())


@pytest.mark.parametrize("name", aetiology.names())
def test_a_cause_moves_what_it_says_by_as_much_as_it_says(name):
    cause = aetiology.load(name)
    traits = {trait: np.array([2.0, 3.0]) for trait in [*cause.factors, *cause.shifts, "reading.phi"]}
    typical, none, severe = (aetiology.apply(cause, traits, severity) for severity in (1.0, 0.0, 2.0))
    for trait, factor in cause.factors.items():
        np.testing.assert_allclose(typical[trait], traits[trait] * factor)
        np.testing.assert_allclose(severe[trait], traits[trait] * factor**2)
    for trait, shift in cause.shifts.items():
        np.testing.assert_allclose(typical[trait], traits[trait] + shift)
        np.testing.assert_allclose(severe[trait], traits[trait] + 2 * shift)
    for trait in traits:
        np.testing.assert_allclose(none[trait], traits[trait])
    np.testing.assert_array_equal(typical["reading.phi"], traits["reading.phi"])


def test_missed_medicine_means_less_inhibition_and_a_lesion_a_lasting_irritation():
    assert aetiology.load("low_drug_levels").factors["wiring.w_gaba"] < 1.0
    assert aetiology.load("acute_structural").shifts["insult.floor"] > 0.0
    assert aetiology.load("prolonged_febrile").shifts["wiring.bias"] > 0.0


def test_a_cause_nobody_knows_is_a_clear_error():
    with pytest.raises(InputError, match="unprovoked") as found:
        aetiology.load("bad_luck")
    assert "bad_luck" in str(found.value)


def test_the_irritation_starts_at_onset_holds_and_wanes_to_its_floor():
    insult = Insult(amplitude=8.0, hold=100.0, decay=50.0, floor=1.5, site=np.array([1.0, 0.0]))
    assert (insult.at(-10.0) == 0).all() and (insult.at(0.0) == 0).all()
    np.testing.assert_allclose(insult.at(60.0), [9.5, 0.0])
    np.testing.assert_allclose(insult.at(150.0), [1.5 + 8.0 * np.exp(-1.0), 0.0])
    np.testing.assert_allclose(insult.at(1e5), [1.5, 0.0])


def test_every_site_of_a_cause_is_drawn_and_only_those():
    cause, names = aetiology.load("acute_structural"), atlas(10).names
    drawn = aetiology.sites(cause, names, np.linspace(0.001, 0.999, 600))
    found = {"+".join(sorted(np.array(names)[row > 0])) for row in drawn}
    assert found == {"+".join(sorted(site.split("+"))) for site in cause.sites}


def test_in_the_brain_of_two_patches_the_focus_is_the_focus():
    drawn = aetiology.sites(aetiology.load("unprovoked"), atlas(2).names, np.array([0.1, 0.9]))
    np.testing.assert_array_equal(drawn, [[1.0, 0.0], [1.0, 0.0]])


def test_a_cause_and_a_forced_site_reach_the_parts_of_the_brain():
    ids = np.arange(4)
    people = People(ids, draw_prior(1, ids), draw_bodies(1, ids))
    plain, _ = whole.patients(1, people)
    missed, _ = whole.patients(1, people, cause="low_drug_levels")
    factor = aetiology.load("low_drug_levels").factors["wiring.w_gaba"]
    np.testing.assert_allclose(missed.parts.wiring.w_gaba, plain.parts.wiring.w_gaba * factor)
    forced, names = whole.patients(1, people, patches=10, site="temporal_L+frontal_L", onset={"amplitude": 3.0})
    where = np.asarray(forced.insult.site[0])
    assert {names.names[i] for i in np.flatnonzero(where)} == {"temporal_L", "frontal_L"}
    np.testing.assert_allclose(forced.insult.amplitude, 3.0)
    for many in (2, 10):
        everywhere, _ = whole.patients(1, people, patches=many, site="everywhere")
        assert (np.asarray(everywhere.insult.site) == np.ones((4, many))).all()


def test_supply_falls_at_once_waits_and_comes_back_in_part():
    arrest = Shortage(deepest=0.95, lasting=0.12, hold=360.0, recovery=600.0, coma=1.0)
    np.testing.assert_allclose(arrest.supply(0.0), 1.0)
    np.testing.assert_allclose([arrest.supply(1.0), arrest.supply(360.0)], 0.05)
    np.testing.assert_allclose(arrest.supply(960.0), 1.0 - 0.12 - 0.83 * np.exp(-1.0))
    np.testing.assert_allclose(arrest.supply(1e6), 0.88)
    assert arrest.answering(-1.0) == 1.0 and arrest.answering(1.0) == 0.0
    assert Shortage(deepest=2.0).supply(1.0) == 0.0


def test_glucose_makes_up_what_glucose_lacks_and_magnesium_eases_tight_vessels():
    hungry = Shortage(deepest=0.35, lasting=0.35, glucose=1.0)
    np.testing.assert_allclose([hungry.supply(9.0, fed) for fed in (0.0, 0.5, 1.0)], [0.65, 0.825, 1.0])
    airless = Shortage(deepest=0.35, lasting=0.35)
    np.testing.assert_allclose(airless.supply(9.0, 1.0), 0.65)
    insult = Insult(amplitude=0.0, hold=1.0, decay=1.0, floor=3.0, site=1.0, spastic=0.95, hungry=0.0)
    np.testing.assert_allclose([insult.at(9.0), insult.at(9.0, 1.0), insult.at(9.0, 0.0, 1.0)], [3.0, 0.15, 3.0])


def test_synapses_on_interneurons_fail_from_near_and_from_afar():
    people = People(np.arange(3), draw_prior(1, np.arange(3)), draw_bodies(1, np.arange(3)))
    sick, _ = whole.patients(1, people, cause="post_anoxic_periodic", patches=10)
    well, where = whole.patients(1, people, cause="post_anoxic", patches=10)
    np.testing.assert_allclose(sick.parts.wiring.w_EI / well.parts.wiring.w_EI, 0.7)
    np.testing.assert_allclose(sick.parts.patch.circuit.far_to_I / well.parts.patch.circuit.far_to_I, 0.5)
    assert (sick.insult.site == 1.0).all() and sick.insult.site.shape == (3, len(where.names))
