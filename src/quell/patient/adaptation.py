"""Tolerance joined: receptors that adapt to the drugs of days, and those that a long exposure has left behind.

One part of the brain that a scenario may switch on. Without it `Parts.tolerance` and `Brain.adapted` are None, and
not one number changes. Patients who come in withdrawal start where the same equations lead in months of exposure.
"""

from typing import Any

import jax
import jax.numpy as jnp

from quell.engine import scheme
from quell.ground.errors import InputError
from quell.ground.units import ratio, second
from quell.patient.brain import Brain, Parts
from quell.patient.exposure import Exposure
from quell.receptors.gaba_a import GabaA
from quell.receptors.tolerance import Needs, State, Tolerance


def lived(tolerance: Tolerance | None, adapted: State | None, ports: Any, dt: second) -> State | None:
    """Adaptation after a macro step under constant drives."""
    if tolerance is None or adapted is None:
        return None
    needs = Needs(ports.bzd, ports.direct)
    return scheme.rosenbrock(lambda state: tolerance.rates(state, needs), adapted, dt)


def coupled(parts: Parts, adapted: State | None) -> Parts:
    """The parts with the gate that adapted receptors have: every drug at it is felt through this one."""
    if parts.tolerance is None or adapted is None:
        return parts
    return parts._replace(gaba=parts.tolerance.coupled(parts.gaba, adapted))


def felt(tolerance: Tolerance | None, adapted: State | None, drive: dict[str, Any], sedation: ratio) -> ratio:
    """Sedation (drive of its port, `[lanes]`) as arousal feels it; `drive` holds the ports of the drugs."""
    if tolerance is None or adapted is None:
        return sedation
    mean = State(*(_mean(state) for state in adapted))
    none = jnp.zeros_like(sedation)
    needs = Needs(drive.get("gaba_a.bzd_site", none), drive.get("gaba_a.direct_site", none))
    flat = jax.tree.map(lambda x: x[:, 0] if jnp.ndim(x) == 2 else x, tolerance)
    return sedation * flat.sedation_left(mean, needs)


def relayed(parts: Parts, sedation: ratio) -> ratio:
    """Sedation as it comes out of the chain of arousal; as it went in where there is none."""
    return sedation if parts.relay is None else parts.relay.sharpened(sedation)


def begin(parts: Parts, brain: Brain, exposure: Exposure | None) -> Brain:
    """A brain at rest, its receptors as the exposure and the time since have left them."""
    tolerance = parts.tolerance
    if tolerance is None or exposure is None:
        return brain
    needs = Needs(exposure.bzd, exposure.direct, jnp.clip(exposure.alcohol, 0.0, 1.0))
    adapted = tolerance.after(needs, exposure.lasted, exposure.since)
    pools = parts.trafficking.settled(tolerance.taken(adapted))
    like = brain.smooth_rate

    def spread(tree: Any) -> Any:
        return jax.tree.map(lambda leaf: jnp.broadcast_to(jnp.asarray(leaf, like.dtype), like.shape), tree)

    nmda = brain.receptors.nmda._replace(number=spread(1.0 + tolerance.grown(adapted)))
    return brain._replace(receptors=brain.receptors._replace(gaba=spread(pools), nmda=nmda), adapted=spread(adapted))


def must_be_on(exposed: bool, on: bool) -> None:
    """Raise InputError where an exposure has no receptors that could remember it."""
    if exposed and not on:
        what = "an exposure acts through tolerance, which is switched off"
        raise InputError(what, field="parts.tolerance", allowed="true, or no trait of the exposure")


def shown(tolerance: Tolerance | None, adapted: State | None, gate: GabaA) -> dict[str, Any]:
    """What a record keeps, float32 `[lanes, patches]` each; nothing where the part is off."""
    if tolerance is None or adapted is None:
        return {}
    left = tolerance.coupled(gate, adapted)
    kept = {f"adapted_{name}": value for name, value in adapted._asdict().items()}
    kept["bzd_left"] = (left.ceiling_a1 - 1.0) / (gate.ceiling_a1 - 1.0)
    return {name: value.astype(jnp.float32) for name, value in kept.items()}


def _mean(state: jax.Array) -> jax.Array:
    """Over patches, one by one: the same bits in any block."""
    return sum((state[:, k] for k in range(1, state.shape[1])), state[:, 0]) / state.shape[1]
