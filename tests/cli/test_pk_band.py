"""The interval of people: every level has one, no model prints one without width, programs' three columns stay."""

import json
import re

import numpy as np
import pytest

import quell
from quell.cli.main import main
from quell.drugs import library
from quell.drugs.card import load

SPREAD = [(name, variant) for name in library.names() for variant in load(name).pk if load(name).ordered_as == "mg"]


@pytest.mark.parametrize(("drug", "variant"), SPREAD)
def test_every_model_has_an_interval_of_some_width(drug, variant):
    route = next(iter(load(drug).route))
    regimen = f"1 mg/kg {route}{' over 1 h' if route == 'IV' else ''}"
    found = quell.pk(regimen, drug=drug, variant=variant, at=[180.0], n=20, confirm_overdose=True)
    assert float(found["plasma_low"][0]) < 0.99 * float(found["plasma_high"][0])
    assert not any("no interval" in note for note in found.attrs["notes"])


def test_free_levels_and_metabolites_have_one_too(capsys):
    assert main(["pk", "10 mg IV", "--drug", "midazolam", "--at", "30,120", "--n", "40", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    for name in ("plasma", "site", "free", "brain", "hydroxymidazolam"):
        for low, middle, high in zip(
            *(answer[f"{name}{edge}_mg_per_L"] for edge in ("_low", "", "_high")), strict=True
        ):
            assert low < middle < high


def test_a_table_for_programs_grows_by_columns_only_when_people_are_asked_for(capsys):
    words = ["pk", "10 mg IV", "--drug", "midazolam", "--at", "30", "--csv"]
    assert main(words) == 0
    plain = capsys.readouterr().out.splitlines()
    assert main([*words, "--n", "20"]) == 0
    many = capsys.readouterr().out.splitlines()
    assert plain[0] == "time_min,plasma_mg_per_L,site_mg_per_L"
    assert many[0].startswith(plain[0]) and many[1].startswith(plain[1])
    assert "free_low_mg_per_L" in many[0] and "hydroxymidazolam_high_mg_per_L" in many[0]


def test_where_nobody_is_known_to_differ_there_is_no_interval_and_a_sentence_why(tmp_path, capsys):
    text = (library.FOLDER / "levetiracetam.toml").read_text(encoding="utf-8")
    card = tmp_path / "levetiracetam.toml"
    start = text.index("[pk.population]")
    text = text[:start] + re.sub(r", between(_source)? = [^,}]+", "", text[start:])
    card.write_text(text, encoding="utf-8")
    words = ["pk", "levetiracetam 20 mg/kg IV", "--variant", "rhee", "--card", str(card), "--at", "30", "--n", "20"]
    assert main([*words, "--json"]) == 0
    said = capsys.readouterr()
    assert "plasma_low_mg_per_L" not in json.loads(said.out)
    assert "no spread between people is known for plasma" in said.err


def test_a_volume_without_a_spread_has_no_interval_at_the_first_moment(capsys):
    how = {"drug": "pentobarbital", "variant": "ketharanathan", "n": 20}
    found = quell.pk("5 mg/kg IV", at=[0.0, 600.0], **how)
    assert np.isnan(found["plasma_low"][0]) and found["plasma_low"][1] < found["plasma_high"][1]
    words = ["pk", "5 mg/kg IV", "--drug", "pentobarbital", "--variant", "ketharanathan", "--n", "20", "--at", "0,600"]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["plasma_low_mg_per_L"][0] is None
    assert main(words) == 0
    assert " - " in capsys.readouterr().out
