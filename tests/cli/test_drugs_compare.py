"""`quell drugs compare` sets the models of one drug side by side and leaves nothing behind where it cannot."""

import json

import pytest

import quell
from quell.cli.main import main


def test_every_model_has_a_row_and_a_curve(capsys, tmp_path):
    out = tmp_path / "a" / "variants.png"
    words = ["drugs", "compare", "midazolam", "--regimen", "0.2 mg/kg IV", "--until", "2 h"]
    assert main([*words, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert out.read_bytes()[:4] == b"\x89PNG" and "not for bedside" in said.lower()
    assert all(name in said for name in quell.drugs["midazolam"].pk) and "(default)" in said


def test_a_program_gets_the_levels_that_pk_gives(capsys, tmp_path):
    words = ["drugs", "compare", "lorazepam", "--regimen", "4 mg IV", "--until", "2 h", "--json"]
    assert main([*words, "--out", str(tmp_path / "x.png")]) == 0
    told = json.loads(capsys.readouterr().out)
    one = quell.pk("4 mg IV", drug="lorazepam", variant="icu", at=told["time_min"])
    assert told["plasma_mg_per_L"]["icu"] == pytest.approx(one["plasma"].values.tolist())


def test_a_prodrug_has_no_models(capsys, tmp_path):
    assert main(["drugs", "compare", "fosphenytoin", "--out", str(tmp_path / "x.png")]) == 2
    assert "no kinetics of its own" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
