"""A block of people: their brains, insults, bodies and noise, ready for the compiled loop."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.circuit.cortex import Atlas, atlas, site_patches
from quell.ground import chance
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.patient import adaptation, aetiology, brain
from quell.patient.arousal import Arousal
from quell.patient.arousal import State as ArousalState
from quell.patient.brain import Brain, Parts
from quell.patient.build import default_parts, with_traits
from quell.patient.exposure import Exposure
from quell.patient.full import Noise
from quell.patient.person import People


class Patients(NamedTuple):
    """The constants of a block that the loop reads; a tree of arrays."""

    parts: Parts
    insult: aetiology.Insult
    shortage: aetiology.Shortage
    arousal: Arousal
    noise: Noise
    exposure: Exposure | None = None  # where tolerance is on
    fever: Any = None  # K `[lanes]`, where the brain feels temperature


class Whole(NamedTuple):
    """The state of a block of people without their drugs."""

    brain: Brain
    arousal: ArousalState


def patients(
    study: int,
    people: People,
    *,
    cause: str = "unprovoked",
    severity: float = 1.0,
    patches: int = 2,
    site: str | None = None,
    onset: Mapping[str, float] | None = None,
    overrides: Mapping[str, float] | None = None,
    thalamus: bool = False,
    inflammation: bool | None = None,
    tolerance: bool | None = None,
    bottleneck: bool = False,
    temperature: bool | None = None,
    beyond: Collection[str] = (),
) -> tuple[Patients, Atlas]:
    """People with a cause, as the loop needs them.

    `site` forces the focus (a patch, "a+b" or "everywhere"), `onset` replaces constants of the insult (amplitude mV,
    hold s, decay s, floor mV), `overrides` replaces traits for everyone, `thalamus` joins one to every patch.
    `inflammation` switches the slow fire on or off, `tolerance` the adaptation of receptors; left open, they are on
    where the cause needs them. `bottleneck` makes arousal a chain. `beyond` names treatments beyond drugs that may
    come; `temperature` lets the brain feel that of the body, left open where these, a fever or the cause need it.
    Raises InputError where a part is off and needed.
    """
    lanes, where, found = len(people.ids), atlas(patches), aetiology.load(cause)
    traits = dict(people.traits)
    traits.setdefault("insult.floor", np.zeros(lanes))
    traits.setdefault("insult.hold", np.full(lanes, 10.0))
    burning = aetiology.wanted(found, "inflammation", inflammation)
    adapting = aetiology.wanted(found, "tolerance", tolerance)
    kinds = _kinds(found, beyond, temperature, {**traits, **(overrides or {})})
    base = default_parts(
        thalamus=thalamus, inflammation=burning, tolerance=adapting, bottleneck=bottleneck, beyond=kinds
    )
    for name in [*found.factors, *found.shifts]:
        if name not in traits:
            traits[name] = np.full(lanes, float(_constant(base, name)))
    traits = aetiology.apply(found, traits, severity)
    traits |= {name: np.full(lanes, float(value)) for name, value in (overrides or {}).items()}
    traits |= {f"insult.{name}": np.full(lanes, float(value)) for name, value in (onset or {}).items()}
    spots = _spots(study, people, found, where, site)
    insult = aetiology.Insult(**_outside(traits, "insult"), site=jnp.asarray(spots))
    shortage = aetiology.Shortage(**_outside(traits, "shortage"))
    parts = with_traits(base, {n: v for n, v in traits.items() if n.partition(".")[0] not in aetiology.OUTSIDE})
    noise = Noise(
        chance.address(study, people.ids, "brain.noise", len(where.names)),
        chance.address(study, people.ids, "brain.afferent"),
    )
    taken = _outside(traits, "exposure")
    adaptation.must_be_on(bool(taken), adapting)
    exposure = Exposure(**taken) if adapting else None
    inner = (parts, insult, shortage, from_card(Arousal), exposure)
    parts, insult, shortage, arousal, exposure = jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), inner)
    fever = None
    if "temperature" in kinds:
        fever = jnp.asarray(traits.get("fever.rise", np.zeros(lanes)), jnp.float64)
    return Patients(parts, insult, shortage, arousal, noise, exposure, fever), where


def _kinds(found: aetiology.Aetiology, beyond: Collection[str], asked: bool | None, traits: Any) -> frozenset[str]:
    """Treatments beyond drugs, and temperature where anything needs it."""
    hot = any(name.startswith("fever.") for name in [*found.factors, *found.shifts, *traits])
    needed = hot or "temperature" in beyond
    if asked is False and needed:
        what = "fever and cooling act through temperature, which is switched off"
        raise InputError(what, field="parts.temperature", allowed="true, or leave it out")
    warm = needed or aetiology.wanted(found, "temperature", asked)
    return frozenset(beyond) | (frozenset({"temperature"}) if warm else frozenset())


def _spots(study: int, people: People, found: aetiology.Aetiology, where: Atlas, site: str | None) -> np.ndarray:
    """Where the focus of each lies, `[lanes, patches]`: drawn among those of the cause, or forced by `site`."""
    luck = np.asarray(chance.uniform(study, people.ids, "insult.site"))[:, 0]
    spots = aetiology.sites(found, where.names, luck)
    if site:
        spots = np.zeros_like(spots)
        for name in site_patches(site, where.names):
            spots[:, where.index(name)] = 1.0
    return spots


def _constant(base: Parts, name: str) -> float:
    """What nobody was given as a trait: the constant of the card, or of what acts from outside."""
    part, _, constant = name.partition(".")
    if part in aetiology.OUTSIDE:
        return getattr(aetiology.OUTSIDE[part], constant)
    home = base.patch if part in base.patch._fields else base if part in base._fields else base.fire
    return getattr(getattr(home, part), constant)


def _outside(traits: Mapping[str, np.ndarray], part: str) -> dict[str, Any]:
    return {n.partition(".")[2]: jnp.asarray(v)[:, None] for n, v in traits.items() if n.startswith(f"{part}.")}


def rest(block: Patients, lanes: int, patches: int, fast_dtype: Any = jnp.float32) -> Whole:
    """Everyone healthy and at rest."""
    whole = brain.rest(block.parts, jnp.ones((lanes, patches), jnp.float64))
    whole = adaptation.begin(block.parts, whole, block.exposure)
    quick = jax.tree.map(lambda x: x.astype(fast_dtype), (whole.fast, whole.silence, whole.thalamus))
    whole = whole._replace(fast=quick[0], silence=quick[1], thalamus=quick[2])
    return Whole(whole, ArousalState(tired=jnp.zeros(lanes, jnp.float64)))
