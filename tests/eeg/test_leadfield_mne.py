"""The lead field against MNE's, in the same four spheres with the same electrodes and dipoles."""

import mne
import numpy as np
import pytest

from quell.eeg.leadfield import electrode_directions, electrode_names, head, leadfield, patch_dipoles, patch_names


@pytest.fixture(scope="module")
def peer():
    """MNE's electrodes and spheres: (info, sphere model, radius in m)."""
    ours, names = head(), list(electrode_names())
    radius = ours.radius / 1000.0
    info = mne.create_info(names, 200.0, "eeg", verbose="error")
    places = dict(zip(names, electrode_directions() * radius, strict=True))
    info.set_montage(mne.channels.make_dig_montage(ch_pos=places, coord_frame="head"), verbose="error")
    edges = (ours.brain_edge, ours.fluid_edge, ours.skull_edge, 1.0)
    conductivities = (
        ours.brain_conductivity, ours.fluid_conductivity, ours.skull_conductivity, ours.scalp_conductivity
    )  # fmt: skip
    spheres = mne.make_sphere_model(
        r0=(0.0, 0.0, 0.0), head_radius=radius, relative_radii=edges, sigmas=conductivities, verbose="error"
    )
    return info, spheres, radius


def theirs(peer, positions, moments) -> np.ndarray:
    """Potentials of unit dipoles in uV per nAm against the average, `[19, dipoles]`, by MNE."""
    info, spheres, radius = peer
    where = {"rr": positions * radius, "nn": moments}
    sources = mne.setup_volume_source_space(pos=where, sphere_units="m", verbose="error")
    forward = mne.make_forward_solution(
        info, trans=None, src=sources, bem=spheres, meg=False, eeg=True, mindist=0.0, verbose="error"
    )
    gain = forward["sol"]["data"].reshape(len(info.ch_names), -1, 3)
    seen = np.einsum("cij,ij->ci", gain, moments) * 1e-3
    return seen - seen.mean(axis=0)


@pytest.mark.parametrize("patch", patch_names())
def test_every_patch_is_within_one_per_cent_of_mne(peer, patch):
    reference = theirs(peer, *patch_dipoles(patch)).mean(axis=1)
    ours = leadfield([patch])[:, 0]
    assert np.abs(ours - reference).max() < 0.01 * np.abs(reference).max()
    assert np.linalg.norm(ours - reference) < 0.01 * np.linalg.norm(reference)


def test_a_thalamus_is_invisible_by_mne_as_well(peer):
    """The same moment in the depth shows less than the awake background of 6.8 uV even at 100 nAm."""
    deep, up = np.array([[0.12, -0.1, 0.05]]), np.array([[0.0, 0.0, 1.0]])
    thalamus = 100.0 * np.abs(theirs(peer, deep, up)).max()
    mine = head().potential(electrode_directions(), deep, up)[:, 0]
    assert thalamus < 6.8
    assert 100.0 * np.abs(mine - mine.mean()).max() == pytest.approx(thalamus, rel=0.01)
