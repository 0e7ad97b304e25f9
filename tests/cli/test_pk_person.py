"""`quell pk`: the person, the model that stands for them, and doses that nobody can mean."""

import json

import numpy as np
import pytest

import quell
from quell.cli.main import main
from quell.ground.errors import InputError


def test_a_target_is_held_in_the_model_that_the_state_picks():
    held = quell.pk("TCI 3 mg/L plasma for 1 h", drug="propofol", state="icu", at=[10.0, 30.0, 59.0])
    np.testing.assert_allclose(held["plasma"], 3.0, rtol=1e-9)
    assert held.attrs["variant"] == "icu_bolus"


def test_a_child_is_labelled_with_the_model_that_it_gets(capsys):
    words = ["4 mg IV", "--drug", "lorazepam", "--age", "5", "--weight", "20"]
    assert main(["pk", *words, "--at", "1"]) == 0
    assert "lorazepam, children." in capsys.readouterr().out
    assert main(["pk", *words, "--at", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["variant"] == "children"
    assert main(["export", "sbml", *words, "--antimony"]) == 0
    assert "lorazepam (children) by Quell" in capsys.readouterr().out
    named = quell.pk("4 mg IV", drug="lorazepam", age=5, weight=20, at=[1.0], variant="children")
    assert float(named["plasma"][0]) == float(
        quell.pk("4 mg IV", drug="lorazepam", age=5, weight=20, at=[1.0])["plasma"][0]
    )


def test_a_table_that_no_memory_holds_is_refused_before_it_is_made():
    for until, every in (("3e9 h", "5 min"), ("6 h", "1e-9 s")):
        with pytest.raises(InputError, match="times"):
            quell.pk("4 mg IV", drug="lorazepam", until=until, every=every)


@pytest.mark.parametrize(
    ("measure", "value"), [("age", 150), ("height", 10), ("albumin", 2), ("albumin", 200), ("crcl", 0), ("weight", 0.1)]
)
def test_a_measure_that_nobody_has_is_refused(measure, value):
    with pytest.raises(InputError, match=r"person|body weight"):
        quell.pk("4 mg IV", drug="lorazepam", at=[1.0], **{measure: value})


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"weight": 400, "age": 0}, "400 kg is no weight for an age of 0 days"),
        ({"weight": 12, "age": 2, "height": 250}, "250 cm is no height for an age of 2 years"),
        ({"weight": 5, "age": 40}, "5 kg is no weight for an age of 40 years"),
    ],
)
def test_a_measure_that_nobody_of_that_age_has_is_refused(person, said):
    with pytest.raises(InputError, match=said):
        quell.pk("4 mg IV", drug="lorazepam", at=[1.0], **person)


@pytest.mark.parametrize(
    ("drug", "variant", "person"),
    [
        ("midazolam", "van_rongen", {"weight": 10, "age": 2, "height": 85}),
        ("levetiracetam", None, {"weight": 10, "age": 2, "height": 85}),
        ("phenobarbital", None, {"weight": 60, "height": 155, "sex": "f"}),
        ("brivaracetam", None, {}),
    ],
)
def test_people_whom_a_model_was_not_made_in_are_named(drug, variant, person):
    levels = quell.pk("1 mg/kg IV", drug=drug, variant=variant, at=[1.0], **person)
    assert any("was made in people of" in note for note in levels.attrs["notes"])


@pytest.mark.parametrize("drug", ["meropenem", "magnesium", "topiramate", "carbamazepine"])
def test_a_model_that_names_nobody_is_taken_for_adults_and_says_so(drug):
    route = "oral" if drug in ("topiramate", "carbamazepine") else "IV over 10 min"
    child = {"weight": 10, "age": 2, "height": 85}
    notes = quell.pk(f"5 mg/kg {route}", drug=drug, at=[30.0], **child).attrs["notes"]
    assert sum("is taken for people of" in note and "outside" in note for note in notes) == 2  # age and weight
    assert not any(
        "taken for people" in note for note in quell.pk(f"5 mg/kg {route}", drug=drug, at=[30.0]).attrs["notes"]
    )


@pytest.mark.parametrize(
    ("regimen", "drug", "person"),
    [
        ("30 mg IV", "lorazepam", {}),
        ("60 mg IM", "midazolam", {}),
        ("11 mg/kg/h IV", "midazolam", {}),
        ("30 mg/kg/h IV for 1 h", "propofol", {}),
        ("200 mg/h IV", "lorazepam", {}),
        ("3000 mg IV over 15 min", "lacosamide", {}),
        ("450 mg IV over 15 min", "lacosamide", {"weight": 10, "age": 2, "height": 85}),
        ("TCI 60 mg/L plasma for 1 h", "propofol", {}),
        ("8 % inhaled for 1 h", "isoflurane", {}),
    ],
)
def test_five_times_what_the_card_names_asks_whether_it_is_meant(regimen, drug, person):
    with pytest.raises(InputError, match="--confirm-overdose"):
        quell.pk(regimen, drug=drug, at=[1.0], **person)
    assert np.isfinite(quell.pk(regimen, drug=drug, at=[1.0], confirm_overdose=True, **person)["plasma"][0])


def test_every_dose_of_every_card_is_one_that_it_allows():
    from quell.drugs import library
    from quell.drugs.card import load
    from quell.drugs.dose import parse_order
    from quell.drugs.sense import check_orders

    for name in library.names():
        for form in (*load(name).form, *load(name).most):
            for weight, age in ((70.0, 35.0), (12.0, 2.0)):
                if form.from_kg <= weight < form.to_kg:
                    share = (
                        1.0 if "/kg" in form.words or weight > 40 or "%" in form.words or "MAC" in form.words else 0.0
                    )
                    if share:
                        check_orders([(0.0, parse_order(form.words))], weight, age, confirmed=False)


def test_a_card_without_doses_says_so_and_refuses_only_the_impossible(tmp_path):
    lines = (_library() / "brexanolone.toml").read_text(encoding="utf-8").replace('"brexanolone"', '"novolone"')
    text = lines.partition("[[form]]")[0].replace('aliases = ["allopregnanolone", "Zulresso", "SGE-547", "ALLO"]', "")
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    levels = quell.pk("9000 mg IV", card=mine, at=[1.0])
    assert any("names no dose" in note for note in levels.attrs["notes"])
    with pytest.raises(InputError, match="hundredth of the body"):
        quell.pk("20 g/kg IV", card=mine, at=[1.0])


def _library():
    from quell.drugs.library import FOLDER

    return FOLDER
