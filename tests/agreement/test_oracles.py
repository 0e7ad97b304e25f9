"""Chloride, ions and the sign of GABA beside published models: what docs/oracles.md says agrees, agrees."""

import importlib
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
