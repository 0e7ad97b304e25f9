"""The analysis: every real file gets a sensible one; what must not matter does not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_record import DATA, FILES, made, suppressed

import quell
from quell.eeg.analysis import analyse, page_edges
from quell.eeg.answer import answer, summary
from quell.eeg.channels import channels
from quell.eeg.leadfield import electrode_names

SUPPRESSED = {"vecams_eFig51"}
HELD = {"eegmat_Subject02_1"}
LOUD = {"sparcnet_SZ_sample2", "vecams_eFig53", "preterm_demo"}  # seizures, and large artefacts


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_real_file_gets_a_sensible_answer(path):
    found = analyse(path)
    json.dumps(summary(found), allow_nan=False)
    told = answer(found)
    assert told["pages"][-1]["stop_s"] == pytest.approx(found.duration_s) and told["channels"]
    read = np.isfinite(found.trends["bsr"])  # the last two seconds of one file are repeated samples, and no EEG
    assert read[:-1].all() and (read[-1] or path.stem in HELD)
    lasts = np.diff(found.edges)[read, 0]
    ratio, level = (np.average(found.trends[name][read], weights=lasts) for name in ("bsr", "level_uV"))
    assert (ratio > 0.3) if path.stem in SUPPRESSED else (ratio < 0.05)
    assert (level > 30) if path.stem in LOUD else (1 < level < 30)
    assert ((found.trends["sef95"] > 0.5) & (found.trends["sef95"] <= 30))[read].all()


def test_a_healthy_brain_with_eyes_closed_has_a_faster_edge_than_one_in_slow_waves():
    paths = {path.stem: path for path in FILES}
    if "eegmat_Subject02_1" not in paths:
        pytest.skip("the larger real files are not here")
    healthy, slow = (analyse(paths[name]) for name in ("eegmat_Subject02_1", "sparcnet_GRDA_sample2"))
    assert np.nanmedian(healthy.trends["sef95"]) > 15 > 8 > np.nanmedian(slow.trends["sef95"])
    assert np.nanmedian(healthy.trends["adr"]) > 10 * np.nanmedian(slow.trends["adr"])


def test_a_file_read_in_stretches_and_the_record_in_memory_give_the_same():
    path = DATA / "edfio_short_psg.edf"
    assert answer(analyse(path)) == answer(analyse(quell.eeg.read(path)))


def test_what_is_found_does_not_depend_on_the_order_of_electrodes_nor_on_the_reference():
    record = suppressed(made(60))
    plain = answer(analyse(record))["pages"]
    order = np.random.Generator(np.random.PCG64(3)).permutation(19)
    turned = record.pick(list(order))
    other = replace(turned, signals=turned.signals + turned.signals[4])
    for mine, theirs in zip(plain, answer(analyse(other))["pages"], strict=True):
        assert mine["bsr"] == pytest.approx(theirs["bsr"], abs=0.005)
        assert mine["bsp"] == pytest.approx(theirs["bsp"], abs=0.02)


@pytest.mark.parametrize("fs", [100.0, 128.0, 199.0, 256.0, 500.0])
def test_the_suppressed_share_is_found_at_every_rate(fs):
    found = analyse(suppressed(made(60, fs=fs)))
    assert np.mean(found.trends["bsr"]) == pytest.approx(0.6, abs=0.02)
    lengths = [span.stop_s - span.start_s for span in found.bursts if span.whole and span.state == 1]
    assert np.median(lengths) == pytest.approx(6.0, abs=0.15)


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)])
def test_a_short_page_that_is_all_burst_or_all_flat_is_measured(share, low, high):
    found = analyse(suppressed(made(12), share=share))
    assert low <= found.trends["bsr"].min() and found.trends["bsr"].max() <= high


def test_one_block_or_many_give_the_same_suppression():
    record = suppressed(made(1300, fs=100.0, names=electrode_names()[:8]))
    long, short = analyse(record), analyse(record.page(590.0, 650.0))
    assert long.trends["bsr"][59:65] == pytest.approx(short.trends["bsr"], abs=0.01)
    assert long.trends["sef95"][60:64] == pytest.approx(short.trends["sef95"][1:5], abs=0.3)


def test_the_edge_of_a_block_does_not_show():
    record = made(1300, fs=100.0, names=electrode_names()[:8])
    drift = 200.0 * np.sin(2 * np.pi * 0.15 * np.arange(record.samples) / 100.0) * np.arange(8)[:, None]
    record = replace(record, signals=(record.signals + drift).astype(np.float32))
    edge, middle = analyse(record), analyse(record.page(300.0, 900.0))
    for name in ("delta", "line_length", "aeeg_high_uV", "level_uV"):
        assert edge.trends[name][59:61] == pytest.approx(middle.trends[name][29:31], rel=2e-3)


def test_what_lies_beside_a_gap_is_not_measured():
    record = made(30)
    record.signals[:, 2400:2600] = np.nan
    assert analyse(record).trends["known"] == pytest.approx([1.0, 0.8, 1.0], abs=0.01)


def test_one_dead_and_one_wild_electrode_change_little():
    record = suppressed(made(60))
    spoilt = record.signals.copy()
    spoilt[3], spoilt[7] = 0.0, 4000.0 * np.sign(np.sin(np.arange(record.samples) / 13.0))
    ratio = analyse(replace(record, signals=spoilt)).trends["bsr"]
    assert ratio == pytest.approx(analyse(record).trends["bsr"], abs=0.1)


def test_disconnected_electrodes_are_unknown_not_suppressed():
    record = made(60)
    record.signals[:, 4000:8000] = 0.0
    found = analyse(record)
    assert np.isnan(found.trends["bsr"][2:4]).all() and found.trends["bsr"][0] == 0.0
    assert any(event["kind"] == "no_eeg" for event in found.events)


def test_coherence_is_told_with_its_floor_and_not_for_a_flat_brain():
    lively, flat = analyse(made(120)), analyse(made(120, level=1.0))
    assert lively.floor is not None and len(lively.synchrony) == 2 and flat.synchrony == []
    assert 0 < summary(lively)["whole"]["synchrony"]["alpha"]["coherence"] <= 1


def test_pages_cover_the_record_and_only_the_last_is_shorter():
    for duration, page_s in ((15.0, 10.0), (10.4, 10.0), (11.0, 10.0), (3600.0, 7.0), (1.0, 10.0), (20.0, 10.0)):
        edges = page_edges(duration, page_s)
        assert edges[0][0] == 0.0 and edges[-1][1] == duration
        assert all(stop - start == pytest.approx(page_s) for start, stop in edges[:-1])
        assert min(duration, 1.0) <= edges[-1][1] - edges[-1][0] < page_s + 1.0


def test_a_record_that_is_too_short_or_has_no_eeg_is_refused():
    with pytest.raises(quell.InputError, match="too short"):
        analyse(made(0.9))
    heart = replace(made(10), channels=channels([f"EKG{k}" for k in range(19)])[0])
    with pytest.raises(quell.InputError, match="no EEG channel"):
        analyse(heart)


def test_progress_reaches_the_end():
    told = []
    analyse(made(1300, fs=100.0, names=electrode_names()[:5]), progress=lambda done, total: told.append((done, total)))
    done = [seconds for seconds, _ in told]
    assert len(told) > 3 and done == sorted(done) and told[-1] == (1300.0, 1300.0)


def test_pages_are_named_as_the_detector_names_them():
    found = analyse(DATA / "vecams_eFig51.edf", page_s=15.0)
    names = {name: values[0] for name, values in found.probabilities.items()}
    assert max(names, key=names.get) == "burst_suppression" and sum(names.values()) == pytest.approx(1.0)


def test_a_short_last_page_is_named_with_what_lies_before_it_and_a_record_too_short_is_other():
    record = made(21.5)
    last = analyse(record).probabilities
    assert sum(values[-1] for values in last.values()) == pytest.approx(1.0)
    assert any(values[-1] != 0.125 for values in last.values())
    brief = analyse(record.page(0.0, 2.0))
    assert brief.probabilities["other"][0] > 0.9
    assert any("too short for its pages to be named" in warning for warning in brief.warnings)


def test_a_montage_for_which_the_levels_were_not_measured_is_said():
    found = analyse(made(12, names=["F7-C3", "C3-T5", "F8-C4"]))
    assert found.montage == "bipolar as recorded" and "longitudinal bipolar montage" in found.warnings[-1]
    assert not analyse(made(12)).warnings


def test_a_seizure_is_an_event_with_its_burden():
    path = next((path for path in FILES if path.stem == "sparcnet_SZ_sample2"), None)
    if path is None:
        pytest.skip("the larger real files are not here")
    found = analyse(path)
    (seizure,) = [event for event in found.events if event["kind"] == "seizure"]
    assert seizure["duration_s"] > 40 and "Hz, likelihood" in seizure["text"]
    assert summary(found)["hours"][0]["seizure_burden"] > 0.8
