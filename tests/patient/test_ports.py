"""Ports that a brain has only where a drug touches them: none is nothing, and each moves what it should."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.patient import brain, thalamocortical
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts

PARTS = default_parts(thalamus=True)
ONE = jnp.ones((1, 2))
ALWAYS = {name: jnp.zeros((1, 1)) for name in Ports._fields if name not in Ports._field_defaults}
SELDOM = tuple(Ports._field_defaults)


def seizing():
    """A brain in the middle of a seizure."""
    state = brain.rest(PARTS, ONE)
    ended = state.ions.termination._replace(terminator=0.5 * ONE)
    salt = state.ions.chloride._replace(Cl_i=12.0 * ONE)
    ions = state.ions._replace(termination=ended, chloride=salt)
    return state._replace(smooth_rate=20.0 * ONE, ions=ions)


def felt(state=None, **ports):
    """What firing, silence and thalamus feel of some ports, as plain numbers."""
    state = state or seizing()
    world = World(Ports(**ALWAYS)._replace(**{k: jnp.full((1, 1), v) for k, v in ports.items()}), 0.0, jnp.ones((1, 1)))
    made = brain.drive(PARTS, state, world)._asdict()
    made |= {"depth": brain.depth(PARTS, state.ions, world.ports)}
    made |= {f"thalamus.{k}": v for k, v in thalamocortical.setting(PARTS, world)._asdict().items()}
    return {name: float(jnp.broadcast_to(value, (1, 2))[0, 0]) for name, value in made.items()}


PLAIN = felt()


@pytest.mark.parametrize("port", SELDOM)
def test_an_empty_port_moves_no_bit(port):
    assert felt(**{port: 0.0}) == PLAIN


@pytest.mark.parametrize(
    ("port", "up", "down"),
    [
        ("neurosteroid", {"g_gaba", "g_II", "g_tonic", "depth", "thalamus.inhibition", "thalamus.tonic"}, set()),
        ("picrotoxin", set(), {"g_gaba", "g_II", "g_tonic", "depth", "thalamus.inhibition", "thalamus.tonic"}),
        ("anhydrase", set(), {"E_gaba"}),
        ("k2p", {"g_potassium", "thalamus.potassium"}, set()),
        ("adenosine", {"g_potassium", "depth"}, {"g_ampa", "g_nmda", "g_far", "g_EI"}),
        ("xanthine", {"g_ampa", "g_nmda", "g_far", "g_EI"}, {"g_potassium", "depth"}),
    ],
)
def test_every_port_moves_its_targets_and_nothing_else(port, up, down):
    moved = {name: value - PLAIN[name] for name, value in felt(**{port: 3.0}).items()}
    assert {name for name, by in moved.items() if by > 1e-9} == up
    assert {name for name, by in moved.items() if by < -1e-9} == down


def test_carbonic_anhydrase_matters_most_where_cells_seize():
    rest = brain.rest(PARTS, ONE)
    calm = felt(rest, anhydrase=50.0)["E_gaba"] - felt(rest)["E_gaba"]
    busy = felt(anhydrase=50.0)["E_gaba"] - PLAIN["E_gaba"]
    assert busy < 3.0 * calm < 0.0


def test_acid_blood_and_an_inhibitor_add_up():
    from quell.patient.blood import Blood

    state = seizing()
    retained = Blood(1.1 * ONE[:, :1], 1.4 * ONE[:, :1], 0.1 * ONE[:, :1])
    left = brain.drawn(PARTS, state, Ports(**ALWAYS)._replace(anhydrase=jnp.full((1, 1), 50.0)))
    mean = [float(brain.reversal(PARTS, state.ions, *what)[1][0, 0]) for what in ((), (retained,), (retained, left))]
    assert mean[1] > mean[2] and mean[1] > mean[0]


def test_many_people_are_one_person_mapped():
    levels = jnp.linspace(0.0, 4.0, 5)[:, None]
    ports = Ports(**{k: jnp.zeros((5, 1)) for k in ALWAYS}, **dict.fromkeys(SELDOM, levels))
    alone = Ports(**ALWAYS, **dict.fromkeys(SELDOM, levels[3:4]))
    states = jax.tree.map(lambda x: jnp.broadcast_to(x[:1], (5, 2)), seizing())
    many = brain.drive(PARTS, states, World(ports, 0.0, jnp.ones((5, 1))))
    one = brain.drive(PARTS, seizing(), World(alone, 0.0, jnp.ones((1, 1))))
    for name in many._fields:
        whole = np.broadcast_to(getattr(many, name), (5, 2))
        np.testing.assert_array_equal(whole[3], np.broadcast_to(getattr(one, name), (1, 2))[0], err_msg=name)
