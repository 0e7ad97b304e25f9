"""Measuring one row: a process of its own, pinned to one core, repeated, by the time of that core."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

REPEATS = int(os.environ.get("QUELL_BENCH_REPEATS", "7"))
AT_LEAST = float(os.environ.get("QUELL_BENCH_SECONDS", "0.25"))  # of core time per repeat
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "PJRT_NPROC")

Row = Callable[[], dict[str, Any]]


def pin() -> None:
    """Keep this process on one core and its libraries on one thread; call before they are imported."""
    for name in ONE_THREAD:
        os.environ[name] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def per_step(run: Callable[[int], Any], *, units: float, start: int = 64, again: bool = False) -> dict[str, Any]:
    """Nanoseconds per unit (a population-step) of `run(steps)`: median of repeats, lowest, highest.

    The number of steps grows until a repeat lasts, so start-up does not count; what every call repeats whatever its
    length (`again`, such as compiling) is measured with half the steps and taken off. Core time, not wall time: a
    busy machine makes a row wait, not look slower. `waited` is wall over core time.
    """
    steps, spent = start, 0.0
    while spent < AT_LEAST:
        steps = int(steps * 2) if spent else steps
        run(steps)
        spent = timed(run, steps)[0] - (timed(run, steps // 2)[0] if again else 0.0)
    pairs = [timed(run, steps) for _ in range(REPEATS)]
    less = [timed(run, steps // 2)[0] if again else 0.0 for _ in pairs]
    counted = steps - (steps // 2 if again else 0)
    each = sorted((core - short) / counted / units * 1e9 for (core, _), short in zip(pairs, less, strict=True))
    return {
        "median": statistics.median(each),
        "low": each[0],
        "high": each[-1],
        "steps": steps,
        "waited": statistics.median(wall / core for core, wall in pairs),
    }


def timed(run: Callable[[int], Any], steps: int) -> tuple[float, float]:
    """Core and wall seconds of one call."""
    wall, core = time.perf_counter(), time.process_time()
    run(steps)
    return time.process_time() - core, time.perf_counter() - wall


def answer(rows: dict[str, Row]) -> None:
    """Run the row named on the command line and print it as the last line."""
    print(json.dumps(rows[sys.argv[1]]()))
