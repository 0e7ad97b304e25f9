"""The loop between cortex and thalamus: what each sends the other, and how firmly the two beat together.

Every patch has its own sector of the thalamus. The open glutamate gate of its pyramidal cells reaches relay and
reticular cells, relay glutamate comes back as glutamate from another patch would, on pyramidal cells and
interneurons. Each way takes one first-order lag (`tau_down`, `tau_far`) in place of a delay line: conduction takes
some milliseconds, while the loop's own periods are 70 to 300 ms.

Coherence at the source, per patch, over segments of 0.4 s (K of them in a macro step):

    C = sum_f |S_xy|^2 / sum_f S_xx S_yy            2.5 to 30 Hz; x cortical source, y field of the relay cells
    coherence = max(0, (K C - 1) / (K - 1))         K independent segments of unrelated signals give C = 1 / K
"""

from functools import reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.circuit import population, thalamus
from quell.circuit.population import Fast
from quell.circuit.thalamus import Setting, Thalamic
from quell.engine import march
from quell.ground.chance import Address, twin, two_kicks
from quell.ground.units import Hz, share

SEGMENT_S = 0.4  # the window of projective mode, so that both modes measure alike
BINS = 12  # 2.5 to 30 Hz


class Spectra(NamedTuple):
    """Powers of cortex and thalamus and their cross spectrum, summed over segments, `[bins, lanes, patches]`."""

    cortex: jax.Array
    relay: jax.Array
    real: jax.Array
    imaginary: jax.Array


class Beat(NamedTuple):
    """What one beat leaves of the loop."""

    rate_T: Hz
    rate_R: Hz
    spectra: Spectra


class Loop(NamedTuple):
    """What one macro step leaves of the loop, `[lanes, patches]`."""

    relay: Hz
    reticular: Hz
    coherence: share


def setting(parts: Any, world: Any) -> Setting:
    """Drugs and arousal, as the thalamus feels them during one window."""
    loop, ports, targets = parts.thalamus.loop, world.ports, parts.targets
    gaba_ports = ports.gate()
    supply = targets.gaba_supply(ports.turnover, ports.synthesis)
    return Setting(
        t_type=loop.channels_left(ports.t_type),  # ethosuximide, valproate
        potassium=parts.leak.beside(loop.g_potassium, ports.k2p),  # vapours open these channels here too
        bias_T=loop.wake_T * world.waking,  # ascending arousal keeps T-type channels shut
        bias_R=loop.wake_R * world.waking,
        inhibition=supply * parts.gaba.synaptic_gain(gaba_ports, 1.0, 1.0, 1.0),  # these keep their receptors
        tonic=loop.tonic * supply * parts.gaba.tonic_gain(gaba_ports),
        glutamate=targets.glutamate_left(ports.release, ports.sodium, ports.ampa),
        E_gaba=loop.E_gaba,
        noise=loop.noise,
    )


def arriving(loop: Any, state: Thalamic) -> share:
    """Relay glutamate at the patch, in units of glutamate from another patch."""
    return loop.up * state.ampa_late


def layer(patch: Any, nuclei: Any, noise: Address, reach: Any, dt: float, dtype: Any) -> march.Fast:
    """Patch and thalamus as one fast layer; state (Fast, Thalamic), drive (Drive, Setting)."""
    other = twin(noise)

    def step(state: tuple[Fast, Thalamic], now: tuple, tick: jax.Array) -> tuple[Fast, Thalamic]:
        fast, inner = state
        kicks = [tuple(kick.astype(dtype) for kick in two_kicks(where, tick)) for where in (noise, other)]
        up = arriving(nuclei.loop, inner)
        fast = population.step(patch, fast, now[0], dt=dt, kicks=kicks[0], reach=lambda ampa: reach(ampa) + up)
        down = population.heard(patch, fast.ampa)
        return fast, thalamus.step(nuclei, inner, now[1], dt=dt, kicks=kicks[1], cortex=down)

    return march.Fast(
        step=step,
        measure=lambda state, now: (population.flux(patch, state[0], now[0]), thalamus.firing(nuclei, state[1])),
        trace=lambda state, now: (
            population.dipole(patch, state[0], now[0]),
            thalamus.trace(nuclei, state[1], now[1]),
        ),
    )


def spectra(cortex: jax.Array, relay: jax.Array, sample_s: float) -> Spectra:
    """Spectra of two traces `[samples, lanes, patches]`, segments without their means and under a Hann window.

    Sums run over time in one order, element by element, so that a patient's bits do not hang on the block.
    """
    length = min(round(SEGMENT_S / sample_s), len(cortex))
    count = len(cortex) // length
    x, y = (jnp.swapaxes(t[: count * length].reshape(count, length, *t.shape[1:]), 0, 1) for t in (cortex, relay))
    x, y = x.astype(jnp.float64), y.astype(jnp.float64)
    phase = 2.0 * np.pi * np.arange(length)[:, None] * np.arange(1, BINS + 1) / length
    window = np.hanning(length + 1)[:-1, None]
    waves = np.stack([window * np.cos(phase), window * np.sin(phase)])  # [2, length, bins]
    flat = tuple(jnp.zeros((2, BINS, *x.shape[1:])) for _ in range(2))

    def one(carry: tuple, now: tuple) -> tuple:
        sums, means = carry
        *values, wave = now
        wave = wave.reshape(2, BINS, *(1,) * values[0].ndim)
        sums = tuple(total + wave * value for total, value in zip(sums, values, strict=True))
        return (sums, tuple(mean + value / length for mean, value in zip(means, values, strict=True))), None

    start = (flat, (jnp.zeros(x.shape[1:]),) * 2)
    (sums, means), _ = jax.lax.scan(one, start, (x, y, jnp.asarray(np.moveaxis(waves, 1, 0))))
    leak = jnp.asarray(waves.sum(axis=1)).reshape(2, BINS, *(1,) * means[0].ndim)
    (xr, xi), (yr, yi) = (total - leak * mean for total, mean in zip(sums, means, strict=True))
    found = xr * xr + xi * xi, yr * yr + yi * yi, xr * yr + xi * yi, xi * yr - xr * yi
    return Spectra(*(reduce(jnp.add, [one[:, k] for k in range(count)]) for one in found))


def over(beats: Beat, *, samples: int, sample_s: float) -> Loop:
    """The loop over a macro step, from its beats `[beats, ...]`."""
    number = beats.rate_T.shape[0] * (samples // min(round(SEGMENT_S / sample_s), samples))
    total = Spectra(*(spectrum.sum(axis=0) for spectrum in beats.spectra))
    shared = (total.real**2 + total.imaginary**2).sum(axis=0)
    both = (total.cortex * total.relay).sum(axis=0)
    raw = jnp.where(both > 0.0, shared / jnp.where(both > 0.0, both, 1.0), 0.0)
    unbiased = jnp.maximum(0.0, (number * raw - 1.0) / max(number - 1, 1))
    return Loop(beats.rate_T.mean(axis=0), beats.rate_R.mean(axis=0), unbiased)
