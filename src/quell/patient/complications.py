"""What long illness does to kidney, liver, bowel and muscle, and the infections it invites; on where it is asked for.

Every line of `each` is one join with its reason. What the organs are then worth to drugs is `working`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from quell.body import bowel, infection, kidney, liver, wasting
from quell.engine import scheme
from quell.ground import chance
from quell.ground.units import U_per_L, mmHg, ratio, share

KINDS = {
    "kidney": kidney.Kidney,
    "liver": liver.Liver,
    "bowel": bowel.Bowel,
    "infection": infection.Infection,
    "wasting": wasting.Wasting,
}


class Late(NamedTuple):
    """The constants of these organs, floats or `[lanes]`, and each person's own hazard at which an infection begins."""

    kidney: kidney.Kidney
    liver: liver.Liver
    bowel: bowel.Bowel
    infection: infection.Infection
    wasting: wasting.Wasting
    luck: Any


class State(NamedTuple):
    """The state of these organs, float64 `[lanes]` each."""

    kidney: kidney.State
    liver: liver.State
    bowel: bowel.State
    infection: infection.State
    wasting: wasting.State


class Felt(NamedTuple):
    """What acts on these organs now, `[lanes]`."""

    pressure: mmHg
    delivery: share  # oxygen carried to tissue, relative to rest
    CK: U_per_L
    strain: share  # of mitochondria
    sedation: ratio
    pressor: ratio
    activity: share
    ventilated: share
    paralysed: share


class Working(NamedTuple):
    """What the organs are worth, 1 = the person's own in health, `[lanes]`; burden and strength likewise."""

    kidney: share
    liver: share
    bowel: share
    infection: share
    strength: share


def late(organs: Mapping[str, Any], study: int, ids: np.ndarray) -> Late:
    """The organs of a block by name, joined with what chance holds for each person."""
    luck = -np.log(np.asarray(chance.uniform(study, ids, "physiology.infection"))[:, 0])
    return Late(**organs, luck=luck)


def rest(parts: Late) -> State:
    """Healthy organs."""
    return State(**{name: getattr(parts, name).rest() for name in KINDS})


def felt(body: Any, inputs: Any, delivery: share, strain: share) -> Felt:
    """What acts on these organs, from the rest of the body (`physiology.Body`) and from brain, drugs and staff."""
    return Felt(
        pressure=body.circulation.pressure,
        delivery=delivery,
        CK=body.muscle.CK,
        strain=strain,
        sedation=inputs.sedation,
        pressor=inputs.pressor,
        activity=inputs.activity,
        ventilated=inputs.ventilated,
        paralysed=inputs.paralysed,
    )


def fever(parts: Late | None, state: State | None, other: ratio | None) -> ratio | None:
    """K by which infection raises the set point, with what a scenario's own fever adds; none where nobody has any."""
    if parts is None or state is None:
        return other
    caught = parts.infection.warmer(state.infection)
    return caught if other is None else caught + other


def turn(parts: Late, state: State, felt: Felt, dt: float) -> State | None:
    """One short step (s) of every organ."""
    return each(parts, state, felt, lambda organ, now, needs: scheme.heun(lambda s: organ.rates(s, needs), now, dt))


def each(parts: Late | None, state: State | None, felt: Felt, organ: Callable[[Any, Any, Any], Any]) -> State | None:
    """`organ` of every organ, its state and its needs; nothing where they are off."""
    if parts is None or state is None:
        return None

    def lived(name: str, needs: Any) -> Any:
        return organ(getattr(parts, name), getattr(state, name), needs)

    asleep = jnp.maximum(felt.sedation, 0.0) / (1.0 + jnp.maximum(felt.sedation, 0.0))
    coma = 1.0 - (1.0 - asleep) * (1.0 - felt.activity)  # a drug or the seizure takes cough and swallow away
    held = jnp.maximum(felt.ventilated, felt.paralysed)
    begun = (state.infection.danger >= parts.luck).astype(jnp.float64)
    flow = parts.kidney.flow(felt.pressure)
    return State(
        kidney=lived("kidney", kidney.Needs(felt.pressure, felt.CK)),  # shock and the pigment of muscle
        liver=lived("liver", liver.Needs(felt.delivery, felt.strain)),  # shock, and mitochondria that fail
        bowel=lived("bowel", bowel.Needs(felt.sedation, felt.pressor, flow)),  # anaesthesia, pressors, shock
        infection=lived("infection", infection.Needs(coma, felt.ventilated, begun)),  # aspiration, the tube
        wasting=lived("wasting", wasting.Needs(jnp.maximum(coma, held))),  # who lies still loses muscle
    )


def working(parts: Late, state: State, pressure: mmHg) -> Working:
    """What the organs are worth now."""
    return Working(
        kidney=parts.kidney.function(state.kidney, kidney.Needs(pressure, 0.0)),
        liver=parts.liver.function(state.liver),
        bowel=parts.bowel.absorbs(state.bowel),
        infection=state.infection.burden,
        strength=state.wasting.strength,
    )
