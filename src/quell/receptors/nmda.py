"""NMDA receptors: magnesium in the pore, ketamine in the pore, and their number at the synapse.

    block   B(V) = 1 / (1 + (Mg / 3.57) exp(-0.062 V))                                 Jahr & Stevens 1990
    number  dN/dt = (1 + gain activity + grown - N) / (tau_up if rising else tau_down)
    trapped db/dt = [x u (1 - b) - b u_off] / tau_off,   x = C / Kd,  u = share of time open

A trapping blocker enters and leaves only through open channels, so both directions scale with use.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mM, mV, ratio, second, share


class Needs(NamedTuple):
    """Seizure activity, trapping blockers around (C / Kd, summed over drugs), and what tolerance has made grow."""

    activity: share
    blocker: ratio
    grown: ratio | None = None


class State(NamedTuple):
    """Receptors at the synapse relative to control, and the share with a trapped blocker."""

    number: Annotated[ratio, Allowed(0.0, 10.0)]
    trapped: Annotated[share, Allowed(0.0, 1.0)]


@process
class NMDA:
    """NMDA receptors of one patch."""

    Mg: mM
    Mg_scale: mM
    V_scale: ratio  # per mV
    gain: ratio
    tau_up: second
    tau_down: second
    tau_off: second
    use_at_rest: share
    V_firing: mV

    def magnesium(self, V: mV) -> share:
        """Share of channels without magnesium at V."""
        return 0.5 + 0.5 * jnp.tanh(0.5 * (self.V_scale * V - jnp.log(self.Mg / self.Mg_scale)))

    def freed(self, V: mV, ahead: mV) -> share:
        """Share of channels that lose their magnesium while V climbs by `ahead`, to first order, never all or more."""
        free = self.magnesium(V)
        gain = self.V_scale * ahead * free * (1.0 - free)
        gain = jnp.where(gain < -free, -free, gain)  # where keeps NaN and is one instruction; clip is three
        return jnp.where(gain > 1.0 - free, 1.0 - free, gain)

    def plugged(self, extra: ratio) -> share:
        """Current left when magnesium outside rises by `extra` of its usual, weighed at the voltage of firing."""
        block = self.Mg / self.Mg_scale * jnp.exp(-self.V_scale * self.V_firing)
        return (1.0 + block) / (1.0 + block * (1.0 + extra))

    def rest(self) -> State:
        """Control number, nothing trapped."""
        return State(number=jnp.ones_like(self.Mg * 1.0), trapped=jnp.zeros_like(self.Mg * 1.0))

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        target = 1.0 + self.gain * needs.activity
        if needs.grown is not None:
            target = target + needs.grown
        use = self.use_at_rest + (1.0 - self.use_at_rest) * needs.activity
        tau = jnp.where(target > state.number, self.tau_up, self.tau_down)
        return State(
            number=(target - state.number) / tau,
            trapped=use * (needs.blocker * (1.0 - state.trapped) - state.trapped) / self.tau_off,
        )

    def strength(self, state: State) -> ratio:
        """Conductance left relative to control."""
        return state.number * (1.0 - state.trapped)
