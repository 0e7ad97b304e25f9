"""What the record keeps of a brain after every macro step, per patch."""

from typing import Any

import jax

from quell.patient import brain
from quell.patient.brain import Brain, Parts, World
from quell.patient.full import Seen


def states(parts: Parts, now: Brain, seen: Seen, world: World) -> dict[str, jax.Array]:
    """Names as in `care.record.MEANING`, arrays `[lanes, patches]`; the thalamus only where it is on."""
    E_strong, E_mean = brain.reversal(parts, now.ions, world.blood, brain.drawn(parts, now, world.ports))
    pools, shares = now.receptors.gaba, parts.gaba
    kept: dict[str, Any] = {
        "rate_E": seen.rate_E,
        "rate_I": seen.rate_I,
        "E_gaba": E_strong,
        "E_gaba_mean": E_mean,
        "E_Cl": parts.chloride.gives(now.ions.chloride).E_Cl,
        "Cl_i": now.ions.chloride.Cl_i,
        "kcc2": now.ions.chloride.kcc2,
        "K_o": now.ions.cations.K_o,
        "Na_i": now.ions.cations.Na_i,
        "ATP": now.ions.energy.ATP,
        "terminator": now.ions.termination.terminator,
        "withheld": brain.withheld(parts, now, world),
        "reserve": now.ions.termination.reserve,
        "calcium": now.ions.injury.calcium,
        "injury": now.ions.injury.dead,
        "gaba_a": shares.share_a1 * pools.a1 + shares.share_a2 * pools.a2 + shares.share_a5 * pools.a5,
        "nmda": now.receptors.nmda.number,
        "nmda_blocked": now.receptors.nmda.trapped,
    }
    if seen.loop is not None:
        loop = seen.loop
        kept |= {"relay": loop.relay, "reticular": loop.reticular, "thalamocortical": loop.coherence}
    return kept
