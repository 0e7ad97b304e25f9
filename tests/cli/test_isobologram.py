"""`quell isobologram` writes a picture and a table."""

import json

from quell.cli.main import main


def test_two_drugs_give_a_picture_and_a_table(capsys, tmp_path):
    out = tmp_path / "a" / "gate.png"
    assert main(["isobologram", "midazolam", "propofol", "--effect", "2", "--effect", "3", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert out.read_bytes()[:4] == b"\x89PNG"
    assert "never" in said and "x 3" in said and str(out) in said


def test_a_program_gets_levels_and_index(capsys, tmp_path):
    out = tmp_path / "gate.png"
    words = ["isobologram", "midazolam", "propofol", "--effect", "3", "--json", "--out", str(out)]
    assert main(words) == 0
    (row,) = json.loads(capsys.readouterr().out)["effects"]
    assert row["alone"][0] is None and 0.0 < row["index"] < 1.0


def test_a_drug_elsewhere_leaves_nothing_behind(capsys, tmp_path):
    assert main(["isobologram", "ketamine", "propofol", "--out", str(tmp_path / "x.png")]) == 2
    assert "no site at the GABA-A gate" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
