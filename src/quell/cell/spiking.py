"""A network of spiking neurons: the reference that the mean field of a patch is checked against.

Every neuron is a `cell.membrane`. With its inputs frozen over a step its equation is a Riccati equation, whose flow is
a fractional linear map of V,

    V -> (V + T (b/2 V + c)) / (1 - T (k V + b/2)),     T = tanh(d) / d h,   d = h sqrt((b/2)^2 - k c),   h = dt / tau

so a spike needs neither peak nor reset: V passes through infinity within the step exactly when the denominator turns
negative, and comes back from minus infinity. Synapses are all-to-all: a population's gates see its spikes alone.

Two choices make thousands of neurons behave like infinitely many. Their drives are placed, not drawn (`drives`), and
the local voltage of the magnesium block is the centre of the population's voltages (`centre`), as in the mean field.
Potassium after firing (`ahp`) is charged by the population, also as there. Input noise shared by all neurons keeps the
mean field exact; noise that differs between neurons does not, unless it too is Lorentzian.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.cell.membrane import Membrane
from quell.ground.units import Hz, mV, ratio, second, share

GOLDEN = 0.6180339887498949  # multiples of the golden ratio, modulo 1, are even and unordered


class Gates(NamedTuple):
    """What a network's neurons share, `[lanes, 1]`."""

    ampa: share
    nmda: share
    gaba: share
    ahp: Hz


class Currents(NamedTuple):
    """Input to one population: summed conductance, and summed g E plus bias; `[lanes, 1]`."""

    g: ratio
    pull: mV


class Network(NamedTuple):
    """Voltages `[lanes, neurons]`, the rates of the last step and the shared gates `[lanes, 1]`."""

    V_E: mV
    V_I: mV
    rate_E: Hz
    rate_I: Hz
    gates: Gates


class Trace(NamedTuple):
    """A network over time, `[time, lanes]`: rates, and centre and half-width of the pyramidal voltages."""

    rate_E: Hz
    rate_I: Hz
    v_E: mV
    x_E: mV


def drives(width: mV, count: int) -> mV:
    """Lorentzian spread of drives over `count` (even) neurons, centred on zero, ascending, float64 `[count]`.

    Each neuron stands for an equal share of the population, placed where the square root of its drive is the mean
    square root of its share. The rate of a driven neuron is such a root, so the strongly driven tail, which fires
    most of the spikes at rest, loses none of them: plain quantiles lose 5 % at 4,000 neurons.
    """
    if count < 2 or count % 2:
        raise ValueError(f"a placed population needs an even number of neurons, not {count}")
    edges = jnp.sqrt(jnp.arange(count // 2 + 1, dtype=jnp.float64) / count)
    tail = (0.5 * (edges[1:] + edges[:-1])) ** 2
    upper = width / jnp.tan(jnp.pi * tail)
    return jnp.concatenate([-upper, upper[::-1]])


def voltages(v: mV, x: mV, count: int) -> mV:
    """Lorentzian spread of voltages with centre v and half-width x, unrelated to the order of `drives`; `[count]`."""
    ranks = (jnp.arange(1, count + 1, dtype=jnp.float64) * GOLDEN) % 1.0
    return v + x * jnp.tan(jnp.pi * (ranks - 0.5))


def fly(V: mV, cell: Membrane, *, dt: second, g: ratio, pull: mV) -> tuple[mV, jax.Array]:
    """Every neuron after dt with frozen inputs, and whether it fired within it; `pull` = eta + sum g E (mV)."""
    k, h = cell.curvature(), dt / cell.tau
    half_b = -0.5 * (k * (cell.V_rest + cell.V_thr) + g)
    c = k * cell.V_rest * cell.V_thr + pull
    square = h * h * (half_b * half_b - k * c)
    T = h * (15.0 + square) / (15.0 + 6.0 * square)  # tanh(d) / d by Pade to the fifth order, for either sign of d^2
    below = 1.0 - T * (k * V + half_b)
    return (V + T * (half_b * V + c)) / below, below <= 0.0


def centre(V: mV, near: mV = -60.0, span: mV = 5.0) -> tuple[mV, mV]:
    """Centre v and half-width x of Lorentzian voltages `[lanes, neurons]`; each `[lanes, 1]`.

    Voltages have no mean (spikes pass infinity); their image on the unit circle, (V - w) / (V - w*) with
    w = near + i span, has, and its mean is that of the pole v + i x. Equals median and quartiles, without sorting.
    """
    away = V - near
    scale = 1.0 / (away * away + span * span)
    real = jnp.mean((away * away - span * span) * scale, axis=-1, keepdims=True)
    turn = jnp.mean(-2.0 * span * away * scale, axis=-1, keepdims=True)
    bottom = 1.0 / ((1.0 - real) ** 2 + turn * turn)
    return near - 2.0 * span * turn * bottom, span * (1.0 - real * real - turn * turn) * bottom


def rest(parts: Any, lanes: int, *, pyramidal: int, interneurons: int, dtype: Any = jnp.float32) -> Network:
    """A quiet network of so many cells in every lane; `parts` carries both membranes and the three gates."""

    def quiet(cell: Membrane, count: int) -> mV:
        return jnp.tile(voltages(cell.V_rest, 1.0, count).astype(dtype), (lanes, 1))

    zero = jnp.zeros((lanes, 1), dtype)
    gates = Gates(zero, zero, zero, zero)
    return Network(quiet(parts.pyramidal, pyramidal), quiet(parts.interneuron, interneurons), zero, zero, gates)


def run(
    parts: Any,
    network: Network,
    inputs: Callable[[Gates, mV, Any], tuple[Currents, Currents]],
    *,
    over: Any,
    dt: second,
    tau_ahp: second = 1.0,
    every: int = 10,
) -> tuple[Network, Trace]:
    """March a network through time and return its end and its trace, one row per `every` steps (means).

    `inputs(gates, v, now)` gives the currents of both populations from the shared gates, the centre v of the pyramidal
    voltages and `now`, the slice of `over` (a tree of arrays, `[steps, ...]`) for the step: bias, pulses, noise.
    """
    dtype = network.V_E.dtype
    eta_E = drives(parts.pyramidal.width, network.V_E.shape[-1]).astype(dtype)
    eta_I = drives(parts.interneuron.width, network.V_I.shape[-1]).astype(dtype)

    def step(now_at: Network, now: Any) -> tuple[Network, Trace]:
        gates = open_gates(parts, now_at, dt=dt, tau_ahp=tau_ahp)
        v, x = centre(now_at.V_E)
        to_E, to_I = inputs(gates, v, now)
        V_E, fired_E = fly(now_at.V_E, parts.pyramidal, dt=dt, g=to_E.g, pull=to_E.pull + eta_E)
        V_I, fired_I = fly(now_at.V_I, parts.interneuron, dt=dt, g=to_I.g, pull=to_I.pull + eta_I)
        after = Network(V_E, V_I, _rate(fired_E, dt), _rate(fired_I, dt), gates)
        after = jax.tree.map(lambda value: value.astype(dtype), after)
        return after, Trace(*(value[:, 0] for value in (after.rate_E, after.rate_I, v, x)))

    def stretch(now_at: Network, now: Any) -> tuple[Network, Trace]:
        end, trace = jax.lax.scan(step, now_at, now)
        return end, jax.tree.map(lambda row: row.mean(axis=0), trace)

    rows = jax.tree.map(lambda row: row[: len(row) // every * every].reshape(-1, every, *row.shape[1:]), over)
    return jax.jit(lambda start, row: jax.lax.scan(stretch, start, row))(network, rows)


def open_gates(parts: Any, network: Network, *, dt: second, tau_ahp: second) -> Gates:
    """The shared gates after dt, driven by the spikes of the last step."""
    gates, part = network.gates, dt / tau_ahp
    return Gates(
        ampa=parts.ampa.step(gates.ampa, network.rate_E, dt),
        nmda=parts.nmda.step(gates.nmda, network.rate_E, dt),
        gaba=parts.gaba.step(gates.gaba, network.rate_I, dt),
        ahp=(gates.ahp * (1.0 - 0.5 * part) + part * network.rate_E) / (1.0 + 0.5 * part),
    )


def _rate(fired: jax.Array, dt: second) -> Hz:
    return jnp.mean(fired, axis=-1, keepdims=True, dtype=jnp.float32) / dt
