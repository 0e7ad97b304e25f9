"""The progress bar of a run: simulated time done, speed as times real time, time left.

Silent where nobody looks: when standard error is not a terminal, or when asked to be quiet.
"""

import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

from quell.cli.stopping import Stopping

Reporter = Callable[[float, float], None]  # simulated seconds done, simulated seconds in all


class Progress:
    """A context in which `progress(done_s, total_s)` draws the bar; the first call starts the clock.

    Ctrl-C and SIGTERM raise KeyboardInterrupt, and the next call does so again if the first was lost (`Stopping`).

    Parameters
    ----------
    quiet : bool
        Draw nothing.
    """

    def __init__(self, *, quiet: bool = False):
        self._quiet = quiet or not sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._other: Any = None  # the task of `say`
        self._first: tuple[float, float] | None = None
        self._stopping = Stopping()

    def __enter__(self) -> "Progress":
        self._stopping.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.__exit__()
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done_s: float, total_s: float) -> None:
        self._stopping.check()
        if self._quiet:
            return
        now = monotonic()
        self._first = self._first or (now, done_s)
        words = speed_words(done_s - self._first[1], now - self._first[0])
        bar = self._bar = self._bar or self._open(total_s)
        self._leave()
        told = {"done": span_words(done_s), "speed": words, "of": f"of {span_words(total_s)}"}
        bar.update(self._task, completed=done_s, total=total_s, visible=True, **told)

    def say(self, words: str) -> None:
        """Tell of work whose length is not known, such as writing: a bar that moves and promises nothing."""
        self._stopping.check()
        if not self._quiet:
            bar = self._bar = self._bar or self._open(1.0)
            bar.update(self._task, visible=False)
            self._leave()
            self._other = bar.add_task("", total=None, done=words, speed="", of="")

    def _leave(self) -> None:
        """End what `say` told."""
        if self._other is not None:
            self._bar.remove_task(self._other)
            self._other = None

    def _open(self, total_s: float) -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.fields[done]}"),
            BarColumn(),
            TextColumn("{task.fields[of]}  {task.fields[speed]}"),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
        )
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task = bar.add_task("", total=total_s, done=span_words(0.0), speed="", of="")
        bar.start()
        return bar


def span_words(seconds: float) -> str:
    """Simulated time as staff say it: "40 s", "12 min", "3 h 05 min", "2 d 4 h"."""
    whole = round(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    if whole < 60:
        return f"{sign}{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{sign}{minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"{sign}{hours} h {minutes % 60:02d} min"
    return f"{sign}{hours // 24} d {hours % 24} h"


def speed_words(simulated_s: float, real_s: float) -> str:
    """Speed as times real time, to two figures; empty until there is something to measure."""
    if simulated_s <= 0.0 or real_s <= 0.0:
        return ""
    speed = simulated_s / real_s
    return f"{float(f'{speed:.2g}'):,.0f} x real time" if speed >= 10 else f"{speed:.1f} x real time"


def say(progress: Any, words: str) -> None:
    """Let a progress tell in words what goes on now, where it can."""
    if hasattr(progress, "say"):
        progress.say(words)
