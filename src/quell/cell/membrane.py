"""The neuron everyone shares: quadratic integrate-and-fire with conductance synapses.

    tau dV/dt = k (V - V_rest)(V - V_thr) + eta + sum_s g_s (E_s - V),      k = 1 / (V_thr - V_rest)

Conductances are relative to the leak, eta in mV. Below threshold GABA brakes, above it drives; no gain is free.
The same function serves the spiking network (`cell.spiking`) and, through its exact mean field, the patch
(`circuit.population`).
"""

from quell.ground.contract import process
from quell.ground.units import mV, per_second, ratio, second


@process
class Membrane:
    """The two potentials of the articles, the reversal potentials, and the time constant of one neuron."""

    V_rest: mV
    V_thr: mV
    E_glutamate: mV
    E_potassium: mV
    tau: second
    width: mV  # half-width of the Lorentzian spread of eta over neurons

    def curvature(self) -> ratio:
        """k, per mV."""
        return 1.0 / (self.V_thr - self.V_rest)

    def rate_of_change(self, V: mV, eta: mV, conductance: ratio, pull: mV) -> per_second:
        """dV/dt in mV/s; `conductance` is the sum of g_s, `pull` the sum of g_s E_s."""
        leap = self.curvature() * (V - self.V_rest) * (V - self.V_thr)
        return (leap + eta + pull - conductance * V) / self.tau
