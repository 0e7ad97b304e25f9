"""A regimen as SBML: an independent simulator finds our levels and drives again; the text says what it must."""

import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import quell
from quell.cli.main import main
from quell.drugs.body import reference_persons
from quell.drugs.pk import Pharmacy
from quell.ground.errors import InputError

antimony = pytest.importorskip("antimony")
roadrunner = pytest.importorskip("roadrunner")

TOLERANCE = 1e-6  # relative; what is below a billionth of the highest level counts as nothing
PAIRS = [  # drug, variant, route, mg/kg at most: one to three compartments, every kind of way in, binding, body
    ("propofol", "marsh", "IV", 3.0),
    ("propofol", "schnider", "IV", 3.0),
    ("propofol", "eleveld_opioids", "IV", 3.0),
    ("midazolam", "wiebe", "IV", 0.4),
    ("midazolam", "van_rongen", "IM", 0.2),
    ("ketamine", "domino", "IV", 3.0),
    ("phenytoin", None, "IV", 20.0),
    ("fosphenytoin", None, "IM", 20.0),
    ("valproate", None, "IV", 40.0),
    ("diazepam", None, "rectal", 0.5),
    ("levetiracetam", None, "oral", 40.0),
    ("thiopental", None, "IV", 5.0),
]
QUICK = {"phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}  # a failing case is not shrunk
MEASURES = st.fixed_dictionaries(
    {
        "weight": st.floats(45.0, 110.0),
        "age": st.floats(20.0, 85.0),
        "height": st.floats(150.0, 195.0),
        "sex": st.sampled_from("mf"),
        "albumin": st.floats(20.0, 45.0),
        "crcl": st.floats(10.0, 120.0),
    }
)


@st.composite
def regimens(draw, route, largest, mg="mg"):
    """One to four orders at whole minutes: pushes, doses over minutes, infusions of a length and without an end."""
    orders = []
    for start in sorted(draw(st.sets(st.integers(0, 240), min_size=1, max_size=4))):
        dose = f"{largest * draw(st.floats(0.05, 1.0))!r} {mg}/kg"
        kinds = ["push", "over", "for", "on"] if route == "IV" else ["push"]
        words = {
            "push": f"{dose} {route}",
            "over": f"{dose} {route} over {draw(st.integers(1, 40))} min",
            "for": f"{dose}/h {route} for {draw(st.integers(5, 200))} min",
            "on": f"{dose}/h {route}",
        }
        orders.append(f"at {start} min: {words[draw(st.sampled_from(kinds))]}")
    return "; ".join(orders)


def resimulated(document, minutes, names):
    """What libRoadRunner makes of the document, {name: levels} at minutes that must not be those of doses."""
    model = roadrunner.RoadRunner(document)
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-14
    model.integrator.maximum_num_steps = 100_000
    found = model.simulate(times=[0.0, *(60.0 * t for t in minutes)], selections=["time", *names])
    return {name: np.asarray(found)[1:, k + 1] for k, name in enumerate(names)}


def same(ours, theirs):
    ours = np.asarray(ours)
    np.testing.assert_allclose(theirs, ours, rtol=TOLERANCE, atol=1e-9 * max(np.abs(ours).max(), 1e-12))


@pytest.mark.parametrize(("drug", "variant", "route", "largest"), PAIRS, ids=[f"{p[0]}-{p[1]}" for p in PAIRS])
@settings(max_examples=8, deadline=None, derandomize=True, **QUICK)
@given(data=st.data(), person=MEASURES, beside=st.sampled_from([(), ("carbamazepine",)]))
def test_an_independent_simulator_finds_our_levels_again(drug, variant, route, largest, data, person, beside):
    regimen = data.draw(regimens(route, largest, "mg PE" if drug == "fosphenytoin" else "mg"))
    minutes = [0.5, 3.5, 20.5, 61.5, 150.5, 242.5, 500.5]
    how = {"drug": drug, "variant": variant or (), "beside": beside, "confirm_overdose": True, **person}
    document = quell.sbml(regimen, **how)
    ours = quell.pk(regimen, at=minutes, **how | {"variant": variant})
    active = ours.attrs["drug"]
    names = {f"{active}_{kind}": kind for kind in ("plasma", "site", "free", "brain")}
    products = set(ours.data_vars) - set(names.values())
    names |= {f"{product}_plasma": product for product in products}
    theirs = resimulated(document, minutes, list(names))
    for name, kind in names.items():
        same(ours[kind].values, theirs[name])


@pytest.mark.parametrize("how", [{"state": "icu"}, {"pregnancy": True}, {"state": "icu", "alcohol": True, "age": 70}])
def test_the_state_of_the_person_is_in_the_model(how):
    regimen = {"regimen": "0.1 mg/kg/h IV for 5 h", "drug": "midazolam"}
    ours = quell.pk(at=[200.5], **regimen, **how)["plasma"].values
    same(ours, resimulated(quell.sbml(**regimen, **how), [200.5], ["midazolam_plasma"])["midazolam_plasma"])
    assert abs(ours[0] / quell.pk(at=[200.5], **regimen)["plasma"].values[0] - 1.0) > 0.05


def test_drives_of_three_drugs_and_an_antagonist_are_those_of_the_pharmacy():
    lines = ["midazolam/IV", "valproate/IV", "propofol/IV", "flumazenil/IV"]
    given = {"midazolam/IV": 0.02, "valproate/IV": 5.0, "propofol/IV": 0.1, "flumazenil/IV": 0.002}
    words = "; ".join(f"{line.partition('/')[0]} {mg * 3600!r} mg/h IV for 1 h" for line, mg in given.items())
    document = quell.sbml(words, variant="propofol=marsh", confirm_overdose=True, alone=True)
    how = {"study": None, "patients": [0], "step_s": 30.0, "variants": {"propofol": "marsh"}, "interacting": False}
    pharmacy = Pharmacy.build(lines, reference_persons(1), **how)
    state = pharmacy.rest(1)
    for _ in range(60):
        state = pharmacy.step(state, {line: np.array([mg]) for line, mg in given.items()})
    ours = {port: drive for port, drive in pharmacy.ports(state).items() if drive[0] > 0}
    assert {"gaba_a.bzd_site", "gaba_a.bzd_antagonist", "gaba_a.direct_site", "sodium_channel.inactivated"} <= set(ours)
    theirs = resimulated(document, [30.0], [f"drive_{port.replace('.', '_')}" for port in ours])
    for port, drive in ours.items():
        same(drive, theirs[f"drive_{port.replace('.', '_')}"])


def test_what_is_given_is_somewhere():
    document = quell.sbml("15 mg PE/kg IM; at 30 min: 10 mg PE/kg IV at 100 mg PE/min", drug="fosphenytoin")
    model = roadrunner.RoadRunner(document)  # kept: what its model lists must not outlive it
    rooms = [name for name in model.model.getFloatingSpeciesIds() if "formed" not in name]
    theirs = resimulated(document, [10.5, 33.5, 700.0], rooms)
    held = sum(levels for name, levels in theirs.items() if not name.endswith("_given"))
    np.testing.assert_allclose(held, theirs["phenytoin_given"], rtol=1e-9)


def test_a_dose_is_a_parameter_that_another_tool_can_change():
    document = quell.sbml("100 mg IV; 50 mg/h IV for 1 h at 10 min", drug="propofol")
    model = roadrunner.RoadRunner(document)
    model["dose_1"] = 0.0
    model.reset()
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-14
    theirs = np.asarray(model.simulate(times=[0.0, 1800.0], selections=["propofol_plasma"]))[1, 0]
    same(quell.pk("50 mg/h IV for 1 h", drug="propofol", at=[20.0])["plasma"].values, [theirs])


@pytest.mark.parametrize(
    "words", ["midazolam 10 mg IM; phenytoin 20 mg/kg IV at 50 mg/min", "diazepam 10 mg rectal; clonazepam 2 mg oral"]
)
def test_the_document_is_consistent_sbml_units_included(words):
    everything = sum(getattr(roadrunner, name) for name in dir(roadrunner) if name.startswith("VALIDATE_"))
    document = quell.sbml(words, alone=True)
    assert roadrunner.validateSBML(document, everything) == ""
    together = quell.sbml(words)  # factors between drugs are traced from code and have no units
    assert roadrunner.validateSBML(together, everything - roadrunner.VALIDATE_UNITS) == ""
    assert roadrunner.validateSBML(document.replace('units="per_second"', 'units="mg"', 1), everything) != ""


def test_the_text_says_for_whom_it_is_and_that_it_is_not_for_the_bedside(capsys):
    assert main(["export", "sbml", "4 mg IV", "--drug", "lorazepam", "--antimony", "--weight", "61"]) == 0
    said = capsys.readouterr().out
    assert "not for bedside decisions" in said
    assert "weight_kg 61" in said
    assert antimony.loadAntimonyString(said) >= 0
    assert "not for bedside decisions" in quell.sbml("4 mg IV", drug="lorazepam")


def test_a_file_is_written_where_asked(tmp_path, capsys):
    out = tmp_path / "new" / "lorazepam.xml"
    assert main(["export", "sbml", "4 mg IV", "--drug", "lorazepam", "--out", str(out)]) == 0
    assert roadrunner.RoadRunner(out.read_text(encoding="utf-8"))["dose_1"] == 4.0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("propofol 100 mg IV; midazolam 5 mg IV|--variant|marsh", "DRUG=VARIANT"),
        ("propofol 100 mg IV|--variant|midazolam=wiebe", "midazolam is not given"),
        ("propofol 100 mg IV|--variant|nobody", "propofol has no variant 'nobody'"),
        ("propofol 100 mg by mouth", "propofol"),
        ("", "the regimen is empty"),
    ],
)
def test_a_mistake_is_one_sentence(words, said, capsys):
    assert main(["export", "sbml", *words.split("|")]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_without_the_library_one_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "antimony", None)
    with pytest.raises(InputError, match=r"quell\[export\]"):
        quell.sbml("4 mg IV", drug="lorazepam")
    assert "lorazepam_plasma" in quell.sbml("4 mg IV", drug="lorazepam", antimony=True)
