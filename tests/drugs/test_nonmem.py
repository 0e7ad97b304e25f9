"""NONMEM records mean what NONMEM says they mean: repeats, steady state, resets, covariates, and mistakes by line."""

import numpy as np
import pytest

from quell.cli.main import main
from quell.cli.pk_table import table_levels
from quell.ground import compute
from quell.ground.errors import InputError

compute.prepare()
HEAD = "ID,TIME,AMT,RATE,II,ADDL,SS,CMT,EVID\n"


@pytest.fixture
def levels(tmp_path):
    def run(text, **how):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return np.array(table_levels(path, **({"variant": None} | how)))

    return run


def one_compartment(t, dose=1.0, V=65.3, CL=3.9):
    """Levetiracetam after Rhee at the reference creatinine clearance: a push."""
    return dose / V * np.exp(-CL / V * np.asarray(t)) * (np.asarray(t) >= 0)


RHEE = {"variant": "rhee"}


def test_a_push_decays_as_its_formula(levels):
    found = levels(HEAD + "1,0,1000,0,0,0,0,levetiracetam/IV,1\n1,1,.,.,.,.,.,.,0\n1,6,.,.,.,.,.,.,0\n", **RHEE)
    np.testing.assert_allclose(found[:, 2], one_compartment([1, 6], 1000), rtol=1e-9)
    assert found[:, 1].tolist() == [1.0, 6.0]


def test_repeats_are_the_same_as_doses_written_out_and_a_record_on_one_sees_the_trough(levels):
    short = levels(HEAD + "1,0,500,0,12,2,0,levetiracetam/IV,1\n1,24,.,.,.,.,.,.,0\n1,30,.,.,.,.,.,.,0\n", **RHEE)
    rows = "".join(f"1,{t},500,0,0,0,0,levetiracetam/IV,1\n" for t in (0, 12))
    long = levels(HEAD + rows + "1,24,.,.,.,.,.,.,0\n1,24,500,0,0,0,0,levetiracetam/IV,1\n1,30,.,.,.,.,.,.,0\n", **RHEE)
    np.testing.assert_allclose(short[:, 2], long[:, 2], rtol=1e-12)
    np.testing.assert_allclose(short[0, 2], one_compartment([24, 12], 500).sum(), rtol=1e-9)


def test_steady_state_of_pushes_is_the_geometric_sum(levels):
    text = HEAD + "1,0,500,0,12,0,1,levetiracetam/IV,1\n1,0,.,.,.,.,.,.,0\n1,12,.,.,.,.,.,.,0\n"
    peak = 500 / 65.3 / (1 - np.exp(-3.9 / 65.3 * 12))
    np.testing.assert_allclose(levels(text, **RHEE)[:, 2], [peak, peak - 500 / 65.3], rtol=1e-9)


@pytest.mark.parametrize("lasts", [1.0, 12.0, 30.0])
def test_steady_state_of_infusions_is_what_many_of_them_come_to_also_where_they_overlap(levels, lasts):
    rate = 500 / lasts
    steady = HEAD + f"1,0,500,{rate!r},12,0,1,levetiracetam/IV,1\n1,5,.,.,.,.,.,.,0\n1,11,.,.,.,.,.,.,0\n"
    many = HEAD + f"1,0,500,{rate!r},12,60,0,levetiracetam/IV,1\n1,725,.,.,.,.,.,.,0\n1,731,.,.,.,.,.,.,0\n"
    np.testing.assert_allclose(levels(steady, **RHEE)[:, 2], levels(many, **RHEE)[:, 2], rtol=1e-7)


def test_steady_state_2_adds_to_what_is_there_and_1_forgets_it(levels):
    first = "1,0,2000,0,0,0,0,levetiracetam/IV,1\n"
    row, ask = "1,5,500,0,12,0,{},levetiracetam/IV,1\n", "1,6,.,.,.,.,.,.,0\n"
    alone = levels(HEAD + row.format(1) + ask, **RHEE)[0, 2]
    assert levels(HEAD + first + row.format(1) + ask, **RHEE)[0, 2] == pytest.approx(alone, rel=1e-12)
    added = levels(HEAD + first + row.format(2) + ask, **RHEE)[0, 2]
    assert added == pytest.approx(alone + one_compartment(6, 2000), rel=1e-9)


def test_a_reset_empties_the_body_stops_infusions_and_forgets_repeats(levels):
    before = "1,0,900,90,0,0,0,levetiracetam/IV,1\n1,1,500,0,6,9,0,levetiracetam/IV,1\n"
    gone = levels(HEAD + before + "1,5,.,.,.,.,.,.,3\n1,8,.,.,.,.,.,.,0\n", **RHEE)
    assert gone[0, 2] == 0.0
    again = levels(HEAD + before + "1,5,700,0,0,0,0,levetiracetam/IV,4\n1,8,.,.,.,.,.,.,0\n", **RHEE)
    assert again[0, 2] == pytest.approx(one_compartment(3, 700), rel=1e-9)


def test_duration_makes_the_rate_and_covariates_make_the_person(levels):
    head = "ID,TIME,AMT,DUR,CMT,EVID,WT,AGE,HT,MALE\n"
    found = levels(
        head
        + "1,0,140,0.5,1,1,70,40,175,1\n1,1,.,.,.,0,70,40,175,1\n"
        + "2,0,140,0.5,1,1,50,40,160,0\n2,1,.,.,.,0,50,40,160,0\n",
        drug="propofol",
        variant="marsh",
    )
    assert found[1, 2] == pytest.approx(found[0, 2] * 70 / 50, rel=1e-9)  # the model scales with weight alone


def test_saturable_phenytoin_settles_or_is_told_that_it_cannot(levels):
    how = {"variant": "odani"}
    found = levels(HEAD + "1,0,150,0,12,0,1,phenytoin/IV,1\n1,12,.,.,.,.,.,.,0\n", **how)
    many = levels(HEAD + "1,0,150,0,12,400,0,phenytoin/IV,1\n1,4800,.,.,.,.,.,.,0\n", **how)
    assert found[0, 2] == pytest.approx(many[0, 2], rel=1e-4)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ID,TIME,CMT\n1,0,levetiracetam/IV\n", "AMT missing"),
        (HEAD + "1,5,100,0,0,0,0,levetiracetam/IV,1\n1,2,.,.,.,.,.,.,0\n", "table.csv:3"),
        (HEAD + "1,0,9,0,0,0,0,lorazepam/IV,1\n2,0,9,0,0,0,0,lorazepam/IV,1\n1,3,.,.,.,.,.,.,0\n", "comes back"),
        (HEAD + "1,0,100,0,0,0,0,levetiracetam/IV,1\n", "asks for nothing"),
        (HEAD + "1,1,.,.,.,.,.,.,0\n", "given nothing"),
        (HEAD + "1,0,100,-2,0,0,0,levetiracetam/IV,1\n", "RATE"),
        (HEAD + "1,0,100,0,0,0,3,levetiracetam/IV,1\n", "SS"),
        ("", "empty"),
        ("ID,TIME,AMT,CMT,EVID,WT\n1,0,4,lorazepam/IV,1,heavy\n", "WT"),
        ("ID,TIME,AMT,CMT,EVID,DUR,RATE\n1,0,4,lorazepam/IV,1,1,4\n", "DUR and RATE"),
        (HEAD + "1,x,100,0,0,0,0,levetiracetam/IV,1\n", "TIME"),
    ],
)
def test_a_mistake_is_named_by_line_or_column(levels, text, says):
    with pytest.raises(InputError) as told:
        levels(text)
    assert says in str(told.value)


def test_the_command_prints_a_table(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "7,0,4,0,0,0,0,lorazepam/IV,1\n7,1,.,.,.,.,.,.,0\n", encoding="utf-8")
    assert main(["pk", "--events", str(path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "ID,TIME,plasma_mg_per_L,site_mg_per_L" and out[1].startswith("7,1.0,0.0")
    assert main(["pk"]) == 2 and "no regimen" in capsys.readouterr().err
