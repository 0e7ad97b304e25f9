"""The h-current of relay cells: opened by hyperpolarisation, held open by calcium.

    d open/dt  = (m_inf(V) (1 - bound) - open) / tau_m(V) - binding P open + unbinding bound
    d bound/dt = binding P open - unbinding bound
    P          = Ca^4 / (Ca^4 + Ca_half^4)                    calcium that entered with the T-current
    d Ca/dt    = entry (T-current) - (Ca - Ca_rest) / tau_Ca
    conductance = g (open + more bound)

    m_inf = 1 / (1 + exp((V - V_half) / slope))
    tau_m = floor + unit / (exp((V - V_up)/s_up) + exp((V_down - V)/s_down))

Bursts let calcium in, calcium holds the channel open for a second, and the depolarisation that follows ends the row of
bursts: in the published thalamus spindles wax and wane by it, in ours the rhythm goes on (docs/oracles.md). After
Schellenberger Costa et al. (2016) and Destexhe; numbers in pacemaker.toml.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.cell.calcium import boltzmann
from quell.ground.contract import process
from quell.ground.units import Allowed, mM, mV, per_second, ratio, second, share


class State(NamedTuple):
    """Open channels, channels held open by calcium, calcium beneath the membrane."""

    open: Annotated[share, Allowed(-1e-3, 1.001)]
    bound: Annotated[share, Allowed(-1e-3, 1.001)]
    calcium: Annotated[mM, Allowed(0.0, 10.0)]


@process
class HCurrent:
    """Hyperpolarisation-activated channels of one relay cell."""

    V_half: mV
    slope: mV
    floor: second
    unit: second
    V_up: mV
    slope_up: mV
    V_down: mV
    slope_down: mV
    more: ratio  # conductance of a bound channel relative to an open one
    binding: per_second
    unbinding: per_second
    Ca_half: mM
    Ca_rest: mM
    tau_Ca: second
    entry: ratio  # mM/s per mV of T-current (conductance relative to the leak times driving force)

    def rest(self, V: mV) -> State:
        """Settled at V without bursts."""
        return State(boltzmann(V, self.V_half, -self.slope), 0.0 * V, self.Ca_rest + 0.0 * V)

    def conducting(self, state: State) -> ratio:
        """Open channels in units of one open channel."""
        return state.open + self.more * state.bound

    def step(self, state: State, V: mV, t_current: mV, dt: second) -> State:
        """After dt with frozen V (mV) and T-current (mV, inward positive); each variable relaxes in turn."""
        target = self.Ca_rest + self.tau_Ca * self.entry * t_current
        calcium = target + (state.calcium - target) * jnp.exp(-dt / self.tau_Ca)
        high = (calcium / self.Ca_half) ** 4
        held = self.binding * high / (1.0 + high)
        both = jnp.exp((V - self.V_up) / self.slope_up) + jnp.exp((self.V_down - V) / self.slope_down)
        opening = 1.0 / (self.floor + self.unit / both)
        gain = boltzmann(V, self.V_half, -self.slope) * (1.0 - state.bound) * opening + self.unbinding * state.bound
        opened = (state.open + dt * gain) / (1.0 + dt * (opening + held))
        bound = (state.bound + dt * held * opened) / (1.0 + dt * self.unbinding)
        return State(opened, bound, calcium)
