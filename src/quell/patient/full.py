"""One macro step of a brain, full or projective: the same equations, only the window differs."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.circuit import cortex, population
from quell.circuit.population import Drive, Fast
from quell.circuit.silence import Silence
from quell.engine import march, scheme
from quell.engine.clock import Clocks
from quell.ground.chance import Address, two_kicks
from quell.patient import adaptation, beyond, fire, thalamocortical
from quell.patient.brain import Brain, Parts, depth, drive, ion_rates, receptor_rates, tissue_rates

VECTOR = 16  # lanes of float32 in the widest vectors
ION_SUBSTEPS = 4  # Rosenbrock steps per beat; tests/patient shows the order


class Noise(NamedTuple):
    """Addresses of the brain's noise: one per patch `[lanes, patches]`, and one for all patches `[lanes, 1]`."""

    patches: Address
    afferent: Address


class Seen(NamedTuple):
    """What one macro step leaves for the record, `[lanes, patches]`, means over the step."""

    rate_E: jax.Array
    rate_I: jax.Array
    smooth_rate: jax.Array
    silent: jax.Array
    nmda: jax.Array
    suppressed: jax.Array
    loop: thalamocortical.Loop | None = None  # where the thalamus is on


def macro_step(
    parts: Parts,
    brain: Brain,
    world_at,
    *,
    clocks: Clocks,
    noise: Noise,
    number: jax.Array,
    coupling: np.ndarray,
    fast_dtype=jnp.float32,
) -> tuple[Brain, Seen, jax.Array]:
    """Beats, then receptors.

    `world_at(time_s)` gives the World of a beat, `number` the macro step (int32, from the start of the run).
    Returns the brain, the means of the step and the source trace `[beats, samples, lanes, patches]`.
    """
    layer = fast_layer(parts, noise, coupling, clocks, fast_dtype)

    def beat(carry: tuple, index: jax.Array) -> tuple:
        brain, _ = carry
        order = number.astype(jnp.uint32) * jnp.uint32(clocks.beats) + index
        world = world_at(order.astype(jnp.float64) * clocks.beat)
        brain, *left = one_beat(parts, brain, world, layer=layer, clocks=clocks, order=order, dtype=fast_dtype)
        return (brain, world), tuple(left)

    world = world_at(number.astype(jnp.float64) * clocks.macro)
    (brain, world), (flux, trace, loop) = jax.lax.scan(beat, (brain, world), jnp.arange(clocks.beats, dtype=jnp.uint32))
    active = parts.reading.activity(brain.smooth_rate)
    adapted = adaptation.lived(parts.tolerance, brain.adapted, world.ports, clocks.macro)
    push = fire.effects(parts.fire, brain.tissue, world.remedies).push
    receptors = scheme.rosenbrock(
        lambda state: receptor_rates(
            parts, state, active=active, blocker=world.ports.nmda, push=push, adapted=brain.adapted
        ),
        brain.receptors,
        clocks.macro,
    )
    if brain.tissue is not None:
        injury = brain.ions.injury
        tissue = scheme.heun(
            lambda state: tissue_rates(parts, state, injury, active=active, world=world), brain.tissue, clocks.macro
        )
        brain = brain._replace(tissue=tissue)
    mean = jax.tree.map(lambda x: x.mean(0), flux)
    seen = Seen(mean.rate_E, mean.rate_I, brain.smooth_rate, mean.silent, mean.nmda, mean.suppressed)
    if loop is not None:
        seen = seen._replace(loop=thalamocortical.over(loop, samples=clocks.samples, sample_s=clocks.sample))
    return brain._replace(receptors=receptors, adapted=adapted), seen, trace


def one_beat(parts, brain, world, *, layer, clocks, order, dtype):
    """A window of the fast layer, in which arrays are `laid`, then the ions over the whole beat."""
    lanes, patches = brain.smooth_rate.shape
    parts = adaptation.coupled(parts, brain.adapted)
    aided = world.beyond
    soothed = brain._replace(ions=beyond.raised(parts, brain.ions, aided))
    felt, state = beyond.felt(parts, drive(parts, soothed, world), aided), brain.fast
    if parts.thalamus is not None:
        nuclei = beyond.lifted(parts, thalamocortical.setting(parts, world), aided)
        felt, state = (felt, nuclei), (state, brain.thalamus)
    deep = beyond.depth(parts, depth(parts, soothed.ions, world.ports, world.blood), aided)
    felt, state = (felt, deep), (state, brain.silence)
    now = jax.tree.map(lambda x: laid(jnp.asarray(x).astype(dtype), lanes, patches), felt)
    state = jax.tree.map(lambda x: laid(x.astype(dtype), lanes, patches), state)
    tick = order * jnp.uint32(clocks.ticks_per_beat)
    state, flux, trace = march.window(layer, state, now, clocks=clocks, tick=tick)
    state, silence = jax.tree.map(lambda x: x.reshape(patches, lanes).T, state)
    fast, nuclei = (state, None) if parts.thalamus is None else state
    flux = jax.tree.map(lambda x: x.astype(jnp.float64).reshape(patches, lanes).T, flux)
    trace = jax.tree.map(lambda x: jnp.swapaxes(x.reshape(-1, patches, lanes), 1, 2), trace)
    loop = None
    if parts.thalamus is not None:
        (flux, rates), (trace, field) = flux, trace
        loop = thalamocortical.Beat(rates[0], rates[1], thalamocortical.spectra(trace, field, clocks.sample))
    smooth = scheme.relax(brain.smooth_rate, flux.rate_E, clocks.beat / parts.reading.tau)
    before, active = parts.reading.activity(brain.smooth_rate), parts.reading.activity(smooth)
    ramp = (jnp.arange(clocks.samples) / clocks.samples)[:, None, None]
    trace = (trace * parts.reading.coherence(before + ramp * (active - before))).astype(jnp.float32)  # nAm
    buffering = fire.effects(parts.fire, brain.tissue, world.remedies).buffering
    room = 1.0 - world.spoilt * parts.milieu.swelling_left(world.ports.osmoles)
    ions = march.substeps(
        scheme.rosenbrock,
        lambda ions: ion_rates(parts, ions, flux, active=active, supply=world.supply, buffering=buffering, room=room),
        brain.ions,
        clocks.beat,
        ION_SUBSTEPS,
    )
    ions = beyond.frozen(brain.ions, ions, aided)
    return brain._replace(fast=fast, silence=silence, ions=ions, smooth_rate=smooth, thalamus=nuclei), flux, trace, loop


def laid(value: jax.Array, lanes: int, patches: int) -> jax.Array:
    """What broadcasts to `[lanes, patches]` as the fast layer has it: `[patches, lanes]`, or flat for a few lanes.

    Lanes are neighbours in memory, so that a loop over them fills vectors; rows too short for one are joined.
    """
    turned = jnp.broadcast_to(value, (lanes, patches)).T
    return turned.reshape(-1) if 1 < lanes < VECTOR else turned


def fast_layer(parts: Parts, noise: Noise, coupling: np.ndarray, clocks: Clocks, dtype) -> march.Fast:
    """The brain's equations as the engine's fast layer, constants in the fast precision, arrays `laid`."""
    lanes, patches = noise.patches.first.shape

    def constant(value):
        value = jnp.asarray(value, dtype)
        return laid(value, lanes, patches) if value.ndim else value

    patch, silence = jax.tree.map(constant, (parts.patch, parts.silence))
    noise = jax.tree.map(lambda word: laid(word, lanes, patches), noise)
    arriving = cortex.reach(coupling)
    if parts.thalamus is None:
        layer = cortical(patch, noise.patches, arriving, clocks.dt, dtype)
    else:
        nuclei = jax.tree.map(constant, parts.thalamus)
        layer = thalamocortical.layer(patch, nuclei, noise.patches, arriving, clocks.dt, dtype)
    stride = clocks.sample * clocks.beat / clocks.window
    return silenced(layer, patch, silence, noise.afferent, stride=stride, looped=parts.thalamus is not None)


def cortical(patch, noise: Address, arriving, dt: float, dtype) -> march.Fast:
    """Patches alone as a fast layer; state Fast, drive Drive."""

    def step(state: Fast, now: Drive, tick: jax.Array) -> Fast:
        kicks = tuple(kick.astype(dtype) for kick in two_kicks(noise, tick))
        return population.step(patch, state, now, dt=dt, kicks=kicks, reach=arriving)

    return march.Fast(
        step=step,
        measure=lambda state, now: population.flux(patch, state, now),
        trace=lambda state, now: population.dipole(patch, state, now),
    )


def silenced(layer: march.Fast, patch, silence: Silence, afferent: Address, *, stride: float, looped: bool):
    """A fast layer with silence and its bursts over it: state (layer's state, silence), drive (layer's drive, depth).

    They are slow beside a sample, so they move once for each, by `stride` seconds: what the sample stands for. Where a
    window stands for a longer beat, bursts would else last as much longer. `looped`: the layer holds a thalamus, whose
    state, drive and trace come second.
    """

    def ease(state: tuple, now: tuple, tick: jax.Array) -> tuple:
        (inside, quiet), (drive, depth) = state, now
        cortex_state, felt = (inside[0], drive[0]) if looped else (inside, drive)
        rate_E = population.firing(patch, cortex_state)[0]
        kick = two_kicks(afferent, tick)[0].astype(rate_E.dtype)
        quiet = silence.step(quiet, rate_E, depth, kick=kick, dt=stride)
        eased = silence.eased(quiet, felt)
        return (inside, quiet), (eased, drive[1]) if looped else eased

    def trace(state: tuple, now) -> Any:
        seen, gain = layer.trace(state[0], now), silence.field(state[1])
        return (gain * seen[0], seen[1]) if looped else gain * seen

    def measure(state: tuple, now) -> Any:
        seen = layer.measure(state[0], now)
        flux = seen[0] if looped else seen
        flux = flux._replace(suppressed=silence.suppressed(state[1], flux.silent))
        return (flux, *seen[1:]) if looped else flux

    return march.Fast(
        ease=ease,
        step=lambda state, now, tick: (layer.step(state[0], now, tick), state[1]),
        measure=measure,
        trace=trace,
    )
