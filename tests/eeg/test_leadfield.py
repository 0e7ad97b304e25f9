"""Forward model: the closed sphere, the laws of the average reference, mirror symmetry, and known amplitudes."""

from dataclasses import replace

import numpy as np
import pytest

from quell.eeg import leadfield as forward
from quell.eeg.leadfield import (
    electrode_directions,
    electrode_names,
    head,
    leadfield,
    patch_dipoles,
    patch_names,
)
from quell.ground.errors import InputError

MIRROR = {"Fp1": "Fp2", "F3": "F4", "C3": "C4", "P3": "P4", "F7": "F8", "T3": "T4", "T5": "T6", "O1": "O2"}


@pytest.fixture
def even_head():
    """The same conductivity everywhere: the case with a solution in closed form."""
    return replace(head(), fluid_conductivity=0.33, skull_conductivity=0.33)


def closed_form(electrodes, sources, moments, sigma, radius):
    """Potential on a homogeneous sphere (Yao 2000, textbook), with lengths as shares of the radius."""
    gap = electrodes[:, None, :] - sources[None]
    d = np.linalg.norm(gap, axis=2, keepdims=True)
    towards = np.sum(electrodes[:, None, :] * gap, axis=2, keepdims=True)
    field = 2 * gap / d**3 + (electrodes[:, None, :] + gap / d) / (d + towards)
    return np.sum(field * moments[None], axis=2) / (4 * np.pi * sigma * radius**2) * 1e-3


def test_one_conductivity_lets_through_two_n_plus_one_over_n(even_head):
    n = np.arange(1, 11)
    assert even_head.transmission()[:10] == pytest.approx((2 * n + 1) / n)


@pytest.mark.parametrize("moment", [(1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0), (0.3, -0.5, 0.8)])
def test_homogeneous_sphere_matches_the_closed_form(even_head, moment):
    sources = np.array([[0.0, 0.0, 0.8], [0.4, -0.3, 0.5]])
    moments = np.tile(moment, (2, 1))
    ours = even_head.potential(electrode_directions(), sources, moments)
    closed = closed_form(electrode_directions(), sources, moments, 0.33, 0.0956)
    assert ours - ours.mean(0) == pytest.approx(closed - closed.mean(0), rel=1e-6, abs=1e-9)


def test_every_patch_sums_to_zero_over_the_electrodes():
    assert np.abs(leadfield(patch_names()).sum(axis=0)).max() < 1e-12


def test_left_and_right_are_mirror_images():
    both = leadfield(patch_names())
    names = electrode_names()
    swap = {**MIRROR, **{right: left for left, right in MIRROR.items()}}
    order = [names.index(swap.get(name, name)) for name in names]
    assert both[order][:, :5] == pytest.approx(both[:, 5:])


def test_ten_nanoampere_metres_of_radial_cortex_give_about_two_microvolts():
    sources = np.concatenate([patch_dipoles(name)[0] for name in patch_names()])
    up = sources / np.linalg.norm(sources, axis=1, keepdims=True)
    seen = head().potential(electrode_directions(), sources, 10.0 * up)
    best = np.abs(seen - seen.mean(axis=0)).max(axis=0)
    assert np.median(best) == pytest.approx(1.8, rel=0.15)
    assert np.percentile(best, 5) == pytest.approx(1.2, rel=0.15)
    assert np.percentile(best, 95) == pytest.approx(3.7, rel=0.25)


def test_a_seizing_patch_of_500_nanoampere_metres_is_tens_of_microvolts():
    best = np.abs(leadfield(patch_names())).max(axis=0) * 500
    assert np.all((best > 45) & (best < 110))


def test_deep_sources_hardly_reach_the_scalp():
    deep = np.array([[0.1, 0.0, 0.05]])
    shallow = np.array([[0.57, 0.0, 0.57]])
    seen = [head().potential(electrode_directions(), s, s / np.linalg.norm(s) * 10) for s in (deep, shallow)]
    sizes = [np.abs(v - v.mean(axis=0)).max() for v in seen]
    assert 3 * sizes[0] < sizes[1]


def test_skull_smears_and_weakens_what_a_bare_sphere_would_show(even_head):
    source = np.array([[0.0, 0.0, 0.8]])
    through_skull, bare = (h.potential(electrode_directions(), source, source) for h in (head(), even_head))
    assert np.ptp(through_skull) < 0.7 * np.ptp(bare)


@pytest.mark.parametrize(
    ("patch", "electrodes"),
    [("frontal_L", {"Fp1", "F3"}), ("temporal_R", {"F8", "T4"}), ("occipital_L", {"O1"}), ("focus", {"F7", "T3"})],
)
def test_a_lobe_is_largest_under_its_own_electrodes(patch, electrodes):
    column = leadfield([patch])[:, 0]
    assert electrode_names()[int(np.argmax(column))] in electrodes


def test_two_patch_brain_is_a_sum_over_all_cortex():
    counts = {name: len(patch_dipoles(name)[0]) for name in patch_names()}
    ten = leadfield(patch_names())
    rest = [name for name in patch_names() if name != "temporal_L"]
    weights = np.array([counts[name] for name in rest]) / sum(counts[name] for name in rest)
    expected = ten[:, [patch_names().index(name) for name in rest]] @ weights
    assert leadfield(["focus", "rest"])[:, 1] == pytest.approx(expected, abs=1e-12)


def test_every_lobe_is_spread_out():
    for name in patch_names():
        assert len(patch_dipoles(name)[0]) > 30


def test_a_lobe_is_large_when_its_columns_act_together_and_small_when_they_do_not():
    """The same columns with the same moments: in phase they add up, out of phase they cancel."""
    positions, moments = patch_dipoles("temporal_L")
    each = head().potential(electrode_directions(), positions, moments)
    each -= each.mean(axis=0)
    phases = 2 * np.pi * (np.arange(len(moments)) * 0.618) % (2 * np.pi)  # evenly spread
    together = np.abs(each.sum(axis=1)).max()
    apart = np.abs(each @ np.exp(1j * phases)).max()
    assert apart < 0.25 * together
    area = [np.abs(each[:, :count].sum(axis=1)).max() for count in (len(moments) // 4, len(moments) // 2, len(moments))]
    assert area[0] < area[1] < area[2]


def test_what_is_shipped_is_what_the_card_gives():
    """Else: `python -m quell.eeg.leadfield` makes it anew."""
    names, shipped = (*patch_names(), "focus", "rest"), forward._shipped()
    assert tuple(shipped) == names
    for name in names:
        assert shipped[name] == pytest.approx(forward._column(name), rel=1e-12, abs=0.0)


def test_a_file_made_from_another_card_is_not_believed(monkeypatch):
    honest = leadfield(["temporal_L"])
    monkeypatch.setattr(forward, "_card_digest", lambda: "another")
    forward._shipped.cache_clear()
    forward._matrix.cache_clear()
    try:
        assert forward._shipped() == {}
        assert leadfield(["temporal_L"]) == pytest.approx(honest, rel=1e-12, abs=0.0)
    finally:
        forward._shipped.cache_clear()
        forward._matrix.cache_clear()


def test_unknown_patch_is_refused_with_the_allowed_names():
    with pytest.raises(InputError, match=r"hippocampus.*temporal_L"):
        leadfield(["hippocampus"])


def test_source_outside_the_brain_is_refused():
    with pytest.raises(InputError, match="outside the brain"):
        head().potential(electrode_directions(), np.array([[0.0, 0.0, 0.95]]), np.ones((1, 3)))
