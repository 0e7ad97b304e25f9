"""The shelf is complete, and what it holds agrees with what the papers print besides their parameters."""

import re

import jax.numpy as jnp
import numpy as np
import pytest

from quell.drugs import library
from quell.drugs.card import load
from quell.drugs.dose import parse_order
from quell.ground.errors import InputError

NAMES = library.names()
SHELF = (
    "lorazepam diazepam midazolam clonazepam flumazenil phenytoin fosphenytoin levetiracetam brivaracetam "
    "valproate lacosamide phenobarbital topiramate perampanel carbamazepine ethosuximide acetazolamide "
    "propofol pentobarbital thiopental ketamine esketamine dexmedetomidine brexanolone ganaxolone "
    "magnesium pyridoxine verapamil tariquidar methylprednisolone immunoglobulin anakinra tocilizumab "
    "rituximab norepinephrine rocuronium atropine pralidoxime meropenem celecoxib "
    "isoflurane sevoflurane"
)
HALF_LIVES = [  # printed beside the parameters, not among them: drug, variant, hours, tolerance
    ("thiopental", "adults", 9.0, 0.03),
    ("thiopental", "long_infusion", 14.5, 0.06),
    ("pentobarbital", "adults", 15.6, 0.04),
    ("pentobarbital", "healthy", 22.3, 0.04),
    ("methylprednisolone", "volunteers", 2.38, 0.01),
    ("ethosuximide", "adult", 57.0, 0.08),
    ("celecoxib", "mean_curve", 15.0, 0.02),
    ("carbamazepine", "induced", 21.0, 0.02),
    ("pralidoxime", "healthy", 75 / 60, 0.01),
    ("flumazenil", "adults", 1.0, 0.25),
]
SPOKEN = [
    ("IVIg 0.4 g/kg IV over 4 h", "immunoglobulin", 28000.0),
    ("magnesium sulfate 4 g IV over 20 min", "magnesium", 4000.0),
    ("magnesium 16 mmol IV over 20 min", "magnesium", 16 * 246.47),
    ("magnesium 0.2 mmol/kg i.v., max 16 mmol", "magnesium", 14 * 246.47),
    ("noradrenaline 5 mcg IV", "norepinephrine", 0.005),
    ("S-ketamine 0.5 mg/kg IV", "esketamine", 35.0),
    ("vitamin B6 5 g IV over 10 min", "pyridoxine", 5000.0),
    ("allopregnanolone 2 mg IV over 1 h", "brexanolone", 2.0),
    ("2-PAM 2 g IV over 30 min", "pralidoxime", 2000.0),
    ("Solu-Medrol 1 g IV over 60 min", "methylprednisolone", 1000.0),
    ("anakinra 100 mg SC", "anakinra", 100.0),
    ("perampanel 12 mg NG", "perampanel", 12.0),
]


def test_the_pharmacy_holds_every_drug_of_the_ladder():
    assert set(NAMES) >= set(SHELF.split())


@pytest.mark.parametrize(("name", "variant", "hours", "within"), HALF_LIVES)
def test_the_late_half_life_is_the_one_the_paper_prints(pharmacy, name, variant, hours, within):
    line = f"{name}/{library.entry(name).routes[0]}"
    shop = pharmacy(line, step_s=600.0, variants={name: variant})
    state = shop.step(shop.rest(1), {line: jnp.ones(1)})
    levels, steps = [], round(hours * 6 * 3)
    for _ in range(2):
        for _ in range(steps):
            state = shop.step(state, {})
        levels.append(float(shop.levels(state)[name].plasma[0]))
    assert np.log(2) * steps / 6 / np.log(levels[0] / levels[1]) == pytest.approx(hours, rel=within)


@pytest.mark.parametrize(("words", "drug", "mg"), SPOKEN)
def test_what_is_said_at_the_bedside_is_understood(words, drug, mg):
    order = parse_order(words)
    assert order.drug == drug and order.mg(70.0) == pytest.approx(mg, rel=1e-4)


@pytest.mark.parametrize("words", ["norepinephrine 0.1 ug/kg/min IV", "dexmedetomidine 0.7 ug/kg/h IV for 48 h"])
def test_small_rates_are_said_back_in_micrograms(words):
    assert parse_order(words).words() == words


@pytest.mark.parametrize("name", NAMES)
def test_codes_are_codes_of_the_anatomical_therapeutic_chemical_system(name):
    assert all(re.fullmatch(r"[A-Z]\d{2}[A-Z]{2}\d{2}", code) for code in load(name).atc)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_without_a_code_says_why(name):
    assert bool(load(name).atc) != bool(load(name).no_atc)


def test_no_code_belongs_to_two_drugs():
    codes = [code for name in NAMES for code in load(name).atc]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("words", "inspired"), [("1.2 % inhaled", 1.2), ("1 MAC inhaled", 1.1 / 0.719), ("1 % end-tidal", 1 / 0.719)]
)
def test_a_vapour_is_ordered_by_strength(words, inspired):
    order = parse_order(f"isoflurane {words} for 2 h")
    assert order.infusion is not None and order.infusion.rate.mg_per_s == pytest.approx(inspired, rel=1e-12)
    assert parse_order(order.words()) == order


@pytest.mark.parametrize(
    "words", ["isoflurane 10 mg inhaled", "propofol 2 % IV", "isoflurane 1 % IV", "sevoflurane 2 mg/h inhaled"]
)
def test_strength_and_mass_are_not_mixed_up(words):
    with pytest.raises(InputError):
        parse_order(words)


def test_the_lung_gives_back_what_was_asked_for(pharmacy):
    """End-tidal is the blood level over the blood-gas partition; at 1 MAC it is the MAC after a quarter of an hour."""
    asked = parse_order("isoflurane 1 MAC inhaled").infusion
    shop = pharmacy("isoflurane/inhaled", step_s=60.0)
    state = shop.rest(1)
    for _ in range(15):
        state = shop.step(state, {"isoflurane/inhaled": jnp.full(1, asked.rate.mg_per_s)})
    percent = float(shop.levels(state)["isoflurane"].plasma[0]) / 1.3 / (184.49 / 25.45 * 1000) * 100
    assert percent == pytest.approx(1.1, rel=0.02)


def test_each_number_in_moles_is_read_as_mass():
    order = parse_order("magnesium 16 mmol IV over 20 min then 4 mmol/h")
    assert order.infusion is not None
    assert order.infusion.rate.mg_per_s * 3600 / order.amount == pytest.approx(0.25)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_names_no_source_that_it_does_not_use(name):
    text = library.entry(name).path.read_text(encoding="utf-8")
    body = text.partition("[sources]")[2].partition("\n[")[2]
    assert not [key for key in load(name).sources if key not in body]
