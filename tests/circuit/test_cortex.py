"""Atlases: names, symmetric couplings whose rows sum to one, and glutamate that arrives where it should."""

import jax.numpy as jnp
import numpy as np
import pytest

from quell.circuit.cortex import atlas, reach
from quell.ground.errors import InputError


@pytest.mark.parametrize("patches", [2, 10])
def test_every_patch_hears_its_neighbours_and_never_itself(patches):
    coupling = atlas(patches).coupling
    assert coupling.shape == (patches, patches)
    np.testing.assert_allclose(coupling.sum(axis=1), 1.0)
    assert (np.diag(coupling) == 0).all()
    np.testing.assert_array_equal(coupling > 0, coupling.T > 0)


def test_the_ten_patches_are_five_lobes_on_two_sides_wired_alike():
    brain = atlas(10)
    lobes = {name.rsplit("_", 1)[0] for name in brain.names}
    assert lobes == {"frontal", "central", "temporal", "parietal", "occipital"}
    mirror = [brain.index(name[:-1] + ("R" if name.endswith("L") else "L")) for name in brain.names]
    np.testing.assert_allclose(brain.coupling, brain.coupling[np.ix_(mirror, mirror)])
    assert [name for name, moves in zip(brain.names, brain.motor, strict=True) if moves] == ["central_L", "central_R"]


def test_glutamate_of_one_patch_arrives_at_its_neighbours_by_the_coupling():
    brain = atlas(10)
    for source in range(10):
        arrived = reach(brain.coupling)(jnp.eye(10)[:, source : source + 1])
        np.testing.assert_allclose(arrived[:, 0], brain.coupling[:, source])


def test_unknown_patches_and_brains_are_clear_errors():
    with pytest.raises(InputError, match="frontal_L"):
        atlas(10).index("insula_L")
    with pytest.raises(InputError, match=r"2, 10"):
        atlas(7)
