"""The thalamus of a patch: relay cells (T) and reticular cells (R), with T-type and h currents.

Each cell is a dendrite and a soma. Channels and synapses sit on the dendrite, whose potential V all cells of a
population share; the soma is the neuron of `cell.membrane`, driven through the conductance `coupling`, and its
population fires by the exact mean field (`circuit.population.flow`):

    tau dV_T/dt = (E_leak - V_T) + g_K (E_K - V_T) + g_T m^2 h (E_Ca - V_T) + g_h (open + more bound) (E_h - V_T)
                + (g_RT gaba + tonic)(E_GABA - V_T) + g_B B (E_K - V_T) + g_CT down (E_glu - V_T) + bias
    tau dV_R/dt = (E_leak - V_R) + g_K (E_K - V_R) + g_R m^2 h (E_Ca - V_R)
                + g_TR ampa (E_glu - V_R) + g_RR gaba (E_GABA - V_R) + g_CR down (E_glu - V_R) + bias

Channels follow the dendrite and not the mean potential of the somata, because that one passes through infinity in
every volley. Relay cells excite reticular cells (ampa), those inhibit relay cells and each other (gaba), relay
cells also through GABA-B, which needs long bursts: B = slow^4 / (slow^4 + half_B^4), slow lags behind gaba. Synapses
have two equal time constants. All conductances are relative to the leak.
Channel kinetics and conductances are those of Schellenberger Costa et al. (2016); docs/thalamus.md compares the two.
"""

from typing import Annotated, NamedTuple

import jax.numpy as jnp

from quell.cell import pacemaker
from quell.cell.calcium import RelayT, ReticularT
from quell.cell.membrane import Membrane
from quell.cell.pacemaker import HCurrent
from quell.circuit.population import colour, flow, once, rate, relax, within
from quell.ground.contract import process
from quell.ground.units import Allowed, Hz, mV, ratio, second, share
from quell.receptors.gating import Gate
from quell.receptors.presynaptic import occupancy

Share = Annotated[share, Allowed(-1e-6, 1.0 + 1e-6)]
Dendrite = Annotated[mV, Allowed(-150.0, 150.0)]


class Thalamic(NamedTuple):
    """The fast state of the thalamus of every patch, one array `[lanes, patches]` each."""

    V_T: Dendrite
    v_T: mV
    x_T: mV
    V_R: Dendrite
    v_R: mV
    x_R: mV
    primed_T: Share
    primed_R: Share
    h: pacemaker.State
    ampa: Share  # of relay cells, wherever they end
    ampa_late: Share
    gaba: Share  # of reticular cells
    gaba_late: Share
    slow: Share  # what GABA-B sees
    down: share  # glutamate from the cortex
    noise_T: mV
    noise_R: mV


class Setting(NamedTuple):
    """What the slower clocks fix for the thalamus during one window."""

    t_type: share  # T-type channels left by drugs
    potassium: ratio  # potassium leak
    bias_T: mV  # ascending arousal lifts relay cells
    bias_R: mV  # and reticular cells
    inhibition: ratio  # synaptic GABA-A relative to control
    tonic: ratio  # extrasynaptic GABA-A conductance on relay cells
    glutamate: share  # glutamate release left
    E_gaba: mV
    noise: mV


class Thalamus(NamedTuple):
    """The parts a thalamus is made of."""

    soma: Membrane
    relay_t: RelayT
    reticular_t: ReticularT
    h: HCurrent
    ampa: Gate
    gaba: Gate
    loop: "Loop"


@process
class Loop:
    """Constants of the thalamus that belong to no single channel; conductances relative to the leak."""

    tau: second  # of the dendrites
    E_leak: mV
    E_potassium: mV
    E_calcium: mV
    E_h: mV
    E_gaba: mV
    coupling: ratio  # dendrite to soma
    g_potassium: ratio  # leak that arousal closes
    wake_T: mV  # ascending arousal in the waking brain: depolarises relay cells
    wake_R: mV  # and reticular cells, so that their T-type channels stay shut
    g_T: ratio  # T-type channels of relay cells
    g_R: ratio  # T-type channels of reticular cells
    g_h: ratio
    g_TR: ratio  # relay to reticular, glutamate
    g_RT: ratio  # reticular to relay, GABA-A
    g_RR: ratio  # reticular to reticular, GABA-A
    g_B: ratio  # reticular to relay, GABA-B
    tau_B: second
    half_B: share
    tonic: ratio  # extrasynaptic GABA-A on relay cells
    g_CT: ratio  # cortex to relay
    g_CR: ratio  # cortex to reticular
    tau_down: second  # first-order stand-in for conduction from the cortex
    up: ratio  # relay glutamate at its patch in units of glutamate from another patch
    t_block: share  # T-type channels a drug can block at most
    noise: mV
    tau_noise: second
    V_ceiling: mV  # highest dendritic potential that channels see
    bias_limit: mV

    def channels_left(self, blocker: ratio) -> share:
        """T-type channels left at concentration over affinity `blocker`."""
        return 1.0 - self.t_block * occupancy(blocker)


def rest(thalamus: Thalamus, like: ratio) -> Thalamic:
    """A quiet thalamus, shaped like `like`."""
    one = jnp.ones_like(like)
    V = one * thalamus.loop.E_leak
    h = pacemaker.State(*(one * leaf for leaf in thalamus.h.rest(V)))
    primed = one * thalamus.relay_t.primed(V), one * thalamus.reticular_t.primed(V)
    return Thalamic(V, V, one, V, V, one, *primed, h, *(0.0 * one for _ in range(8)))


def setting(thalamus: Thalamus, like: ratio, **replaced: ratio) -> Setting:
    """The thalamus asleep and without drugs, shaped like `like`; keywords replace single values."""
    loop = thalamus.loop
    values = Setting(1.0, loop.g_potassium, 0.0, 0.0, 1.0, loop.tonic, 1.0, loop.E_gaba, loop.noise)
    return Setting(*(jnp.ones_like(like) * value for value in values._replace(**replaced)))


def step(thalamus: Thalamus, state: Thalamic, now: Setting, *, dt: second, kicks: tuple, cortex: share) -> Thalamic:
    """One fast step: synapses, channels, dendrites, then somata.

    `cortex` is the open glutamate gate of the cortical patch, `kicks` two arrays of mean 0 and variance 1.
    """
    loop = thalamus.loop
    rate_T, rate_R = firing(thalamus, state)
    ampa = thalamus.ampa.step(state.ampa, rate_T, dt)
    gaba = thalamus.gaba.step(state.gaba, rate_R, dt)
    late = relax(state.ampa_late, ampa, dt / thalamus.ampa.tau), relax(state.gaba_late, gaba, dt / thalamus.gaba.tau)
    slow = relax(state.slow, gaba, dt / loop.tau_B)
    down = relax(state.down, cortex, dt / loop.tau_down)
    noise = tuple(
        colour(old, kick, now.noise, dt / loop.tau_noise)
        for old, kick in zip((state.noise_T, state.noise_R), kicks, strict=True)
    )
    late, slow, down, noise = once((late, slow, down, noise))
    after = state._replace(ampa=ampa, gaba=gaba, ampa_late=late[0], gaba_late=late[1], slow=slow, down=down)
    after = after._replace(noise_T=noise[0], noise_R=noise[1])
    V_T, primed_T, h = _relay(thalamus, after, now, dt)
    V_R, primed_R = _reticular(thalamus, after, now, dt)
    V_T, V_R = once((V_T, V_R))
    g = loop.coupling
    v_T, x_T = flow(state.v_T, state.x_T, cell=thalamus.soma, dt=dt, g=g + 0.0 * V_T, pull=g * V_T)
    v_R, x_R = flow(state.v_R, state.x_R, cell=thalamus.soma, dt=dt, g=g + 0.0 * V_R, pull=g * V_R)
    return after._replace(
        V_T=V_T, v_T=v_T, x_T=x_T, V_R=V_R, v_R=v_R, x_R=x_R, primed_T=primed_T, primed_R=primed_R, h=h
    )


def firing(thalamus: Thalamus, state: Thalamic) -> tuple[Hz, Hz]:
    """Rates of relay and reticular cells."""
    return rate(state.x_T, thalamus.soma), rate(state.x_R, thalamus.soma)


def trace(thalamus: Thalamus, state: Thalamic, now: Setting) -> mV:
    """Field of the relay cells: what their synapses and T-type channels drive into the dendrites (mV, relative)."""
    loop = thalamus.loop
    seen = jnp.minimum(state.V_T, loop.V_ceiling)
    calcium = loop.g_T * now.t_type * thalamus.relay_t.conducting(seen, state.primed_T) * (loop.E_calcium - seen)
    inhibit = (loop.g_RT * now.inhibition * state.gaba_late + now.tonic) * (now.E_gaba - state.V_T)
    return calcium + inhibit + loop.g_CT * now.glutamate * state.down * (thalamus.soma.E_glutamate - state.V_T)


def _relay(thalamus: Thalamus, state: Thalamic, now: Setting, dt: second) -> tuple[mV, share, pacemaker.State]:
    """Dendrite and channels of relay cells after dt."""
    loop, channel = thalamus.loop, thalamus.relay_t
    V = once(jnp.minimum(state.V_T, loop.V_ceiling))
    primed = relax(state.primed_T, channel.primed(V), dt / channel.tau(V))
    g_T = once(loop.g_T * now.t_type * channel.conducting(V, primed))
    h = thalamus.h.step(state.h, V, g_T * (loop.E_calcium - V), dt)
    g_h = loop.g_h * thalamus.h.conducting(h)
    g_gaba = loop.g_RT * now.inhibition * state.gaba_late + now.tonic
    open_B = (state.slow / loop.half_B) ** 4  # cooperative
    g_K = now.potassium + loop.g_B * open_B / (1.0 + open_B)
    g_glutamate = loop.g_CT * now.glutamate * state.down
    g = 1.0 + g_K + g_T + g_h + g_gaba + g_glutamate
    pull = loop.E_leak + g_K * loop.E_potassium + g_T * loop.E_calcium + g_h * loop.E_h + g_gaba * now.E_gaba
    pull = pull + g_glutamate * thalamus.soma.E_glutamate + within(now.bias_T + state.noise_T, loop.bias_limit)
    return _settle(state.V_T, g, pull, dt / loop.tau), primed, h


def _reticular(thalamus: Thalamus, state: Thalamic, now: Setting, dt: second) -> tuple[mV, share]:
    """Dendrite and channels of reticular cells after dt."""
    loop, channel = thalamus.loop, thalamus.reticular_t
    V = once(jnp.minimum(state.V_R, loop.V_ceiling))
    primed = relax(state.primed_R, channel.primed(V), dt / channel.tau(V))
    g_T = loop.g_R * now.t_type * channel.conducting(V, primed)
    g_gaba = loop.g_RR * now.inhibition * state.gaba_late
    g_glutamate = now.glutamate * (loop.g_TR * state.ampa_late + loop.g_CR * state.down)
    g = 1.0 + now.potassium + g_T + g_gaba + g_glutamate
    pull = loop.E_leak + now.potassium * loop.E_potassium + g_T * loop.E_calcium + g_gaba * now.E_gaba
    pull = pull + g_glutamate * thalamus.soma.E_glutamate + within(now.bias_R + state.noise_R, loop.bias_limit)
    return _settle(state.V_R, g, pull, dt / loop.tau), primed


def _settle(V: mV, g: ratio, pull: mV, part: ratio) -> mV:
    """Exact relaxation at frozen conductance; V stays among the reversal potentials whatever the conductance."""
    g, pull = once((g, pull))
    target = pull / g
    return target + (V - target) * jnp.exp(-part * g)
