"""Astrocytes that take up albumin: TGF-b signalling, and with it fewer Kir4.1 channels and glutamate transporters.

    d tgf/dt    = (albumin - tgf) / tau_tgf
    d kir/dt    = (1 - loss_kir tgf / (tgf + half) - kir) / tau_loss
    d uptake/dt = (1 - loss_uptake tgf / (tgf + half) - uptake) / tau_loss

`kir` is the share of potassium buffering that is left, `uptake` that of glutamate clearance (Ivens 2007, David 2009).
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, ratio, second, share


class Needs(NamedTuple):
    """Albumin in the tissue."""

    albumin: ratio


class State(NamedTuple):
    """TGF-b signalling, potassium buffering and glutamate clearance left (1 = healthy)."""

    tgf: Annotated[ratio, Allowed(0.0, 100.0)]
    kir: Annotated[share, Allowed(0.05, 1.0)]
    uptake: Annotated[share, Allowed(0.05, 1.0)]


@process
class Astrocyte:
    """Astrocytes of one patch."""

    tau_tgf: second
    tau_loss: second
    half: ratio
    loss_kir: share
    loss_uptake: share

    def rest(self) -> State:
        """Healthy astrocytes."""
        one = jnp.ones_like(self.tau_tgf * 1.0)
        return State(0.0 * one, one, one)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        transformed = state.tgf / (state.tgf + self.half)
        return State(
            tgf=(needs.albumin - state.tgf) / self.tau_tgf,
            kir=(1.0 - self.loss_kir * transformed - state.kir) / self.tau_loss,
            uptake=(1.0 - self.loss_uptake * transformed - state.uptake) / self.tau_loss,
        )
