"""The body beside the brain in a course: what drugs and staff do to it, what is seen of it, what it does to the brain.

`Bodily` says how a scenario wants it. The body never changes the brain unless `feeds_brain` is set: then oxygen that
pressure, breathing and blood bring limits the supply of ATP.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp

from quell.care.bedside import FAR
from quell.care.scenario import Bodily
from quell.drugs.clearance import Organs as Clearing
from quell.ground.card import from_card
from quell.ground.contract import process
from quell.ground.units import share
from quell.patient import complications, physiology
from quell.patient.blood import AcidBase, Blood
from quell.patient.physiology import Body, Inputs, Organs, Signs

PORT_NAMES = {
    "depression": "circulation.depression",
    "breath": "breathing.depression",
    "pressor": "pressor.alpha1",
    "stimulation": "circulation.stimulation",
    "steroid": "inflammation.glucocorticoid",
    "sedation": "sedation",
    "emulsion": "mitochondria.fat_oxidation",
    "alpha2": "alpha2",
}
WHERE_TOUCHED = ("alpha2",)  # not computed in a run without a drug there
BLOCK = "neuromuscular.block"


@process
class Oxygen:
    """What is breathed in."""

    air: share
    mask: share  # once staff have given a drug
    machine: share


class Living(NamedTuple):
    """The body of a block as the loop needs it: constants, oxygen, and 1 where it feeds the brain."""

    organs: Organs
    oxygen: Oxygen
    feeds: Any
    acid: AcidBase | None = None  # where it feeds the brain, which then feels its acid too
    clears: Any = None  # 1 where it feeds the kinetics
    fever: Any = None  # K `[lanes]`, where the brain feels temperature


def living(bodily: Bodily, study: int, ids: Any, persons: Mapping[str, Any], *, fever: Any = None) -> Living | None:
    """The bodies of a block, or none. Raises InputError for a constant that does not exist."""
    if not bodily.on:
        return None
    made = physiology.organs(study, ids, persons, bodily.constants, late=bodily.late)
    acid = from_card(AcidBase) if bodily.feeds_brain else None
    clears = jnp.float64(1.0) if bodily.feeds_kinetics else None
    return Living(made, from_card(Oxygen), jnp.float64(bodily.feeds_brain), acid, clears, fever)


def start(alive: Living | None, lanes: int) -> tuple[Body | tuple[()], Signs | tuple[()]]:
    """A body at rest and what is seen of it; without one, two empty places."""
    if alive is None:
        return (), ()
    body = physiology.rest(alive.organs, lanes)
    if alive.fever is not None:
        body = physiology.feverish(body, alive.fever)
    return body, physiology.signs(alive.organs, body, inputs(alive, {}, {}, lanes=lanes))


def inputs(alive: Living, drive: Mapping[str, Any], care: Mapping[str, Any], *, lanes: int, **seen: Any) -> Inputs:
    """What acts on the body: drives of ports, the state of care, and from the brain `activity`, `convulsing`, `held`.

    `held` is where muscles are held by a relaxant; who is held is ventilated.
    """
    none = jnp.zeros(lanes)
    held = jnp.asarray(seen.get("held", none), jnp.float64)
    ventilated = jnp.maximum(jnp.asarray(care.get("ventilated", none), jnp.float64), held)
    attended = care["dose.end"] < FAR if "dose.end" in care else none > 0.0
    oxygen = jnp.where(attended, alive.oxygen.mask, alive.oxygen.air)
    return Inputs(
        activity=seen.get("activity", none),
        convulsing=jnp.asarray(seen.get("convulsing", none), jnp.float64) * (1.0 - held),
        **{name: drive.get(port, None if name in WHERE_TOUCHED else none) for name, port in PORT_NAMES.items()},
        paralysed=held,
        ventilated=ventilated,
        oxygen=jnp.where(ventilated > 0.0, alive.oxygen.machine, oxygen),
        fluids=care.get("fluids.flow", none),
        fever=alive.fever,
        cooled=seen.get("cooled"),
        target=seen.get("target"),
    )


def supply(alive: Living | None, body: Any, usual: Any) -> Any:
    """What the brain is supplied with, `[lanes, 1]` (or as `usual` where no body feeds it)."""
    if alive is None:
        return usual
    short = 1.0 - physiology.brain_supply(alive.organs, body)
    return usual * (1.0 - alive.feeds * short)[:, None]


def clearing(alive: Living | None, body: Any) -> Clearing | None:
    """What kidney, liver, bowel and temperature are worth to drugs; none where no body feeds the kinetics."""
    if alive is None or alive.clears is None:
        return None
    assert alive.organs.late
    worth = complications.working(alive.organs.late, body.late, body.circulation.pressure)
    return Clearing(worth.kidney, worth.liver, worth.bowel, body.metabolism.temperature)


def blood(alive: Living | None, body: Any) -> Blood | None:
    """Acid and bicarbonate as the brain feels them; none where no body feeds it."""
    return alive.acid.felt(alive.organs, body) if alive and alive.acid else None


def live(alive: Living, body: Body, acting: Inputs, step_s: float) -> tuple[Body, Signs, dict[str, Any]]:
    """One macro step: the body after it, what can be measured, and what goes into the record (float32)."""
    body = physiology.step(alive.organs, body, acting, step_s)
    signs = physiology.signs(alive.organs, body, acting)
    record = {name: value.astype(jnp.float32) for name, value in signs._asdict().items()}
    record["fat_block"] = body.mitochondria.block.astype(jnp.float32)
    record["ventilated"] = acting.ventilated > 0.0
    if alive.organs.late and body.late:
        worth = complications.working(alive.organs.late, body.late, body.circulation.pressure)
        record |= {name: value.astype(jnp.float32) for name, value in worth._asdict().items()}
    return body, signs, record
