"""Drugs and the slow fire: pumps take their substrates only, and treatment dampens what it is aimed at."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.care.remedies import REMEDY_NAMES, Tended, remedies, tended
from quell.drugs.pk import Pharmacy
from quell.drugs.port import MEANINGS
from quell.engine.clock import PROJECTIVE
from quell.ground.errors import InputError
from quell.patient import brain, fire
from quell.patient.build import default_parts
from quell.patient.person import draw_bodies, draw_people

PARTS, NONE = default_parts(inflammation=True), jnp.zeros(2)
ILL = PARTS._replace(
    fire=PARTS.fire._replace(
        antibody=replace(PARTS.fire.antibody, titre=1.0),
        inflammation=replace(PARTS.fire.inflammation, stimulus=0.3),
    )
)
TISSUE = brain.rest(ILL, jnp.ones((2, 2))).tissue


def given(line, mg_per_s, hours=1.0):
    """A pharmacy of one line and its state after so many hours of an infusion, two people."""
    bodies = draw_bodies(5, np.arange(2))
    shop = Pharmacy.build([line], bodies, study=5, patients=np.arange(2), step_s=60.0)
    state = shop.rest(2)
    for _ in range(round(60 * hours)):
        state = shop.step(state, {line: jnp.full(2, mg_per_s)})
    return shop, state


def met(line, mg_per_s, parts=ILL, tissue=TISSUE):
    """Drug and tissue after they have met."""
    shop, drugs = given(line, mg_per_s)
    return shop, tended(Tended(drugs, shop.ports(drugs)), shop, parts, tissue, NONE)


def rates(treated):
    return fire.rates(ILL.fire, TISSUE, active=0.0, glutamate=1.0, dead=0.0, remedies=treated)


def test_every_immune_port_reaches_the_tissue():
    assert set(REMEDY_NAMES.values()) == {port for port, row in MEANINGS.items() if row.role == "immune"}


@pytest.mark.parametrize(
    ("line", "mg_per_s", "part", "state"),
    [
        ("methylprednisolone/IV", 0.3, "inflammation", "il1"),
        ("anakinra/IV", 0.06, "inflammation", "microglia"),
        ("tocilizumab/IV", 0.15, "inflammation", "microglia"),
        ("plasmapheresis/IV", 20.0, "antibody", "plasma"),
        ("immunoglobulin/IV", 8.0, "antibody", "plasma"),
        ("rituximab/IV", 0.3, "antibody", "b_cells"),
        ("celecoxib/oral", 0.2, "efflux", "signal"),
    ],
)
def test_treatment_lowers_what_it_is_aimed_at(line, mg_per_s, part, state):
    _, after = met(line, mg_per_s)
    treated, plain = (getattr(getattr(rates(one), part), state) for one in (after.treated, remedies({}, NONE)))
    assert (treated < plain - 1e-12).all()


@pytest.mark.parametrize(("line", "carried"), [("phenytoin/IV", True), ("midazolam/IV", False), ("propofol/IV", False)])
def test_a_raised_pump_takes_its_substrates_from_the_brain_patch_by_patch_and_nothing_else(line, carried):
    drug = line.partition("/")[0]
    pgp = jnp.asarray([[3.0, 1.0], [3.0, 1.0]])
    tissue = TISSUE._replace(efflux=TISSUE.efflux._replace(pgp=pgp))
    shop, healthy = met(line, 0.3)
    _, pumped = met(line, 0.3, tissue=tissue)
    levels = [shop.levels(one.drugs)[drug].brain for one in (healthy, pumped)]
    port = next(p for p, x in healthy.drive.items() if p in MEANINGS and MEANINGS[p].role == "neurons" and x[0] > 0)
    if carried:
        np.testing.assert_allclose(levels[1] / levels[0], 1.25 / 1.5, rtol=1e-6)  # a mean pump of 2
        np.testing.assert_allclose(pumped.here[port][:, 1], healthy.here[port][:, 1], rtol=1e-12)
        assert (pumped.here[port][:, 0] < 0.8 * pumped.here[port][:, 1]).all()
    else:
        np.testing.assert_array_equal(levels[1], levels[0])
        np.testing.assert_array_equal(pumped.here[port][:, 0], pumped.here[port][:, 1])


def test_tariquidar_blocks_the_pump_and_verapamil_at_bearable_doses_hardly():
    efflux = []
    for line, mg_per_s in (("tariquidar/IV", 280 / 3600), ("verapamil/IV", 5 / 3600)):
        _, after = met(line, mg_per_s)
        efflux.append(float(fire.pumping(ILL.fire, TISSUE, after.treated.pgp)[0, 0]))
    assert efflux[0] < 0.3 < 0.95 < efflux[1]


def test_without_drugs_the_tissue_is_untreated():
    after = tended(Tended({}, {}), None, ILL, TISSUE, NONE)
    assert all((drive == 0).all() for drive in after.treated) and not after.here


def test_a_course_keeps_the_fire_and_its_phenytoin_and_one_without_it_keeps_neither_state():
    protocol = load_protocol("benzodiazepine_at", {"time": "2 min", "order": "phenytoin 20 mg/kg IV at 50 mg/min"})
    people = draw_people(5, np.arange(3))
    strong = {"efflux.tau_lit": 30.0, "efflux.tau_up": 60.0}

    def record(**how):
        course = build_course(people, compile_protocol(protocol), study=5, clocks=PROJECTIVE, **how)
        return course.advance(course.start(), 0, course.steps(1500.0))[1]

    on, off = record(inflammation=True, overrides=strong), record()
    assert on["il1"][-1].max() > 0.0 and "il1" not in off
    assert on["barrier_leak"].shape == on["E_gaba"].shape
    given_to = on["plasma_phenytoin"][-1] > 1.0
    share = [(one["brain_phenytoin"] / np.maximum(one["plasma_phenytoin"], 1e-9))[-1] for one in (on, off)]
    both = given_to & (off["plasma_phenytoin"][-1] > 1.0)
    assert both.any() and (share[0] < 0.98 * share[1])[both].all()


def test_a_cause_that_is_denied_the_fire_is_a_clear_error():
    machine = compile_protocol(load_protocol("no_treatment"))
    with pytest.raises(InputError, match="switched off"):
        build_course(
            draw_people(5, np.arange(2)), machine, study=5, clocks=PROJECTIVE, cause="norse", inflammation=False
        )
