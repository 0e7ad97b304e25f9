"""How columns of a patch add up: what a wave that crosses a disc leaves, and how a seizure takes more of its lobe."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import j1

from quell.eeg.leadfield import patch_names
from quell.eeg.scalp import Course, chunks, scalp_eeg, window
from quell.eeg.territory import Territory
from quell.ground.card import from_card

FS, PATCHES = 200.0, patch_names()
CARD = from_card(Territory)


def noise(seconds, seed=0):
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.normal(0, 300, (int(seconds * FS), len(PATCHES))).astype(np.float32)


def test_what_does_not_change_passes_whole_from_the_first_sample():
    still = np.full((50, 3), 7.0)
    assert CARD.crossed(still, still[:0], FS) == pytest.approx(still)


@pytest.mark.parametrize("hz", [1.0, 4.0, 8.0, 16.0])
def test_a_wave_is_left_as_a_disc_leaves_it(hz):
    fine = from_card(Territory, crossing=0.1)
    fs = 4000.0  # fine enough that lags are no steps
    wave = np.sin(2 * np.pi * hz * np.arange(8 * fs) / fs)[:, None]
    seen = fine.crossed(wave, wave[:0], fs)[int(fs) :]
    across = np.pi * hz * fine.crossing
    assert np.sqrt(2) * seen.std() == pytest.approx(abs(2 * j1(across) / across), abs=0.005)


def test_waves_that_cross_at_once_are_not_touched():
    at_once = from_card(Territory, crossing=0.0)
    source = noise(1).astype(float)
    assert np.array_equal(at_once.crossed(source, source[:0], FS), source)


@given(st.integers(1, 199))
def test_pieces_join_without_a_seam(cut):
    source = noise(1).astype(float)
    whole = CARD.crossed(source, source[:0], FS)
    pieces = [CARD.crossed(source[:cut], source[:0], FS), CARD.crossed(source[cut:], source[:cut], FS)]
    assert np.concatenate(pieces) == pytest.approx(whole, abs=1e-9)


def test_a_seizure_takes_more_of_the_lobe_and_gives_it_back():
    times = np.arange(10.0, 610.0, 10.0)
    seizing = ((times > 100) & (times <= 400)).astype(float)[:, None]
    area = CARD.areas(times, seizing)[:, 0]
    law = 1 + (CARD.grown - 1) * (1 - np.exp(-(times - 100) / CARD.growing))
    during = (times > 100) & (times <= 400)
    assert area[times <= 100] == pytest.approx(1.0) and area[during] == pytest.approx(law[during])
    assert area[-1] == pytest.approx(1.0, abs=1e-3)
    assert np.all(np.diff(area[during]) > 0)


def test_a_seizing_lobe_grows_on_the_scalp_and_others_do_not():
    times, seizing = np.arange(10.0, 130.0, 10.0), np.zeros((12, len(PATCHES)))
    seizing[:, PATCHES.index("temporal_R")] = 1.0
    wave = np.repeat(np.sin(2 * np.pi * 4 * np.arange(120 * FS) / FS)[:, None] * 300, len(PATCHES), axis=1)
    course, alone = Course(times, seizing=seizing), {}
    background = scalp_eeg(0.0 * wave, FS, 1, 7, patches=PATCHES)
    for name in ("temporal_R", "temporal_L"):
        source = np.where(np.arange(len(PATCHES)) == PATCHES.index(name), wave, 0.0)
        seizes, not_told = (scalp_eeg(source, FS, 1, 7, patches=PATCHES, course=c) - background for c in (course, None))
        alone[name] = seizes[-2000:].std() / not_told[-2000:].std()
    assert alone == pytest.approx({"temporal_R": CARD.grown, "temporal_L": 1.0}, rel=0.02)


def test_a_window_and_blocks_see_what_came_before_them():
    source, course = noise(60), Course(np.array([10.0, 60.0]), seizing=np.ones((2, len(PATCHES))))
    whole = scalp_eeg(source, FS, 1, 7, patches=PATCHES, course=course)
    piece = window(source, FS, 1, 7, at_s=43.7, seconds=9.0, patches=PATCHES, course=course)
    assert piece == pytest.approx(whole[8740:10540], abs=1e-2)
    assert np.array_equal(np.concatenate(list(chunks(source, FS, 1, 7, patches=PATCHES, course=course))), whole)
