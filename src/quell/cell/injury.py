"""Excitotoxic injury: calcium, its load, and the cells that die of it.

    x = Ca - 1                     calcium above rest, relative to rest
    over = max(0, load - threshold) / threshold
    d Ca/dt   = entry I_NMDA - x / tau_Ca
    d load/dt = x^2 / (x^2 + half_calcium^2) - load / tau_load          calpain at work, in seconds of full work
    d dead/dt = speed over / (over + half_over) (vulnerable - dead)
    d sprouted/dt = (dead - sprouted) / tau_sprouting                   axons of survivors, over weeks
    excitation left = (1 - dead) (1 + sprout sprouted),  inhibition left = 1 - inhibitory dead

Calpain saturates, so the threshold is a time: about half an hour of full seizure. Past it mitochondria fail as a
switch, soon and for all that may die; `vulnerable` caps the loss of a patch. The dead no longer fire: survivors hear
fewer pyramidal cells and fewer interneurons, until sprouting brings excitation back, and more of it than there was.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mV, per_second, ratio, second, share


class Needs(NamedTuple):
    """Current through NMDA receptors (relative conductance times mV), above its value at rest."""

    nmda_current: mV


class State(NamedTuple):
    """Calcium relative to rest, work of calpain so far (s of full work), the dead share, sprouting in its place."""

    calcium: Annotated[ratio, Allowed(0.5, 100.0)]
    load: Annotated[second, Allowed(0.0, 1e7)]
    dead: Annotated[share, Allowed(0.0, 1.0)]
    sprouted: Annotated[share, Allowed(0.0, 1.0)]


@process
class Injury:
    """Calcium injury of one patch."""

    entry: ratio  # per second and mV of NMDA current
    tau_calcium: second
    half_calcium: ratio  # above rest, where calpain works at half its speed
    tau_load: second
    threshold: second
    half_over: ratio  # of the threshold, above it, where death goes at half its speed
    speed: per_second
    vulnerable: share
    inhibitory: ratio  # share of interneurons lost per share of pyramidal cells
    tau_sprouting: second
    sprout: ratio  # recurrent excitation gained per share of cells that sprouting replaces

    def rest(self) -> State:
        """No load, nobody dead."""
        one = jnp.ones_like(self.entry * 1.0)
        return State(calcium=one, load=0.0 * one, dead=0.0 * one, sprouted=0.0 * one)

    def work(self, state: State) -> share:
        """How hard calpain works, as a share of its most: what calcium has come in through NMDA channels."""
        excess = state.calcium - 1.0
        return excess**2 / (excess**2 + self.half_calcium**2)

    def excitation_left(self, state: State) -> ratio:
        """Recurrent excitation among the survivors, relative to a whole patch; above 1 once it has sprouted."""
        return (1.0 - state.dead) * (1.0 + self.sprout * state.sprouted)

    def inhibition_left(self, state: State) -> share:
        """What the surviving interneurons give, relative to a whole patch."""
        return jnp.maximum(1.0 - self.inhibitory * state.dead, 0.0)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        excess = state.calcium - 1.0
        over = jnp.maximum(0.0, state.load - self.threshold) / self.threshold
        return State(
            calcium=self.entry * jnp.maximum(needs.nmda_current, 0.0) - excess / self.tau_calcium,
            load=self.work(state) - state.load / self.tau_load,
            dead=self.speed * over / (over + self.half_over) * jnp.maximum(self.vulnerable - state.dead, 0.0),
            sprouted=(state.dead - state.sprouted) / self.tau_sprouting,
        )
