"""A scenario with artefacts: they are on the EEG and in the timeline, and nothing of the brain changes."""

import numpy as np
import pytest

from quell.cli import job
from quell.eeg import artefact
from quell.ground.card import from_card

SCENARIO = """
name = "spoilt"
seed = 1
duration = "25 min"
mode = "full"
brain = 2
protocol = "benzodiazepine_at"
patient = { draw = true, id = 161 }
care = { parameters = { time = "5 min" } }
outputs = { picture = false, report = false, states = false }
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    path = tmp_path_factory.mktemp("spoilt") / "spoilt.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    plain = job.run(path)
    return plain, job.run(path, overrides=["outputs.artefacts=all"], out=path.parent / "out")


def test_the_brain_knows_nothing_of_its_artefacts(both):
    plain, spoilt = both
    assert plain.to_xarray().equals(spoilt.to_xarray())
    assert plain.summary == spoilt.summary


def test_rare_artefacts_are_told_in_the_timeline_and_not_on_the_eeg(both):
    from quell.eeg.opening import open_edf

    plain, spoilt = both
    told = spoilt.events[spoilt.events["kind"] == "artefact"]
    every = from_card(artefact.Artefact).pop_every
    assert len(told) >= 25 * 60 // every and told["what"].str.startswith("pop at ").any()
    assert not (plain.events["kind"] == "artefact").any()
    words = [note[2] for note in open_edf(spoilt.folder / "eeg.edf").annotations]
    assert words and not any("pop" in word for word in words)
    assert spoilt.events["time_s"].is_monotonic_increasing


def test_the_eeg_is_spoilt(both):
    clean, dirty = (np.concatenate(list(result.eeg_source.blocks())) for result in both)
    assert (dirty - clean).std() > 5.0


def test_a_muscle_relaxant_is_recorded_and_stills_the_muscles(tmp_path):
    path = tmp_path / "relaxed.toml"
    step = """
[[protocol.step]]
id = "tube"
about = "intubation"
when = "at 3 min"
give = "propofol 2 mg/kg IV over 1 min"
paralyse = "10 min"
role = "anaesthetic"
source = "assumed"
grade = "D"
"""
    kept = [line for line in SCENARIO.splitlines() if not line.startswith(("protocol", "care"))]
    path.write_text("\n".join(kept) + step, encoding="utf-8")
    result = job.run(path, overrides=["duration=16 min", 'outputs.artefacts=["muscle"]'])
    relaxed = result.to_xarray()["relaxed"].values[0].astype(bool)
    times = result.to_xarray()["time"].values
    assert relaxed.sum() * 10.0 == pytest.approx(600.0, abs=20.0)
    assert 170.0 <= times[relaxed][0] <= 210.0
    clean = np.concatenate(list(job.run(path, overrides=["duration=16 min"]).eeg_source.blocks()))
    added = np.concatenate(list(result.eeg_source.blocks())) - clean
    at = np.arange(len(added)) / 200.0 - 120.0
    inside = (at > times[relaxed][0] + 20.0) & (at < times[relaxed][-1] - 20.0)
    assert np.abs(added[inside]).max() < 1e-3 < np.abs(added[~inside]).max()
