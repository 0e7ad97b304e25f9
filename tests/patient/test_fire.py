"""The slow fire in the brain: absent where it is off, and where it is on every arrow has its direction."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from quell.ground.errors import InputError
from quell.patient import aetiology, brain, fire
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts, with_traits
from quell.patient.fire import NOTHING, UNTREATED

ONE = jnp.ones((1, 1))
ON, OFF = default_parts(inflammation=True), default_parts()
CALM = fire.rest(ON.fire, ONE)
WORLD = World(Ports(*(0.0 * ONE for _ in Ports._fields)), 0.0 * ONE, ONE)


def drive(tissue, remedies=UNTREATED):
    person = brain.rest(ON, ONE)._replace(tissue=tissue)
    return brain.drive(ON, person, WORLD._replace(remedies=remedies))


def lit(**states):
    """Calm tissue with single states changed, as "part.state"."""
    tissue = CALM
    for name, value in states.items():
        part, _, state = name.partition("__")
        tissue = tissue._replace(**{part: getattr(tissue, part)._replace(**{state: value * ONE})})
    return tissue


def test_off_there_is_no_tissue_and_nothing_is_felt():
    assert OFF.fire is None and brain.rest(OFF, ONE).tissue is None
    assert fire.effects(OFF.fire, None) == NOTHING


def test_calm_tissue_is_felt_as_none():
    assert [float(x.squeeze()) for x in fire.effects(ON.fire, CALM)] == pytest.approx(list(NOTHING))
    with_it, without = drive(CALM), brain.drive(OFF, brain.rest(OFF, ONE), WORLD)
    for quantity in with_it._fields:
        pair = (float(jnp.squeeze(jnp.asarray(getattr(one, quantity)))) for one in (with_it, without))
        assert len({round(value, 12) for value in pair}) == 1, quantity


@pytest.mark.parametrize(
    ("state", "value", "quantity", "sign"),
    [
        ("inflammation__il1", 1.0, "g_nmda", 1),
        ("inflammation__il1", 1.0, "bias_E", 1),
        ("astrocytes__uptake", 0.6, "g_nmda", 1),
        ("antibody__held", 0.4, "g_nmda", -1),
        ("antibody__held", 0.4, "g_EI", -1),
        ("remodelling__sprouted", 1.0, "g_ampa", 1),
    ],
)
def test_the_tissue_moves_synapses_in_its_direction(state, value, quantity, sign):
    change = getattr(drive(lit(**{state: value})), quantity) - getattr(drive(CALM), quantity)
    assert np.sign(float(change.squeeze())) == sign


def test_interleukin_1_raises_the_nmda_current_by_45_percent_at_most():
    """Viviani 2003; and its blocker takes that away."""
    flooded = lit(inflammation__il1=1e6 / 2)
    assert float(fire.effects(ON.fire, flooded).nmda.squeeze()) == pytest.approx(1.45, rel=1e-3)
    blocked = fire.effects(ON.fire, lit(inflammation__il1=1.0), UNTREATED._replace(il1=50.0))
    assert float(blocked.nmda.squeeze()) < 1.02


def test_tnf_takes_gaba_a_receptors_inside_and_they_come_back():
    person = brain.rest(ON, ONE)
    push = fire.effects(ON.fire, lit(inflammation__tnf=1.0)).push
    rates = [brain.receptor_rates(ON, person.receptors, active=0.0, blocker=0.0, push=p).gaba for p in (push, 0.0)]
    assert float(rates[0].a1.squeeze()) < 0 == float(rates[1].a1.squeeze())
    assert float(rates[0].inside_a1.squeeze()) > 0


def test_astrocytes_without_kir_clear_potassium_slower():
    person = brain.rest(ON, ONE)
    high = person.ions._replace(cations=person.ions.cations._replace(K_o=10.0 * ONE))
    flux = brain.Flux(*(0.0 * ONE for _ in brain.Flux._fields))
    falls = [
        float(brain.ion_rates(ON, high, flux, active=0.0, supply=1.0, buffering=kir).cations.K_o.squeeze())
        for kir in (1.0, 0.6)
    ]
    assert falls[0] < falls[1] < 0


def test_seizing_lights_the_fire_and_calcium_the_pump():
    person = brain.rest(ON, ONE)
    injury = person.ions.injury._replace(calcium=3.0 * ONE, dead=0.1 * ONE)
    rates = brain.tissue_rates(ON, CALM, injury, active=ONE, world=WORLD)
    for rising in (rates.inflammation.microglia, rates.barrier.opening, rates.efflux.signal):
        assert float(rising.squeeze()) > 0


def test_a_cause_that_needs_the_fire_turns_it_on_and_may_not_be_denied_it():
    norse = aetiology.load("norse")
    assert aetiology.wanted(norse, "inflammation", None)
    assert not aetiology.wanted(aetiology.load("unprovoked"), "inflammation", None)
    with pytest.raises(InputError, match="norse acts through inflammation"):
        aetiology.wanted(norse, "inflammation", False)


def test_traits_of_the_fire_need_the_fire():
    lanes = {"inflammation.stimulus": np.array([0.0, 0.5])}
    assert with_traits(ON, lanes).fire.inflammation.stimulus.shape == (2, 1)
    with pytest.raises(InputError, match="off"):
        with_traits(OFF, lanes)


def test_encephalitis_is_settled_at_onset():
    ill = ON._replace(fire=ON.fire._replace(antibody=replace(ON.fire.antibody, titre=1.0)))
    tissue = brain.rest(ill, ONE).tissue
    rates = brain.tissue_rates(ill, tissue, brain.rest(ill, ONE).ions.injury, active=0.0, world=WORLD)
    assert float(tissue.antibody.held.squeeze()) == pytest.approx(0.4)
    np.testing.assert_allclose(np.array(rates.inflammation, float).ravel(), 0.0, atol=1e-12)
