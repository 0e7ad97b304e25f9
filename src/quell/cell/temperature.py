"""Temperature of the brain: how much faster or slower the steps of its work go, and how near to firing cells sit.

    speed(T)  = Q10^((T - T_rest) / 10)                    of membranes, synapses, release, pumps, turnover of ATP, ...
    shift(T)  = depolarised (T - T_rest)                   mV, on pyramidal cells
    stilled(T) = exp(stilled ((T_rest - T) / 10)^2)        T below T_rest; how much farther a cold cortex is held down

Every Q10 but those of GABA decay and oxygen use is assumed. `stilled` stands for what no Q10 of the list gives: below
about 25 degC a cortex bursts and falls silent, steeply. At T_rest every factor is one.
"""

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import degC, mV, ratio


@process
class Temperature:
    """Temperature coefficients (per 10 K) of what a brain does."""

    T_rest: degC
    membrane: ratio  # rate of membranes and of conduction
    synapse: ratio  # closing of receptors and of the slow afterhyperpolarisation
    release: ratio  # transmitter released by a spike, less in the cold and no more in the heat
    pump: ratio  # sodium pump, uptake by glia, chloride transport
    turnover: ratio  # making and using of ATP
    receptors: ratio  # receptors moving in and out of membranes
    terminators: ratio  # making and removing of what ends seizures
    injury: ratio  # calpain, and what follows
    t_type: ratio  # T-type channels of the thalamus
    depolarised: ratio  # mV per K
    stilled: ratio  # natural logarithm of the depth gained 10 K below rest

    def speed(self, q10: ratio, temperature: degC) -> ratio:
        """Factor of a rate at this temperature."""
        return q10 ** ((temperature - self.T_rest) / 10.0)

    def shift(self, temperature: degC) -> mV:
        """How much nearer to firing pyramidal cells sit; less than nothing in the cold."""
        return self.depolarised * (temperature - self.T_rest)

    def depth_gained(self, temperature: degC) -> ratio:
        """Factor of the depth at which a cortex is held down; one at rest and above."""
        cold = jnp.maximum(self.T_rest - temperature, 0.0) / 10.0
        return jnp.exp(self.stilled * cold * cold)
