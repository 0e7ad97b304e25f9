"""What flows in blood and body: lactate, glucose, triglycerides, heat; acid from lactate and carbon dioxide.

    d lactate/dt       = burst work (1 - lactate / ceiling) + block strain + starved debt - (lactate - rest) / tau
    d glucose/dt       = (rest (1 + rise surge - fall (1 - reserve)) - glucose) / tau
    d triglycerides/dt = fat - (triglycerides - rest) (1 - blocked) / tau
    d temperature/dt   = heat work - (temperature - set point) / tau - taken
    HCO3 = HCO3_rest - share (lactate - rest) + buffer (CO2 - CO2_rest)       pH = pK + log10(HCO3 / (solubility CO2))

Muscle makes lactate in a burst that its own acid ends. No kidney: bicarbonate is not regained over days.
Fever raises the set point. A device that is set to a temperature takes heat away, or gives some, as fast as it can.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, degC, mM, mM_per_s, mmHg, ratio, second, share


class Needs(NamedTuple):
    """What drives the blood."""

    work: share  # of convulsing muscle, 1 = fresh and full
    surge: share
    reserve: share
    asleep: share  # depth of anaesthesia, which takes temperature control away
    delivery: share  # oxygen carried to tissue, relative to rest
    blocked: share  # of the burning of fat
    strain: share  # what the block takes beyond the reserve of mitochondria
    fat: mM_per_s  # triglycerides infused
    fever: ratio | None = None  # K by which fever raises the set point
    held: share | None = None  # 1 where a device holds the temperature
    target: degC | None = None  # what it is set to


class State(NamedTuple):
    """Concentrations in plasma, and the temperature of the core."""

    lactate: Annotated[mM, Allowed(0.0, 300.0)]
    glucose: Annotated[mM, Allowed(0.0, 60.0)]
    triglycerides: Annotated[mM, Allowed(0.0, 200.0)]
    temperature: Annotated[degC, Allowed(20.0, 46.0)]


@process
class Metabolism:
    """Blood and heat of one person."""

    lactate_rest: mM
    burst: mM_per_s
    ceiling: mM
    block: mM_per_s
    starved: mM_per_s
    enough: share  # of usual oxygen delivery, below which tissue goes without
    tau_lactate: second
    glucose_rest: mM
    rise: ratio
    fall: ratio
    tau_glucose: second
    fat_rest: mM
    tau_fat: second
    temperature_rest: degC
    heat: ratio  # K per s of full muscle work
    cooled: ratio  # K by which anaesthesia lowers the set point
    tau_heat: second
    defence: ratio  # K per s that a body can gain by itself against a device
    device_cools: ratio  # K per s that a device can take at most
    device_warms: ratio  # K per s that it can give
    tau_device: second  # how closely it follows what it is set to
    HCO3_rest: mM
    acid_share: ratio  # of lactate that bicarbonate meets
    buffer: ratio  # mM of bicarbonate per mmHg of carbon dioxide, acute
    CO2_rest: mmHg
    pK: ratio
    solubility: ratio  # mM per mmHg

    def rest(self) -> State:
        """Fed, calm, warm."""
        return State(self.lactate_rest * 1.0, self.glucose_rest * 1.0, self.fat_rest * 1.0, self.temperature_rest * 1.0)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        room = jnp.maximum(1.0 - state.lactate / self.ceiling, 0.0)
        debt = jnp.maximum(self.enough - needs.delivery, 0.0) / self.enough
        made = self.burst * needs.work * room + self.block * needs.strain + self.starved * debt
        sweet = self.glucose_rest * (1.0 + self.rise * needs.surge - self.fall * (1.0 - needs.reserve))
        warm = self.temperature_rest - self.cooled * needs.asleep
        warm = warm if needs.fever is None else warm + needs.fever
        pull = (state.temperature - warm) / self.tau_heat
        gain = self.heat * needs.work - pull
        if needs.held is not None:
            felt = self.heat * needs.work - jnp.maximum(pull, -self.defence)  # shivering has its limit
            gain = gain + needs.held * (felt - gain - self.taken(state.temperature, felt, needs.target))
        return State(
            lactate=made - (state.lactate - self.lactate_rest) / self.tau_lactate,
            glucose=(sweet - state.glucose) / self.tau_glucose,
            triglycerides=needs.fat - (state.triglycerides - self.fat_rest) * (1.0 - needs.blocked) / self.tau_fat,
            temperature=gain,
        )

    def taken(self, temperature: degC, gain: ratio, target: degC) -> ratio:
        """K per s that a device takes from a body which by itself would gain `gain`, within its power."""
        return jnp.clip(gain + (temperature - target) / self.tau_device, -self.device_warms, self.device_cools)

    def bicarbonate(self, lactate: mM, PaCO2: mmHg) -> mM:
        """Bicarbonate of plasma; never below one."""
        lost = self.acid_share * (lactate - self.lactate_rest)
        return jnp.maximum(self.HCO3_rest - lost + self.buffer * (PaCO2 - self.CO2_rest), 1.0)

    def pH(self, lactate: mM, PaCO2: mmHg) -> ratio:
        """pH of arterial blood."""
        return self.pK + jnp.log10(self.bicarbonate(lactate, PaCO2) / (self.solubility * PaCO2))
