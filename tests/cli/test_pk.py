"""`quell pk`: its stable contract, published models by independent equations, and mistakes in one sentence."""

import json
import subprocess
import sys

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import quell
from quell.cli.main import main
from quell.ground.errors import InputError

AT = [1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0]
MAN = {"age": 40.0, "weight": 70.0, "height": 175.0, "sex": "m"}
WOMAN = {"age": 62.0, "weight": 58.0, "height": 160.0, "sex": "f"}


def mammillary(V, CL, flows, ke0, *, bolus=0.0, rates=(), at=AT):
    """Plasma and site (mg/L) at minutes `at`: volumes L, clearances L/min, ke0 1/min, rates (from, to, mg/min)."""

    def change(t, x):
        level = x[: len(V)] / V
        given = sum(rate for start, end, rate in rates if start <= t < end)
        out = [given - CL * level[0] - sum(q * (level[0] - level[k + 1]) for k, q in enumerate(flows))]
        out += [q * (level[0] - level[k + 1]) for k, q in enumerate(flows)]
        return np.array([*out, ke0 * (level[0] - x[-1])])

    x, now, found = np.array([bolus, *[0.0] * (len(V) - 1), 0.0]), 0.0, {}
    for stop in sorted({*at, *(edge for start, end, _ in rates for edge in (start, end))}):
        if stop > now:
            x = solve_ivp(change, (now, stop), x, method="LSODA", rtol=1e-11, atol=1e-13, max_step=1.0).y[:, -1]
        now, found[stop] = stop, (x[0] / V[0], x[-1])
    return np.array([found[t] for t in at])


def lean(person):
    w, h = person["weight"], person["height"]
    return 1.1 * w - 128 * (w / h) ** 2 if person["sex"] == "m" else 1.07 * w - 148 * (w / h) ** 2


def fat_free(person):
    w, age = person["weight"], person["age"]
    index = w / (person["height"] / 100) ** 2
    if person["sex"] == "m":
        return (0.88 + 0.12 / (1 + (age / 13.4) ** -12.7)) * 9270 * w / (6680 + 216 * index)
    return (1.11 - 0.11 / (1 + (age / 7.1) ** -1.1)) * 9270 * w / (8780 + 244 * index)


def marsh(p):
    V = 0.228 * p["weight"]
    k12, k21, k13, k31 = 0.112, 0.055, 0.042, 0.0033
    return (V, V * k12 / k21, V * k13 / k31), 0.119 * V, (k12 * V, k13 * V), 0.26


def schnider(p):
    CL = 1.89 + 0.0456 * (p["weight"] - 77) - 0.0681 * (lean(p) - 59) + 0.0264 * (p["height"] - 177)
    V2, Q2 = 18.9 - 0.391 * (p["age"] - 53), 1.29 - 0.024 * (p["age"] - 53)
    return (4.27, V2, 238.0), CL, (Q2, 0.836), 0.456


def eleveld(p, opioids=False):
    reference = {"age": 35.0, "weight": 70.0, "height": 170.0, "sex": "m"}
    w, age, weeks = p["weight"], p["age"], p["age"] * 52 + 40
    usual = 35 * 52 + 40
    V1 = 6.283 * (w / (w + 33.55)) / (70 / (70 + 33.55))
    V2 = 25.50 * (w / 70) * np.exp(-0.01563 * (age - 35))
    V3 = 272.8 * fat_free(p) / fat_free(reference) * (np.exp(-0.01382 * age) if opioids else 1.0)
    grown = weeks**9.05 / (weeks**9.05 + 42.28**9.05) / (usual**9.05 / (usual**9.05 + 42.28**9.05))
    CL = (1.790 if p["sex"] == "m" else 2.100) * (w / 70) ** 0.75 * grown
    CL *= np.exp(-0.002857 * age) if opioids else 1.0
    m, m0 = weeks / (weeks + 68.28), usual / (usual + 68.28)
    Q2 = 1.750 * (V2 / 25.50) ** 0.75 * (1 + 1.304 * (1 - m))
    return (V1, V2, V3), CL, (Q2, 1.109 * (V3 / 272.8) ** 0.75 * m / m0), 0.146 * (w / 70) ** -0.25


def wiebe(_):
    return (19.45, 41.03, 23.82), 24.15 / 60, (8.00 / 60, 46.05 / 60), np.log(2) / 4.8


def van_rongen(p):
    return (55.0, 172.0 * (p["weight"] / 141.8) ** 3.3), 0.44, (1.14,), np.log(2) / 4.8


def domino(p):
    V = 0.063 * p["weight"]
    flows = (0.592 * V, 0.590 * V)
    return (V, flows[0] / 0.247, flows[1] / 0.0146), 0.438 * V, flows, np.log(2) / 2


MODELS = [
    ("propofol", "marsh", marsh),
    ("propofol", "schnider", schnider),
    ("propofol", "eleveld", eleveld),
    ("propofol", "eleveld_opioids", lambda p: eleveld(p, opioids=True)),
    ("midazolam", "wiebe", wiebe),
    ("midazolam", "van_rongen", van_rongen),
    ("ketamine", "domino", domino),
]


@pytest.mark.parametrize("person", [MAN, WOMAN], ids=["man", "woman"])
@pytest.mark.parametrize(("drug", "variant", "model"), MODELS, ids=[variant for _, variant, _ in MODELS])
def test_a_published_model_gives_what_its_own_equations_give(drug, variant, model, person):
    V, CL, flows, ke0 = model(person)
    push = mammillary(V, CL, flows, ke0, bolus=2.0 * person["weight"])
    ours = quell.pk("2 mg/kg IV", drug=drug, variant=variant, at=AT, **person)
    np.testing.assert_allclose(ours["plasma"], push[:, 0], rtol=1e-6)
    np.testing.assert_allclose(ours["site"], push[:, 1], rtol=1e-6)
    drip = mammillary(V, CL, flows, ke0, rates=((0, 3, 10 / 3), (3, 63, 2.0 * person["weight"] / 60)))
    ours = quell.pk("10 mg IV over 3 min then 2 mg/kg/h for 1 h", drug=drug, variant=variant, at=AT, **person)
    np.testing.assert_allclose(ours["plasma"], drip[:, 0], rtol=1e-6)
    np.testing.assert_allclose(ours["site"], drip[:, 1], rtol=1e-6)


def test_the_table_for_programs_is_three_columns_and_nothing_else(capsys):
    words = "pk|2 mg/kg IV|--drug|propofol|--variant|marsh|--weight|70|--age|5|--sex|f|--height|110|--at|1,5,10|--csv"
    assert main(words.split("|")) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "time_min,plasma_mg_per_L,site_mg_per_L" and len(lines) == 4
    assert [float(line.split(",")[0]) for line in lines[1:]] == [1.0, 5.0, 10.0]
    assert "made in people of age 16 to 100 y; 5 is outside" in said.err


def test_json_carries_the_person_the_model_and_the_interval(capsys):
    assert main(["pk", "lorazepam 4 mg IV", "--at", "5,30", "--n", "50", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["drug"] == "lorazepam" and answer["person"]["weight_kg"] == 70.0
    for low, middle, high in zip(*(answer[f"plasma{end}_mg_per_L"] for end in ("_low", "", "_high")), strict=True):
        assert low < middle < high


def test_absorption_and_bioavailability_follow_the_card():
    ka, F, dose = 0.053, 0.89, 10.0
    V, CL, flows, _ = wiebe(None)

    def change(t, x):
        level = x[1:] / V
        leaving = [q * (level[0] - level[k + 1]) for k, q in enumerate(flows)]
        return np.array([-ka * x[0], ka * x[0] - CL * level[0] - sum(leaving), *leaving])

    want = solve_ivp(change, (0, 60), [F * dose, 0, 0, 0], method="LSODA", rtol=1e-11, atol=1e-13, t_eval=[5, 20, 60])
    ours = quell.pk("10 mg IM", drug="midazolam", at=[5, 20, 60])
    np.testing.assert_allclose(ours["plasma"], want.y[1] / V[0], rtol=1e-6)


def test_repeats_orders_in_a_row_and_later_starts_add_up():
    once = quell.pk("1 mg/kg IV", drug="propofol", at=[10.0, 5.0])
    twice = quell.pk("1 mg/kg IV, repeat once at 5 min", drug="propofol", at=[10.0])
    np.testing.assert_allclose(twice["plasma"][0], once["plasma"].sum(), rtol=1e-9)
    for text in ("1 mg/kg IV; 1 mg/kg IV at 5 min", "1 mg/kg IV; at 5 min: 1 mg/kg IV"):
        np.testing.assert_allclose(quell.pk(text, drug="propofol", at=[10.0])["plasma"], twice["plasma"], rtol=1e-12)


def test_saturable_phenytoin_halves_more_slowly_from_a_high_level():
    def half_life(mg):
        late = quell.pk(f"{mg} mg IV at 50 mg/min", drug="phenytoin", variant="odani", at=[24 * 60.0, 25 * 60.0])
        a, b = late["plasma"].values
        return np.log(2) / np.log(a / b)

    assert half_life(300) < 0.7 * half_life(2000)


def test_a_push_between_two_asked_moments_is_not_missed():
    fine = quell.pk("50 mg IV; 50 mg IV at 7 min", drug="propofol", at=np.arange(0, 31.0))
    coarse = quell.pk("50 mg IV; 50 mg IV at 7 min", drug="propofol", at=[30.0])
    np.testing.assert_allclose(coarse["plasma"][0], fine["plasma"][-1], rtol=1e-9)


def test_a_card_of_ones_own_is_used_and_leaves_no_trace(tmp_path):
    text = quell.drugs["propofol"].name and (_library() / "propofol.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('"0.228 L/kg"', '"0.456 L/kg"'), encoding="utf-8")
    how = {"drug": "propofol", "variant": "marsh", "at": [0.0]}
    assert quell.pk("1 mg/kg IV", card=mine, **how)["plasma"][0] == pytest.approx(1 / 0.456)
    assert quell.pk("1 mg/kg IV", **how)["plasma"][0] == pytest.approx(1 / 0.228)
    named = tmp_path / "new.toml"
    named.write_text(text.replace('name = "propofol"', 'name = "novofol"').replace('"PRO", "Diprivan"', ""), "utf-8")
    assert quell.pk("1 mg/kg IV", card=named, variant="marsh", at=[0.0])["plasma"][0] == pytest.approx(1 / 0.228)
    with pytest.raises(InputError, match="novofol"):
        quell.pk("novofol 1 mg/kg IV")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["2 mg/kg/h", "--drug", "propofol"], "names no route"),
        (["2 mL IV", "--drug", "propofol"], "not a quantity in mg"),
        (["-2 mg/kg IV", "--drug", "propofol"], "not positive"),
        (["2 mg/kg IM", "--drug", "propofol"], "cannot be given 'IM'"),
        (["2 IV", "--drug", "propofol"], "without a unit"),
        (["900 mg/kg IV", "--drug", "propofol"], "--confirm-overdose"),
        (["2 mg/kg IV", "--drug", "propofool"], "did you mean propofol"),
        (["2 mg/kg IV", "--drug", "propofol", "--variant", "mash"], "marsh"),
        (["2 mg/kg IV", "--drug", "propofol", "--weight", "4000"], "no body weight"),
        (["2 mg/kg IV", "--drug", "propofol", "--age", "-1"], "age_y"),
        (["2 mg/kg IV", "--drug", "propofol", "--sex", "x"], "m or f"),
        (["2 mg/kg IV", "--drug", "propofol", "--at", "1,two"], "--at"),
        (["2 mg/kg IV", "--drug", "propofol", "--at", "-1"], "negative"),
        (["2 mg/kg IV; lorazepam 4 mg IV", "--drug", "propofol"], "not for"),
        (["2 mg/kg IV", "--card", "nowhere.toml"], "no such file"),
        ([" ; "], "empty"),
    ],
)
def test_a_mistake_is_one_sentence_with_what_is_allowed(words, says, capsys):
    assert main(["pk", *words]) == 2
    said = capsys.readouterr()
    assert says in said.err and said.err.count("\n") == 1 and not said.out


def test_a_deliberate_overdose_is_computed_when_it_is_confirmed():
    assert quell.pk("900 mg/kg IV", drug="propofol", at=[0.0], confirm_overdose=True)["plasma"][0] > 1000


@pytest.mark.parametrize("variant", ["marsh", "schnider", "eleveld"])
def test_a_target_in_plasma_is_held_from_the_first_moment(variant):
    held = quell.pk("TCI 3 mg/L plasma for 1 h", drug="propofol", variant=variant, at=np.arange(0.0, 60.1, 1.0 / 6))
    np.testing.assert_allclose(held["plasma"], 3.0, rtol=1e-9)  # at the ends of the pump's steps
    assert 2.7 < held["site"][-1] <= 3.0


@pytest.mark.parametrize("variant", ["marsh", "schnider", "eleveld"])
def test_a_target_at_the_site_is_reached_without_overshoot_and_held(variant):
    held = quell.pk("propofol TCI 3 mg/L site for 1 h", variant=variant, at=np.arange(0.0, 60.0, 0.1))
    assert float(held["site"].max()) == pytest.approx(3.0, rel=2e-3)
    after = held["site"].where(held.time > 12.0, drop=True)
    np.testing.assert_allclose(after, 3.0, rtol=5e-3)
    assert float(held["plasma"][0]) > 3.0


def test_a_target_that_cannot_be_read_or_held_is_one_sentence():
    for text, says in (("TCI 3 plasma", "no target"), ("TCI 3 mg plasma for 1 h", "no target")):
        with pytest.raises(InputError, match=says):
            quell.pk(text, drug="propofol")
    with pytest.raises(InputError, match="saturable"):
        quell.pk("TCI 15 mg/L plasma for 1 h", drug="phenytoin")


def test_a_medicine_of_long_standing_clears_midazolam_faster():
    alone = quell.pk("10 mg IV", drug="midazolam", at=[120.0])["plasma"][0]
    induced = quell.pk("10 mg IV", drug="midazolam", at=[120.0], beside=["carbamazepine"])["plasma"][0]
    assert induced < 0.7 * alone


def test_a_push_into_a_volume_fitted_to_infusions_is_told():
    told = quell.pk("10 mg IV", drug="midazolam", variant="swart", at=[1.0]).attrs["notes"]
    assert any("fitted to infusions" in note for note in told)
    assert not quell.pk("10 mg IV over 1 h", drug="midazolam", variant="swart", at=[1.0]).attrs["notes"]


def test_the_shelf_answers_by_name_and_stays_light():
    assert quell.drugs["PRO"].name == "propofol" and "midazolam" in list(quell.drugs)
    code = "import quell, sys; quell.drugs['propofol']; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_picture_is_written(tmp_path, capsys):
    out = tmp_path / "a" / "pk.png"
    assert main(["pk", "propofol 2 mg/kg IV", "--n", "20", "--until", "1 h", "--plot", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG") and "not for bedside" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["s", "S-ketamine", "esketamine"])
def test_the_s_form_of_ketamine_is_esketamine(name):
    asked = quell.pk("0.75 mg/kg IV", drug="ketamine", variant=name, at=[5.0])
    assert asked.attrs["drug"] == "esketamine" and "s_norketamine" in asked
    own = quell.pk("0.75 mg/kg IV", drug="esketamine", at=[5.0])
    assert float(asked["plasma"][0]) == float(own["plasma"][0])


def test_the_racemate_has_its_metabolite_and_its_other_name():
    levels = quell.pk("1 mg/kg IV", drug="ketamine", variant="racemic", at=[60.0])
    assert levels.attrs["variant"] == "racemate" and float(levels["norketamine"][0]) > 0.05
    with pytest.raises(InputError, match="is a drug of its own, esketamine"):
        quell.pk("ketamine 1 mg/kg IV", variant="s")


def _library():
    from quell.drugs.library import FOLDER

    return FOLDER
