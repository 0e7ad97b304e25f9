"""What a pump expects of people like this one: the level at the site of action as a sum of fading modes.

    level = sum_i gain_i z_i         dz_i/dt = u - speed_i z_i         u in mg/s, level free in mg/L

Modes are the eigenvectors of the drug's own compartments for this age, weight and height: of the typical person, and of
twins who differ as the card says that people do. A controller that steers by them knows no more of the person than a
pump at the bedside does.
"""

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from quell.drugs.assembly import lay_out
from quell.drugs.binding import free
from quell.drugs.card import load
from quell.drugs.traits import traits
from quell.ground.errors import InputError

ASIDE = ("eliminated", "lost", "given", "formed")
TWINS = zlib.crc32(b"care.controller.twins")  # the study from which twins are drawn; no patient belongs to it


class Modes(NamedTuple):
    """Speeds (1/s) and gains (mg/L per mg) of the modes, slowest first, tuples of `[lanes]` or `[twins, lanes]`."""

    speed: tuple[Any, ...]
    gain: tuple[Any, ...]


def modes(line: str, persons: Mapping[str, Any], twin: Any = None) -> Modes:
    """The response to a line such as "propofol/IV" of the typical person, or of one twin of each, `[lanes]`.

    Raises InputError where elimination saturates.
    """
    name = line.partition("/")[0]
    name, card = load(name).delivers or name, load(load(name).delivers or name)
    lanes = len(np.asarray(persons["weight_kg"]))
    who = traits(persons, None if twin is None else TWINS, np.zeros(lanes, int) if twin is None else twin)
    plan = lay_out(name, [line], who, variant=None)
    if not plan.linear:
        raise InputError(
            f"{name} saturates its own elimination", allowed="a drug with linear kinetics to be controlled"
        )
    assert card.binding is not None and card.site is not None
    bound = free(card.binding, who, name, molar_mass=card.molar_mass.read("g/mol")[0])
    little = np.full(who.lanes, 1e-6)
    share = np.asarray(bound.of(little)) / little * who.value(card.site.kp_uu, name, "kp_uu")
    scheme = plan.scheme
    inside = [i for i, room in enumerate(scheme.rooms) if _inside(room, name)]
    A, B = scheme.matrices()
    A, B = A[:, inside][:, :, inside], B[:, inside, 0]
    site = [scheme.rooms[i] for i in inside].index(f"{name}.site")
    speed, vectors = np.linalg.eig(A)
    gain = vectors[:, site] * np.linalg.solve(vectors, B[..., None])[..., 0] * share[:, None]
    speed, gain = -np.real(speed), np.real(gain)
    order = np.argsort(speed, axis=1)
    speed, gain = np.take_along_axis(speed, order, axis=1), np.take_along_axis(gain, order, axis=1)
    return Modes(tuple(jnp.asarray(x) for x in speed.T), tuple(jnp.asarray(x) for x in gain.T))


def twins(line: str, persons: Mapping[str, Any], count: int) -> Modes:
    """The responses of `count` twins of each person, the typical one first, `[twins, lanes]`; drawn all at once."""
    typical = modes(line, persons)
    if count == 1:
        return Modes(*(tuple(x[None] for x in kind) for kind in typical))
    lanes = len(np.asarray(persons["weight_kg"]))
    many = {name: np.tile(np.asarray(x), count - 1) for name, x in persons.items()}
    others = modes(line, many, np.repeat(np.arange(1, count), lanes))
    pairs = (zip(*both, strict=True) for both in zip(typical, others, strict=True))
    return Modes(*(tuple(jnp.concatenate([a[None], b.reshape(-1, lanes)]) for a, b in kind) for kind in pairs))


def after(made: Modes, z: tuple[Any, ...], rate: Any, time_s: float) -> tuple[Any, ...]:
    """The modes after `time_s` at a constant rate."""
    keep = [jnp.exp(-speed * time_s) for speed in made.speed]
    return tuple(x * k + rate * (1.0 - k) / s for x, k, s in zip(z, keep, made.speed, strict=True))


def level(made: Modes, z: tuple[Any, ...]) -> Any:
    """Free mg/L at the site of action `[lanes]`."""
    parts = [gain * x for gain, x in zip(made.gain, z, strict=True)]
    return sum(parts[1:], parts[0])


def rate_for(made: Modes, z: tuple[Any, ...], wanted: Any, ahead_s: float) -> Any:
    """The constant rate (mg/s, may be below zero) that brings the level to `wanted` after `ahead_s`."""
    none = jnp.zeros_like(z[0])
    unit = level(made, after(made, tuple(none for _ in z), none + 1.0, ahead_s))
    return (wanted - level(made, after(made, z, none, ahead_s))) / unit


def _inside(room: str, name: str) -> bool:
    drug, _, kind = room.partition(".")
    return drug == name and kind not in ASIDE
