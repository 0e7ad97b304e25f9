"""Excitotoxic injury: calcium, its load, and the cells that die of it.

    d Ca/dt   = entry I_NMDA - (Ca - 1) / tau_Ca             Ca relative to rest
    d load/dt = (Ca - 1)^2 - load / tau_load
    d dead/dt = k max(0, load - threshold) / threshold (vulnerable - dead)

The threshold is crossed after about half an hour of full seizure; `vulnerable` caps the loss of a patch.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mV, per_second, ratio, second, share


class Needs(NamedTuple):
    """Current through NMDA receptors (relative conductance times mV), above its value at rest."""

    nmda_current: mV


class State(NamedTuple):
    """Calcium relative to rest, its load (s), the dead share."""

    calcium: Annotated[ratio, Allowed(0.5, 100.0)]
    load: Annotated[second, Allowed(0.0, 1e7)]
    dead: Annotated[share, Allowed(0.0, 1.0)]


@process
class Injury:
    """Calcium injury of one patch."""

    entry: ratio  # per second and mV of NMDA current
    tau_calcium: second
    tau_load: second
    threshold: second
    speed: per_second
    vulnerable: share

    def rest(self) -> State:
        """No load, nobody dead."""
        one = jnp.ones_like(self.entry * 1.0)
        return State(calcium=one, load=0.0 * one, dead=0.0 * one)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        excess = state.calcium - 1.0
        over = jnp.maximum(0.0, state.load - self.threshold) / self.threshold
        return State(
            calcium=self.entry * jnp.maximum(needs.nmda_current, 0.0) - excess / self.tau_calcium,
            load=excess**2 - state.load / self.tau_load,
            dead=self.speed * over * jnp.maximum(self.vulnerable - state.dead, 0.0),
        )
