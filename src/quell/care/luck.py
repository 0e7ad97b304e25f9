"""What chance gives each patient before care begins: delays, shares delivered, arms. Every draw has an address.

The address names the step, not the protocol: the same patient has the same luck at a step of the same name in
every protocol, so two protocols are compared as a pair.
"""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from quell.care.protocol import Draw
from quell.ground.chance import uniform


def luck(study: int, patients: Any, stream: str) -> np.ndarray:
    """A uniform number in (0, 1) for every patient, float64 `[lanes]`."""
    return np.asarray(uniform(study, jnp.asarray(patients), stream))[:, 0]


def arm_of(name: str, draw: Draw, forced: Mapping[str, str], study: int, patients: Any) -> np.ndarray:
    """The arm of every patient in one draw, as text `[lanes]`; forced where the scenario says so."""
    if name in forced:
        return np.full(len(np.asarray(patients)), forced[name])
    weights = np.asarray(draw.weights if draw.weights else np.ones(len(draw.choices)), np.float64)
    edges = np.cumsum(weights / weights.sum())[:-1]
    return np.asarray(draw.choices)[np.searchsorted(edges, luck(study, patients, f"care.arm.{name}"), side="right")]
