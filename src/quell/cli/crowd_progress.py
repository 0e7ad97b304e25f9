"""The progress bar of a cohort: patients done, those half-way through counted by share, and the time left.

Silent where nobody looks. The workers' pulses are read twice a second, so the bar moves within a block as well.
"""

import sys
import threading
from pathlib import Path
from typing import Any

from quell.cli.stopping import Stopping
from quell.cohort import pulse

TICK_S = 0.5


class CrowdProgress:
    """A context in which `progress(patients done, patients in all)` draws the bar for the cohort in `out`.

    Ctrl-C and SIGTERM raise KeyboardInterrupt, and the next call does so again if the first was lost (`Stopping`).
    """

    def __init__(self, out: Path, *, quiet: bool = False):
        self._out, self._quiet = Path(out), quiet or not sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._done, self._of, self._best = 0.0, 0.0, 0.0
        self._stopping = Stopping()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "CrowdProgress":
        self._stopping.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.__exit__()
        self._over.set()
        if self._bar is not None:
            self._watch.join()
            self._bar.stop()

    def __call__(self, done: float, of_all: float) -> None:
        self._stopping.check()
        self._done, self._of = done, of_all
        if self._quiet:
            return
        if self._bar is None:
            self._open()
        self._draw()

    def shown(self) -> float:
        """Patients done, with the share of those who live now; it never goes back and never beyond all."""
        self._best = min(self._of, max(self._best, self._done + pulse.read(self._out)))
        return self._best

    def _look(self) -> None:
        while not self._over.wait(TICK_S):
            self._draw()

    def _draw(self) -> None:
        words = f"{int(self._done)} of {int(self._of)} patients"
        self._bar.update(self._task, completed=self.shown(), total=self._of, done=words)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.fields[done]}"),
            BarColumn(),
            TextColumn("spent"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
        )
        bar = self._bar = Bar(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=600.0)
        self._task = bar.add_task("", total=self._of, done="")
        bar.start()
        self._watch.start()
