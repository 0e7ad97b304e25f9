"""The typical body, and ways to live in it for a while."""

import sys
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from quell.patient import physiology

sys.path.insert(0, str(Path(__file__).parent))  # for living.py

TYPICAL = {
    "circulation.usual": 90.0,
    "circulation.sensitivity": 1.0,
    "breathing.F": 4.37,
    "mitochondria.susceptibility": 1.0,
}
MACRO = 10.0


@jax.jit
def _live(parts, body, inputs, count):
    return jax.lax.fori_loop(0, count, lambda _, now: physiology.step(parts, now, inputs, MACRO), body)


@pytest.fixture
def person():
    """`after(minutes, inputs, body=None)` gives body and signs of a typical person (constants may be changed)."""

    def made(lanes=1, age=40.0, typical=True, **changed):
        constants = {**(TYPICAL if typical else {}), **{k.replace("__", "."): v for k, v in changed.items()}}
        parts = physiology.organs(1, np.arange(lanes), {"age_y": np.full(lanes, age)}, constants)

        def after(minutes, inputs, body=None):
            start = physiology.rest(parts, lanes) if body is None else body
            body = _live(parts, start, inputs, round(minutes * 60.0 / MACRO))
            signs = physiology.signs(parts, body, inputs)
            one = {name: float(value[0]) for name, value in signs._asdict().items()}
            return body, SimpleNamespace(**one)

        return SimpleNamespace(parts=parts, after=after, rest=physiology.rest(parts, lanes))

    return made
