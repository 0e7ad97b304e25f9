"""Electroconvulsive therapy: a brief strong stimulus to the whole cortex, and what the brain sets against it.

    stimulus for `lasts` seconds on every pyramidal cell, then
    d charge/dt = -charge / tau_rise                                      1 after a shock
    d surge/dt  = charge (1 - surge) / tau_rise - surge / tau_surge       as a terminator, everywhere
    d built/dt  = -built / tau_built;   built + step (1 - built) at every shock     GABA, over a course

The stimulus is meant to make every patch seize at once. A focus in status epilepticus has spent its own terminators;
a fresh seizure of the rest of the brain releases those that are left. Cortical GABA is twofold after a course
(Sanacora 2003). That it stops a status at all rests on case reports.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mV, per_second, ratio, second, share


class State(NamedTuple):
    """What a shock has set free, what acts of it, and what a course has built."""

    charge: Annotated[share, Allowed(0.0, 1.0 + 1e-6)]
    surge: Annotated[share, Allowed(0.0, 1.0 + 1e-6)]
    built: Annotated[share, Allowed(0.0, 1.0 + 1e-6)]


@process
class Electroshock:
    """One shock, and what follows it."""

    strength: mV
    lasts: second
    tau_rise: second
    tau_surge: second
    tau_built: second
    step: share
    gaba: ratio  # gain of GABA-A conductance when fully built

    def rest(self) -> State:
        """Never shocked."""
        none = jnp.zeros_like(self.strength * 1.0)
        return State(none, none, none)

    def shocked(self, state: State, now: share) -> State:
        """The state after a shock, where `now` is 1."""
        return State(
            charge=jnp.maximum(state.charge, now),
            surge=state.surge,
            built=state.built + now * self.step * (1.0 - state.built),
        )

    def rates(self, state: State) -> State:
        """Rates of change, per second."""
        rise: per_second = state.charge * (1.0 - state.surge) / self.tau_rise
        return State(-state.charge / self.tau_rise, rise - state.surge / self.tau_surge, -state.built / self.tau_built)
