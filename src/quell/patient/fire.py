"""The slow fire joined: what lights the tissue, what it does to receptors, ions and synapses, and what dampens it.

One part of the brain that a scenario may switch on. Without it `Parts.fire` and `Brain.tissue` are None, the brain
feels `NOTHING`, and not one number changes.
"""

from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.ground.card import from_card
from quell.ground.contract import process
from quell.ground.units import mV, ratio, share
from quell.tissue.antibody import Antibody
from quell.tissue.antibody import Needs as AntibodyNeeds
from quell.tissue.antibody import State as AntibodyState
from quell.tissue.astrocyte import Astrocyte
from quell.tissue.astrocyte import Needs as AstrocyteNeeds
from quell.tissue.astrocyte import State as AstrocyteState
from quell.tissue.barrier import Barrier
from quell.tissue.barrier import Needs as BarrierNeeds
from quell.tissue.barrier import State as BarrierState
from quell.tissue.efflux import Efflux
from quell.tissue.efflux import Needs as EffluxNeeds
from quell.tissue.efflux import State as EffluxState
from quell.tissue.inflammation import Inflammation
from quell.tissue.inflammation import Needs as InflammationNeeds
from quell.tissue.inflammation import State as InflammationState
from quell.tissue.remodelling import Needs as RemodellingNeeds
from quell.tissue.remodelling import Remodelling
from quell.tissue.remodelling import State as RemodellingState

CARD = Path(__file__).with_suffix(".toml")


@process
class Arrows:
    """How strongly the tissue acts on neurons; cytokines act through receptors that saturate."""

    half_il1: ratio
    half_tnf: ratio
    nmda_il1: ratio  # at most, of the NMDA current
    push_tnf: ratio  # at most, of the constant internalisation of GABA-A receptors
    threshold_il1: mV  # at most, nearer to firing
    spill: ratio  # NMDA current gained per share of glutamate clearance lost
    sprout: ratio  # recurrent excitation gained per unit of sprouting
    interneurons: share  # of the drive on interneurons that NMDA receptors held inside take with them


class Fire(NamedTuple):
    """The mechanisms of the slow fire with their constants."""

    inflammation: Inflammation
    barrier: Barrier
    astrocytes: Astrocyte
    efflux: Efflux
    remodelling: Remodelling
    antibody: Antibody
    arrows: Arrows


class Tissue(NamedTuple):
    """What moves in the tissue over hours to weeks, `[lanes, patches]` float64 each."""

    inflammation: InflammationState
    barrier: BarrierState
    astrocytes: AstrocyteState
    efflux: EffluxState
    remodelling: RemodellingState
    antibody: AntibodyState


class Remedies(NamedTuple):
    """Treatments as the tissue feels them: drives C / EC50 (exchange: plasma volumes an hour), `[lanes, 1]`."""

    il1: ratio
    il6: ratio
    tnf: ratio
    steroid: ratio
    immunoglobulin: ratio
    depletion: ratio
    exchange: ratio
    cox2: ratio
    pgp: ratio


class Effects(NamedTuple):
    """What neurons feel of the tissue."""

    nmda: ratio
    ampa: ratio
    interneurons: ratio
    threshold: mV
    buffering: share
    push: ratio


NOTHING = Effects(nmda=1.0, ampa=1.0, interneurons=1.0, threshold=0.0, buffering=1.0, push=0.0)
UNTREATED = Remedies(*(0.0 for _ in Remedies._fields))


def default_fire() -> Fire:
    """The slow fire with the constants of the cards."""
    return Fire(
        inflammation=from_card(Inflammation),
        barrier=from_card(Barrier),
        astrocytes=from_card(Astrocyte),
        efflux=from_card(Efflux),
        remodelling=from_card(Remodelling),
        antibody=from_card(Antibody),
        arrows=from_card(Arrows),
    )


def rest(fire: Fire, like: ratio) -> Tissue:
    """Tissue before the first seizure, every array shaped like `like`; ill already where a cause made it so."""
    antibody = fire.antibody.rest()
    found = Tissue(
        inflammation=fire.inflammation.settled(antibody.brain),
        barrier=fire.barrier.rest(),
        astrocytes=fire.astrocytes.rest(),
        efflux=fire.efflux.rest(),
        remodelling=fire.remodelling.rest(),
        antibody=antibody,
    )
    return jax.tree.map(lambda leaf: jnp.broadcast_to(jnp.asarray(leaf, like.dtype), like.shape), found)


def rates(fire: Fire, tissue: Tissue, *, active: share, glutamate: share, dead: share, remedies: Remedies) -> Tissue:
    """Rates of the tissue, per second. `glutamate` is what NMDA receptors see, as a share of full seizing."""
    leak, felt = tissue.barrier.leak, _felt(fire, tissue, remedies)
    inflamed = 0.5 * (felt.il1 + felt.tnf)
    lit = InflammationNeeds(
        activity=active,
        albumin=tissue.barrier.albumin,
        dead=dead,
        antibody=tissue.antibody.brain,
        il1_blocker=remedies.il1,
        il6_blocker=remedies.il6,
        tnf_blocker=remedies.tnf,
        steroid=remedies.steroid,
    )
    immune = AntibodyNeeds(leak, remedies.immunoglobulin, remedies.depletion, remedies.exchange)
    return Tissue(
        inflammation=fire.inflammation.rates(tissue.inflammation, lit),
        barrier=fire.barrier.rates(tissue.barrier, BarrierNeeds(active, inflamed)),
        astrocytes=fire.astrocytes.rates(tissue.astrocytes, AstrocyteNeeds(tissue.barrier.albumin)),
        efflux=fire.efflux.rates(tissue.efflux, EffluxNeeds(glutamate, remedies.cox2)),
        remodelling=fire.remodelling.rates(tissue.remodelling, RemodellingNeeds(inflamed, leak)),
        antibody=fire.antibody.rates(tissue.antibody, immune),
    )


def effects(fire: Fire | None, tissue: Tissue | None, remedies: Remedies | None = None) -> Effects:
    """What neurons feel; `NOTHING` where the part is off."""
    if fire is None or tissue is None:
        return NOTHING
    arrows, felt, held = fire.arrows, _felt(fire, tissue, remedies or UNTREATED), tissue.antibody.held
    il1 = felt.il1 / (felt.il1 + arrows.half_il1)
    tnf = felt.tnf / (felt.tnf + arrows.half_tnf)
    spilt = arrows.spill * (1.0 - tissue.astrocytes.uptake)
    return Effects(
        nmda=(1.0 + arrows.nmda_il1 * il1) * (1.0 + spilt) * (1.0 - held),
        ampa=1.0 + arrows.sprout * tissue.remodelling.sprouted,
        interneurons=1.0 - arrows.interneurons * held,
        threshold=arrows.threshold_il1 * il1,
        buffering=tissue.astrocytes.kir,
        push=arrows.push_tnf * tnf,
    )


def pumping(fire: Fire, tissue: Tissue, blocker: ratio) -> ratio:
    """Efflux of P-glycoprotein's substrates relative to a healthy brain, `[lanes, patches]`."""
    return fire.efflux.efflux(tissue.efflux, blocker, tissue.barrier.leak)


def shown(fire: Fire | None, tissue: Tissue | None, remedies: Remedies | None) -> dict[str, Any]:
    """What a record keeps of the tissue, float32 `[lanes, patches]` each; nothing where the part is off."""
    if fire is None or tissue is None:
        return {}
    kept = {
        "microglia": tissue.inflammation.microglia,
        "il1": tissue.inflammation.il1,
        "tnf": tissue.inflammation.tnf,
        "il6": tissue.inflammation.il6,
        "barrier_leak": tissue.barrier.leak,
        "kir4_1": tissue.astrocytes.kir,
        "glutamate_uptake": tissue.astrocytes.uptake,
        "efflux": pumping(fire, tissue, (remedies or UNTREATED).pgp),
        "antibody": tissue.antibody.brain,
        "nmda_held": tissue.antibody.held,
        "sprouted": tissue.remodelling.sprouted,
    }
    return {name: value.astype(jnp.float32) for name, value in kept.items()}


def _felt(fire: Fire, tissue: Tissue, remedies: Remedies) -> Any:
    calm = InflammationNeeds(0.0, 0.0, 0.0, 0.0, remedies.il1, remedies.il6, remedies.tnf, 0.0)
    return fire.inflammation.felt(tissue.inflammation, calm)
