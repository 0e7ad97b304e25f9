"""Numbers of the sources: steady states, absorption, typical values, occupancy, all at the reference person."""

import jax.numpy as jnp
import numpy as np
import pytest

from quell.drugs import assembly
from quell.drugs.action import drive_for, effect, occupancy
from quell.drugs.body import reference_persons
from quell.drugs.card import load
from quell.drugs.parameters import parameters
from quell.drugs.traits import traits

HOUR, MINUTE = 3600.0, 60.0


def typical(drug, variant=None, **measures):
    """Parameters in L and L/h of the reference person with some measures replaced."""
    values = parameters(load(drug), traits(reference_persons(1, **measures), None, [0]), variant)
    scale = {"V": 1.0, "C": HOUR, "Q": HOUR}
    return {name: float(value[0]) * scale[name[0]] for name, value in values.items() if name not in ("Vmax", "Km")}


@pytest.fixture
def steady(pharmacy, give):
    """The pharmacy and the plasma level (mg/L) after 20 days of an infusion at 70 kg."""

    def run(line, mg_per_kg_h, **wanted):
        shop = pharmacy(line, step_s=600.0, **wanted)
        states = give(shop, line, [(0, 20 * 86400, mg_per_kg_h * 70 / HOUR)], until_s=20 * 86400, step_s=600.0)
        return shop, float(shop.levels(states)[line.partition("/")[0]].plasma[-1, 0])

    return run


@pytest.mark.parametrize(
    ("variant", "per_kg", "ng_mL"),
    [("healthy", 0.1, 290), ("healthy", 0.4, 1160), ("healthy", 2.0, 5800), ("icu", 0.1, 620), ("icu", 0.4, 2480)],
)
def test_midazolam_infusions_reach_the_printed_steady_states(steady, variant, per_kg, ng_mL):
    _, level = steady("midazolam/IV", per_kg, age_y=57.0, variants={"midazolam": variant})
    assert level * 1000 == pytest.approx(ng_mL, rel=0.02)


def test_the_benzodiazepine_site_is_full_at_low_midazolam_infusions(steady):
    """97 % or more of sites at 0.2 mg/kg/h: more dose cannot do more at this site."""
    shop, _ = steady("midazolam/IV", 0.2)
    free_nM = 580 * 0.031 / 325.77 * 1000
    assert float(occupancy(free_nM / 1.8)) == pytest.approx(0.97, abs=0.005)
    assert float(shop.touches[0][1][0]) == pytest.approx(1.8e-6 * 325.77)


@pytest.mark.parametrize(
    ("variant", "per_kg", "mg_L"),
    [("eleveld_2018", 3.0, 2.0), ("eleveld_2018", 5.0, 3.3), ("eleveld_2018", 7.0, 4.6), ("icu", 3.0, 3.1)],
)
def test_propofol_infusions_reach_the_printed_steady_states(steady, variant, per_kg, mg_L):
    _, level = steady("propofol/IV", per_kg, variants={"propofol": variant})
    assert level == pytest.approx(mg_L, rel=0.03)


@pytest.mark.parametrize(
    ("minutes", "ka", "per_L"),
    [(10, 0.162, 0.0283), (12, 0.121, 0.0256), (15, 0.084, 0.0222), (20, 0.053, 0.0181), (30, 0.029, 0.0135)],
)
def test_midazolam_from_muscle_peaks_when_the_table_says(pharmacy, give, monkeypatch, minutes, ka, per_L):
    """Absorption constants and the peak over absorbed dose, with the volunteers' disposition."""
    card = load("midazolam")
    way = card.route["IM"]
    assert way.ka is not None
    changed = way.model_copy(update={"ka": way.ka.model_copy(update={"value": f"{ka} 1/min"})})
    monkeypatch.setattr(assembly, "load", lambda name: card.model_copy(update={"route": {"IM": changed}}))
    shop = pharmacy("midazolam/IM")
    states = give(shop, "midazolam/IM", [(0, 10, 10.0)], until_s=3600)
    level = np.asarray(shop.levels(states)["midazolam"].plasma[:, 0])
    assert (np.argmax(level) + 1) * 10 / 60 == pytest.approx(minutes, abs=0.6)
    assert level.max() / (0.89 * 100) == pytest.approx(per_L, rel=0.01)


def test_eleveld_prints_its_reference_values():
    found = typical("propofol")
    wanted = {"V1": 6.283, "V2": 25.50, "V3": 272.8, "CL": 1.790 * 60, "Q2": 1.831 * 60, "Q3": 1.109 * 60}
    assert found == pytest.approx(wanted, rel=3e-4)
    assert typical("propofol", male=0.0)["CL"] == pytest.approx(2.100 * 60)


def test_eleveld_knows_age_and_size():
    old, child = typical("propofol", age_y=80.0), typical("propofol", age_y=2.0, weight_kg=12.0, height_cm=86.0)
    assert old["V2"] == pytest.approx(25.5 * np.exp(-0.01563 * 45))
    assert child["CL"] / 12 > 1.3 * typical("propofol")["CL"] / 70
    assert child["V1"] == pytest.approx(6.283 * (12 / 45.55) / (70 / 103.55))


@pytest.mark.parametrize(
    ("drug", "variant", "measures", "wanted"),
    [
        ("midazolam", None, {}, {"V1": 19.45, "V2": 41.03, "V3": 23.82, "CL": 24.15, "Q2": 8.0, "Q3": 46.05}),
        ("midazolam", "icu", {"age_y": 57.0}, {"V1": 7.15, "V2": 423.85, "CL": 11.3, "Q2": 40.8}),
        ("midazolam", "icu", {"age_y": 77.0}, {"V1": 7.15, "V2": 423.85, "CL": 8.4, "Q2": 40.8}),
        ("lorazepam", "adult", {}, {"V1": 41.3, "V2": 45.01, "CL": 4.3519, "Q2": 46.97}),
        ("levetiracetam", None, {}, {"V1": 31.5, "V2": 10.8, "CL": 3.332, "Q2": 7.56}),
        ("valproate", None, {"age_y": 15.0}, {"V1": 14.0, "CL": 0.646}),
        ("ketamine", None, {}, {"V1": 4.41, "V2": 10.57, "V3": 178.2, "CL": 115.9, "Q2": 156.6, "Q3": 156.1}),
        ("propofol", "schnider", {"age_y": 53.0}, {"V1": 4.27, "V2": 18.9, "V3": 238.0}),
    ],
)
def test_models_print_their_typical_values_at_their_reference(drug, variant, measures, wanted):
    found = typical(drug, variant, **measures)
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, rel=2e-3)


def test_ketamine_constants_are_clearances_per_kg():
    assert typical("ketamine")["CL"] / HOUR * 60 * 1000 / 70 == pytest.approx(27.6, rel=1e-3)


def test_lorazepam_has_the_half_lives_it_was_built_from():
    """19 min and 14.1 h at 70 kg."""
    v = typical("lorazepam")
    k10, k12, k21 = v["CL"] / v["V1"], v["Q2"] / v["V1"], v["Q2"] / v["V2"]
    alpha, beta = np.sort(np.roots([1.0, -(k10 + k12 + k21), k10 * k21]))[::-1]
    assert np.log(2) / alpha * 60 == pytest.approx(19, rel=0.03)
    assert np.log(2) / beta == pytest.approx(14.1, rel=0.01)


def test_children_have_their_own_lorazepam_and_diazepam():
    child = typical("lorazepam", age_y=4.7, weight_kg=18.0, height_cm=107.0)
    assert child["CL"] == pytest.approx(0.115 * 18**0.75)
    assert child["V1"] == pytest.approx(0.879 * 18)
    young = typical("diazepam", age_y=5.0, weight_kg=18.0, height_cm=107.0)
    assert young["CL"] == pytest.approx(2.36 * (18 / 70) ** 0.75)
    assert young["Q3"] == 0.0


def test_diazepam_and_propofol_reach_the_brain_before_midazolam_and_lorazepam(pharmacy):
    order = ["diazepam", "propofol", "midazolam", "lorazepam"]
    shares = []
    for drug in order:
        shop = pharmacy(f"{drug}/IV", step_s=60.0)
        state = shop.rest(1) | {f"{drug}.central": shop.substances[drug].V1}
        level = shop.levels(shop.step(state, {}))[drug]
        shares.append(float(level.brain[0] / level.free[0]))
    assert shares == sorted(shares, reverse=True)


def test_thirty_mg_per_kg_more_levetiracetam_adds_little_at_its_target():
    """60 mg/kg, about 100 mg/L early: 80 % at IC50 25, 96 % at 4."""
    assert (occupancy(100 / 25), occupancy(100 / 4.0)) == pytest.approx((0.80, 0.96), abs=0.005)


def test_ketamine_at_two_mg_per_litre_blocks_seven_tenths_of_channels():
    shop_free_uM = 2.0 * 0.73 / 237.73 * 1000
    assert occupancy(shop_free_uM / 2.5) == pytest.approx(0.72, abs=0.01)


def test_occupancy_and_its_inverse_and_the_hill_slope():
    assert drive_for(occupancy(3.0)) == pytest.approx(3.0)
    assert effect(1.0, hill=4.8) == pytest.approx(0.5)
    assert effect(2.0, hill=1.0) == pytest.approx(occupancy(2.0))


def test_drives_of_one_port_add_over_drugs(pharmacy):
    both, one = pharmacy("lorazepam/IV", "midazolam/IV"), pharmacy("lorazepam/IV")
    orders = {"lorazepam/IV": jnp.full(1, 0.03), "midazolam/IV": jnp.full(1, 0.05)}
    together = both.ports(both.step(both.rest(1), orders))["gaba_a.bzd_site"]
    alone = one.ports(one.step(one.rest(1), {"lorazepam/IV": orders["lorazepam/IV"]}))["gaba_a.bzd_site"]
    other = pharmacy("midazolam/IV")
    rest = other.ports(other.step(other.rest(1), {"midazolam/IV": orders["midazolam/IV"]}))["gaba_a.bzd_site"]
    assert float(together[0]) == pytest.approx(float(alone[0] + rest[0]))
    assert float(one.ports(one.rest(1))["nmda.pore"][0]) == 0.0


@pytest.mark.parametrize(
    ("albumin", "shares"),
    [(38.9, (0.134, 0.148, 0.185, 0.235, 0.297)), (20.0, (0.246, 0.287, 0.385, 0.486, 0.571))],
)
def test_the_free_share_of_valproate_rises_with_its_level(pharmacy, albumin, shares):
    shop = pharmacy("valproate/IV", albumin_g_L=albumin, lanes=5)
    total = jnp.asarray([25.0, 50.0, 100.0, 150.0, 200.0])
    free = shop.substances["valproate"].free.of(total)
    assert np.asarray(free / total) == pytest.approx(shares, abs=0.0015)


def test_the_units_in_which_a_number_is_written_change_nothing():
    card = load("midazolam")
    rows = {"CL": "402.5 mL/min", "V1": "1945 cL", "Q2": "192 L/d"}
    model = card.pk["healthy"]
    other = model.model_copy(update={k: getattr(model, k).model_copy(update={"value": v}) for k, v in rows.items()})
    who = traits(reference_persons(), None, [0])
    one = parameters(card, who)
    two = parameters(card.model_copy(update={"pk": {"healthy": other}}), who)
    assert {k: float(v[0]) for k, v in one.items()} == pytest.approx({k: float(v[0]) for k, v in two.items()})
