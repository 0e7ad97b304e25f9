"""T-type calcium channels of thalamic cells: shut by rest, primed by inhibition, open when the cell rises again.

    I_T  = g m_inf(V)^2 h (E_calcium - V)
    m_inf = 1 / (1 + exp(-(V - V_open) / slope_open))                      opens at once
    h_inf = 1 / (1 + exp((V - V_primed) / slope_primed))
    dh/dt = (h_inf - h) / tau_h(V)                                         primed over tens of milliseconds

    relay      tau_h = [floor + (plateau + unit exp((V + 115.2)/5)) / (1 + exp((V + 86)/3.2))] / speed
    reticular  tau_h = [floor + unit / (exp((V + 48)/4) + exp(-(V + 407)/50))] / speed

Kinetics as in the thalamic model of Schellenberger Costa et al. (2016), after Destexhe; numbers in calcium.toml.
A cell above about -65 mV keeps its channels shut; an inhibitory potential below that primes them, and its end sets off
a burst. So a rebound needs both the channel and inhibition that hyperpolarises.
"""

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import mV, ratio, second, share


def boltzmann(V: mV, middle: mV, slope: mV) -> share:
    """Share open at V; a negative slope closes with depolarisation."""
    return 1.0 / (1.0 + jnp.exp((middle - V) / slope))


@process
class RelayT:
    """T-type channels of relay cells."""

    V_open: mV
    slope_open: mV
    V_primed: mV
    slope_primed: mV
    floor: second
    plateau: second
    unit: second
    V_rise: mV
    slope_rise: mV
    V_fall: mV
    slope_fall: mV
    speed: ratio  # faster at body temperature than where measured

    def conducting(self, V: mV, primed: share) -> share:
        """m_inf^2 h."""
        return boltzmann(V, self.V_open, self.slope_open) ** 2 * primed

    def primed(self, V: mV) -> share:
        """h_inf."""
        return boltzmann(V, self.V_primed, -self.slope_primed)

    def tau(self, V: mV) -> second:
        """Time constant of h."""
        rise = self.plateau + self.unit * jnp.exp((V - self.V_rise) / self.slope_rise)
        return (self.floor + rise * boltzmann(V, self.V_fall, -self.slope_fall)) / self.speed


@process
class ReticularT:
    """T-type channels of reticular cells: open higher, prime more slowly."""

    V_open: mV
    slope_open: mV
    V_primed: mV
    slope_primed: mV
    floor: second
    unit: second
    V_up: mV
    slope_up: mV
    V_down: mV
    slope_down: mV
    speed: ratio

    def conducting(self, V: mV, primed: share) -> share:
        """m_inf^2 h."""
        return boltzmann(V, self.V_open, self.slope_open) ** 2 * primed

    def primed(self, V: mV) -> share:
        """h_inf."""
        return boltzmann(V, self.V_primed, -self.slope_primed)

    def tau(self, V: mV) -> second:
        """Time constant of h."""
        both = jnp.exp((V - self.V_up) / self.slope_up) + jnp.exp((self.V_down - V) / self.slope_down)
        return (self.floor + self.unit / both) / self.speed
