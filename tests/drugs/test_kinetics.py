"""Kinetics: the laws every drug must obey, and a second solver that shares no code with Quell."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from drug_oracle import HOUR, MINUTE, mammillary, solve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from quell.drugs import library
from quell.drugs.scheme import exponential
from quell.ground.errors import InputError, QuellError

LINEAR = [f"{n}/{r}" for n in library.names() for r in library.entry(n).routes if "phenytoin" not in n]
ALL = [f"{n}/{r}" for n in library.names() for r in library.entry(n).routes]


@pytest.mark.parametrize("line", ["lorazepam/IV", "midazolam/IM", "propofol/IV"])
def test_two_doses_together_are_the_sum_of_the_two_alone(pharmacy, give, line):
    drug = line.partition("/")[0]
    shop = pharmacy(line)
    first, second = (0.0, 60.0, 0.05), (1800.0, 1860.0, 0.02)
    one, two, both = (give(shop, line, doses, until_s=7200) for doses in ([first], [second], [first, second]))
    room = f"{drug}.central"
    assert np.allclose(one[room] + two[room], both[room], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("line", ALL)
def test_every_milligram_is_somewhere(pharmacy, give, line):
    shop = pharmacy(line, study=7, lanes=4)
    states = give(shop, line, [(0.0, 10.0, 10.0), (600.0, 1200.0, 0.3)], until_s=6 * HOUR, lanes=4)
    for place in shop.balance(states).values():
        found = place.waiting + place.body + place.eliminated + place.lost
        assert np.max(np.abs(found / place.given - 1.0)) < 1e-9
        assert np.min(place.body) >= 0.0


def test_a_metabolite_is_formed_from_what_its_parent_loses(pharmacy, give):
    end = {k: v[-1] for k, v in give(pharmacy("diazepam/IV"), "diazepam/IV", [(0, 60, 0.2)], until_s=86400).items()}
    formed = 0.53 * 270.71 / 284.74 * float(end["diazepam.eliminated"][0])
    assert float(end["nordiazepam.formed"][0]) == pytest.approx(formed, rel=1e-10)
    inside = float(end["nordiazepam.central"][0] + end["nordiazepam.eliminated"][0])
    assert inside == pytest.approx(formed, rel=1e-9)


@pytest.mark.parametrize("line", LINEAR)
def test_area_under_the_curve_is_absorbed_dose_over_clearance(pharmacy, give, line):
    """AUC = F D / CL: the area follows from what was eliminated, here summed from the plasma levels themselves."""
    from quell.drugs.assembly import build_drug
    from quell.drugs.body import reference_persons
    from quell.drugs.traits import traits

    drug = line.partition("/")[0]
    shop = pharmacy(line, step_s=60.0)
    values = build_drug(drug, [line], traits(reference_persons(), None, [0]), step_s=60.0, variant=None).values
    stay_h = sum(values[name][0] for name in ("V1", "V2", "V3") if name in values) / values["CL"][0] / HOUR
    states = give(shop, line, [(0.0, 60.0, 1.0)], until_s=round(12 * stay_h + 120) * HOUR, step_s=60.0)
    level = np.asarray(shop.levels(states)[drug].plasma[:, 0])
    absorbed = float(states[f"{drug}.given"][-1, 0] - states[f"{drug}.lost"][-1, 0])
    area = np.trapezoid(np.concatenate([[0.0], level]), dx=60.0)
    assert area == pytest.approx(absorbed / values["CL"][0], rel=5e-3)


def test_a_bolus_is_the_limit_of_a_short_infusion(pharmacy, give):
    """Halving the length of an infusion of 10 mg halves its distance from the bolus exp(A t) x0."""
    fast = pharmacy("midazolam/IV", step_s=1.0)
    levels = []
    for lasts in (64.0, 32.0, 16.0, 8.0):
        pieces = [(0.0, lasts, 10.0 / lasts)]
        levels.append(float(give(fast, "midazolam/IV", pieces, until_s=900, step_s=1.0)["midazolam.central"][-1, 0]))
    drug, n = _midazolam_matrix()
    bolus = (expm(drug * 900.0) @ np.array([10.0, 0.0, 0.0]))[0]
    distance = np.abs(np.array(levels) - bolus)
    assert distance[:-1] / distance[1:] == pytest.approx([2.0, 2.0, 2.0], rel=0.05)
    assert n == 3


def _midazolam_matrix():
    V, CL, Q2, Q3 = (19.45, 41.03, 23.82), 24.15 / HOUR, 8.0 / HOUR, 46.05 / HOUR
    A = np.array(
        [[-(CL + Q2 + Q3) / V[0], Q2 / V[1], Q3 / V[2]], [Q2 / V[0], -Q2 / V[1], 0], [Q3 / V[0], 0, -Q3 / V[2]]]
    )
    return A, len(A)


@pytest.mark.parametrize("line", ["propofol/IV", "phenytoin/IV"])
def test_one_infusion_or_sixty_slices_give_the_same_curve(pharmacy, give, line):
    shop = pharmacy(line)
    slices = [(10.0 * k, 10.0 * (k + 1), 0.4) for k in range(60)]
    whole = give(shop, line, [(0.0, 600.0, 0.4)], until_s=3600)
    cut = give(shop, line, slices, until_s=3600)
    room = f"{line.partition('/')[0]}.central"
    assert np.allclose(whole[room], cut[room], rtol=1e-12)


@pytest.mark.parametrize("step_s", [1.0, 5.0, 30.0, 60.0, 300.0])
def test_the_length_of_the_step_changes_nothing(pharmacy, give, step_s):
    fine, coarse = pharmacy("ketamine/IV"), pharmacy("ketamine/IV", step_s=step_s)
    pieces = [(0.0, 300.0, 0.35)]
    one = give(fine, "ketamine/IV", pieces, until_s=1800)
    other = give(coarse, "ketamine/IV", pieces, until_s=1800, step_s=step_s)
    for room in one:
        assert float(other[room][-1, 0]) == pytest.approx(float(one[room][-1, 0]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("line", ["lorazepam/IV", "midazolam/IV", "propofol/IV"])
def test_the_effect_site_peaks_where_it_crosses_plasma(pharmacy, give, line):
    drug = line.partition("/")[0]
    shop = pharmacy(line, step_s=1.0)
    states = give(shop, line, [(0.0, 20.0, 0.5)], until_s=3600, step_s=1.0)
    site = np.asarray(states[f"{drug}.site"][:, 0])
    plasma = np.asarray(shop.levels(states)[drug].plasma[:, 0])
    crossing = int(np.argmax(site >= plasma))
    assert abs(int(np.argmax(site)) - crossing) <= 1


def test_an_independent_solver_finds_the_same_levels(pharmacy, give):
    """Midazolam: muscle depot, three compartments, effect site; 10 mg over 10 s, then again over 10 min."""
    system = mammillary(
        19.45, 24.15 / HOUR, 41.03, 8 / HOUR, 23.82, 46.05 / HOUR, np.log(2) / (4.8 * MINUTE), 0.053 / MINUTE
    )
    doses = [(0.0, 10.0, 1.0), (1200.0, 1800.0, 10 / 600)]
    times = [300.0, 1500.0, 1800.0, 7200.0]
    theirs = solve(system, [(a, b, 0.89 * u) for a, b, u in doses], times)
    ours = give(pharmacy("midazolam/IM"), "midazolam/IM", doses, until_s=7200)
    rooms = ["depot_midazolam_IM", "central", "peripheral", "deep", "site", "eliminated"]
    for time, expected in zip(times, theirs, strict=True):
        found = [float(ours[f"midazolam.{room}"][round(time / 10) - 1, 0]) for room in rooms]
        assert found == pytest.approx(list(expected), rel=1e-8, abs=1e-10)


@given(st.lists(st.floats(0.0, 0.4), min_size=9, max_size=9))
@settings(deadline=None, max_examples=30)
def test_the_matrix_exponential_agrees_with_scipy(numbers):
    matrix = np.array(numbers).reshape(3, 3)
    matrix = matrix - np.diag(matrix.sum(axis=0))
    assert np.allclose(exponential(matrix[None])[0], expm(matrix), rtol=1e-12, atol=1e-14)


def test_a_step_too_long_for_the_fastest_exchange_is_refused():
    with pytest.raises(QuellError, match="too long"):
        exponential(np.array([[[-100.0]]]))


def test_less_albumin_raises_free_propofol_and_hardly_lowers_the_total(pharmacy, give):
    """The liver takes out 87 % of what blood brings: the total falls by a few per cent, the free level doubles."""
    usual, starved = pharmacy("propofol/IV"), pharmacy("propofol/IV", albumin_g_L=20.0)
    one, two = (give(shop, "propofol/IV", [(0, 3600, 0.05)], until_s=3600) for shop in (usual, starved))
    first, second = usual.levels(one)["propofol"], starved.levels(two)["propofol"]
    assert 0.95 < float(second.plasma[-1, 0] / first.plasma[-1, 0]) < 1.0
    assert float(second.free[-1, 0]) > 1.8 * float(first.free[-1, 0])


def test_a_line_that_is_not_there_is_refused(pharmacy):
    shop = pharmacy("lorazepam/IV")
    with pytest.raises(InputError, match="no line midazolam/IM"):
        shop.step(shop.rest(1), {"midazolam/IM": jnp.ones(1)})
    with pytest.raises(InputError, match="cannot be given"):
        pharmacy("lorazepam/buccal")
    with pytest.raises(InputError, match="no variant 'old'"):
        pharmacy("lorazepam/IV", variants={"lorazepam": "old"})


def test_the_step_runs_inside_a_compiled_loop_and_stays_flat(pharmacy):
    shop = pharmacy("lorazepam/IV", "phenytoin/IV", lanes=3)
    state = shop.rest(3)
    stepped = jax.jit(lambda p, s, o: p.step(s, o))(shop, state, {"lorazepam/IV": jnp.full(3, 0.03)})
    assert {key: (a.shape, a.dtype) for key, a in stepped.items()} == {k: (a.shape, a.dtype) for k, a in state.items()}
    assert all(array.shape == (3,) and array.dtype == jnp.float64 for array in state.values())
