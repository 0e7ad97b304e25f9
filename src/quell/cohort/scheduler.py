"""Schedulers: who runs the blocks and where. A cohort knows no more of them than this page.

Items and answers are plain JSON (dicts of text, numbers and lists), so they travel by any road. The function is
importable by name, never raises for a fault of its item (it answers with the fault), and may run twice.
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from quell.ground.errors import InputError

type Item = dict[str, Any]
type Answer = dict[str, Any]


TRIES = 2  # one death may be chance
MAIN_GUARD = 'the start of the cohort under `if __name__ == "__main__":`, the job in its own module'
INSIDE = "QUELL_WORKER"  # set in every worker, so that a worker cannot start workers without end


@dataclass(frozen=True)
class Died:
    """The answer for an item whose worker died, and died again when it was tried once more."""

    why: str


class Scheduler(Protocol):
    """Runs a function over items, in any order and place."""

    def map(
        self, fn: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Died], None, None]:
        """Yield each item with its answer as it comes; closing the generator stops all work."""
        ...


def choose(scheduler: str | Scheduler, workers: int) -> Scheduler:
    """A scheduler by name: "processes", "dask" (a cluster on this machine) or "dask:ADDRESS" (one that runs)."""
    if not isinstance(scheduler, str):
        return scheduler
    if workers < 1:
        raise InputError(f"{workers} workers can do nothing", field="workers", allowed="1 or more")
    kind, _, address = scheduler.partition(":")
    if kind == "processes" and not address:
        from quell.cohort.processes import Processes

        return Processes(workers)
    if kind == "dask":
        from quell.cohort.dask_scheduler import Dask

        return Dask(address=address, workers=workers)
    raise InputError(f'there is no scheduler "{scheduler}"', field="scheduler", allowed="processes, dask, dask:ADDRESS")


@contextmanager
def inside() -> Iterator[None]:
    """Mark this process and those it starts as workers for a while, such as during the import of a job."""
    before = os.environ.get(INSIDE, "")
    os.environ[INSIDE] = "1"
    try:
        yield
    finally:
        os.environ[INSIDE] = before


def refuse_inside_worker() -> None:
    """A script without a main guard would start its cohort again in every worker that imports it."""
    if os.environ.get(INSIDE):
        raise InputError("a cohort was started while a worker imported the script", field="job", allowed=MAIN_GUARD)
