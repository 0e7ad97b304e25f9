"""The work of one block, as a worker does it: find the job, run it, keep the piece, answer with a few words."""

import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from quell.cohort import piece, pulse
from quell.cohort.block import Block
from quell.cohort.scheduler import inside
from quell.ground.errors import InputError, QuellError


def run_block(item: dict[str, Any]) -> dict[str, Any]:
    """Run one block: {"record": ...} when its piece is written, {"fault": ..., "trace": ...} if the job failed.

    The item holds `job`, `settings`, `block` (number), `lanes`, `folder` and `fingerprint`.
    """
    try:
        _one_thread()
        block = Block(item["block"], item["lanes"], item["lanes"])
        with pulse.beating(Path(item["folder"]), block.number, block.lanes):
            answer = find_job(item["job"])(item["settings"], block.ids)
        arrays = piece.checked(answer, block.lanes)
        return {"record": piece.write(Path(item["folder"]), block.number, arrays, item["fingerprint"])}
    except QuellError as fault:
        return {"fault": str(fault), "trace": ""}
    except Exception as fault:
        return {"fault": f"{type(fault).__name__}: {fault}", "trace": traceback.format_exc()}


def find_job(job: str) -> Callable[[dict[str, Any], np.ndarray], Any]:
    """The function behind "module:function"."""
    module, _, name = job.partition(":")
    with inside():
        found = import_module(module)
    function = getattr(found, name, None)
    if not callable(function):
        own = {word: thing for word, thing in vars(found).items() if getattr(thing, "__module__", "") == module}
        functions = [word for word, thing in own.items() if callable(thing) and not word.startswith("_")]
        raise InputError(f'"{module}" has no function "{name}"', field="job", allowed=", ".join(sorted(functions)))
    return function


def _one_thread() -> None:
    """One thread of calculation, so that bits know no core count; before JAX starts, or it is too late."""
    from quell.ground.compute import prepare

    if "jax" not in sys.modules:
        os.environ["PJRT_NPROC"] = "1"
    prepare()
