"""Kidney: filtration that falls with pressure at once, and tubules that ischaemia and muscle's pigment hurt for days.

    flow     = clip((pressure - shut) / (kept_from - shut), 0, 1)                 autoregulated above `kept_from`
    push     = pigment CK^n / (CK^n + half^n) + starved (1 - flow)
    d hurt/dt = susceptibility push (1 - hurt) - hurt / tau
    function  = flow (1 - hurt)                                                    of the person's own, 1 = usual

Creatine kinase stands for the pigment of muscle that comes with it (myoglobin is gone sooner).
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, U_per_L, mmHg, per_second, ratio, second, share


class Needs(NamedTuple):
    """What reaches the kidney."""

    pressure: mmHg
    CK: U_per_L


class State(NamedTuple):
    """Share of the tubules that is hurt."""

    hurt: Annotated[share, Allowed(-0.001, 1.001)]


@process
class Kidney:
    """Kidneys of one person; `susceptibility` differs between people."""

    susceptibility: ratio
    kept_from: mmHg  # mean pressure above which filtration is kept
    shut: mmHg  # mean pressure at which it ends
    pigment: per_second
    half: U_per_L
    slope: ratio
    starved: per_second
    tau: second

    def rest(self) -> State:
        """Nothing hurt."""
        return State(hurt=0.0 * self.susceptibility)

    def flow(self, pressure: mmHg) -> share:
        """What the pressure leaves of filtration."""
        return jnp.clip((pressure - self.shut) / (self.kept_from - self.shut), 0.0, 1.0)

    def function(self, state: State, needs: Needs) -> share:
        """Filtration relative to the person's own."""
        return self.flow(needs.pressure) * (1.0 - state.hurt)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        powered = (jnp.maximum(needs.CK, 0.0) / self.half) ** self.slope
        push = self.pigment * powered / (1.0 + powered) + self.starved * (1.0 - self.flow(needs.pressure))
        return State(hurt=self.susceptibility * push * (1.0 - state.hurt) - state.hurt / self.tau)
