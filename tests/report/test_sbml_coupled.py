"""Drugs, organs and tissue acting on kinetics in SBML: an independent simulator against the pharmacy stepped finely."""

import jax
import numpy as np
import pytest

import quell
from quell.drugs.body import reference_persons
from quell.drugs.clearance import Organs
from quell.drugs.meeting import meetings
from quell.drugs.pk import Pharmacy

pytest.importorskip("antimony")
roadrunner = pytest.importorskip("roadrunner")
DRUGS = {"valproate/IV": 1.0, "phenytoin/IV": 0.5, "meropenem/IV": 0.4}  # mg/s
REGIMEN = "; ".join(f"{line.partition('/')[0]} {mg * 3600:g} mg/h IV for 8 h" for line, mg in DRUGS.items())
HOURS = [1.0, 4.0, 7.5]


def resimulated(names, *, regimen=REGIMEN, start=None, **how):
    model = roadrunner.RoadRunner(quell.sbml(regimen, confirm_overdose=True, **how))
    for name, value in (start or {}).items():
        model[name] = value
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-10, 1e-13
    model.integrator.maximum_num_steps = 200_000
    times = [0.0, *(3600.0 * hour for hour in HOURS)]
    return dict(zip(names, np.asarray(model.simulate(times=times, selections=["time", *names]))[1:, 1:].T, strict=True))


def stepped(step_s, organs=None, efflux=None):
    """Levels of the pharmacy at HOURS, {drug: Levels}, in steps of that length."""
    how = {"study": None, "patients": [0], "step_s": step_s, "living": organs is not None}
    pharmacy = Pharmacy.build(list(DRUGS), reference_persons(1), **how)
    state, found = pharmacy.rest(1), []
    orders = {line: np.array([mg]) for line, mg in DRUGS.items()}
    step = jax.jit(lambda state: pharmacy.step(state, orders, efflux, organs=organs))
    for k in range(round(3600 * HOURS[-1] / step_s)):
        state = step(state)
        if any(abs((k + 1) * step_s - 3600 * hour) < 1e-6 for hour in HOURS):
            found.append({name: [float(x[0]) for x in one] for name, one in pharmacy.levels(state).items()})
    return {name: np.array([one[name] for one in found]).T for name in found[0]}


def test_what_drugs_do_to_each_other_is_that_of_the_pharmacy_as_its_step_shrinks():
    """Meropenem speeds valproate up, valproate frees phenytoin; factors held over a step make an error of order 1."""
    names = [f"{drug}_{kind}" for drug in ("valproate", "phenytoin") for kind in ("plasma", "free", "brain")]
    theirs = resimulated(names)
    errors = []
    for step_s in (180.0, 90.0):
        ours = stepped(step_s)
        pairs = [
            (ours[n.partition("_")[0]][("plasma", "free", "brain").index(n.partition("_")[2])], theirs[n])
            for n in names
        ]
        errors.append(max(np.abs(mine / exact - 1.0).max() for mine, exact in pairs))
    assert errors[1] < 5e-4
    assert 1.6 < errors[0] / errors[1] < 2.6
    alone = resimulated(names, alone=True)
    assert theirs["valproate_plasma"][-1] < 0.98 * alone["valproate_plasma"][-1]
    share = theirs["phenytoin_free"][-1] / theirs["phenytoin_plasma"][-1]
    assert share > 1.2 * alone["phenytoin_free"][-1] / alone["phenytoin_plasma"][-1]


def test_a_hurt_kidney_and_cold_slow_clearance_as_in_the_pharmacy():
    """Whatever the body does, its organs act on the drugs as in a run; here it is held, so that one number says it."""
    names = ["meropenem_plasma", "valproate_plasma", "body_worth_kidney", "body_worth_liver"]
    hurt = {"body_late_kidney_hurt": 0.6}
    theirs = resimulated([*names, "body_metabolism_temperature"], body=True, start=hurt)
    whole = resimulated(names, body=True)
    assert theirs["body_worth_kidney"].max() < 0.6 < 0.9 < whole["body_worth_kidney"].min()
    worth = Organs(kidney=float(theirs["body_worth_kidney"].mean()), liver=float(theirs["body_worth_liver"].mean()))
    ours = stepped(90.0, organs=worth)
    np.testing.assert_allclose(theirs["meropenem_plasma"], ours["meropenem"][0], rtol=0.02)  # the kidney mends a little
    assert theirs["meropenem_plasma"][-1] > 1.3 * whole["meropenem_plasma"][-1]


def test_efflux_of_the_tissue_keeps_phenytoin_out_of_the_brain():
    names = ["phenytoin_brain", "phenytoin_free", "valproate_brain", "tissue_efflux"]
    theirs = resimulated(names, tissue=True, start={"tissue_efflux_pgp": 2.0})
    whole = resimulated(names, tissue=True)
    assert theirs["tissue_efflux"].min() > 1.2
    ours = stepped(90.0, efflux=np.array([theirs["tissue_efflux"][-1]]))["phenytoin"][2][-1]
    np.testing.assert_allclose(theirs["phenytoin_brain"][-1], ours, rtol=5e-4)
    assert theirs["phenytoin_brain"][-1] < 0.9 * whole["phenytoin_brain"][-1]
    np.testing.assert_allclose(theirs["valproate_brain"], whole["valproate_brain"], rtol=1e-6)


def test_the_rates_of_interactions_are_the_limit_of_their_steps():
    """Rising and falling: (state after a short step - state) / step is the rate."""
    brief = meetings(["valproate", "meropenem", "phenytoin", "phenobarbital"], {}, 1e-3)
    rng = np.random.default_rng(3)
    state = {key: rng.uniform(0.0, 1.0, 20) for key in brief.rest(1)}
    levels = {name: rng.uniform(1.0, 80.0, 20) for name in brief.perpetrators}
    after, rates = brief.step(state, levels), brief.rates(state, levels)
    assert set(rates) == set(state)
    for key, rate in rates.items():
        np.testing.assert_allclose((np.asarray(after[key]) - state[key]) / 1e-3, rate, rtol=1e-4, atol=1e-10)
