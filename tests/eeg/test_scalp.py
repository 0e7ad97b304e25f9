"""Scalp EEG: same patient same bits, average reference, a healthy background, and what each state adds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from quell.eeg.leadfield import electrode_names, leadfield, patch_names
from quell.eeg.scalp import Course, chunks, scalp_eeg, window
from quell.eeg.scalp_course import lost
from quell.eeg.spectrum import band_powers, spectral_edge
from quell.ground.errors import InputError

FS = 200.0
PATCHES = patch_names()
ALWAYS = np.array([0.0, 1e6])


def quiet(seconds):
    return np.zeros((int(seconds * FS), len(PATCHES)), np.float32)


def course(**states):
    return Course(ALWAYS, **{name: np.repeat(np.asarray(value)[None], 2, axis=0) for name, value in states.items()})


@pytest.fixture(scope="module")
def awake():
    return scalp_eeg(quiet(60), FS, 1, 7, patches=PATCHES)


def test_same_patient_gives_the_same_bits_and_another_patient_others(awake):
    again = scalp_eeg(quiet(60), FS, 1, 7, patches=PATCHES)
    other = scalp_eeg(quiet(60), FS, 1, 8, patches=PATCHES)
    assert np.array_equal(awake, again)
    assert abs(np.corrcoef(awake[:, 0], other[:, 0])[0, 1]) < 0.15


def test_a_longer_record_begins_with_the_bits_of_the_shorter_one(awake):
    longer = scalp_eeg(quiet(73.5), FS, 1, 7, patches=PATCHES)
    assert longer.shape == (14700, 19)
    assert np.array_equal(longer[: len(awake)], awake)


def test_a_window_is_a_piece_of_the_whole(awake):
    piece = window(quiet(60), FS, 1, 7, at_s=-60.0 + 43.7, seconds=9.0, patches=PATCHES, start_s=-60.0)
    assert piece == pytest.approx(awake[8740:10540], abs=1e-4)
    assert window(quiet(60), FS, 1, 7, at_s=55.0, seconds=10.0, patches=PATCHES).shape == (1000, 19)


def test_blocks_join_without_a_seam(awake):
    jumps = np.abs(np.diff(awake, axis=0)).max(axis=1)
    edges = [len(block) for block in chunks(quiet(60), FS, 1, 7, patches=PATCHES)]
    seams = np.cumsum(edges)[:-1] - 1
    assert max(edges) <= 2000
    assert np.median(jumps[seams]) < 2 * np.median(jumps)


def test_channels_sum_to_zero(awake):
    assert np.abs(awake.sum(axis=1)).max() < 1e-3


def test_awake_background_looks_like_the_pages_of_healthy_people(awake):
    assert 3.4 < np.median(awake.std(axis=0)) < 13.6  # 6.8 uV, within a factor of two
    powers = band_powers(awake, FS)
    total = sum(powers.values())
    assert 0.19 < np.median(powers["alpha"] / total) < 0.6
    assert 14 < np.median(spectral_edge(awake, FS)) < 24


def test_alpha_is_largest_at_the_back_and_gone_in_coma(awake):
    back, front = electrode_names().index("O1"), electrode_names().index("Fp1")
    full = band_powers(awake, FS)
    alpha = full["alpha"]
    asleep = band_powers(scalp_eeg(quiet(60), FS, 1, 7, patches=PATCHES, course=course(responsiveness=0.0)), FS)
    assert alpha[back] > 5 * alpha[front]
    shares = [powers["alpha"][back] / sum(power[back] for power in powers.values()) for powers in (full, asleep)]
    assert shares[1] < 0.25 * shares[0]
    assert np.median(asleep["delta"] / sum(asleep.values())) > 0.6


def test_a_silent_cortex_is_flat_down_to_the_amplifier():
    flat = scalp_eeg(quiet(20), FS, 1, 7, patches=PATCHES, course=course(rate=np.zeros(10), responsiveness=0.0))
    assert np.all((flat.std(axis=0) > 0.6) & (flat.std(axis=0) < 1.2))
    power = np.abs(np.fft.rfft(flat, axis=0)) ** 2
    per_Hz = [power[20 * low : 20 * high].mean() for low, high in ((1, 4), (5, 15), (20, 40))]
    assert per_Hz[0] > 1.5 * per_Hz[1] > 2 * per_Hz[2]  # noise of electrodes falls with frequency


def test_weak_or_steady_currents_make_hardly_any_background_and_waking_ones_nearly_all():
    def left(nAm, moves=1.0):
        source = np.full((4000, len(PATCHES)), nAm, np.float32)
        source += moves * np.sin(2 * np.pi * 20 * np.arange(4000) / FS)[:, None].astype(np.float32)
        seen = scalp_eeg(source, FS, 1, 7, patches=PATCHES, course=course(rate=np.full(10, 0.7), responsiveness=0.0))
        return np.median(seen.std(axis=0))

    awake_size = left(30.0)
    assert left(13.0, moves=0.1) < 0.25 * awake_size
    assert left(3.0) < 0.25 * awake_size and left(13.0) > 0.85 * awake_size
    assert np.all(np.diff([left(level) for level in (2.0, 3.5, 5.5, 13.0)]) > 0)


def test_a_lobe_whose_input_is_withheld_is_flat_and_the_others_are_not(awake):
    share = np.array([1.0 if name.endswith("_L") else 0.0 for name in PATCHES])
    after = scalp_eeg(quiet(60), FS, 1, 7, patches=PATCHES, course=course(withheld=share))
    names = electrode_names()
    left, right = ([names.index(one) for one in side] for side in (("T3", "F7", "T5"), ("T4", "F8", "T6")))
    assert after[:, left].std() < 0.6 * awake[:, left].std()
    assert after[:, right].std() > 0.8 * awake[:, right].std()
    all_of_it = scalp_eeg(quiet(60), FS, 1, 7, patches=PATCHES, course=course(withheld=np.ones(len(PATCHES))))
    assert all_of_it.std() < 1.2


BEGINS = np.array([0.0, 10.0, 10.1, 1e6])


def seized(before, during, lobes):
    """Delta over the left and the right after a seizure of some lobes began; its own source is left out."""
    states = Course(
        BEGINS,
        responsiveness=np.array([before, before, during, during]),
        seizing=np.array([0.0, 0.0, 1.0, 1.0])[:, None] * np.array([float(name.endswith(lobes)) for name in PATCHES]),
    )
    seen = scalp_eeg(quiet(80), FS, 1, 7, patches=PATCHES, course=states)[4000:]
    delta, names = band_powers(seen, FS)["delta"], electrode_names()
    return [np.mean([delta[names.index(one)] for one in side]) for side in (("T3", "C3", "F3"), ("T4", "C4", "F4"))]


def test_a_seizure_that_takes_awareness_slows_the_lobes_it_spares():
    lost, everywhere = seized(1.0, 0.0, "_L"), seized(1.0, 0.0, ("_L", "_R"))
    aware, coma = seized(1.0, 1.0, "_L"), seized(0.0, 0.0, "_L")
    assert lost[1] > 5 * everywhere[1] and lost[1] > 2 * lost[0]  # over the spared side
    assert aware[1] < 0.2 * lost[1]  # not while the person answers
    assert coma == pytest.approx(everywhere)  # who had no awareness loses none; where no lobe is spared none is slowed


def test_seizures_that_follow_at_once_take_the_awareness_from_before_the_first():
    times = np.arange(0.0, 100.0, 10.0)
    runs = ((times >= 10.0) & (times < 40.0)) | (times >= 50.0)  # 10 s between them, in which nobody answers
    states = Course(times, responsiveness=np.where(times < 10.0, 1.0, 0.0), seizing=runs[:, None] * np.eye(10)[:1])
    taken = lost(states, 20.0, 0.05).seizing
    assert taken[2, 1] == taken[6, 1] == 1.0 and taken[6, 0] == 0.0
    apart = replace(states, seizing=states.seizing * (times != 50.0)[:, None])  # now 20 s, and waves that fade at once
    later = lost(apart, 1.0, 0.05).seizing
    assert later[2, 1] == 1.0 and later[7, 1] < 0.05


def test_the_slow_waves_outlast_the_seizure_and_fade():
    times = np.arange(0.0, 210.0, 10.0)
    runs = (times >= 10.0) & (times < 60.0)
    focal = runs[:, None] * np.array([float(name == "temporal_R") for name in PATCHES])
    after = Course(times, responsiveness=np.where(times < 10.0, 1.0, 0.0), seizing=focal)
    sizes = [block.std() for block in chunks(quiet(200), FS, 1, 7, patches=PATCHES, course=after)]
    during, soon, late = np.mean(sizes[2:5]), np.mean(sizes[7:9]), np.mean(sizes[15:])
    assert during > 1.5 * soon > 1.5 * late


def test_convulsions_add_muscle_at_the_rim_only():
    still, moving = (
        scalp_eeg(quiet(20), FS, 1, 7, patches=PATCHES, course=course(convulsing=value)) for value in (0.0, 1.0)
    )
    added = (moving - still).std(axis=0)
    assert added[electrode_names().index("T3")] > 2 * added[electrode_names().index("Cz")]


def test_the_source_is_added_linearly_through_the_leadfield():
    still = np.random.Generator(np.random.PCG64(0)).normal(0, 300, 10)  # waves that change are lagged: test_territory
    source = np.repeat(still[None], 2000, axis=0).astype(np.float32)
    added = [
        scalp_eeg(k * source, FS, 1, 7, patches=PATCHES) - scalp_eeg(quiet(10), FS, 1, 7, patches=PATCHES)
        for k in (1, 3)
    ]
    assert added[0] == pytest.approx(source.astype(float) @ leadfield(PATCHES).T, abs=1e-3)
    assert added[1] == pytest.approx(3 * added[0], abs=1e-2)


def test_a_seizing_temporal_lobe_is_seen_over_that_lobe():
    source = quiet(10)
    source[:, PATCHES.index("temporal_R")] = 500 * np.sin(2 * np.pi * 4 * np.arange(2000) / FS)
    sizes = scalp_eeg(source, FS, 1, 7, patches=PATCHES).std(axis=0)
    assert electrode_names()[int(np.argmax(sizes))] in {"F8", "T4"}


def test_the_two_patch_brain_has_a_scalp_too():
    seen = scalp_eeg(np.zeros((2000, 2), np.float32), FS, 1, 7, patches=("focus", "rest"))
    assert seen.shape == (2000, 19) and seen.std() > 1


def test_states_change_in_the_course_of_the_record():
    times = np.array([0.0, 10.0, 10.1, 20.0])
    falling = Course(times, responsiveness=np.zeros(4), rate=np.array([[5.0], [5.0], [0.0], [0.0]]).repeat(10, axis=1))
    blocks = [b.std() for b in chunks(quiet(20), FS, 1, 7, patches=PATCHES, course=falling)]
    assert all(before > 5 * after for before, after in pairwise(blocks))


def test_wrong_shape_and_missing_values_are_refused():
    with pytest.raises(InputError, match=r"\[samples, 10\]"):
        scalp_eeg(np.zeros((100, 3)), FS, 1, 7, patches=PATCHES)
    broken = quiet(1)
    broken[5, 2] = np.nan
    with pytest.raises(InputError, match="not finite"):
        scalp_eeg(broken, FS, 1, 7, patches=PATCHES)
