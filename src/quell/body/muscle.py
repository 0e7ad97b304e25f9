"""Muscle: convulsion that tires, and the creatine kinase that hurt fibres let go.

    d fresh/dt = -convulsing (fresh - floor) / tau_tire + (1 - convulsing) (1 - fresh) / tau_rest
    d hurt/dt  = effort convulsing fresh + toxic toll - hurt / tau_leak           U/L still inside hurt fibres
    d CK/dt    = hurt / tau_leak - (CK - CK_rest) / tau_CK

Enzymes come with delay: the blood shows hours later what muscle went through.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, U_per_L, U_per_L_s, ratio, second, share


class Needs(NamedTuple):
    """Movement that really happens, and the toll of failing mitochondria."""

    convulsing: share
    toll: share


class State(NamedTuple):
    """Strength left, enzyme in hurt fibres, creatine kinase in plasma."""

    fresh: Annotated[share, Allowed(0.0, 1.01)]
    hurt: Annotated[U_per_L, Allowed(-1.0, 1e7)]
    CK: Annotated[U_per_L, Allowed(0.0, 1e7)]


@process
class Muscle:
    """Skeletal muscle of one person."""

    floor: share
    tau_tire: second
    tau_rest: second
    effort: U_per_L_s
    toxic: U_per_L_s
    tau_leak: second
    CK_rest: U_per_L
    tau_CK: second
    oxygen: ratio  # used by full work, times the whole body at rest

    def rest(self) -> State:
        """Fresh, whole."""
        one = jnp.ones_like(self.floor * 1.0)
        return State(fresh=one, hurt=0.0 * one, CK=self.CK_rest * one)

    def work(self, state: State, convulsing: share) -> share:
        """How hard muscle works, 1 = fresh and full."""
        return convulsing * state.fresh

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        tires = needs.convulsing * (state.fresh - self.floor) / self.tau_tire
        let_go = state.hurt / self.tau_leak
        return State(
            fresh=(1.0 - needs.convulsing) * (1.0 - state.fresh) / self.tau_rest - tires,
            hurt=self.effort * needs.convulsing * state.fresh + self.toxic * needs.toll - let_go,
            CK=let_go - (state.CK - self.CK_rest) / self.tau_CK,
        )
