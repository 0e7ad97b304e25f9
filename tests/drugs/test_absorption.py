"""Ways in: a lag is a lag, zero-order absorption is an infusion by the gut, stepped or at any moment, and in SBML."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import quell
from quell.cli.pk_table import table_levels
from quell.drugs import library
from quell.drugs.body import reference_persons
from quell.drugs.card import read_card
from quell.drugs.curve import curve
from quell.drugs.events import Piece, rates
from quell.drugs.examination import course
from quell.drugs.pk import Pharmacy
from quell.drugs.regimen import Dose
from quell.drugs.traits import traits
from quell.ground.errors import CardError

MINUTE = 60.0
LAG = '{ value = "7.3 min", source = "assumed", grade = "D" }'
SPREAD = '{ value = "7.3 min", source = "assumed", grade = "D", between = 0.5 }'
DURATION = '{ value = "41 min", source = "assumed", grade = "D" }'
KA = '{ value = "0.0488 1/min", source = "assumed", grade = "D" }'
WAYS = {
    "lag": f"lag = {LAG}",
    "lag and ka": f"lag = {LAG}\nka = {KA}",
    "duration": f"duration = {DURATION}",
    "lag and duration": f"lag = {SPREAD}\nduration = {DURATION}",
}


def written(tmp_path, way):
    """Lorazepam with a rectal route absorbed in this way, three quarters of it."""
    text = (library.FOLDER / "lorazepam.toml").read_text(encoding="utf-8")
    route = f'[route.rectal]\nF = {{ value = "0.75", source = "assumed", grade = "D" }}\n{way}\n[route.IM]'
    path = tmp_path / "lorazepam.toml"
    path.write_text(text.replace("[route.IM]", route, 1), encoding="utf-8")
    return path


def plasma(regimen, card, at):
    return quell.pk(regimen, drug="lorazepam", card=card, at=at)["plasma"].values


def test_nothing_is_there_before_the_lag_is_over_and_then_all_is_late(tmp_path):
    late, soon = (written(tmp_path, WAYS[way]) for way in ("lag and ka", "lag and ka"))
    at = np.array([0.0, 3.0, 7.29, 7.31, 20.0, 200.0])
    found = plasma("4 mg rectal", late, at)
    assert (found[:3] == 0.0).all() and found[3] > 0.0
    soon.write_text(soon.read_text(encoding="utf-8").replace(f"lag = {LAG}", ""), encoding="utf-8")
    np.testing.assert_allclose(found[3:], plasma("4 mg rectal", soon, at[3:] - 7.3), rtol=1e-12)


def test_a_lag_alone_is_a_push_that_comes_later(tmp_path):
    late = plasma("4 mg rectal", written(tmp_path, WAYS["lag"]), [7.2, 7.4, 30.0])
    push = plasma("3 mg IV", None, np.array([7.4, 30.0]) - 7.3)
    assert late[0] == 0.0
    np.testing.assert_allclose(late[1:], push, rtol=1e-12)


def test_zero_order_absorption_is_an_infusion_over_its_duration(tmp_path):
    at = [5.0, 30.0, 40.9, 41.1, 60.0, 300.0]
    found = plasma("4 mg rectal", written(tmp_path, WAYS["duration"]), at)
    np.testing.assert_allclose(found, plasma("3 mg IV over 41 min", None, at), rtol=1e-11)
    late = plasma("4 mg rectal", written(tmp_path, WAYS["lag and duration"]), [7.2, *(np.array(at) + 7.3)])
    assert late[0] == 0.0
    np.testing.assert_allclose(late[1:], found, rtol=1e-11)


def test_what_is_given_slowly_is_taken_up_as_its_small_doses_would_be(tmp_path):
    """An hour's infusion into a route of zero order against a sum of 720 pushes, whose error falls as their number."""
    card, at = written(tmp_path, WAYS["lag and duration"]), [30.0, 75.0, 120.0]
    one = plasma("4 mg rectal", card, np.arange(0.0, 125.0, 1 / 24))
    cut = [np.mean([one[round((t - (k + 0.5) / 12) * 24)] for k in range(720) if t > (k + 0.5) / 12]) for t in at]
    share = [sum(t > (k + 0.5) / 12 for k in range(720)) / 720 for t in at]
    np.testing.assert_allclose(plasma("4 mg rectal over 60 min", card, at), np.array(cut) * share, rtol=2e-4)


@pytest.mark.parametrize("living", [False, True], ids=["exact", "where organs may change it"])
@pytest.mark.parametrize("way", WAYS)
def test_steps_follow_every_person_s_own_lag(tmp_path, way, living):
    """Four people, steps of 10 s that no lag is a multiple of: as at any moment, and every milligram is somewhere."""
    line, given = "lorazepam/rectal", [(0.0, 10.0, 0.4), (1200.0, 600.0, 0.005)]
    with library.lent(written(tmp_path, WAYS[way])):
        persons, ids = reference_persons(4), np.arange(4)
        shop = Pharmacy.build([line], persons, study=3, patients=ids, step_s=10.0, living=living, interacting=False)
        pieces = [Piece(i, line, start, lasts, rate) for i in ids for start, lasts, rate in given]
        orders = rates(pieces, list(ids), start_s=0.0, step_s=10.0, steps=900)
        states = course(shop, {name: jnp.asarray(table) for name, table in orders.items()})
        doses = [Dose(line, start, lasts, np.full(4, rate * lasts)) for start, lasts, rate in given]
        at = np.array([100.0, 430.0, 440.0, 500.0, 1700.0, 2900.0, 9000.0])
        want = curve(doses, traits(persons, 3, ids), at)
    found = np.asarray(shop.levels(states)["lorazepam"].plasma)[np.round(at / 10).astype(int) - 1]
    close = {"rtol": 3e-4, "atol": 2e-6} if living else {"rtol": 1e-9, "atol": 1e-15}
    np.testing.assert_allclose(found, want.plasma, **close)
    place = shop.balance(states)["lorazepam"]
    held = place.waiting + place.body + place.eliminated + place.lost
    assert np.max(np.abs(held / place.given - 1.0)) < 1e-9
    if way == "lag and duration":
        assert len(np.unique(np.asarray(shop.late.steps[f"{line}.late"]))) > 1


def test_a_late_line_keeps_its_shapes_in_a_compiled_step(tmp_path):
    with library.lent(written(tmp_path, WAYS["lag and ka"])):
        how = {"study": None, "patients": [0, 1], "step_s": 10.0}
        shop = Pharmacy.build(["lorazepam/rectal"], reference_persons(2), **how)
    state = shop.rest(2)
    stepped = jax.jit(lambda p, s, o: p.step(s, o))(shop, state, {"lorazepam/rectal": jnp.ones(2)})
    assert {k: a.shape for k, a in stepped.items()} == {k: a.shape for k, a in state.items()}
    assert all(len(array) == 2 for array in state.values())


@pytest.mark.parametrize("way", WAYS)
def test_an_independent_simulator_finds_the_way_in_again(tmp_path, way):
    pytest.importorskip("antimony")
    roadrunner = pytest.importorskip("roadrunner")
    card, at = written(tmp_path, WAYS[way]), np.array([5.0, 7.5, 20.0, 60.0, 200.0])
    words = "4 mg rectal; 3 mg/h rectal for 20 min at 15 min; 1 mg rectal at 70 min"
    model = roadrunner.RoadRunner(quell.sbml(words, drug="lorazepam", card=card))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-14
    theirs = np.asarray(model.simulate(times=[0.0, *(60.0 * at)], selections=["lorazepam_plasma"]))[1:, 0]
    np.testing.assert_allclose(theirs, plasma(words, card, at), rtol=1e-6, atol=1e-9)


def test_the_tablet_of_the_library_waits_as_long_as_its_card_says():
    lag = read_card(library.entry("clonazepam").path).route["oral"].lag
    assert lag is not None
    minutes = lag.read("s")[0] / MINUTE
    found = quell.pk("2 mg oral", drug="clonazepam", variant="oral", at=[minutes - 0.01, minutes + 0.1])[
        "plasma"
    ].values
    assert found[0] == 0.0 < found[1]


@pytest.mark.parametrize(
    ("way", "says"),
    [
        (f"duration = {DURATION}\nka = {KA}", "exclude each other"),
        ('lag = { value = "0 min", source = "assumed", grade = "D" }', "longer than nothing"),
        ('duration = { value = "3 mg", source = "assumed", grade = "D" }', "duration"),
    ],
)
def test_a_way_in_that_cannot_be_is_refused(tmp_path, way, says):
    with pytest.raises(CardError, match=says):
        read_card(written(tmp_path, way))


def test_swallowed_midazolam_gives_as_much_as_the_paper_says_and_its_metabolite_on_the_way_in():
    """F D / CL of midazolam; hydroxymidazolam of what passed, and 5.31 / 2.306 of what waited in the gut (molar)."""
    at = np.arange(0.0, 10 * 24 * 60.0, 2.0)
    found = quell.pk("7.5 mg oral", drug="midazolam", at=at)
    area = float(np.trapezoid(found["plasma"], at / 60.0))
    assert area == pytest.approx(0.276 * 7.5 / 24.15, rel=2e-3)
    product = float(np.trapezoid(found["hydroxymidazolam"], at / 60.0))
    formed = 7.5 * 0.276 * (1.0 + 5.31 / 2.306) * 341.77 / 325.77
    assert product == pytest.approx(formed / 196.8, rel=2e-3)


def test_an_inducer_takes_most_of_a_tablet_and_little_of_a_push():
    at, beside = np.arange(0.0, 24 * 60.0, 5.0), ["phenobarbital"]

    def left(order):
        alone, induced = (quell.pk(order, drug="midazolam", at=at, beside=who)["plasma"] for who in ([], beside))
        return float(induced.sum() / alone.sum())

    assert left("7.5 mg oral") < 0.5 * left("7.5 mg IV") < 0.45


@pytest.mark.parametrize(
    ("line", "within"), [("lorazepam 2 mg oral", (1.0, 4.0)), ("phenytoin 300 mg oral", (3.0, 12.0))]
)
def test_tablets_peak_when_they_are_said_to(line, within):
    at = np.arange(0.0, 24.0, 0.1)
    peak = at[int(np.argmax(quell.pk(line, at=60.0 * at)["plasma"].values))]
    assert within[0] <= peak <= within[1]


def records(tmp_path, way, rows):
    """Levels at the asking rows of a NONMEM table for this way in."""
    path = tmp_path / "table.csv"
    head = "ID,TIME,AMT,RATE,II,ADDL,SS,CMT,EVID"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    found = table_levels(path, drug="lorazepam", card=written(tmp_path, WAYS[way]), time_unit="min")
    return np.array([row[2] for row in found])


@pytest.mark.parametrize("way", WAYS)
def test_a_nonmem_table_sees_the_same_lag(tmp_path, way):
    rows = ["1,0,4,0,0,0,0,lorazepam/rectal,1", "1,30,2,0.1,0,0,0,lorazepam/rectal,1"]
    at = [5.0, 7.5, 45.0, 80.0, 300.0]
    rows = [*rows[:1], "1,5,.,.,.,.,.,.,0", "1,7.5,.,.,.,.,.,.,0", rows[1]]
    rows += [f"1,{t},.,.,.,.,.,.,0" for t in at[2:]]
    want = plasma("4 mg rectal; at 30 min: 2 mg rectal over 20 min", written(tmp_path, WAYS[way]), at)
    np.testing.assert_allclose(records(tmp_path, way, rows), want, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("rate", [0, 0.1], ids=["push", "infusion"])
@pytest.mark.parametrize("way", WAYS)
def test_steady_state_with_a_lag_is_what_many_doses_come_to(tmp_path, way, rate):
    """Doses every 6 min, so that several are on their way at once; 3,000 of them are 21 half-lives."""
    ask = [f"1,{t},.,.,.,.,.,.,0" for t in (1.0, 4.0, 9.0, 40.0, 300.0)]
    solved = records(tmp_path, way, [f"1,0,1,{rate},6,0,1,lorazepam/rectal,1", *ask])
    shifted = [row.replace("1,", f"1,{6 * 3000 + float(row.split(',')[1])},", 1).split(",") for row in ask]
    late = [",".join([row[0], row[1], *row[3:]]) for row in shifted]
    many = records(tmp_path, way, [f"1,0,1,{rate},6,3000,0,lorazepam/rectal,1", *late])
    np.testing.assert_allclose(solved, many, rtol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_an_endless_infusion_with_a_lag_is_what_a_long_one_comes_to_and_goes_on_arriving(tmp_path, way):
    ask = (1.0, 4.0, 9.0, 40.0, 300.0)
    solved = records(tmp_path, way, ["1,0,0,0.1,0,0,1,lorazepam/rectal,1", *(f"1,{t},.,.,.,.,.,.,0" for t in ask)])
    later = [f"1,{18000 + t},.,.,.,.,.,.,0" for t in ask]
    long = records(tmp_path, way, ["1,0,1800,0.1,0,0,0,lorazepam/rectal,1", *later])
    np.testing.assert_allclose(solved, long, rtol=1e-5)


def test_what_arrives_at_the_moment_of_a_record_comes_before_it(tmp_path):
    """Repeats of a lag alone: the record at the second arrival sees both doses."""
    rows = ["1,0,1,0,10,1,0,lorazepam/rectal,1", *(f"1,{t},.,.,.,.,.,.,0" for t in (17.29, 17.3))]
    before, at = records(tmp_path, "lag", rows)
    assert at > 1.5 * before
