"""Records, timelines and source EEG for the tests of figures, pages and result folders."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "outcome"))

from synthetic_record import synthetic_events, synthetic_record, synthetic_source

from quell.outcome.summary import summary
from quell.report.result import Result
from quell.report.trace import SourceEeg

DOSES = (("lorazepam", 600.0, 4.0, 120.0),)
SCENARIO = 'name = "early_treatment"\nabout = "Lorazepam at ten minutes."\n'


@pytest.fixture(scope="session")
def record():
    """Twenty minutes of one patient: seizing to 13 min, lorazepam at 10 min."""
    return synthetic_record(((0.0, 780.0),), DOSES, start_s=-60.0, end_s=1200.0)


@pytest.fixture(scope="session")
def events(record):
    return synthetic_events(record)


@pytest.fixture(scope="session")
def eeg(record):
    return SourceEeg(synthetic_source(record), record.isel(patient=0), study=1, patient=0)


@pytest.fixture
def result(record, events, eeg):
    manifest = {"seed": 1, "mode": "full", "command": "quell run early.toml", "versions": {"quell": "0.1.0"}}
    return Result(record, events, summary(record, events), manifest, eeg, SCENARIO)


@pytest.fixture
def small(result):
    """The same result without EEG, for tests of everything else."""
    result.eeg_source = None
    return result
