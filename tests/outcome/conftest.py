"""Records for the tests of outcomes."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from synthetic_record import synthetic_events, synthetic_record

from quell.outcome.spell import of_patient


@pytest.fixture
def late():
    """Two seizures; the second outlasts lorazepam at 40 min and ends at 90 min, after levetiracetam."""
    return of_patient(synthetic_record())


@pytest.fixture
def early():
    """The same patient treated at 15 min: the seizure stops three minutes later."""
    return of_patient(synthetic_record(((0.0, 90.0), (300.0, 1080.0)), (("lorazepam", 900.0, 4.0, 120.0),)))


@pytest.fixture
def late_events():
    return synthetic_events(synthetic_record())
