"""Pages with a known pattern get its name, whatever the rate, the reference, the scale of time and the artefact."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from quell.eeg.pattern import page_probabilities, read_page
from quell.eeg.pattern_belief import CLASSES, disagreement
from quell.ground.errors import InputError

PATH = Path(__file__).parents[2] / "validation" / "eeg_synthetic.py"
SPEC = importlib.util.spec_from_file_location("eeg_synthetic", PATH)
synthetic = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(synthetic)


def said(kind, seed, **how):
    page = synthetic.make(kind, seed=seed, **how)
    return page, page_probabilities(page.signals, page.fs, page.channels)


def top(answer):
    return max(CLASSES, key=answer.get)


def test_probabilities_cover_exactly_the_eight_classes_and_sum_to_one():
    _, answer = said("gpd", 1)
    assert set(answer) == {*CLASSES, "pattern_hz"}
    assert sum(answer[name] for name in CLASSES) == pytest.approx(1.0)
    assert min(answer[name] for name in CLASSES) > 0


@pytest.mark.parametrize(
    "kind", ["gpd", "grda", "burst_suppression", "low_voltage", "normal", "slow", "muscle", "pops"]
)
def test_most_pages_of_a_kind_get_their_name(kind):
    named = [top(said(kind, seed)[1]) == synthetic.CLASS[kind] for seed in range(8)]
    assert np.mean(named) >= 0.75


@pytest.mark.parametrize("kind", ["gpd", "lpd", "grda", "lrda"])
@pytest.mark.parametrize("hz", [0.75, 1.0, 1.5, 2.0, 2.5])
def test_frequency_is_counted_not_a_harmonic(kind, hz):
    found = [said(kind, seed, hz=hz)[1]["pattern_hz"] for seed in range(4)]
    assert np.median([np.nan if value is None else value for value in found]) == pytest.approx(hz, rel=0.15)


def test_normal_and_flat_pages_have_no_frequency():
    assert said("normal", 2)[1]["pattern_hz"] is None
    assert said("low_voltage", 2)[1]["pattern_hz"] is None


@pytest.mark.parametrize("kind", ["gpd", "grda", "low_voltage", "normal"])
def test_rate_reference_and_mains_do_not_change_the_name(kind):
    names = {
        top(said(kind, 3, fs=fs, reference=reference, mains=mains)[1])
        for fs, reference, mains in [(128, "average", 0), (200, "Cz", 8), (256, "average", 8), (512, "Cz", 0)]
    }
    assert names == {synthetic.CLASS[kind]}


def test_lateralised_patterns_lean_to_their_side():
    for kind, lean in (("lpd", "discharge_lean"), ("lrda", "delta_lean")):
        for seed in range(6):
            page = synthetic.make(kind, seed=seed)
            found = read_page(page.signals, page.fs, page.channels).findings
            assert np.sign(getattr(found, lean)) == (1 if page.side == "R" else -1)


def test_missing_electrodes_other_names_and_a_dead_channel_are_borne():
    page = synthetic.make("gpd", seed=5)
    signals = page.signals.copy()
    signals[page.channels.index("F7")] = 0.0
    keep = [k for k, name in enumerate(page.channels) if name not in ("Cz", "O1")]
    names = [f"EEG {page.channels[k]}-Ref" for k in keep] + ["EKG", "SPO2"]
    extra = np.full((2, signals.shape[1]), 97.0)
    answer = page_probabilities(np.concatenate([signals[keep], extra]), page.fs, names)
    assert top(answer) == "gpd"


def test_the_heart_alone_is_no_periodic_pattern():
    page = synthetic.make("slow", seed=3, ecg=15.0)
    answer = page_probabilities(page.signals, page.fs, page.channels)
    assert answer["gpd"] + answer["lpd"] < 0.2


def test_a_gap_is_bridged():
    page = synthetic.make("grda", seed=4)
    signals = page.signals.copy()
    signals[:, 300:360] = np.nan
    assert top(page_probabilities(signals, page.fs, page.channels)) == "grda"


def test_half_a_page_is_read_from_the_half_that_is_there():
    page = synthetic.make("gpd", seed=3)
    signals = page.signals.copy()
    signals[:, 900:] = np.nan
    assert top(page_probabilities(signals, page.fs, page.channels)) == "gpd"


def test_electrodes_that_show_nothing_at_all_are_no_low_voltage():
    page = synthetic.make("gpd", seed=3)
    assert top(page_probabilities(0 * page.signals, page.fs, page.channels)) == "other"


def test_votes_of_experts_are_probabilities():
    votes = disagreement()
    assert votes.shape == (8, 8)
    assert votes.sum(axis=1) == pytest.approx(1.0)
    assert np.all(votes.argmax(axis=1) == np.arange(8))


def test_what_cannot_be_read_is_refused_in_one_sentence():
    page = synthetic.make("slow", seed=0)
    with pytest.raises(InputError, match="too short"):
        page_probabilities(page.signals[:, :300], page.fs, page.channels)
    with pytest.raises(InputError, match="no EEG channel"):
        page_probabilities(page.signals[:2], page.fs, ["EKG", "SPO2"])
    with pytest.raises(InputError, match="do not fit"):
        page_probabilities(page.signals, page.fs, page.channels[:5])
