"""From cards and traits to the parts of a block of brains."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax.numpy as jnp

from quell.cell.calcium import RelayT, ReticularT
from quell.cell.energy import Energy
from quell.cell.injury import Injury
from quell.cell.leak import Leak
from quell.cell.membrane import Membrane
from quell.cell.pacemaker import HCurrent
from quell.circuit.cortex import Wiring
from quell.circuit.population import Circuit, Population
from quell.circuit.relay import Relay
from quell.circuit.silence import Silence
from quell.circuit.termination import Termination
from quell.circuit.thalamus import Loop, Thalamus
from quell.ground.card import card_path, from_card
from quell.ground.errors import InputError
from quell.ions.chloride import Chloride
from quell.ions.potassium import SodiumPotassium
from quell.ions.reversal import Bicarbonate
from quell.patient.aetiology import OUTSIDE
from quell.patient.beyond import kit
from quell.patient.brain import Parts
from quell.patient.fire import Fire, default_fire
from quell.patient.reading import Reading
from quell.receptors.gaba_a import GabaA
from quell.receptors.gating import Gate
from quell.receptors.nmda import NMDA
from quell.receptors.presynaptic import Targets
from quell.receptors.tolerance import Tolerance
from quell.receptors.trafficking import Trafficking
from quell.tissue.milieu import Milieu

INSIDE = {"thalamus": Loop, "circuit": Circuit}  # traits of what lies one level down
SWITCHES = {"tolerance": "tolerance", "relay": "bottleneck"}  # parts that may be off, and what turns them on


def overlay(cls: type, name: str) -> Path:
    """The card of a variant beside the module's own, such as `gating.nmda.toml`."""
    return card_path(cls).with_suffix(f".{name}.toml")


def default_population() -> Population:
    """A patch with the constants of the cards."""
    return Population(
        pyramidal=from_card(Membrane),
        interneuron=from_card(Membrane, overlay(Membrane, "interneuron")),
        ampa=from_card(Gate),
        nmda=from_card(Gate, overlay(Gate, "nmda")),
        gaba=from_card(Gate, overlay(Gate, "gaba_a")),
        pore=from_card(NMDA),
        circuit=from_card(Circuit),
    )


def default_thalamus() -> Thalamus:
    """A thalamus with the constants of the cards."""
    return Thalamus(
        soma=from_card(Membrane, overlay(Membrane, "thalamic")),
        relay_t=from_card(RelayT),
        reticular_t=from_card(ReticularT),
        h=from_card(HCurrent),
        ampa=from_card(Gate, overlay(Gate, "thalamic_ampa")),
        gaba=from_card(Gate, overlay(Gate, "thalamic_gaba")),
        loop=from_card(Loop),
    )


def default_parts(
    *,
    thalamus: bool = False,
    inflammation: bool = False,
    tolerance: bool = False,
    bottleneck: bool = False,
    beyond: Collection[str] = (),
) -> Parts:
    """A brain with the constants of the cards; the weak compartment takes a small load and keeps its KCC2.

    `thalamus` joins a thalamus to every patch, `inflammation` switches the slow fire on, `tolerance` lets receptors
    adapt to drugs that stay, `bottleneck` makes arousal a chain, `beyond` names the treatments beyond drugs that may
    come (of `quell.patient.beyond.KINDS`).
    """
    chloride = from_card(Chloride)
    return Parts(
        patch=default_population(),
        silence=from_card(Silence),
        wiring=from_card(Wiring),
        bicarbonate=from_card(Bicarbonate),
        chloride=chloride,
        chloride_weak=from_card(Chloride, overlay(Chloride, "weak")),
        cations=from_card(SodiumPotassium),
        energy=from_card(Energy),
        termination=from_card(Termination),
        injury=from_card(Injury),
        gaba=from_card(GabaA),
        trafficking=from_card(Trafficking),
        targets=from_card(Targets),
        leak=from_card(Leak),
        milieu=from_card(Milieu),
        reading=from_card(Reading),
        thalamus=default_thalamus() if thalamus else None,
        fire=default_fire() if inflammation else None,
        tolerance=from_card(Tolerance) if tolerance else None,
        relay=from_card(Relay) if bottleneck else None,
        beyond=kit(beyond),
    )


def with_traits(parts: Parts, traits: Mapping[str, Any]) -> Parts:
    """The parts with constants replaced per patient; names are "part.constant", values float64 `[lanes]`.

    Raises InputError for a part or constant that does not exist, or whose part is switched off.
    """
    for name, values in traits.items():
        part, _, constant = name.partition(".")
        if part == "thalamus" and parts.thalamus is None and constant in Loop.__dataclass_fields__:
            what = f"{name!r} belongs to the thalamus, which is off"
            raise InputError(what, field="traits", allowed="it where parts.thalamus is true")
        if part == "thalamus" and parts.thalamus is not None and constant in Loop.__dataclass_fields__:
            loop = replace(parts.thalamus.loop, **{constant: jnp.asarray(values, jnp.float64)[:, None]})
            parts = parts._replace(thalamus=parts.thalamus._replace(loop=loop))
            continue
        if part == "circuit" and constant in Circuit.__dataclass_fields__:
            circuit = replace(parts.patch.circuit, **{constant: jnp.asarray(values, jnp.float64)[:, None]})
            parts = parts._replace(patch=parts.patch._replace(circuit=circuit))
            continue
        if part in Fire._fields and parts.fire is None:
            what = f"{name!r} belongs to the slow fire, which is off"
            raise InputError(what, field="traits", allowed="it with parts.inflammation = true")
        if part in SWITCHES and getattr(parts, part) is None:
            what = f"{name!r} belongs to {SWITCHES[part]}, which is off"
            raise InputError(what, field="traits", allowed=f"it with parts.{SWITCHES[part]} = true")
        home = parts.fire if part in Fire._fields else parts
        if part not in home._fields or not hasattr(getattr(home, part), constant):  # type: ignore[union-attr]
            raise InputError(f"no trait is called {name!r}", field="traits", allowed=", ".join(trait_names(parts)))
        column = jnp.asarray(values, jnp.float64)[:, None]
        changed = home._replace(**{part: replace(getattr(home, part), **{constant: column})})  # type: ignore[union-attr]
        parts = changed if isinstance(changed, Parts) else parts._replace(fire=changed)
        if part == "chloride" and constant in ("influx", "tau_kcc2"):  # both compartments are one neuron's
            parts = parts._replace(chloride_weak=replace(parts.chloride_weak, **{constant: column}))
    return parts


def trait_names(parts: Parts) -> list[str]:
    """Every name `with_traits` takes."""
    apart = ["patch", "thalamus", "fire", "beyond", *(name for name in SWITCHES if getattr(parts, name) is None)]
    homes = [(parts, [part for part in Parts._fields if part not in apart])]
    homes += [(parts.fire, list(Fire._fields))] if parts.fire else []
    return [
        f"{part}.{constant}"
        for home, names in homes
        for part in names
        for constant in getattr(home, part).__dataclass_fields__
    ] + [f"{part}.{constant}" for part, kind in INSIDE.items() for constant in kind.__dataclass_fields__]


def every_trait() -> list[str]:
    """Every trait a person may be given: the constants of the brain, and those of the insult."""
    known = trait_names(default_parts(inflammation=True, tolerance=True, bottleneck=True))
    outside = [
        f"{part}.{name}" for part, kind in OUTSIDE.items() for name in kind.__dataclass_fields__ if name != "site"
    ]
    return sorted([*known, *outside])
