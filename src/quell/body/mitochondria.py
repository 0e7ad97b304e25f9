"""Propofol infusion syndrome: dose and time close the burning of fat, and what fails when the reserve is gone.

    push           = x^n / (x^n + x_half^n)                  x: rate of infusion over 4 mg/kg/h
    risk           = susceptibility (1 + c catecholamines) (1 + s steroids) (youth: y)
    d block/dt     = speed risk push (1 - block) - block / tau
    strain         = max(0, block - reserve) / (1 - reserve)
    d toll/dt      = strain / day - toll / tau_toll           days of full strain
    d danger/dt    = rhythm strain toll + storm surge^2       hazard of an arrhythmia, summed

The threshold region of dose and time is where `block` crosses `reserve`; people differ widely (`susceptibility`).
Lactate and a weak heart follow strain at once, creatine kinase and rhythm follow the toll days later, as read in
153 cases (Krajcova2015). Stop early and the block reverses. Anchors and their width: mitochondria.toml. Cases
below 4 mg/kg/h exist: nothing here says that a rate is safe.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, per_second, ratio, second, share


class Needs(NamedTuple):
    """The dose that runs, and what makes it worse."""

    dose: ratio  # rate of infusion over 4 mg/kg/h
    catecholamines: share  # the body's own and those infused
    steroids: share
    surge: share  # of the body's own, which threatens the rhythm by itself
    young: share  # 1 below 18 years


class State(NamedTuple):
    """Share of fat burning that is blocked, days of full strain so far, summed hazard of an arrhythmia."""

    block: Annotated[share, Allowed(-0.001, 1.0)]
    toll: Annotated[share, Allowed(-0.001, 100.0)]
    danger: Annotated[ratio, Allowed(-0.001, 1e6)]


@process
class Mitochondria:
    """Mitochondria of muscle, heart and liver; `susceptibility` differs between people."""

    susceptibility: ratio
    half: ratio
    slope: ratio
    speed: per_second
    tau: second
    reserve: share
    catecholamine_risk: ratio
    steroid_risk: ratio
    youth_risk: ratio
    day: second
    tau_toll: second
    rhythm: per_second
    storm: per_second
    provoked: share  # strain or surge above which a threatened rhythm fails
    weakened: ratio  # of the heart, per strain

    def rest(self) -> State:
        """Nothing blocked."""
        zero = 0.0 * self.susceptibility
        return State(block=zero, toll=zero, danger=zero)

    def risk(self, needs: Needs) -> ratio:
        """How much faster than the typical person's."""
        worse = (1.0 + self.catecholamine_risk * needs.catecholamines) * (1.0 + self.steroid_risk * needs.steroids)
        return self.susceptibility * worse * (1.0 + (self.youth_risk - 1.0) * needs.young)

    def strain(self, state: State) -> share:
        """What the block takes beyond the reserve."""
        return jnp.maximum(state.block - self.reserve, 0.0) / (1.0 - self.reserve)

    def heart(self, state: State) -> share:
        """Strength that the heart has left."""
        return jnp.maximum(1.0 - self.weakened * self.strain(state), 0.1)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        powered = jnp.maximum(needs.dose, 0.0) ** self.slope
        push = powered / (powered + self.half**self.slope)
        strain = self.strain(state)
        return State(
            block=self.speed * self.risk(needs) * push * (1.0 - state.block) - state.block / self.tau,
            toll=strain / self.day - state.toll / self.tau_toll,
            danger=self.rhythm * strain * state.toll + self.storm * needs.surge**2,
        )
