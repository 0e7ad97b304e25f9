"""Machines take drugs out: what is unbound by a filter, plasma by exchange; mass is kept; cold slows the liver."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.drugs.body import reference_persons
from quell.drugs.pk import Pharmacy
from quell.drugs.removal import Removal, cooled
from quell.ground.card import from_card
from quell.ground.errors import InputError

NAMES = ("levetiracetam", "phenytoin", "valproate", "midazolam", "rituximab")


def shop(*lines, factors=None):
    how = {"study": None, "patients": np.zeros(1, int), "step_s": 10.0, "machines": True, "factors": factors}
    return Pharmacy.build(lines, reference_persons(1), **how)


def after(pharmacy, orders, hours, state=None, filtered=0.0):
    given = {line: jnp.full(1, rate) for line, rate in orders.items()}
    march = jax.jit(
        lambda s: jax.lax.fori_loop(
            0, round(hours * 360), lambda _, now: pharmacy.step(now, given, filtered=filtered), s
        )
    )
    return march(pharmacy.rest(1) if state is None else state)


def loaded(*names, hours=1.0):
    lines = [f"{name}/IV" for name in names]
    pharmacy = shop(*lines)
    return pharmacy, after(pharmacy, dict.fromkeys(lines, 0.3), hours)


def flow(machine="haemodialysis", weight=70.0):
    return float(from_card(Removal).flow(machine, weight))


def test_mass_is_kept_to_a_billionth_with_every_removal():
    lines = [f"{name}/IV" for name in NAMES]
    pharmacy = shop(*lines, "plasmapheresis/IV")
    state = after(pharmacy, dict.fromkeys(lines, 0.3), 1.0)
    state = after(pharmacy, {"plasmapheresis/IV": 40.0} | dict.fromkeys(lines, 0.1), 2.0, state, flow())
    for name, place in pharmacy.balance(state).items():
        assert float(place.given[0]) == pytest.approx(float(sum(place[1:])[0]), rel=1e-9), name
        assert name == "plasmapheresis" or float(place.removed[0]) > 0


def test_four_hours_of_dialysis_are_those_of_the_closed_form():
    """One compartment that loses (CL + flow fu) / V, against exp; what the machine took is its share."""
    pharmacy, state = loaded("lacosamide")
    start = {room: float(state[f"lacosamide.{room}"][0]) for room in ("central", "removed")}
    end = after(pharmacy, {}, 4.0, state, flow())
    one, doors = pharmacy.substances["lacosamide"], pharmacy.solvers["lacosamide"].ruled["CL"]
    own = float(doors["lacosamide.eliminated"]["lacosamide.central"][0])
    outside = flow() * float(one.free.fu[0]) / float(one.V1[0])
    assert float(end["lacosamide.central"][0]) == pytest.approx(
        start["central"] * np.exp(-(own + outside) * 4 * 3600), rel=1e-6
    )
    gone = start["central"] - float(end["lacosamide.central"][0])
    assert float(end["lacosamide.removed"][0]) == pytest.approx(gone * outside / (own + outside), rel=1e-6)


def test_a_filter_takes_what_is_unbound_and_no_antibody():
    pharmacy, state = loaded("levetiracetam", "phenytoin", "rituximab")
    end = after(pharmacy, {}, 1.0, state, flow())
    share = {n: float(p.removed[0] / p.given[0]) for n, p in pharmacy.balance(end).items()}
    assert share["rituximab"] == 0.0
    assert 0.0 < share["phenytoin"] < 0.4 * share["levetiracetam"]


def test_exchange_takes_plasma_with_what_is_bound_in_it():
    pharmacy = shop("rituximab/IV", "plasmapheresis/IV")
    state = after(pharmacy, {"rituximab/IV": 0.1}, 0.5)
    end = after(pharmacy, {"plasmapheresis/IV": 2000.0 * 70 / 7200}, 2.0, state)  # 2 g/kg: 40 mL/kg of plasma
    before, left = (float(s["rituximab.central"][0]) for s in (state, end))
    V1 = float(pharmacy.substances["rituximab"].V1[0])
    assert left / before == pytest.approx(np.exp(-0.04 * 70 / V1), rel=0.03)


def test_without_a_machine_nothing_is_removed():
    state = loaded("levetiracetam")[1]
    assert float(state["levetiracetam.removed"][0]) == 0.0


def test_filtration_goes_by_weight_and_an_unknown_machine_is_refused():
    assert flow("haemofiltration", 80.0) == pytest.approx(2.0 / 3600)  # 25 mL/kg/h at 80 kg
    with pytest.raises(InputError, match="no machine"):
        flow("leeches")


def test_cold_slows_what_the_liver_breaks_down_and_nothing_else():
    factors = cooled(NAMES, 33.0)
    assert factors["midazolam"]["CL"] == pytest.approx(0.93**4)
    assert "levetiracetam" not in factors and cooled(NAMES, 39.0)["midazolam"]["CL"] == 1.0
    levels = []
    for made in (None, factors):
        pharmacy = shop("midazolam/IV", factors=made)
        levels.append(float(pharmacy.levels(after(pharmacy, {"midazolam/IV": 0.002}, 24.0))["midazolam"].plasma[0]))
    assert levels[1] > 1.2 * levels[0]


def test_a_temperature_out_of_range_is_refused():
    with pytest.raises(InputError, match="temperature"):
        cooled(NAMES, 20.0)
