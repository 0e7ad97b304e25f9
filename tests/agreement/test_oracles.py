"""Chloride, ions, the sign of GABA and the thalamus beside published models: what docs/oracles.md says, is so."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "validation"


@pytest.fixture(scope="module")
def oracles():
    """The script of the table, as a module."""
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module("oracles")
    sys.path.remove(str(FOLDER))


def missed(rows):
    return [row["quantity"] for row in rows if row["verdict"] != "agrees"]


def test_reversal_and_clamped_chloride_are_those_of_the_printed_runs(oracles):
    assert missed(oracles.reversal()) == []
    assert missed(oracles.clamped()) == ["equations anew: share of the printed KCC2 that gives 8.63 mM at 60 s"]


def test_the_pump_leak_cell_written_anew_gives_every_printed_chloride(oracles):
    rows = [row for row in oracles.pump_leaks() if row["quantity"].startswith("equations anew")]
    assert len(rows) == 7
    assert missed(rows) == []


@pytest.mark.parametrize("K_bath", [5, 14])
def test_the_pump_keeps_epileptor2_in_its_rhythm_and_fails_for_good_in_a_bath_of_14_mM(oracles, K_bath):
    found = oracles.epileptor2(K_bath, oracles._ions)
    if K_bath == 14:
        assert found.kind == "permanent"
        assert found.Na_i[1] == pytest.approx(72.0, rel=0.02)
    else:
        assert found.every_s == pytest.approx(168.4, rel=0.01)


def test_more_gaba_calms_at_minus_60_and_excites_at_minus_46(oracles):
    E = np.array([-60.0, -46.0])
    calm, lit = oracles._noisy(2.0, E, 4.0) / oracles._noisy(2.0, E, 1.0)
    assert calm < 0.9 and lit > 1.05


@pytest.fixture(scope="module")
def thalamus(oracles):
    """Our thalamus beside neurolib's last numbers, as a module; neurolib itself is not started."""
    return oracles.oracle_thalamus


def test_the_table_of_the_thalamus_is_what_neurolibs_numbers_and_ours_give(thalamus):
    kept, ours = thalamus.kept(), thalamus.ours()
    rows = [*thalamus.rows_printed(kept["runs"], ours), *thalamus.rows_beside(kept["runs"], ours)]
    table = json.loads((FOLDER / "oracles.json").read_text(encoding="utf-8"))
    told = [row for title, block in table["blocks"].items() if title.startswith("The thalamus") for row in block]
    steady = ("quantity", "oracle", "tolerance", "verdict")  # last digits of ours may differ between machines
    assert [[row[key] for key in steady] for row in rows] == [[row[key] for key in steady] for row in told]
    page = (FOLDER.parent / "docs" / "oracles.md").read_text(encoding="utf-8")
    assert all(f"| {row['quantity']} | {row['oracle']} | {row['ours']} |" in page for row in told)
    assert thalamus.told_of(kept) in page


def test_the_thalamus_needs_what_neurolibs_needs_and_does_not_wax_and_wane(thalamus):
    theirs, ours = thalamus.kept()["runs"], thalamus.ours()
    for name in ("T-type 0", "relay T-type 0", "E_GABA -50 mV", "g_LK 0.033, T-type halved"):
        assert theirs[name]["hz"] is None and ours[name]["hz"] is None, name
    for name in ("default", "g_LK 0.033", "h halved"):
        assert ours[name]["hz"] == pytest.approx(theirs[name]["hz"], abs=0.5)
    assert 4.0 < theirs["default"]["every_s"] < 7.0
    assert {run["every_s"] for run in ours.values()} == {None}


def test_what_ours_is_given_is_what_neurolib_is_given(thalamus):
    """The defaults of neurolib in its units are ours in our units."""
    card, loop = thalamus.reading.card(), thalamus.default_thalamus().loop
    published = {"g_LK": 0.018, "g_T_t": 3.0, "g_T_r": 2.3, "g_h": 0.062, "E_GABA": -70.0}
    fields = {"potassium": "g_potassium"}
    for name, value in published.items():
        named = card["names"][name]
        assert float(getattr(loop, fields.get(named["ours"], named["ours"]))) == pytest.approx(value / named["per"])
    assert float(thalamus.default_thalamus().h.binding) == pytest.approx(0.1 / card["names"]["k3"]["per"])


def test_where_neurolib_cannot_run_one_sentence_says_so_and_the_last_numbers_stay(thalamus, monkeypatch, capsys):
    def missing(*_, **__):
        raise FileNotFoundError("no uv on this machine")

    before = thalamus.KEPT.read_bytes()
    monkeypatch.setattr(thalamus.subprocess, "run", missing)
    assert thalamus.renewed.__wrapped__() == thalamus.kept()
    said = capsys.readouterr().out
    assert (
        said
        == f"neurolib cannot run here (no uv on this machine), so its numbers of {thalamus.kept()['date']} are kept.\n"
    )
    assert thalamus.KEPT.read_bytes() == before


def test_spindles_are_counted_where_a_rhythm_pauses(thalamus):
    card = thalamus.reading.card()
    time = np.arange(0.0, card["seconds"], 1e-3 * card["sample_ms"])
    waxing = np.cos(2 * np.pi * 13.0 * time) * np.maximum(0.0, np.sin(2 * np.pi * time / 5.0)) * 8.0 - 62.0
    found = thalamus.reading.read(card, waxing, 0.0 * time, 0.0 * time)
    assert found["hz"] == pytest.approx(13.0, abs=0.3) and found["every_s"] == pytest.approx(5.0, abs=0.3)
    steady = thalamus.reading.read(card, np.cos(2 * np.pi * 13.0 * time), 0.0 * time, 0.0 * time)
    assert steady["hz"] == pytest.approx(13.0, abs=0.1) and steady["every_s"] is None
    assert thalamus.reading.read(card, 0.0 * time - 70.0, 0.0 * time, 0.0 * time)["hz"] is None
