"""The library: every card loads, passes its own examination, and a defect is named with file and row."""

import json

import pytest

from quell.drugs import library
from quell.drugs.card import PORTS, load, read_card, schema
from quell.drugs.dose import parse_order
from quell.drugs.examination import examine
from quell.drugs.port import CAUSES, NEURONS
from quell.ground.errors import CardError, InputError

NAMES = library.names()
LORAZEPAM = (library.FOLDER / "lorazepam.toml").read_text(encoding="utf-8")


def test_the_ten_drugs_of_status_epilepticus_are_on_the_shelf():
    wanted = "diazepam fosphenytoin ketamine levetiracetam lorazepam midazolam phenobarbital phenytoin propofol"
    assert {*wanted.split(), "valproate"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_card_passes_its_own_examination(name):
    findings = examine(load(name))
    assert findings
    assert not [finding for finding in findings if not finding.holds]


@pytest.mark.parametrize("name", NAMES)
def test_every_guideline_dose_on_a_card_can_be_ordered(name):
    card = load(name)
    assert card.form and card.harm and card.monitor
    for form in card.form:
        assert parse_order(form.words).drug == name


@pytest.mark.parametrize("name", NAMES)
def test_a_drug_against_seizures_has_a_least_dose_and_no_other_drug_has(name):
    card = load(name)
    touched = {act.port for act in card.acts_on}
    treats = bool(card.delivers) or bool(touched & NEURONS)
    if treats or not touched & CAUSES:  # a remedy of the cause may have one, as pyridoxine has its trial dose
        assert bool(card.adequate) == (treats and card.ordered_as != "%")  # a vapour goes by effect


@pytest.mark.parametrize("name", NAMES)
def test_every_drug_touches_a_port_that_biology_knows(name):
    assert load(name).acts_on
    assert {act.port for act in load(name).acts_on} <= set(PORTS)


@pytest.mark.parametrize("name", NAMES)
def test_recalled_and_assumed_numbers_carry_the_worst_grade(name):
    def rows(part):
        if isinstance(part, dict):
            if "grade" in part:
                yield part
            for value in part.values():
                yield from rows(value)
        elif isinstance(part, list | tuple):
            for value in part:
                yield from rows(value)

    for row in rows(load(name).model_dump()):
        assert row["grade"] == "D" or row["source"] not in ("recalled", "assumed"), row


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"0.59 L/kg"', '"0.59 L/h"', r"V1: '0.59 L/h' is not in L or L/kg"),
        ('"0.59 L/kg"', '"much"', "does not start with a number"),
        ('port = "gaba_a.bzd_site"', 'port = "gaba_b.site"', r"acts_on.0.port: .*gaba_a.bzd_site"),
        ('EC50 = { value = "4.1 nM"', 'EC50 = { value = "4.1 mg"', "acts_on.0: '4.1 mg' is not in mg/L or mmol/L"),
        ('source = "Barr2001"', 'source = "hearsay"', "source 'hearsay' is neither"),
        ("range = [34, 188]", "range = [134, 188]", "lies outside its own range"),
        ("[route.IV]", "[route.eye]", "route eye is not one of"),
        ('default = "adult"', 'default = "grown"', "no variant 'grown'"),
        ('half_time = { value = "8.8 min"', 'half_life = { value = "8.8 min"', "site.half_life"),
        ('CL = { value = "62.17', 'CLX = { value = "62.17', "CL"),
        ('source = "recalled", grade = "D", range', 'source = "recalled", grade = "B", range', "has grade D"),
        ("[binding]", "[bonding]", "bonding"),
        ('kind = "benzodiazepine"', 'kind = "benzo', "line"),
    ],
)
def test_a_defect_of_a_card_is_named_with_file_and_row(tmp_path, old, new, complaint):
    assert old in LORAZEPAM
    path = tmp_path / "lorazepam.toml"
    path.write_text(LORAZEPAM.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CardError, match=complaint) as caught:
        read_card(path)
    assert str(caught.value).startswith("lorazepam.toml: ")


def test_the_schema_of_a_card_is_json_that_editors_can_use():
    assert {"name", "route", "pk", "acts_on"} <= set(json.loads(schema())["properties"])


def test_a_misspelt_drug_is_told_its_nearest_name():
    with pytest.raises(InputError, match="did you mean ketamine"):
        load("ketamin")
