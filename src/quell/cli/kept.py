"""Runs that are kept while they run: after Ctrl-C, a crash or a lost machine they go on, to the same bits."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from quell.care.course import SETTLE_S
from quell.care.scenario import Scenario, load_scenario
from quell.cli import job
from quell.cli.progress import Reporter, say, span_words
from quell.cohort.store import check_free
from quell.cohort.unfinished import SCENARIO, Unfinished
from quell.ground import compute
from quell.ground.errors import InputError, InterruptedRun, QuellError

KEEP_S = 5.0  # real time between two states kept; writing one takes some milliseconds


def run(scenario: Scenario, out: Path, *, progress: Reporter | None = None, replace: bool = False) -> Any:
    """The Result of a scenario, written to `out`. Raises InputError if a result or an unfinished run is there."""
    from quell.care.admission import admit

    check_free(out, replace)  # before the work, not after
    kept = Unfinished(out)
    if kept.moments() and not replace:
        allowed = f"`quell run --resume {out}` to go on with it, or --replace to begin anew"
        raise InputError("an interrupted run is kept here", file=str(kept.folder), allowed=allowed)
    course = admit(scenario)
    start = course.start()
    told = {"replace": replace, "command": job.command()}
    kept.begin(scenario.as_toml(), told)
    return _finish(scenario, _Keeper(kept, course), (start, 0, []), told, progress=progress)


def resume(place: str | Path, *, progress: Reporter | None = None) -> Any:
    """Go on with an interrupted run; gives its Result, written where the run would have written it.

    `place` is the folder asked for at the beginning (OUT), OUT.unfinished, or a state file in it. Raises InputError
    if nothing is kept there or Quell is not the one that began the run.
    """
    from quell.care.admission import admit

    compute.prepare()
    kept, at = Unfinished.find(Path(place))
    told = kept.about()
    check_free(kept.out, told["replace"])
    scenario = load_scenario(kept.folder / SCENARIO)
    course = admit(scenario)
    begin = kept.back(course.start(), at)
    return _finish(scenario, _Keeper(kept, course), begin, told, progress=progress)


class _Keeper:
    """Notes what a run has reached and keeps it now and then."""

    def __init__(self, kept: Unfinished, course: Any):
        self.kept, self.course = kept, course
        self.waiting: list[dict[str, np.ndarray]] = []
        self.reached: tuple[Any, int] | None = None
        self.last = time.monotonic()

    def __call__(self, state: Any, step: int, piece: dict[str, np.ndarray]) -> None:
        self.waiting = [*self.waiting, piece]
        self.reached = state, step
        if time.monotonic() - self.last >= KEEP_S:
            self.keep()

    def keep(self) -> None:
        """Keep what has been reached since the last time."""
        if self.reached and self.waiting:
            state, step = self.reached
            seconds = step * self.course.clocks.macro
            self.kept.keep(state, step, self.waiting, seconds=seconds)
            self.waiting, self.last = [], time.monotonic()


def _finish(
    scenario: Scenario,
    keeper: _Keeper,
    begin: tuple[Any, int, list[dict[str, np.ndarray]]],
    told: dict[str, Any],
    *,
    progress: Reporter | None,
) -> Any:
    """March from the beginning or from what was kept, and write the result; only then is nothing kept any more."""
    (state, first, pieces), course, kept = begin, keeper.course, keeper.kept
    began, last = time.monotonic(), course.steps(scenario.duration)
    try:
        _, new = job.advance(course, state, first, last, total=last, progress=progress, done=keeper)
        result = job.package(scenario, course, [*pieces, *new])
        result.manifest |= {"command": told["command"], "seconds": round(time.monotonic() - began, 2)}
        if first:
            result.manifest["resumed_at_s"] = first * course.clocks.macro - SETTLE_S
        say(progress, "writing the folder")
        result.write(kept.out, replace=told["replace"])
    except KeyboardInterrupt:
        raise _stopped(keeper, scenario) from None
    except OSError as error:
        what = f"the result cannot be written ({error.strerror or error}); {kept.folder} keeps the run"
        allowed = f"room on the disk, then `quell run --resume {kept.out}`"
        raise InputError(what, file=str(kept.out), allowed=allowed) from None
    except QuellError:
        kept.remove()  # going on would end in the same fault
        raise
    kept.remove()
    return result


def _stopped(keeper: _Keeper, scenario: Scenario) -> InterruptedRun:
    """Keep what there is and say how to go on."""
    keeper.keep()
    kept, course = keeper.kept, keeper.course
    if not kept.moments():
        kept.remove()
        return InterruptedRun("The run was stopped before there was anything to keep; nothing was written.")
    reached = span_words(kept.moments()[-1] * course.clocks.macro - SETTLE_S)
    of_all = span_words(float(scenario.duration))
    return InterruptedRun(f"Stopped at {reached} of {of_all}. Go on with `quell run --resume {kept.out}`.")
