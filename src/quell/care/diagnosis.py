"""The NaN doctor at the bedside: what of a course it watches, and whom it calls when a state leaves its range."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from quell.engine import doctor

SHOWN = ("rate_E", "E_gaba_mean", "K_o", "sedation")


def watched(state: Any) -> Any:
    """What the NaN doctor looks at: brain, body and treatments beyond drugs."""
    beside = {"beyond": state.beyond, "body": state.body}
    there = {name: part for name, part in beside.items() if part != ()}
    return {**there, "brain": state.whole} if there else state.whole


def found(course: Any, state: Any, first: int, flags: np.ndarray) -> Any:
    """The error of the first bad step: a replay up to it, and the doctor asked."""
    bad = int(np.argmax(flags.any(axis=(1, 2))))
    after, record, _ = course.compiled(bad + 1)(course.constants, state, jnp.int32(first))
    lane = int(np.argmax(flags[bad].any(axis=0)))
    inputs = {name: float(np.asarray(record[name])[-1][lane].reshape(-1)[0]) for name in SHOWN}
    inputs |= {n.removeprefix("port."): float(np.asarray(v)[-1][lane]) for n, v in record.items() if "port." in n}
    return doctor.diagnose(
        watched(after),
        flags[bad],
        patient=int(course.people.ids[lane]),
        lane=lane,
        time_s=float(np.asarray(record["time"])[-1]),
        patches=course.atlas.names,
        inputs=inputs,
        dt=course.clocks.dt,
    )
