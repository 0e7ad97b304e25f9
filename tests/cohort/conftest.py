"""Makes the toy jobs importable by name, here and in the workers."""

import functools
import sys
from pathlib import Path

import pytest

from quell.cohort import study

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def one_state_of_the_code():
    """Sources edited while the tests run would give runs of one test different fingerprints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "code_hash", functools.cache(study.code_hash))
        yield
