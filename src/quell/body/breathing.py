"""Breathing: drive, carbon dioxide that answers back, oxygen in the lung, and the machine that takes over.

    breath    = left acid (CO2_site / CO2_rest)^F          own breathing, relative to rest; left = 1 - e(drugs, fatigue)
    d CO2/dt  = k_CO2 (CO2_rest work - breath CO2)          d CO2_site/dt = k_site (CO2 - CO2_site)
    d O2/dt   = k_O2 (breath (O2_in - O2) - uptake)          O2: in the lung, mmHg

Retained carbon dioxide drives breathing: a slow infusion breathes where a bolus of the same drug stops
(indirect response after Bouillon). Convulsion makes breathing shallow; a relaxant ends it; a ventilator replaces it.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import Allowed, mmHg, per_second, ratio, share


class Needs(NamedTuple):
    """What acts on breathing."""

    depression: ratio  # drive of depressant drugs
    reserve: share  # what exhaustion by seizing has left
    convulsing: share
    paralysed: share
    ventilated: share
    oxygen: share  # fraction of oxygen breathed
    work: ratio  # oxygen used and carbon dioxide made, relative to rest
    acid: ratio  # how far pH lies below 7.4


class State(NamedTuple):
    """Carbon dioxide in arterial blood and at the receptors, oxygen in the lung."""

    PaCO2: Annotated[mmHg, Allowed(1.0, 2000.0)]
    CO2_site: Annotated[mmHg, Allowed(1.0, 2000.0)]
    PAO2: Annotated[mmHg, Allowed(-1.0, 720.0)]


@process
class Breathing:
    """Lung and drive to breathe of one person."""

    CO2_rest: mmHg
    k_CO2: per_second
    k_site: per_second
    F: ratio
    slope: ratio
    fatigue: ratio  # drive of depression by an exhausted reserve
    shallow: share  # of breathing lost to convulsion
    acid_gain: ratio
    most: ratio  # largest breathing, times rest
    k_O2: per_second
    air: mmHg  # dry atmospheric pressure
    exchange: ratio
    starved: mmHg  # lung oxygen at which uptake has halved
    gradient: mmHg  # lung to artery
    set_to: mmHg  # carbon dioxide the ventilator is set to
    cubic: ratio  # of Severinghaus's curve, mmHg^3
    linear: ratio  # of the same curve, mmHg^2
    in_air: share  # oxygen in air

    def rest(self) -> State:
        """Breathing air at rest."""
        rest = 1.0 * self.CO2_rest
        return State(PaCO2=rest, CO2_site=rest, PAO2=self._oxygen_in(self.in_air) - rest / self.exchange)

    def left(self, needs: Needs) -> share:
        """Share of the drive that drugs and exhaustion leave."""
        drive = jnp.maximum(needs.depression, 0.0) + self.fatigue * (1.0 - needs.reserve)
        return 1.0 / (1.0 + drive**self.slope)

    def own(self, state: State, needs: Needs) -> ratio:
        """The person's own ventilation, relative to rest."""
        push = (jnp.maximum(state.CO2_site, 1.0) / self.CO2_rest) ** self.F
        driven = self.left(needs) * (1.0 + self.acid_gain * jnp.maximum(needs.acid, 0.0)) * push
        free = (1.0 - self.shallow * needs.convulsing) * (1.0 - needs.paralysed)
        return jnp.minimum(driven, self.most) * free

    def ventilation(self, state: State, needs: Needs) -> ratio:
        """Ventilation relative to rest, by the person or the machine, whichever is more."""
        machine = needs.ventilated * needs.work * self.CO2_rest / self.set_to
        return jnp.maximum(self.own(state, needs), machine)

    def rates(self, state: State, needs: Needs) -> State:
        """Rates of change, per second."""
        breath = self.ventilation(state, needs)
        fed = self._fed(state.PAO2) / self._fed(self.rest().PAO2)  # tissue takes less where there is less
        uptake = self.CO2_rest / self.exchange * needs.work * fed
        return State(
            PaCO2=self.k_CO2 * (self.CO2_rest * needs.work - breath * state.PaCO2),
            CO2_site=self.k_site * (state.PaCO2 - state.CO2_site),
            PAO2=self.k_O2 * (breath * (self._oxygen_in(needs.oxygen) - state.PAO2) - uptake),
        )

    def saturation(self, state: State) -> share:
        """Oxygen saturation of arterial blood (Severinghaus1979)."""
        pressure = jnp.maximum(state.PAO2 - self.gradient, 0.1)
        return 1.0 / (1.0 + self.cubic / (pressure**3 + self.linear * pressure))

    def _oxygen_in(self, fraction: share) -> mmHg:
        return fraction * self.air

    def _fed(self, pressure: mmHg) -> share:
        return pressure / (jnp.maximum(pressure, 0.0) + self.starved)
