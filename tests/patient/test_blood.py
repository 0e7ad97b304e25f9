"""Acid blood in the brain: none at rest, carbon dioxide moves bicarbonate and E_GABA, acid brakes."""

import jax.numpy as jnp
import numpy as np
import pytest

from quell.ground.card import from_card
from quell.patient import brain, physiology
from quell.patient.blood import AcidBase
from quell.patient.brain import Ports, World
from quell.patient.build import default_parts

PARTS, ONE = default_parts(), jnp.ones((1, 1))
ORGANS = physiology.organs(1, [0], {"age_y": np.array([40.0])}, {})
REST = physiology.rest(ORGANS, 1)


def blood(PaCO2=None, lactate=1.0):
    air = REST.breathing if PaCO2 is None else REST.breathing._replace(PaCO2=jnp.array([PaCO2]))
    body = REST._replace(breathing=air, metabolism=REST.metabolism._replace(lactate=jnp.array([lactate])))
    return from_card(AcidBase).felt(ORGANS, body)


def felt(blood):
    world = World(Ports(*(0.0 * ONE for _ in Ports._fields)), 0.0 * ONE, ONE, blood=blood)
    return brain.drive(PARTS, brain.rest(PARTS, ONE), world)


def test_a_healthy_body_leaves_the_brain_as_it_is():
    calm, none = felt(blood()), felt(None)
    for name in calm._fields:
        np.testing.assert_allclose(getattr(calm, name), getattr(none, name), rtol=1e-12, err_msg=name)


def test_retained_carbon_dioxide_is_bicarbonate_in_cells_and_moves_E_GABA_up_by_a_millivolt_or_two():
    """Worked by hand: 40.9 to 80 mmHg is 24 to 27.9 mM outside, pH 7.38 to 7.16, inside x 1.51."""
    high = blood(80.0)
    assert float(high.outside[0, 0]) == pytest.approx(27.91 / 24.0, abs=1e-4)
    assert float(high.acid[0, 0]) == pytest.approx(np.log10(80.0 / 40.9 / (27.91 / 24.0)), abs=1e-6)
    assert float(high.inside[0, 0]) == pytest.approx(80.0 / 40.9 * 10 ** (-0.5 * float(high.acid[0, 0])))
    assert 0.3 < float(felt(high).E_gaba[0, 0] - felt(None).E_gaba[0, 0]) < 2.0


def test_carbon_dioxide_brakes_release_and_opens_potassium_channels():
    high, calm = felt(blood(80.0)), felt(None)
    assert float(high.g_potassium[0, 0]) > float(calm.g_potassium[0, 0])
    assert float(high.g_ampa[0, 0]) < float(calm.g_ampa[0, 0])
    assert float(felt(blood(25.0)).g_ampa[0, 0]) == pytest.approx(float(calm.g_ampa[0, 0]))  # alkali frees none


def test_lactic_acid_of_muscle_stays_outside_the_barrier():
    assert [float(x[0, 0]) for x in blood(lactate=15.0)] == [float(x[0, 0]) for x in blood()]
