"""The body: organs joined. What a seizure does to heart, lung, muscle and blood, and what its treatment does.

Every line of `step` is one join with its reason, as in `brain.py`. Nothing here acts back on the brain unless a
course asks for it (`brain_supply`). One value per person, `[lanes]`; for the same person the same bits.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.body import breathing, circulation, metabolism, mitochondria, muscle, sympathetic
from quell.engine import scheme
from quell.ground import chance
from quell.ground.card import from_card, rows_of
from quell.ground.contract import process
from quell.ground.errors import InputError
from quell.ground.units import degC, mM_per_s, mmHg, per_second, ratio, second, share
from quell.patient import complications
from quell.patient.differing import drawn

KINDS = {
    "sympathetic": sympathetic.Sympathetic,
    "circulation": circulation.Circulation,
    "breathing": breathing.Breathing,
    "metabolism": metabolism.Metabolism,
    "muscle": muscle.Muscle,
    "mitochondria": mitochondria.Mitochondria,
}


@process
class Joined:
    """What belongs to no organ alone."""

    step: second  # organs are stepped in turn; this short
    fat: mM_per_s  # triglycerides that arrive with 4 mg/kg/h of propofol
    blood: ratio  # mL per kg
    flow_kept_from: mmHg  # mean pressure below which blood flow of the brain falls with it
    flow_per_CO2: ratio  # change of that flow per mmHg of carbon dioxide


class Organs(NamedTuple):
    """The constants of every organ, floats or `[lanes]`, and each person's own threshold of arrhythmia."""

    sympathetic: sympathetic.Sympathetic
    circulation: circulation.Circulation
    breathing: breathing.Breathing
    metabolism: metabolism.Metabolism
    muscle: muscle.Muscle
    mitochondria: mitochondria.Mitochondria
    joined: Joined
    luck: Any  # hazard at which this person's rhythm fails
    young: Any
    late: complications.Late | None = None  # kidney, liver, bowel, infection, wasting, where they are asked for


class Body(NamedTuple):
    """The state of the bodies of a block, float64 `[lanes]` each."""

    sympathetic: sympathetic.State
    circulation: circulation.State
    breathing: breathing.State
    metabolism: metabolism.State
    muscle: muscle.State
    mitochondria: mitochondria.State
    late: complications.State | None = None


class Inputs(NamedTuple):
    """What brain, drugs and staff do to the body during a macro step, `[lanes]` each."""

    activity: share  # of the brain, mean over patches
    convulsing: share  # movement that really happens
    depression: ratio  # drives of the drugs' ports
    breath: ratio
    pressor: ratio
    stimulation: ratio
    steroid: ratio
    sedation: ratio
    emulsion: ratio  # propofol, rate over 4 mg/kg/h
    paralysed: share
    ventilated: share
    oxygen: share  # fraction breathed
    fluids: per_second  # mL per kg and second
    fever: ratio | None = None  # K; none where nobody has any
    cooled: share | None = None  # 1 where a device holds the temperature
    target: degC | None = None
    alpha2: ratio | None = None  # agonists; none where no drug of the run is one


class Signs(NamedTuple):
    """What can be measured on the body, `[lanes]`."""

    pressure: Any
    heart_rate: Any
    output: Any
    arrhythmia: Any
    PaCO2: Any
    spo2: Any
    ph: Any
    lactate: Any
    glucose: Any
    triglycerides: Any
    ck: Any
    temperature: Any


def organs(
    study: int,
    ids: Any,
    persons: Mapping[str, Any],
    changed: Mapping[str, float] | None = None,
    *,
    late: bool = False,
) -> Organs:
    """The organs of a block; constants whose card gives a spread are drawn per person.

    `persons` needs `age_y` `[lanes]`; `changed` replaces constants for everyone, as {"mitochondria.susceptibility": 3};
    `late` adds kidney, liver, bowel, infection and wasting. Raises InputError for a constant that does not exist.
    """
    ids = np.asarray(ids)
    there = KINDS | (complications.KINDS if late else {})
    parts = {name: drawn(kind, name, study, ids) for name, kind in there.items()}
    for path, value in (changed or {}).items():
        name, _, constant = path.partition(".")
        if name not in there or constant not in rows_of(there[name]):
            allowed = ", ".join(constants(late=late))
            raise InputError(f"the body has no constant {path!r}", field=f"body.{path}", allowed=allowed)
        parts[name] = replace(parts[name], **{constant: jnp.full(len(ids), float(value))})
    more = complications.late({name: parts.pop(name) for name in complications.KINDS}, study, ids) if late else None
    luck = -np.log(np.asarray(chance.uniform(study, ids, "physiology.rhythm"))[:, 0])
    young = (np.asarray(persons["age_y"]) < 18.0).astype(np.float64)
    made = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), (parts, from_card(Joined), more))
    return Organs(**made[0], joined=made[1], luck=jnp.asarray(luck), young=jnp.asarray(young), late=made[2])


def every_kind() -> dict[str, type]:
    """Every organ by name, kidney, liver, bowel, infection and wasting among them."""
    return {**KINDS, **complications.KINDS}


def constants(*, late: bool = False) -> list[str]:
    """Every constant of the body that may be replaced, "organ.constant"."""
    there = KINDS | (complications.KINDS if late else {})
    return [f"{name}.{row}" for name, kind in there.items() for row in rows_of(kind)]


def rest(parts: Organs, lanes: int) -> Body:
    """Healthy people at rest."""
    states: dict[str, Any] = {name: getattr(parts, name).rest() for name in KINDS}
    if parts.late:
        states["late"] = complications.rest(parts.late)
    return jax.tree.map(lambda x: jnp.broadcast_to(jnp.asarray(x, jnp.float64), (lanes,)), Body(**states))


def feverish(body: Body, rise: Any) -> Body:
    """Bodies that are hot already, by `rise` K."""
    blood = body.metabolism
    return body._replace(metabolism=blood._replace(temperature=blood.temperature + rise))


def arrhythmia(parts: Organs, body: Body) -> share:
    """1 where the rhythm has failed: the person's hazard is spent and what provoked it goes on."""
    spent = body.mitochondria.danger >= parts.luck
    provoked = jnp.maximum(parts.mitochondria.strain(body.mitochondria), body.sympathetic.surge - 0.3)
    return (spent & (provoked > parts.mitochondria.provoked)).astype(jnp.float64)


def step(parts: Organs, body: Body, inputs: Inputs, dt: float) -> Body:
    """One macro step: organs in turn, in steps short against each of them."""
    count = max(1, round(dt / float(from_card(Joined).step)))
    short = dt / count

    def lived(organ: Any, state: Any, needs: Any) -> Any:
        return scheme.heun(lambda now: organ.rates(now, needs), state, short)  # none is stiff at this step

    return jax.lax.fori_loop(0, count, lambda _, now: _each(parts, now, inputs, lived), body)


def rates(parts: Organs, body: Body, inputs: Inputs) -> Body:
    """Rates of change of the whole body, per second: the equations that `step` takes in turn."""
    return _each(parts, body, inputs, lambda organ, state, needs: organ.rates(state, needs))


def _each(parts: Organs, body: Body, inputs: Inputs, organ: Callable[[Any, Any, Any], Any]) -> Body:
    """`organ` of every organ, its state and its needs: one line for each join, with its reason."""

    def lived(name: str, needs: Any) -> Any:
        return organ(getattr(parts, name), getattr(body, name), needs)

    strain, work = parts.mitochondria.strain(body.mitochondria), parts.muscle.work(body.muscle, inputs.convulsing)
    surge, reserve = body.sympathetic
    heart = circulation_needs(parts, body, inputs)
    delivery = _delivery(parts, body, heart)
    later = complications.each(parts.late, body.late, complications.felt(body, inputs, delivery, strain), organ)
    return Body(
        sympathetic=lived("sympathetic", sympathetic.Needs(inputs.activity, inputs.alpha2)),  # seizing spends it
        circulation=lived("circulation", heart),
        breathing=lived("breathing", breathing_needs(parts, body, inputs)),
        metabolism=lived(
            "metabolism",
            metabolism.Needs(
                work=work,  # convulsing muscle makes lactate and heat
                surge=surge,
                reserve=reserve,
                asleep=_taken(inputs.sedation),  # an anaesthetised person does not shiver
                delivery=delivery,  # tissue that gets too little oxygen makes lactate
                blocked=body.mitochondria.block,  # fat that is not burnt stays in the blood
                strain=strain,  # mitochondria that fail leave lactate
                fat=parts.joined.fat * inputs.emulsion,  # the emulsion is fat
                fever=complications.fever(parts.late, body.late, inputs.fever),
                held=inputs.cooled,  # a device takes heat away
                target=inputs.target,
            ),
        ),
        muscle=lived("muscle", muscle.Needs(inputs.convulsing, body.mitochondria.toll)),
        mitochondria=lived(
            "mitochondria",
            mitochondria.Needs(
                dose=inputs.emulsion,
                catecholamines=jnp.minimum(surge + _taken(inputs.pressor), 1.0),  # the pressor feeds the syndrome
                steroids=_taken(inputs.steroid),
                surge=surge,
                young=parts.young,
            ),
        ),
        late=later,
    )


def circulation_needs(parts: Organs, body: Body, inputs: Inputs) -> circulation.Needs:
    """What acts on the circulation now."""
    pH = parts.metabolism.pH(body.metabolism.lactate, body.breathing.PaCO2)
    left = parts.circulation.heart_left(pH, parts.breathing.saturation(body.breathing))
    return circulation.Needs(
        surge=body.sympathetic.surge,
        reserve=body.sympathetic.reserve,
        depression=inputs.depression,
        pressor=inputs.pressor,
        stimulation=inputs.stimulation,
        pump=left * parts.mitochondria.heart(body.mitochondria),  # a heart burns fat
        arrhythmia=arrhythmia(parts, body),
        fluids=inputs.fluids / parts.joined.blood,
    )


def breathing_needs(parts: Organs, body: Body, inputs: Inputs) -> breathing.Needs:
    """What acts on breathing now."""
    pH = parts.metabolism.pH(body.metabolism.lactate, body.breathing.PaCO2)
    return breathing.Needs(
        depression=inputs.breath,
        reserve=body.sympathetic.reserve,
        convulsing=inputs.convulsing,
        paralysed=inputs.paralysed,
        ventilated=inputs.ventilated,
        oxygen=inputs.oxygen,
        work=1.0 + parts.muscle.oxygen * parts.muscle.work(body.muscle, inputs.convulsing),
        acid=7.4 - pH,
    )


def signs(parts: Organs, body: Body, inputs: Inputs) -> Signs:
    """What monitor and laboratory would show."""
    needs, blood, air = circulation_needs(parts, body, inputs), body.metabolism, body.breathing
    return Signs(
        pressure=body.circulation.pressure,
        heart_rate=parts.circulation.heart_rate(body.circulation, needs),
        output=parts.circulation.output_rest * parts.circulation.output(body.circulation, needs),
        arrhythmia=needs.arrhythmia,
        PaCO2=air.PaCO2,
        spo2=100.0 * parts.breathing.saturation(air),
        ph=parts.metabolism.pH(blood.lactate, air.PaCO2),
        lactate=blood.lactate,
        glucose=blood.glucose,
        triglycerides=blood.triglycerides,
        ck=body.muscle.CK,
        temperature=blood.temperature,
    )


def brain_supply(parts: Organs, body: Body) -> share:
    """Oxygen that blood brings to the brain, 1 = plenty: flow that pressure and carbon dioxide leave, saturation."""
    joined = parts.joined
    pressed = jnp.minimum(body.circulation.pressure / joined.flow_kept_from, 1.0)
    widened = 1.0 + joined.flow_per_CO2 * (body.breathing.PaCO2 - parts.breathing.CO2_rest)
    rested = parts.breathing.saturation(parts.breathing.rest())
    return jnp.clip(pressed * widened * parts.breathing.saturation(body.breathing) / rested, 0.05, 1.0)


def _delivery(parts: Organs, body: Body, needs: circulation.Needs) -> share:
    rested = parts.breathing.saturation(parts.breathing.rest())
    return parts.circulation.output(body.circulation, needs) * parts.breathing.saturation(body.breathing) / rested


def _taken(drive: ratio) -> share:
    return jnp.maximum(drive, 0.0) / (1.0 + jnp.maximum(drive, 0.0))
