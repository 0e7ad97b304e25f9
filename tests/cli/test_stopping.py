"""A signal is kept: what was lost on the way is raised again at the next look."""

import signal
from contextlib import suppress

import pytest

from quell.cli.crowd_progress import CrowdProgress
from quell.cli.progress import Progress
from quell.cli.stopping import Stopping


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("bar", ["run", "cohort"])
def test_a_signal_that_was_dropped_stops_at_the_next_report(tmp_path, bar, kind):
    progress = Progress(quiet=True) if bar == "run" else CrowdProgress(tmp_path, quiet=True)
    with progress as told:
        told(1.0, 2.0)
        with suppress(KeyboardInterrupt):  # as the garbage collector does
            signal.raise_signal(kind)
        with pytest.raises(KeyboardInterrupt):
            told(2.0, 2.0)


def test_the_handlers_of_before_come_back():
    before = signal.getsignal(signal.SIGINT)
    with Stopping():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
