"""Body and slow tissue as SBML: an independent simulator follows the equations that Quell runs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import quell
from quell.drugs.body import reference_persons
from quell.patient import fire, physiology
from quell.report.antimony_body import _leaves
from quell.report.antimony_traced import traced

pytest.importorskip("antimony")
roadrunner = pytest.importorskip("roadrunner")
REGIMEN = "propofol 2 mg/kg IV over 3 min; propofol 5 mg/kg/h IV for 4 h at 3 min"
TIMES = [0.0, 300.0, 1800.0, 7200.0, 20000.0]


@pytest.fixture(scope="module")
def document():
    return quell.sbml("0.6 mg/kg IV", drug="rocuronium", body=True, tissue=True)  # touches neither


def resimulated(document, names, **changed):
    model = roadrunner.RoadRunner(document)
    for name, value in changed.items():
        model[name] = value
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-14
    model.integrator.maximum_num_steps = 200_000
    return np.asarray(model.simulate(times=TIMES, selections=["time", *names]))[:, 1:]


def solved(rates, start):
    """The same equations by scipy, from JAX's own rates; the tree of states flattened."""
    leaves, shape = jax.tree.flatten(start)

    @jax.jit
    def change(flat):
        return jnp.stack(
            [x.reshape(()) for x in jax.tree.leaves(rates(jax.tree.unflatten(shape, list(flat[:, None]))))]
        )

    first = np.array([float(x.reshape(())) for x in leaves])
    how = {"method": "LSODA", "t_eval": TIMES, "rtol": 1e-11, "atol": 1e-13}
    return solve_ivp(lambda _, y: np.asarray(change(jnp.asarray(y))), (0.0, TIMES[-1]), first, **how).y.T


def test_the_body_seizing_is_that_of_the_code(document):
    """Without the drugs, seizing for hours: within one part in a million of the equations as Quell runs them."""
    typical = {
        f"{name}.{row.name}": row.value
        for name, kind in physiology.every_kind().items()
        for row in physiology.rows_of(kind).values()
        if row.between
    }
    parts = physiology.organs(1, [0], reference_persons(1), typical, late=True)
    parts = parts._replace(luck=jnp.log(2.0), late=parts.late._replace(luck=jnp.log(2.0)))
    given = {name: jnp.zeros(1) for name in physiology.Inputs._fields if name not in ("fever", "cooled", "target")}
    given |= {"activity": jnp.ones(1), "convulsing": jnp.ones(1), "oxygen": jnp.full(1, 0.4)}
    start = physiology.rest(parts, 1)
    ours = solved(lambda body: physiology.rates(parts, body, physiology.Inputs(**given)), start)
    names = list(_leaves(start, "body"))
    changed = {"body_activity": 1.0, "body_convulsing": 1.0, "body_oxygen": 0.4}
    theirs = resimulated(document, names, **changed)
    np.testing.assert_allclose(theirs, ours, rtol=1e-6, atol=1e-8)
    assert ours[-1, names.index("body_circulation_pressure")] < 75.0  # something happened


def test_the_tissue_seizing_is_that_of_the_code(document):
    parts, one = fire.default_fire(), jnp.ones(1)
    start = fire.rest(parts, one)
    acting = {"active": one, "glutamate": 0.5 * one, "dead": 0.1 * one}
    ours = solved(lambda now: fire.rates(parts, now, remedies=fire.UNTREATED, **acting), start)
    names = list(_leaves(start, "tissue"))
    changed = {"tissue_active": 1.0, "tissue_glutamate": 0.5, "tissue_dead": 0.1}
    np.testing.assert_allclose(resimulated(document, names, **changed), ours, rtol=1e-6, atol=1e-9)


def test_drugs_reach_the_body_through_their_drives():
    names = ["body_circulation_pressure", "drive_circulation_depression", "body_depression"]
    pressure = resimulated(quell.sbml(REGIMEN, body=True), names)
    assert pressure[2, 0] < 83.0
    np.testing.assert_array_equal(pressure[:, 1], pressure[:, 2])


def test_an_operation_that_no_formula_has_is_named():
    with pytest.raises(NotImplementedError, match="erf"):
        traced(lambda s: {"y": jax.scipy.special.erf(s["x"])}, {"x": 1.0}, "t")


def test_a_formula_keeps_what_it_means():
    rules, found = traced(lambda s: {"y": jnp.where(s["x"] > 1.0, s["x"] ** 2, -s["x"])}, {"x": 1.0}, "t")
    assert found["y"] == "piecewise((x^2), (x > 1), (-x))" or (found["y"].startswith("piecewise(") and not rules)
