"""P-glycoprotein of the capillaries: glutamate lights COX-2 through NMDA receptors, and the pump follows over a day.

    d signal/dt = glutamate / (1 + x_cox2) (1 - signal) / tau_lit - signal / tau_out
    target      = 1 + (most - 1) signal
    d pgp/dt    = (target - pgp) / (tau_up where target > pgp, else tau_down)
    efflux      = pgp / (1 + x_pgp) / (1 + passage leak)

Half an hour of glutamate is enough for more pump hours later, blockers of NMDA receptors and of COX-2 prevent it
(Bauer 2008), and it is the activity of COX-2 rather than its amount that counts (Zibell 2009). `efflux` is relative to
rest: what a drug's partition into brain feels, if it is a substrate. A leak lets drug in beside the pump.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Glutamate at NMDA receptors (share of full seizing), and the drive C / EC50 on COX-2."""

    glutamate: share
    cox2_blocker: ratio


class State(NamedTuple):
    """The signal behind COX-2, and the pump relative to rest."""

    signal: Annotated[share, Allowed(0.0, 1.0)]
    pgp: Annotated[ratio, Allowed(0.5, 20.0)]


@process
class Efflux:
    """P-glycoprotein of one patch."""

    tau_lit: second
    tau_out: second
    tau_up: second
    tau_down: second
    most: ratio
    passage: ratio

    def rest(self) -> State:
        """The pump of a healthy brain."""
        one = jnp.ones_like(self.most * 1.0)
        return State(0.0 * one, one)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        lit = needs.glutamate / (1.0 + needs.cox2_blocker) * (1.0 - state.signal) / self.tau_lit
        short = 1.0 + (self.most - 1.0) * state.signal - state.pgp
        return State(
            signal=lit - state.signal / self.tau_out,
            pgp=short / jnp.where(short > 0.0, self.tau_up, self.tau_down),
        )

    def efflux(self, state: State, blocker: ratio, leak: ratio) -> ratio:
        """Efflux of substrates relative to rest, under a drive C / EC50 on the pump and a leak of the barrier."""
        return state.pgp / (1.0 + blocker) / (1.0 + self.passage * leak)
