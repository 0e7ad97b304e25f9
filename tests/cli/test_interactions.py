"""`quell interactions` explains in words and answers programs."""

import json

from quell.cli.main import main


def test_it_says_what_meropenem_does_to_valproate(capsys):
    assert main(["interactions", "valproate", "meropenem"]) == 0
    said = capsys.readouterr().out
    assert "takes valproate away within a day" in said and "clearance x 1.75" in said and "not for bedside" in said


def test_a_program_gets_sizes_times_and_sources(capsys):
    assert main(["interactions", "VPA", "MEM", "--after", "24 h", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    (one,) = answer["interactions"]
    assert (one["of"], one["on"], one["grade"]) == ("meropenem", "valproate", "C")
    assert 1.0 < answer["multipliers"]["valproate"]["CL"] < one["full"]["CL"] == 1.75


def test_strangers_to_each_other_are_said_to_be_so(capsys):
    assert main(["interactions", "levetiracetam", "lacosamide"]) == 0
    assert capsys.readouterr().out.startswith("No interaction among lacosamide, levetiracetam")


def test_a_misspelt_drug_is_one_sentence(capsys):
    assert main(["interactions", "valproat"]) == 2
    assert "did you mean valproate" in capsys.readouterr().err
