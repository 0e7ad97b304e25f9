"""A patch of cortex: the exact mean field of pyramidal cells and fast interneurons.

For all-to-all synapses a population of quadratic integrate-and-fire neurons (`cell.membrane`) is exactly described by
the centre v and half-width x of its voltages (Montbrio, Pazo & Roxin 2015, carried to conductances):

    tau dv/dt = k (v - V_rest)(v - V_thr) - k x^2 + eta + sum_s g_s (E_s - v)
    tau dx/dt = Delta + x [k (2 v - V_rest - V_thr) - sum_s g_s]                rate r = k x / (pi tau)

With z = v + i x this is one complex Riccati equation tau z' = k z^2 + b z + c. Its flow with frozen inputs is the
Mobius map of I + tanh(h d)/d M; Kahan's scheme takes h for tanh(h d)/d: second order, one complex division, and x
stays positive. Gates step by the implicit midpoint rule between membrane steps (leapfrog). The magnesium block uses
the potential at the start of the step, so the whole step is of an order between one and two (docs/engine.md).
Firing charges a potassium conductance (`ahp`), so bursts end and return: the clonic rhythm.
"""

from typing import NamedTuple

import jax.numpy as jnp

from quell.cell.membrane import Membrane
from quell.ground.contract import process
from quell.ground.units import Hz, mV, ratio, second, share
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
    silent: share  # 1 while pyramidal cells hardly fire: the suppression of burst suppression


class Population(NamedTuple):
    """The parts a patch is made of."""

    pyramidal: Membrane
    interneuron: Membrane
    ampa: Gate
    nmda: Gate
    gaba: Gate
    pore: NMDA
    circuit: "Circuit"


@process
class Circuit:
    """Constants of the patch that belong to no single cell or receptor."""

    E_gaba_I: mV  # reversal of GABA-A on interneurons
    tau_ahp: second
    tau_far: second  # first-order stand-in for conduction between lobes
    tau_noise: second
    far_to_I: share  # interneurons get this share of distant glutamate
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


def kahan(v: mV, x: mV, *, cell: Membrane, dt: second, g: ratio, pull: mV) -> tuple[mV, mV]:
    """One step of the mean field with frozen conductance g and current `pull` = eta + sum g E (mV)."""
    k, h = cell.curvature(), dt / cell.tau
    b = -(k * (cell.V_rest + cell.V_thr) + g)
    c = k * cell.V_rest * cell.V_thr + pull
    forward, backward = 1.0 + 0.5 * h * b, 1.0 - 0.5 * h * b
    top_v, top_x = v * forward + h * c, x * forward + h * cell.width
    low_v, low_x = backward - h * k * v, -h * k * x
    scale = 1.0 / (low_v * low_v + low_x * low_x)
    return (top_v * low_v + top_x * low_x) * scale, (top_x * low_v - top_v * low_x) * scale


def step(patch: Population, state: Fast, drive: Drive, *, dt: second, kicks: tuple, reach) -> Fast:
    """One fast step: gates, inputs, then both membranes.

    `kicks` are two arrays of mean 0 and variance 1; `reach(ampa)` gives the glutamate arriving from other patches.
    """
    circuit = patch.circuit
    rate_E, rate_I = rate(state.xE, patch.pyramidal), rate(state.xI, patch.interneuron)
    ampa = patch.ampa.step(state.ampa, rate_E, dt)
    nmda = patch.nmda.step(state.nmda, rate_E, dt)
    gaba = patch.gaba.step(state.gaba, rate_I, dt)
    far = relax(state.far, reach(ampa), dt / circuit.tau_far)
    ahp = relax(state.ahp, rate_E, dt / circuit.tau_ahp)
    noise_E = colour(state.noise_E, kicks[0], drive.noise, dt / circuit.tau_noise)
    noise_I = colour(state.noise_I, kicks[1], drive.noise, dt / circuit.tau_noise)

    g, pull = conductances_E(patch, drive, state.vE, ampa=ampa, nmda=nmda, gaba=gaba, far=far, ahp=ahp)
    eta = jnp.clip(drive.bias_E + noise_E, -circuit.bias_limit, circuit.bias_limit)
    vE, xE = kahan(state.vE, state.xE, cell=patch.pyramidal, dt=dt, g=g, pull=pull + eta)
    g, pull = conductances_I(patch, drive, ampa=ampa, gaba=gaba, far=far)
    eta = jnp.clip(drive.bias_I + noise_I, -circuit.bias_limit, circuit.bias_limit)
    vI, xI = kahan(state.vI, state.xI, cell=patch.interneuron, dt=dt, g=g, pull=pull + eta)
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
    return Flux(
        rate_E=rate(state.xE, patch.pyramidal),
        rate_I=rate(state.xI, patch.interneuron),
        g_gaba=g_gaba,
        g_gaba_v=g_gaba * jnp.minimum(state.vE, patch.circuit.V_ceiling),
        nmda=unblocked * (patch.pyramidal.E_glutamate - state.vE),
        silent=1.0 / (1.0 + (rate(state.xE, patch.pyramidal) / patch.circuit.silent_rate) ** 8),
    )


def dipole(patch: Population, state: Fast, drive: Drive) -> mV:
    """Source activity of a patch: excitatory minus inhibitory current of its pyramidal cells (mV, relative)."""
    glutamate = drive.g_ampa * state.ampa + drive.g_far * state.far
    unblocked = drive.g_nmda * state.nmda * patch.pore.magnesium(state.vE)
    excite = (glutamate + unblocked) * (patch.pyramidal.E_glutamate - state.vE)
    inhibit = (drive.g_gaba * state.gaba + drive.g_tonic) * (state.vE - drive.E_gaba)
    return excite + inhibit + drive.g_ahp * state.ahp * (state.vE - patch.pyramidal.E_potassium)


def relax(value, target, part):
    """Implicit midpoint towards a target; `part` is dt / tau."""
    return (value * (1.0 - 0.5 * part) + part * target) / (1.0 + 0.5 * part)


def colour(noise: mV, kick, deviation: mV, part) -> mV:
    """One exact step of an Ornstein-Uhlenbeck input with this stationary deviation."""
    keep = jnp.exp(-part)
    return noise * keep + deviation * jnp.sqrt(1.0 - keep * keep) * kick
