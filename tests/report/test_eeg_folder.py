"""The folder of an analysed EEG: whole or absent, readable without a network, and saying what it is not for."""

import csv
import json
import re
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from quell.cli import eeg
from quell.eeg import edf
from quell.eeg.analysis import analyse
from quell.eeg.opening import open_edf
from quell.eeg.record import Record
from quell.ground.errors import InputError
from quell.report.eeg_excerpt import MOST_PAGES, NOTHING, STEP_UV, chosen, excerpt
from quell.report.eeg_folder import write
from quell.report.eeg_page import first_told
from quell.report.eeg_trend import trends

DATA = Path(__file__).parents[1] / "eeg" / "data"
PAGE = DATA / "vecams_eFig51.edf"
FILES = {"summary.json", "events.tsv", "trends.csv", "trends.png", "report.html", "manifest.json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("eeg") / "out"
    eeg.run(PAGE, out=out)
    return out


def packed(part):
    import base64

    return np.frombuffer(base64.b64decode(part["data"]), "<i2")


def embedded(folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="eeg-data">(.*?)</script>', text, flags=re.DOTALL)[1])


def test_the_folder_is_whole(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    summary = json.loads((folder / "summary.json").read_text(), parse_constant=pytest.fail)
    assert summary["whole"]["bsr"] == pytest.approx(0.46, abs=0.02)
    assert summary["hours"][0]["stop_s"] == 15.0 and summary["montage"] == "longitudinal bipolar"
    assert len(summary["pages"]) == 2 and summary["pages"][0]["trends"]["sef95"] > 5


def test_events_are_a_table_that_bids_knows(folder):
    rows = list(csv.DictReader((folder / "events.tsv").read_text().splitlines(), delimiter="\t"))
    assert rows == [
        {"onset": "0.0", "duration": "15.0", "trial_type": "annotation", "value": "LPD (2); Burst suppression (20)"}
    ]


def test_the_report_needs_nothing_from_outside_and_says_what_it_is_not_for(folder):
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)=\"(?!data:)", text) and "http" not in re.sub(r"data:[^\"]*", "", text)
    assert "never for decisions at the bedside" in text
    assert str(PAGE.parent) not in text


def test_the_viewer_has_every_channel_as_it_was_recorded(folder):
    data = embedded(folder)
    assert [channel["name"] for channel in data["channels"]][-1] == "EKG" and len(data["channels"]) == 20
    samples = packed(data["parts"][0]).reshape(20, -1)
    assert samples.shape == (20, 1500)
    against_mean = samples[:19] - samples[:19].mean(axis=0)
    assert np.median(against_mean.std(axis=1)) * data["step"] == pytest.approx(9.1, rel=0.1)


def test_a_folder_that_is_there_is_not_written_over_unless_asked(folder):
    with pytest.raises(InputError, match="exists already"):
        eeg.run(PAGE, out=folder)
    eeg.run(PAGE, out=folder, replace=True)
    assert {path.name for path in folder.iterdir()} == FILES


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("quell.report.eeg_folder.page", lambda *_, **__: 1 / 0)
    recording = open_edf(PAGE)
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "out", recording, analyse(recording))
    assert list(tmp_path.iterdir()) == []


def test_text_of_an_annotation_cannot_become_part_of_the_page(tmp_path):
    recording = open_edf(PAGE)
    nasty = "</script><script>alert(1)</script>"
    record = recording.record()
    record = Record(record.signals, record.fs, record.channels, (record.annotations[0]._replace(text=nasty),))
    write(tmp_path / "out", record, analyse(record))
    assert nasty not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert embedded(tmp_path / "out")["events"][0]["text"] == nasty


def long_record(hours, level=10.0):
    channels = open_edf(PAGE).channels[:4]
    rng = np.random.Generator(np.random.PCG64(4))
    signals = rng.normal(scale=level, size=(4, round(hours * 3600 * 100))).astype(np.float32)
    return Record(signals, 100.0, channels)


def test_of_a_long_record_a_choice_is_shown_and_said(tmp_path):
    record = long_record(0.5)
    found = analyse(record)
    spans, rule = chosen(found)
    assert len(spans) <= MOST_PAGES and "of 180 pages" in rule
    assert all(a[1] < b[0] for a, b in pairwise(spans))


def test_an_excerpt_of_a_gap_is_empty_there():
    record = long_record(0.02)
    record.signals[:, 2000:3000] = np.nan
    samples = packed(excerpt(record, 10.0, 40.0)._asdict()).reshape(4, -1)
    assert (samples[:, 1005:1995] == NOTHING).all() and (samples[:, 2010:] != NOTHING).all()
    assert samples[:, 2010:].std() * STEP_UV == pytest.approx(9.0, abs=1.0)


def test_stages_and_patterns_are_told_on_the_page_the_screen_and_in_the_summary(tmp_path):
    """Half an hour of seizure, two drugs that fail: from one file and one list to the refractory stage."""
    fs, seconds = 100.0, 30 * 60
    t = np.arange(seconds * 100) / fs
    rng = np.random.Generator(np.random.PCG64(3))
    gain = np.linspace(1.5, 0.3, 5)[:, None] * np.where(np.arange(5) % 2, 1, -1)[:, None]
    seizing = (t > 60) & (t < 28 * 60)
    wave = 80.0 * gain * np.sin(2 * np.pi * 4.0 * t + 0.5 * np.sin(8 * np.pi * t)) * seizing
    noise = np.cumsum(rng.normal(size=(5, len(t))), axis=1)
    noise = 12.0 * (noise - np.array([np.convolve(row, np.ones(100) / 100, "same") for row in noise]))
    path, drugs = tmp_path / "status.edf", tmp_path / "drugs.csv"
    labels = ["Fp1", "F3", "C3", "P3", "O1"]
    edf.write(path, [(wave + noise).T.astype(np.float32)], fs, labels=labels)
    drugs.write_text("time,drug,dose\n0:12,lorazepam,4 mg\n0:20,levetiracetam,60 mg/kg\n", encoding="utf-8")
    found = eeg.run(path, out=tmp_path / "out", drugs=drugs)
    names = ["status epilepticus", "established", "refractory"]
    assert [stage.stage for stage in found.stages] == names
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [stage["stage"] for stage in summary["stages"]] == names and summary["drugs"][0]["drug"] == "lorazepam"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Stages of status epilepticus" in page and "seizure after levetiracetam" in page
    screen = eeg.told(found)
    assert "refractory: seizure after levetiracetam" in screen and "electrographic status epilepticus from" in screen
    figure = trends(found)
    said = " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))
    for word in ("Spectral edge", "Alpha-delta", "Asymmetry", "Rhythmicity", "Seizure burden", "lorazepam 4 mg"):
        assert word in said


def test_seizures_are_told_before_passing_patterns_where_room_is_short():
    events = [{"kind": "grda"}] * 300 + [{"kind": "seizure"}]
    told = first_told(events)
    assert len(told) == 200 and told[-1]["kind"] == "seizure"
