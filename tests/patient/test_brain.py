"""The brain: every arrow of the vicious circle points the way it should, and the ion step is second order."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.care.states import states
from quell.circuit.population import Flux
from quell.engine import march, scheme
from quell.patient import brain
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts
from quell.patient.full import ION_SUBSTEPS, Seen

PARTS = default_parts()
REST = brain.rest(PARTS, jnp.ones((1, 2)))
CLEAN = Ports(*(jnp.zeros((1, 1)) for _ in Ports._fields))


def drive(state=REST, insult=0.0, parts=PARTS, **ports):
    full = CLEAN._replace(**{name: jnp.full((1, 1), value) for name, value in ports.items()})
    return brain.drive(parts, state, World(full, insult, jnp.ones((1, 1))))


def changed(part, **values):
    """The brain at rest with some states of one mechanism replaced."""
    for layer in ("ions", "receptors"):
        if hasattr(getattr(REST, layer), part):
            old = getattr(getattr(REST, layer), part)
            new = old._replace(**{name: value * jnp.ones((1, 2)) for name, value in values.items()})
            return REST._replace(**{layer: getattr(REST, layer)._replace(**{part: new})})
    raise KeyError(part)


def one(values):
    return float(jnp.broadcast_to(values, (1, 2))[0, 0])


PLAIN = {name: one(value) for name, value in drive()._asdict().items()}


@pytest.mark.parametrize(
    ("part", "states", "what", "sign"),
    [
        ("chloride", {"Cl_i": 15.0}, "E_gaba", +1),  # chloride decides what the brake does
        ("chloride_weak", {"Cl_i": 15.0}, "E_gaba", +1),
        ("cations", {"K_o": 8.0}, "bias_E", +1),  # raised potassium depolarises
        ("cations", {"K_o": 8.0}, "bias_I", +1),
        ("cations", {"Na_i": 30.0}, "bias_E", -1),  # the pump pulls down
        ("energy", {"ATP": 0.4}, "g_potassium", +1),  # K-ATP
        ("termination", {"terminator": 0.8}, "g_potassium", +1),
        ("termination", {"terminator": 0.8}, "g_ampa", -1),
        ("termination", {"terminator": 0.8}, "g_nmda", -1),
        ("gaba", {"a1": 0.5}, "g_gaba", -1),  # fewer receptors, less brake
        ("gaba", {"delta": 1.3}, "g_tonic", +1),
        ("nmda", {"number": 1.38}, "g_nmda", +1),  # a stuck accelerator
        ("nmda", {"trapped": 0.5}, "g_nmda", -1),  # ketamine in the pore
        ("injury", {"dead": 0.2}, "g_ampa", -1),  # the dead no longer drive
        ("injury", {"dead": 0.2}, "g_nmda", -1),
        ("injury", {"dead": 0.2}, "g_far", -1),
        ("injury", {"dead": 0.2}, "g_EI", -1),
        ("injury", {"dead": 0.2}, "g_gaba", -1),  # nor brake
        ("injury", {"dead": 0.2}, "g_II", -1),
        ("injury", {"sprouted": 0.2}, "g_ampa", +1),
    ],
)
def test_slow_states_act_on_the_patch_in_their_direction(part, states, what, sign):
    moved = one(getattr(drive(changed(part, **states)), what)) - PLAIN[what]
    assert sign * moved > 1e-6


@pytest.mark.parametrize(
    ("port", "up", "down"),
    [
        ("bzd", {"g_gaba", "g_II"}, set()),
        ("direct", {"g_gaba", "g_II", "g_tonic"}, set()),
        ("release", set(), {"g_ampa", "g_nmda", "g_far", "g_EI"}),
        ("sodium", set(), {"g_ampa", "g_far", "g_EI", "bias_E", "bias_I"}),
        ("turnover", {"g_gaba", "g_II", "g_tonic"}, set()),
        ("synthesis", set(), set()),  # nothing lacks in an ordinary brain
        ("ampa", set(), {"g_ampa", "g_far", "g_EI"}),
        ("nmda", set(), set()),  # acts through the trapped share
    ],
)
def test_every_port_moves_its_targets_and_nothing_else(port, up, down):
    found = {name: one(value) - PLAIN[name] for name, value in drive(**{port: 1.0})._asdict().items()}
    assert {name for name, by in found.items() if by > 1e-9} == up
    assert {name for name, by in found.items() if by < -1e-9} == down


def test_the_insult_is_felt_by_pyramidal_cells_alone():
    assert one(drive(insult=6.0).bias_E) == pytest.approx(PLAIN["bias_E"] + 6.0)
    assert one(drive(insult=6.0).bias_I) == PLAIN["bias_I"]


def test_a_healthy_brain_rests_at_the_articles_potential_without_any_pull():
    assert PLAIN["E_gaba"] == pytest.approx(-73.06, abs=0.01)
    assert PLAIN["bias_E"] == pytest.approx(one(PARTS.wiring.bias), abs=1e-12)
    assert PLAIN["g_potassium"] == pytest.approx(0.0, abs=1e-12)


def test_phi_weighs_the_two_compartments():
    state = changed("chloride", Cl_i=20.0).ions
    strong, mean = brain.reversal(PARTS, state)
    assert one(strong) == pytest.approx(-42.18, abs=0.01)
    assert one(mean) == pytest.approx(PARTS.reading.phi * -42.18 + (1 - PARTS.reading.phi) * -73.06, abs=0.02)


SEIZING = Flux(*(jnp.full((1, 2), x) for x in (15.0, 20.0, 2.0, 2.0 * -48.0, 8.0, 0.0)))


def ions_after(seconds, count, state=REST.ions):
    def rates(ions):
        return brain.ion_rates(PARTS, ions, SEIZING, active=jnp.ones((1, 2)), supply=jnp.ones((1, 1)))

    return march.substeps(scheme.rosenbrock, rates, state, seconds, count)


def test_a_seizure_fills_neurons_with_chloride_and_the_space_with_potassium():
    after = ions_after(120.0, 240)
    assert one(after.chloride.Cl_i) > one(after.chloride_weak.Cl_i) > 5.0
    assert one(after.cations.K_o) > 5.0 and one(after.cations.Na_i) > 12.0
    assert one(after.energy.ATP) < 0.95 and one(after.chloride.kcc2) < 1.0
    assert one(after.termination.terminator) > 0.3 > 0.0 and one(after.termination.reserve) < 0.9
    assert one(after.injury.calcium) > 1.2 and one(after.injury.dead) == 0.0


def test_halving_the_ion_step_quarters_its_error():
    best = jax.tree.leaves(ions_after(20.0, 4000))

    def errors(count):
        return np.array(
            [float(np.abs(x - y).max()) for x, y in zip(jax.tree.leaves(ions_after(20.0, count)), best, strict=True)]
        )

    coarse, fine = errors(80), errors(160)
    moved = coarse > 1e-9
    assert moved.sum() >= 8
    np.testing.assert_allclose(np.log2(coarse[moved] / fine[moved]), 2.0, atol=0.35)


def test_the_steps_of_the_package_err_by_less_than_a_thousandth():
    """20 s of sudden full seizure in beats of 2 s."""
    start = [np.asarray(x) for x in jax.tree.leaves(REST.ions)]
    for x, y, x0 in zip(
        jax.tree.leaves(ions_after(20.0, 10 * ION_SUBSTEPS)),
        jax.tree.leaves(ions_after(20.0, 4000)),
        start,
        strict=True,
    ):
        assert np.abs(x - y).max() <= 5e-3 * np.abs(y - x0).max() + 1e-6 * np.abs(x0).max() + 1e-9


def test_background_input_is_withheld_where_a_seizure_has_ended_and_a_blocker_of_adenosine_gives_it_back():
    def withheld(state, **ports):
        full = CLEAN._replace(**{name: jnp.full((1, 1), value) for name, value in ports.items()})
        return one(brain.withheld(PARTS, state, World(full, 0.0, jnp.ones((1, 1)))))

    ended = changed("termination", terminator=0.5)
    assert withheld(REST) == 0.0 and withheld(ended) > 0.9
    assert withheld(ended._replace(smooth_rate=jnp.full((1, 2), 20.0))) == 0.0
    assert withheld(ended, xanthine=20.0) < 0.5
    world = World(CLEAN, 0.0, jnp.ones((1, 1)))
    assert one(states(PARTS, ended, Seen(*(jnp.ones((1, 2)) for _ in range(6))), world)["withheld"]) == withheld(ended)
