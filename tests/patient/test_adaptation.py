"""Tolerance in the brain: absent where it is off; on, it is felt; and withdrawal starts where exposure has led."""

import jax.numpy as jnp
import numpy as np
import pytest

from quell.ground.errors import InputError
from quell.patient import adaptation, brain, whole
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts, with_traits
from quell.patient.exposure import Exposure
from quell.patient.person import draw_people

ONE = jnp.ones((2, 2))
ON, OFF = default_parts(tolerance=True), default_parts()
NONE = Ports(*(jnp.zeros((1, 1)) for _ in Ports._fields))
DRUNK = Exposure(bzd=0.0, direct=0.0, alcohol=0.7, lasted=90 * 86400.0, since=12 * 3600.0)


def drive(parts, person, **ports):
    world = World(NONE._replace(**{name: jnp.full((1, 1), x) for name, x in ports.items()}), 0.0 * ONE, ONE)
    return brain.drive(adaptation.coupled(parts, person.adapted), person, world)


def test_off_there_is_nothing_that_adapts():
    assert OFF.tolerance is None and OFF.relay is None and brain.rest(OFF, ONE).adapted is None
    assert adaptation.coupled(OFF, None) is OFF and adaptation.shown(None, None, OFF.gaba) == {}
    assert adaptation.felt(None, None, {}, 1.7) == 1.7 and adaptation.relayed(OFF, 1.7) == 1.7


def test_before_any_drug_a_brain_that_can_adapt_is_the_same_brain():
    one, other = drive(ON, brain.rest(ON, ONE), bzd=5.0), drive(OFF, brain.rest(OFF, ONE), bzd=5.0)
    for quantity in one._fields:
        pair = (np.broadcast_to(getattr(x, quantity), (2, 2)) for x in (one, other))
        np.testing.assert_allclose(*pair, rtol=1e-14)


def test_days_of_midazolam_uncouple_and_thin_out_receptors():
    person = brain.rest(ON, ONE)
    adapted = person.adapted
    for _ in range(12):
        adapted = adaptation.lived(ON.tolerance, adapted, NONE._replace(bzd=jnp.full((1, 1), 20.0)), 6 * 3600.0)
    assert 0.85 < float(adapted.a1[0, 0]) < 0.95
    later = person._replace(adapted=adapted)
    naive, tolerant = (drive(ON, someone, bzd=20.0) for someone in (person, later))
    assert float(tolerant.g_gaba[0, 0]) < float(naive.g_gaba[0, 0])
    fall = brain.receptor_rates(ON, later.receptors, active=0.0, blocker=0.0, adapted=adapted).gaba
    assert float(fall.a1[0, 0]) < float(fall.a2[0, 0]) < 0.0 < float(fall.a5[0, 0])


def test_sedation_wears_off_by_what_is_left_of_alpha1():
    adapted = brain.rest(ON, ONE).adapted._replace(a1=jnp.array([[0.0, 0.0], [1.0, 1.0]]))
    ports = {"gaba_a.bzd_site": jnp.full(2, 20.0)}
    felt = adaptation.felt(ON.tolerance, adapted, ports, jnp.full(2, 2.0))
    assert float(felt[0]) == 2.0 and float(felt[1]) == pytest.approx(2.0 / 2.65, rel=0.01)
    assert float(adaptation.felt(ON.tolerance, adapted, {}, jnp.full(2, 2.0))[1]) == 2.0


def test_who_stops_drinking_starts_with_the_receptors_that_drink_has_left():
    person = adaptation.begin(ON, brain.rest(ON, ONE), DRUNK)
    pools, nmda = person.receptors.gaba, person.receptors.nmda
    assert float(pools.a1[0, 0]) < 0.8 and float(pools.delta[0, 0]) < 0.85 and float(nmda.number[0, 0]) > 1.1
    still = brain.receptor_rates(ON, person.receptors, active=0.0, blocker=0.0, adapted=person.adapted)
    for rate in (*still.gaba, still.nmda.number):
        np.testing.assert_allclose(rate, 0.0, atol=1e-15)
    sober = [adaptation.lived(ON.tolerance, person.adapted, NONE, days * 8640.0) for days in (1.0, 20.0)]
    assert float(person.adapted.a1[0, 0]) > float(sober[0].a1[0, 0]) > float(sober[1].a1[0, 0])


def test_the_longer_since_the_nearer_to_health():
    left = [
        float(adaptation.begin(ON, brain.rest(ON, ONE), drunk_since(hours)).receptors.gaba.a1[0, 0])
        for hours in (0.0, 24.0, 240.0)
    ]
    assert left[0] < left[1] < left[2] < 1.0


def drunk_since(hours):
    return Exposure(alcohol=0.7, lasted=90 * 86400.0, since=hours * 3600.0)


def test_an_exposure_is_a_trait_and_needs_tolerance():
    people = draw_people(1, np.arange(2))
    with pytest.raises(InputError, match="tolerance"):
        whole.patients(1, people, overrides={"exposure.bzd": 5.0, "exposure.lasted": 1e6})
    block, _ = whole.patients(1, people, overrides={"exposure.bzd": 5.0, "exposure.lasted": 1e7}, tolerance=True)
    assert float(whole.rest(block, 2, 2).brain.adapted.a1[0, 0]) == pytest.approx(5.0 / 6.0)
    with pytest.raises(InputError, match="off"):
        with_traits(OFF, {"tolerance.uncoupled": np.array([0.1])})


def test_a_chain_of_arousal_answers_more_steeply_around_the_same_half_effect():
    wired = default_parts(bottleneck=True)
    felt = [float(adaptation.relayed(wired, jnp.asarray(s))) for s in (0.5, 1.0, 2.0)]
    assert felt[0] < 0.5 and felt[1] == 1.0 and felt[2] > 2.0
