"""Phenytoin: saturable elimination, its prodrug, its binding, and the speed that lowers blood pressure."""

import jax.numpy as jnp
import numpy as np
import pytest
from drug_oracle import HOUR, MINUTE, saturable, solve

SALT = 252.27 / 274.25
TYPICAL = {
    "V1": 20.8 * 70 / 60,
    "V2": 26.0 * (70 / 60) ** 0.584,
    "Q2": 53.0 / HOUR,
    "Vmax": 325 * (70 / 60) ** 0.737 / 86400,
    "Km": 2.41,
    "ke0": np.log(2) / (14 * MINUTE),
}


@pytest.mark.parametrize("line", ["phenytoin/IV", "fosphenytoin/IV"])
@pytest.mark.parametrize("step_s", [10.0, 60.0])
def test_scipy_finds_the_same_levels_to_a_millionth(pharmacy, give, line, step_s):
    prodrug = 5.02 / HOUR if line.startswith("fos") else None
    doses = [(0.0, 600.0, 1400 / 600), (6 * HOUR, 6 * HOUR + 600.0, 1.0)]
    times = [600.0, 3600.0, 7 * HOUR, 24 * HOUR]
    theirs = solve(saturable(**TYPICAL, conversion=prodrug), [(a, b, u * 0.9199) for a, b, u in doses], times)
    ours = give(pharmacy(line, step_s=step_s), line, doses, until_s=24 * HOUR, step_s=step_s)
    rooms = {"central": 1, "peripheral": 2, "site": 3, "eliminated": 4}
    for time, expected in zip(times, theirs, strict=True):
        for room, place in rooms.items():
            found = float(ours[f"phenytoin.{room}"][round(time / step_s) - 1, 0])
            scale = expected[place] if room != "eliminated" else float(ours["phenytoin.given"][-1, 0])
            assert found == pytest.approx(expected[place], abs=1e-6 * scale)


def test_the_half_life_rises_with_the_level_as_odani_has_it(pharmacy):
    """ln 2 V (Km + C) / Vmax at 70 kg: 30, 40, 61, 82 h at 5, 10, 20, 30 mg/L."""
    shop = pharmacy("phenytoin/IV", variants={"phenytoin": "odani"}, lanes=4)
    volume = np.asarray(shop.substances["phenytoin"].V1)
    level = np.array([5.0, 10.0, 20.0, 30.0])
    state = shop.rest(4) | {"phenytoin.central": jnp.asarray(level * volume)}
    after = shop.levels(shop.step(state, {}))["phenytoin"].plasma
    half_life = np.log(2) * 10.0 / -np.log1p(np.asarray(after) / level - 1.0) / HOUR
    assert half_life == pytest.approx([30, 40, 61, 82], rel=0.02)
    assert np.all(np.diff(half_life) > 0)


def test_at_low_levels_elimination_becomes_first_order(pharmacy):
    shop = pharmacy("phenytoin/IV", variants={"phenytoin": "odani"})
    tiny = 1e-6
    state = shop.rest(1) | {"phenytoin.central": jnp.full(1, tiny)}
    lost = 1.0 - float(shop.step(state, {})["phenytoin.central"][0]) / tiny
    V, Vmax, Km = 51.66 * (70 / 42) ** 0.463, 411.6 * (70 / 42) ** 0.463 / 86400, 9.19
    assert lost == pytest.approx(1.0 - np.exp(-10.0 * Vmax / (V * Km)), rel=1e-5)


def test_a_milligram_of_equivalents_is_a_milligram_of_sodium_salt(pharmacy, give):
    ends = []
    for line in ("phenytoin/IV", "fosphenytoin/IV"):
        states = give(pharmacy(line), line, [(0.0, 600.0, 2.0)], until_s=12 * HOUR)
        ends.append(float(states["phenytoin.given"][-1, 0]))
    assert ends == pytest.approx([1200 * SALT] * 2, rel=1e-4)


def test_half_of_fosphenytoin_has_become_phenytoin_in_eight_minutes(pharmacy):
    shop = pharmacy("fosphenytoin/IV", step_s=498.0)
    state = shop.rest(1) | {"phenytoin.prodrug": jnp.full(1, 100.0)}
    assert float(shop.step(state, {})["phenytoin.prodrug"][0]) == pytest.approx(50.0, rel=0.01)


def test_both_lines_fill_one_body(pharmacy, give):
    shop = pharmacy("phenytoin/IV", "fosphenytoin/IV")
    assert list(shop.levels(shop.rest(1))) == ["phenytoin"]
    one = shop.step(shop.rest(1), {"phenytoin/IV": jnp.ones(1), "fosphenytoin/IV": jnp.ones(1)})
    assert float(one["phenytoin.given"][0]) == pytest.approx(2 * 10 * 0.9199)


@pytest.mark.parametrize(("albumin", "crcl", "fu"), [(45, 100, 0.10), (20, 100, 0.20), (45, 10, 0.1 / 0.55)])
def test_the_free_share_follows_albumin_and_kidney(pharmacy, give, albumin, crcl, fu):
    shop = pharmacy("phenytoin/IV", albumin_g_L=albumin, crcl_mL_min=crcl)
    states = give(shop, "phenytoin/IV", [(0, 600, 1.0)], until_s=600)
    level = shop.levels(states)["phenytoin"]
    assert float(level.free[-1, 0] / level.plasma[-1, 0]) == pytest.approx(fu, rel=1e-6)


def test_low_albumin_lowers_the_total_and_leaves_the_free_level(pharmacy, give):
    """A drug of low extraction at steady state: only the total changes when only binding changes."""
    free, total = [], []
    for albumin in (45.0, 22.5):
        shop = pharmacy("phenytoin/IV", albumin_g_L=albumin, step_s=600.0)
        states = give(shop, "phenytoin/IV", [(0, 60 * 86400, 0.0025)], until_s=60 * 86400, step_s=600.0)
        level = shop.levels(states)["phenytoin"]
        free.append(float(level.free[-1, 0]))
        total.append(float(level.plasma[-1, 0]))
    assert free[1] == pytest.approx(free[0], rel=1e-3)
    assert total[1] == pytest.approx(total[0] * 0.1 / (0.1 / 0.55), rel=2e-3)


def test_pressure_falls_with_the_speed_of_the_infusion_not_with_the_level(pharmacy):
    shop = pharmacy("phenytoin/IV")
    fast = shop.step(shop.rest(1), {"phenytoin/IV": jnp.full(1, 50 / 60)})
    stopped = shop.step(fast, {})
    drive = [float(shop.ports(state)["circulation.depression"][0]) for state in (fast, stopped)]
    assert drive[0] == pytest.approx(50 / 150)
    assert drive[1] == 0.0


def test_efflux_pumps_take_a_sixth_of_phenytoin_and_nothing_of_lorazepam(pharmacy, give):
    """Kp,uu = 1/(1 + (1/0.8 - 1) 2) = 0.67 from 0.80."""
    shop = pharmacy("phenytoin/IV", "lorazepam/IV")
    state = shop.step(shop.rest(1), {"phenytoin/IV": jnp.ones(1), "lorazepam/IV": jnp.ones(1)})
    pumped = shop.step(shop.rest(1), {"phenytoin/IV": jnp.ones(1), "lorazepam/IV": jnp.ones(1)}, jnp.full(1, 2.0))
    before, after = shop.levels(state), shop.levels(pumped)
    ratio = float(after["phenytoin"].brain[0] / before["phenytoin"].brain[0])
    assert ratio == pytest.approx((2 / 3) / 0.8, rel=1e-6)
    assert float(after["lorazepam"].brain[0]) == float(before["lorazepam"].brain[0])
