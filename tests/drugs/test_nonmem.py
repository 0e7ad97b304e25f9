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


def test_a_repeat_comes_before_a_record_of_its_moment_and_rows_keep_their_order(levels):
    """NONMEM has repeats (ADDL) prior to an observation; two records of one moment stand as they are written."""
    ask = "1,24,.,.,.,.,.,.,0\n"
    short = levels(HEAD + "1,0,500,0,12,2,0,levetiracetam/IV,1\n" + ask + "1,30,.,.,.,.,.,.,0\n", **RHEE)
    rows = "".join(f"1,{t},500,0,0,0,0,levetiracetam/IV,1\n" for t in (0, 12))
    last = "1,24,500,0,0,0,0,levetiracetam/IV,1\n"
    long = levels(HEAD + rows + ask + last + ask + "1,30,.,.,.,.,.,.,0\n", **RHEE)
    np.testing.assert_allclose(short[:, 2], long[1:, 2], rtol=1e-12)
    np.testing.assert_allclose(long[0, 2], one_compartment([24, 12], 500).sum(), rtol=1e-9)
    np.testing.assert_allclose(short[0, 2], one_compartment([24, 12, 0], 500).sum(), rtol=1e-9)


def test_repeats_whose_times_are_no_round_numbers_are_met_all_the_same(levels):
    found = levels(HEAD + "1,0.1,500,0,0.1,9,0,levetiracetam/IV,1\n1,0.3,.,.,.,.,.,.,0\n1,0.7,.,.,.,.,.,.,0\n", **RHEE)
    for row, count in zip(found, (3, 7), strict=True):
        assert row[2] == pytest.approx(one_compartment(0.1 * np.arange(count), 500).sum(), rel=1e-9)


def test_levetiracetam_at_the_moment_of_its_first_repeat(levels):
    head = HEAD.strip() + ",WT,AGE\n"
    found = levels(head + "1,0,500,0,12,3,0,levetiracetam/IV,1,70,40\n1,12,.,.,.,.,.,.,0,70,40\n")
    assert found[0, 2] == pytest.approx(20.3056, abs=5e-4)


@pytest.mark.parametrize("kind", [4, 3])
def test_the_clock_may_begin_again_at_a_reset(levels, kind):
    dose = "1,0,250,0,0,0,0,levetiracetam/IV,{},70,40\n"
    again = dose.format(4) if kind == 4 else "1,0,.,.,.,.,.,.,3,70,40\n" + dose.format(1)
    before = "1,0,500,0,0,0,0,levetiracetam/IV,1,70,40\n1,6,.,.,.,.,.,.,0,70,40\n"
    found = levels(HEAD.strip() + ",WT,AGE\n" + before + again + "1,1,.,.,.,.,.,.,0,70,40\n")
    assert found[1, 1:] == pytest.approx([1.0, 6.0429, 5.1439], abs=5e-4)


def test_an_infusion_without_end_is_at_its_steady_state_and_stops_at_its_record(levels):
    text = HEAD + "1,0,0,20,0,0,1,levetiracetam/IV,1\n1,0,.,.,.,.,.,.,0\n1,5,.,.,.,.,.,.,0\n"
    np.testing.assert_allclose(levels(text, **RHEE)[:, 2], 20 / 3.9 * np.exp([0, -3.9 / 65.3 * 5]), rtol=1e-9)
    slow = HEAD + "1,0,0,{},0,0,1,phenytoin/IV,1\n1,0,.,.,.,.,.,.,0\n"
    acid = 10 * 252.27 / 274.25 * 24
    Vmax, Km = 9.80 * 42 * (70 / 42) ** 0.463, 9.19
    found = levels(slow.format(10), variant="odani")
    assert found[0, 2] == pytest.approx(Km * acid / (Vmax - acid), rel=1e-3)
    with pytest.raises(InputError, match="no steady state"):
        levels(slow.format(100), variant="odani")


def test_a_table_says_less_and_is_understood(levels):
    """Without EVID an amount doses; without CMT the drug's first route takes it; -2 is answered by DUR."""
    full = levels(HEAD + "1,0,1000,0,0,0,0,levetiracetam/IV,1\n1,1,.,.,.,.,.,.,0\n")
    assert (levels("ID,TIME,AMT,CMT\n1,0,1000,levetiracetam/IV\n1,1,.,.\n") == full).all()
    assert (levels("ID,TIME,AMT,MDV\n1,0,1000,1\n1,1,0,0\n", drug="levetiracetam") == full).all()
    assert len(levels("ID,TIME,AMT,MDV\n1,0,1000,1\n1,1,0,1\n1,2,0,0\n", drug="levetiracetam")) == 2
    drip = levels("ID,TIME,AMT,RATE,CMT\n1,0,1000,500,levetiracetam/IV\n1,1,.,.,.\n")
    said = levels("ID,TIME,AMT,RATE,DUR,CMT\n1,0,1000,-2,2,levetiracetam/IV\n1,1,.,.,.,.\n")
    np.testing.assert_allclose(said, drip, rtol=1e-12)
    assert (levels("ID,TIME,AMT,CMT\n1,0,1000,Keppra/po\n1,1,.,.\n")[:, 2] < full[:, 2]).all()


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
    many = levels(HEAD + "1,0,150,0,12,399,0,phenytoin/IV,1\n1,4800,.,.,.,.,.,.,0\n", **how)
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
        (HEAD + "1,0,100,0,0,0,0,levetiracetam/rectal,1\n1,1,.,.,.,.,.,.,0\n", "cannot be given 'rectal'"),
        (HEAD + "1,0,5000000,0,0,0,0,levetiracetam/IV,1\n1,1,.,.,.,.,.,.,0\n", "--confirm-overdose"),
        (HEAD + "1,0,0,20,12,0,1,levetiracetam/IV,1\n", "II"),
        ("ID,TIME,AMT\n1,0,500\n", "CMT missing"),
        ("ID,TIME,AMT,CMT,DUR\n1,0,4,lorazepam/IV,inf\n", "DUR"),
        ("ID,TIME,AMT,CMT,AGE\n1,0,4,lorazepam/IV,150\n1,1,.,.,150\n", "no age of a person"),
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


def test_people_outside_the_model_are_named_and_a_meant_overdose_is_computed(tmp_path, capsys):
    path = tmp_path / "t.csv"
    text = "ID,TIME,AMT,CMT,WT,AGE\n3,0,4,lorazepam/IV,20,5\n3,1,.,.,20,5\n4,0,400,lorazepam/IV,70,40\n4,1,.,.,70,40\n"
    path.write_text(text, encoding="utf-8")
    assert main(["pk", "--events", str(path), "--variant", "adult"]) == 2
    assert "AMT of ID 4" in capsys.readouterr().err
    assert main(["pk", "--events", str(path), "--variant", "adult", "--confirm-overdose"]) == 0
    assert "Note: ID 3: lorazepam adult was made in people of age 18 to 100 y; 5 is outside" in capsys.readouterr().err
    assert main(["pk", "--events", str(path), "--weight", "50", "--confirm-overdose"]) == 2
    assert "--weight would change nothing" in capsys.readouterr().err


REGIMENS = [
    ("0.1 mg/kg IV, max 4 mg, repeat once at 5 min", {"drug": "lorazepam", "weight": 61.0}),
    ("2 mg/kg IV; 3 mg/kg/h IV at 7 min", {"drug": "propofol", "age": 70.0, "sex": "f", "height": 160.0}),
    ("1.5 mg/kg/h IV for 3 h", {"drug": "valproate", "albumin": 22.0}),
    ("20 mg PE/kg IV at 100 mg PE/min", {"drug": "fosphenytoin", "albumin": 25.0, "crcl": 15.0}),
    ("TCI 3 mg/L site for 10 min", {"drug": "propofol", "state": "icu"}),
]


@pytest.mark.parametrize(("regimen", "how"), REGIMENS, ids=[how["drug"] for _, how in REGIMENS])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_regimen_written_as_a_table_is_read_back_to_the_same_levels(regimen, how, numbers, tmp_path, capsys):
    import quell

    path, at = tmp_path / "regimen.csv", [1.0, 6.0, 30.0, 200.0]
    options = [word for name, value in how.items() for word in (f"--{name}", str(value))]
    more = ["--at", "1,6,30,200", "--time-unit", "min", "--out", str(path), *(["--numbers"] if numbers else [])]
    assert main(["export", "nonmem", regimen, *options, *more]) == 0
    assert "WT,AGE,HT,MALE,ALB,CRCL" in path.read_text(encoding="utf-8").splitlines()[0]
    ours = quell.pk(regimen, at=at, **how)
    back = ["--drug", how["drug"]] if numbers else []
    assert main(["pk", "--events", str(path), "--time-unit", "min", "--variant", ours.attrs["variant"], *back]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    found = np.array([[float(cell) for cell in row.split(",")] for row in rows])
    np.testing.assert_allclose(found[:, 1], at, rtol=1e-12)
    np.testing.assert_allclose(found[:, 2], ours["plasma"], rtol=1e-6)
    np.testing.assert_allclose(found[:, 3], ours["site"], rtol=1e-6)
