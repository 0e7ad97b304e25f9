"""The bedside of the tests of care."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from written_course import protocol, show

from quell.care.machine import compile_protocol


@pytest.fixture
def bedside():
    """`bedside(*steps, minutes=..., ...)`: a protocol written in steps, shown a course of seizing."""

    def run(*steps, minutes=60.0, head="", compiled=None, **course):
        machine = compile_protocol(protocol(*steps, head=head), **(compiled or {}))
        return show(machine, minutes, **course)

    return run
