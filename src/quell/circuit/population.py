"""A patch of cortex: the exact mean field of pyramidal cells and fast interneurons.

For all-to-all synapses a population of quadratic integrate-and-fire neurons (`cell.membrane`) is exactly described by
the centre v and half-width x of its voltages (Montbrio, Pazo & Roxin 2015, carried to conductances):

    tau dv/dt = k (v - V_rest)(v - V_thr) - k x^2 + eta + sum_s g_s (E_s - v)
    tau dx/dt = Delta + x [k (2 v - V_rest - V_thr) - sum_s g_s]                rate r = k x / (pi tau)

With z = v + i x this is one complex Riccati equation tau z' = k z^2 + b z + c. Gates stand half a step before the
membranes (leapfrog) and step by the implicit midpoint rule; membranes step by the flow with frozen inputs (`flow`), in
which x stays positive whatever the conductance. Distant glutamate relaxes towards the middle of its step, and the
magnesium block is taken at the potential foreseen for the middle of its own, so the whole step is second order.
Where terms are shared between state variables, `once` keeps XLA from computing them again for each.
Firing charges a potassium conductance (`ahp`), so bursts end and return: the clonic rhythm.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from quell.cell.membrane import Membrane
from quell.ground.contract import process
from quell.ground.units import Hz, mV, per_second, ratio, second, share
from quell.receptors.gating import Gate
from quell.receptors.nmda import NMDA


class Fast(NamedTuple):
    """The fast state of every patch, one array `[lanes, patches]` each."""

    vE: mV
    xE: mV
    vI: mV
    xI: mV
    ampa: share
    nmda: share
    gaba: share
    far: share  # glutamate arriving from other patches, one conduction time late
    ahp: Hz
    noise_E: mV
    noise_I: mV


class Drive(NamedTuple):
    """What the slower clocks fix for the fast layer during one window; conductances relative to the leak."""

    g_ampa: ratio  # E to E
    g_nmda: ratio  # E to E, before the magnesium block
    g_gaba: ratio  # I to E, all alpha classes
    g_tonic: ratio  # extrasynaptic GABA-A on E
    g_potassium: ratio  # opened by terminators, K-ATP and drugs
    g_ahp: ratio  # per Hz of recent firing
    g_far: ratio  # E of other patches to E
    g_EI: ratio  # E to I
    g_II: ratio  # I to I
    E_gaba: mV  # phi-weighted reversal on E
    bias_E: mV
    bias_I: mV
    noise: mV  # standard deviation of the Ornstein-Uhlenbeck input


class Flux(NamedTuple):
    """What slower clocks integrate, instant values; their window means drive the ions."""

    rate_E: Hz
    rate_I: Hz
    g_gaba: ratio  # synaptic and tonic conductance on E
    g_gaba_v: mV  # that conductance times v: the weight that keeps chloride flux exact
    nmda: mV  # conductance times driving force
    silent: share  # 1 while pyramidal cells hardly fire, be it between bursts or evenly under light sedation
    suppressed: share | float = 0.0  # 1 while a cortex without bursts to fire is silent; set where silence is


class Population(NamedTuple):
    """The parts a patch is made of."""

    pyramidal: Membrane
    interneuron: Membrane
    ampa: Gate
    nmda: Gate
    gaba: Gate
    pore: NMDA
    circuit: "Circuit"
    joined: share | None = None  # 0 where it was cut off from the others; none where nobody may be operated on


@process
class Circuit:
    """Constants of the patch that belong to no single cell or receptor."""

    E_gaba_I: mV  # reversal of GABA-A on interneurons
    tau_ahp: second
    tau_far: second  # first-order stand-in for conduction between lobes
    tau_noise: second
    far_to_I: share  # interneurons get this share of distant glutamate
    rate_limit: Hz  # highest rate that synapses and ions see; one spike of every neuron in half a millisecond
    V_ceiling: mV  # mean potential that ions see at most; above it the voltage is the upswing of spikes
    silent_rate: Hz  # population rate below which the EEG is suppressed
    bias_limit: mV  # input current is clipped here, so no drive can be unbounded


def rest(patch: Population, like: ratio) -> Fast:
    """Quiet populations at rest, shaped like `like`."""
    one = jnp.ones_like(like)
    v = one * patch.pyramidal.V_rest
    return Fast(v, one, v, one, *(0.0 * one for _ in range(7)))


def rate(x: mV, cell: Membrane) -> Hz:
    """Population rate from the half-width."""
    return cell.curvature() * x / (jnp.pi * cell.tau)


def firing(patch: Population, state: Fast) -> tuple[Hz, Hz]:
    """Rates of both populations, at most `rate_limit`: a volley sharper than a step would count many times."""
    most = patch.circuit.rate_limit
    rate_E, rate_I = rate(state.xE, patch.pyramidal), rate(state.xI, patch.interneuron)
    return at_most(rate_E, most), at_most(rate_I, most)


def flow(v: mV, x: mV, *, cell: Membrane, dt: second, g: ratio, pull: mV) -> tuple[mV, mV]:
    """Centre and half-width after dt with frozen conductance g and current `pull` = eta + sum g E (mV).

    Half the widening by `cell.width`, the Moebius map I + T M of the equation without it, the other half. Of
    T = tanh(h d)/d, with h = dt/tau and d half the distance between the fixed points, the first convergent
    h/(1 + (h d)^2/3) is kept: it lies below T, so the determinant, and with it x, stays positive. Second order; steady
    states without widening are exact; x >= h width / 2 after every step.
    """
    g, pull = once((g, pull))
    k, h = cell.curvature(), dt / cell.tau
    b, c = -(k * (cell.V_rest + cell.V_thr) + g), k * cell.V_rest * cell.V_thr + pull
    third = (h * h / 3.0) * (0.25 * b * b - k * c)
    half = 0.5 * h * cell.width
    x = x + half
    low_v, low_x = 1.0 + third - h * (0.5 * b + k * v), h * k * x
    third, low_v, scale = once((third, low_v, 1.0 / (low_v * low_v + low_x * low_x)))
    rise = k * (v * v - x * x) + b * v + c
    v = v + h * scale * (rise * low_v - x * (2.0 * k * v + b) * low_x)
    return v, x * (1.0 - third + third * third) * scale + half


def climb(v: mV, x: mV, *, cell: Membrane, g: ratio, pull: mV) -> per_second:
    """dv/dt of the mean field, mV/s."""
    return cell.rate_of_change(v, pull, g, 0.0) - cell.curvature() * x * x / cell.tau


def step(patch: Population, state: Fast, drive: Drive, *, dt: second, kicks: tuple, reach) -> Fast:
    """One fast step: gates, inputs, then both membranes.

    `kicks` are two arrays of mean 0 and variance 1; `reach(ampa)` gives the glutamate arriving from other patches.
    """
    circuit = patch.circuit
    rate_E, rate_I = firing(patch, state)
    ampa = patch.ampa.step(state.ampa, rate_E, dt)
    nmda = patch.nmda.step(state.nmda, rate_E, dt)
    gaba = patch.gaba.step(state.gaba, rate_I, dt)
    far = relax(state.far, reach(heard(patch, 0.5 * (state.ampa + ampa))), dt / circuit.tau_far)
    ahp = relax(state.ahp, rate_E, dt / circuit.tau_ahp)
    noise_E = colour(state.noise_E, kicks[0], drive.noise, dt / circuit.tau_noise)
    noise_I = colour(state.noise_I, kicks[1], drive.noise, dt / circuit.tau_noise)

    ampa, nmda, gaba, far, ahp, noise_E, noise_I = once((ampa, nmda, gaba, far, ahp, noise_E, noise_I))
    eta = within(drive.bias_E + noise_E, circuit.bias_limit)
    gates = {"ampa": ampa, "nmda": nmda, "gaba": gaba, "far": far, "ahp": ahp}
    g, pull = once(conductances_E(patch, drive, state.vE, **gates))
    ahead = 0.5 * dt * climb(state.vE, state.xE, cell=patch.pyramidal, g=g, pull=pull + eta)
    freed = once(drive.g_nmda * nmda * patch.pore.freed(state.vE, ahead))
    g, pull = g + freed, pull + freed * patch.pyramidal.E_glutamate
    vE, xE = flow(state.vE, state.xE, cell=patch.pyramidal, dt=dt, g=g, pull=pull + eta)
    g, pull = conductances_I(patch, drive, ampa=ampa, gaba=gaba, far=far)
    eta = within(drive.bias_I + noise_I, circuit.bias_limit)
    vI, xI = flow(state.vI, state.xI, cell=patch.interneuron, dt=dt, g=g, pull=pull + eta)
    return Fast(vE, xE, vI, xI, ampa, nmda, gaba, far, ahp, noise_E, noise_I)


def conductances_E(patch: Population, drive: Drive, v: mV, *, ampa, nmda, gaba, far, ahp) -> tuple[ratio, mV]:
    """Sum of conductances on pyramidal cells and sum of g E (mV)."""
    g_glutamate = drive.g_ampa * ampa + drive.g_far * far + drive.g_nmda * nmda * patch.pore.magnesium(v)
    g_gaba = drive.g_gaba * gaba + drive.g_tonic
    g_potassium = drive.g_potassium + drive.g_ahp * ahp
    pull = g_gaba * drive.E_gaba + g_potassium * patch.pyramidal.E_potassium
    return g_glutamate + g_gaba + g_potassium, pull + g_glutamate * patch.pyramidal.E_glutamate


def conductances_I(patch: Population, drive: Drive, *, ampa, gaba, far) -> tuple[ratio, mV]:
    """Sum of conductances on interneurons and sum of g E (mV)."""
    g_glutamate = drive.g_EI * ampa + patch.circuit.far_to_I * drive.g_far * far
    g_gaba = drive.g_II * gaba
    return g_glutamate + g_gaba, g_gaba * patch.circuit.E_gaba_I + g_glutamate * patch.interneuron.E_glutamate


def flux(patch: Population, state: Fast, drive: Drive) -> Flux:
    """Instant values of what slower clocks integrate."""
    g_gaba = drive.g_gaba * state.gaba + drive.g_tonic
    unblocked = drive.g_nmda * state.nmda * patch.pore.magnesium(state.vE)
    rate_E, rate_I = firing(patch, state)
    subthreshold = jnp.minimum(state.vE, patch.circuit.V_ceiling)  # spikes are too short to carry chloride or calcium
    return Flux(
        rate_E=rate_E,
        rate_I=rate_I,
        g_gaba=g_gaba,
        g_gaba_v=g_gaba * subthreshold,
        nmda=unblocked * (patch.pyramidal.E_glutamate - subthreshold),
        silent=1.0 / (1.0 + (rate_E / patch.circuit.silent_rate) ** 8),
    )


def heard(patch: Population, ampa: share) -> share:
    """Glutamate as other patches and the thalamus hear of it: nothing from tissue that was cut off."""
    return ampa if patch.joined is None else ampa * patch.joined


def dipole(patch: Population, state: Fast, drive: Drive) -> mV:
    """Source activity of a patch: excitatory minus inhibitory synaptic current of its pyramidal cells (mV, relative).

    Tonic GABA-A currents flow all over the cell and make no dipole.
    """
    glutamate = drive.g_ampa * state.ampa + drive.g_far * state.far
    unblocked = drive.g_nmda * state.nmda * patch.pore.magnesium(state.vE)
    excite = (glutamate + unblocked) * (patch.pyramidal.E_glutamate - state.vE)
    inhibit = drive.g_gaba * state.gaba * (state.vE - drive.E_gaba)
    return excite + inhibit + drive.g_ahp * state.ahp * (state.vE - patch.pyramidal.E_potassium)


def relax(value, target, part):
    """Implicit midpoint towards a target; `part` is dt / tau."""
    keep = (1.0 - 0.5 * part) / (1.0 + 0.5 * part)
    return value * keep + target * (1.0 - keep)


def once(values):
    """`values`, computed once: XLA else repeats cheap terms in the loop of every state variable that needs them."""
    return jax.lax.optimization_barrier(values)


def at_most(value, most):
    """The smaller of the two; unlike `jnp.minimum`, NaN stays NaN in one instruction."""
    return jnp.where(value > most, most, value)


def within(value, most):
    """`value` held between -most and most."""
    return at_most(jnp.where(value < -most, -most, value), most)


def colour(noise: mV, kick, deviation: mV, part) -> mV:
    """One exact step of an Ornstein-Uhlenbeck input with this stationary deviation."""
    keep = jnp.exp(-part)
    return noise * keep + deviation * jnp.sqrt(1.0 - keep * keep) * kick
