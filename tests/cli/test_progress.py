"""The progress bar: says time done, speed and time left; silent where nobody looks."""

import contextlib
import signal
import sys

import pytest

from quell.cli import progress
from quell.cli.progress import Progress, span_words, speed_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-30, "-30 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 00 min"),
        (11100, "3 h 05 min"),
        (47 * 3600, "47 h 00 min"),
        (52 * 3600, "2 d 4 h"),
    ],
)
def test_time_is_told_as_staff_say_it(seconds, words):
    assert span_words(seconds) == words


@pytest.mark.parametrize(
    ("simulated", "real", "words"),
    [
        (0, 1, ""),
        (1, 0, ""),
        (10, 4, "2.5 x real time"),
        (3600, 10, "360 x real time"),
        (86400, 7, "12,000 x real time"),
    ],
)
def test_speed_is_times_real_time(simulated, real, words):
    assert speed_words(simulated, real) == words


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True)])
def test_nothing_is_drawn_where_nobody_looks(capsys, monkeypatch, terminal, quiet):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    with Progress(quiet=quiet) as bar:
        bar(600.0, 3600.0)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_time_done_and_speed(capsys, monkeypatch):
    clock = iter([0.0, 2.0])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    shown = []
    with Progress() as bar:
        real = bar._open

        def spied(total):
            made = real(total)
            update = made.update
            made.update = lambda task, **fields: (shown.append(fields), update(task, **fields))
            return made

        bar._open = spied
        bar(600.0, 3600.0)
        bar(1200.0, 3600.0)
    assert shown[-1]["done"] == "20 min"
    assert shown[-1]["speed"] == "300 x real time"
    assert shown[-1]["completed"] == 1200.0
    assert capsys.readouterr().out == ""


def test_a_lost_ctrl_c_is_raised_again_at_the_next_report():
    with pytest.raises(KeyboardInterrupt), Progress(quiet=True) as bar:
        with contextlib.suppress(KeyboardInterrupt):  # as Python does inside a callback of its garbage collector
            signal.raise_signal(signal.SIGINT)
        bar(600.0, 3600.0)


def test_afterwards_ctrl_c_belongs_to_its_former_owner():
    before = signal.getsignal(signal.SIGINT)
    with Progress(quiet=True):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_work_of_unknown_length_is_told_and_promises_no_end(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Progress() as bar:
        bar(3600.0, 3600.0)
        bar.say("writing the folder")
        task = next(task for task in bar._bar.tasks if task.visible)
        assert (task.total, task.fields["done"], task.time_remaining) == (None, "writing the folder", None)
        bar(600.0, 3600.0)
        assert [task.total for task in bar._bar.tasks if task.visible] == [3600.0]
    assert capsys.readouterr().out == ""
