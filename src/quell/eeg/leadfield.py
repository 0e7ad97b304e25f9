"""The forward model: what each cortical patch shows at 19 scalp electrodes.

A dipole q at r0 inside concentric spheres gives at the scalp (radius R, conductivity s of the brain)

    V = 1/(4 pi s R^2)  sum_n  t_n (r0/R)^(n-1) [ n q_radial P_n(cos a) + (q_tangential . e) P_n'(cos a) ]

with a the angle between dipole and electrode, e the direction of the electrode, and t_n how much of order n the
shells let through: marched exactly from the air inwards, voltage and current being continuous at every shell.
With one conductivity everywhere t_n = (2n+1)/n. Deep sources all but vanish: the thalamus is not on the scalp.
Numbers and sources: leadfield.toml. What follows from them for every patch is shipped in leadfield.csv, made by

    python -m quell.eeg.leadfield

and believed as long as the card is the one it was made from; else, and for other patches, the series is summed anew.
"""

import csv
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from scipy.special import eval_legendre

from quell.ground.card import from_card, tables
from quell.ground.errors import InputError
from quell.ground.units import Unit, share

ORDERS = 120  # terms of the series; at 0.80 R the last is below 1e-10 of the first
POINTS = 1200  # candidate sources on the whole sphere before they are dealt out to the patches
NANOAMPERE_METRE = 1e-9
MICROVOLTS_PER_VOLT = 1e6
DATA = Path(__file__).with_suffix(".csv")
HEADING = (
    "# Lead field: potential in uV at each electrode, against infinity, of 1 nAm spread evenly over a patch's dipoles.",
    f"# Computed from leadfield.toml (four concentric spheres, {ORDERS} orders) by `python -m quell.eeg.leadfield`;",
    "# not to be edited by hand. The card it was made from is told by its digest.",
)

mm = Annotated[Any, Unit("mm")]
S_per_m = Annotated[Any, Unit("S/m")]
degrees = Annotated[Any, Unit("")]


@dataclass(frozen=True, kw_only=True)
class Head:
    """Four shells: brain, fluid, skull, scalp; radii as shares of the head's radius."""

    radius: mm
    brain_edge: share
    fluid_edge: share
    skull_edge: share
    brain_conductivity: S_per_m
    fluid_conductivity: S_per_m
    skull_conductivity: S_per_m
    scalp_conductivity: S_per_m
    source_depth: share
    lowest_source: degrees

    def transmission(self) -> np.ndarray:
        """How much of each order 1..ORDERS of a source reaches the scalp, float64 `[orders]`."""
        n = np.arange(1, ORDERS + 1, dtype=float)
        inwards = (
            (self.skull_edge, self.scalp_conductivity, self.skull_conductivity),
            (self.fluid_edge, self.skull_conductivity, self.fluid_conductivity),
            (self.brain_edge, self.fluid_conductivity, self.brain_conductivity),
        )
        # At the air no current leaves, so the parts rising and falling outwards stand as (n+1) : n.
        rising, falling, here = n + 1, n, 1.0
        for edge, outside, inside in inwards:
            rising, falling, here = rising * (edge / here) ** n, falling * (here / edge) ** (n + 1), edge
            voltage, current = rising + falling, outside * (n * rising - (n + 1) * falling)
            rising = ((n + 1) * voltage + current / inside) / (2 * n + 1)
            falling = (n * voltage - current / inside) / (2 * n + 1)
        return (2 * n + 1) / (falling * here ** (n + 1))

    def potential(self, electrodes: np.ndarray, sources: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """Scalp potential in uV, `[electrodes, sources]`, against infinity.

        `electrodes` `[e, 3]` unit directions; `sources` `[s, 3]` as shares of the head's radius; `moments`
        `[s, 3]` in nAm. Source: Legendre series for concentric spheres (Rush and Driscoll 1969; textbook).
        """
        depth = np.linalg.norm(sources, axis=1)
        if np.any(depth <= 0) or np.any(depth >= self.brain_edge):
            raise InputError("a source lies outside the brain", allowed=f"radius between 0 and {self.brain_edge}")
        up = sources / depth[:, None]
        radial = np.sum(moments * up, axis=1)
        sideways = electrodes @ (moments - radial[:, None] * up).T
        cosine = np.clip(electrodes @ up.T, -1.0, 1.0)
        through = self.transmission()
        total = np.zeros_like(cosine)
        legendre_before, slope = np.ones_like(cosine), np.zeros_like(cosine)
        for n in range(1, ORDERS + 1):
            slope = n * legendre_before + cosine * slope  # P_n' = n P_(n-1) + x P_(n-1)'
            legendre = eval_legendre(n, cosine)
            total += through[n - 1] * depth ** (n - 1) * (n * radial * legendre + slope * sideways)
            legendre_before = legendre
        metres = self.radius / 1000.0
        factor = NANOAMPERE_METRE * MICROVOLTS_PER_VOLT / (4 * np.pi * self.brain_conductivity * metres**2)
        return factor * total


def electrode_names() -> tuple[str, ...]:
    """The 19 electrodes in the order of every array of this room."""
    return tuple(_card()["electrodes"]["order"])


def electrode_directions() -> np.ndarray:
    """Unit vectors `[19, 3]`: x to the right ear, y to the nose, z to the vertex."""
    polar = np.radians([_card()["electrodes"]["degrees"][name] for name in electrode_names()])
    return _on_sphere(polar[:, 0], polar[:, 1])


@cache
def patch_dipoles(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions `[n, 3]` (shares of the radius) and unit moments `[n, 3]` of one patch such as "temporal_L"."""
    lobe, _, side = name.rpartition("_")
    lobes = _card()["patches"]["left"]
    if lobe not in lobes or side not in ("L", "R"):
        raise InputError(f"{name!r} is no cortical patch", allowed=", ".join(patch_names()))
    up = _left_points()[_lobe_of_points() == list(lobes).index(lobe)]
    tilt = np.radians(lobes[lobe]["tilt"])
    aims = {"front": (0.0, 1.0, 0.0), "back": (0.0, -1.0, 0.0), "middle": (1.0, 0.0, 0.0)}
    aim = np.array(aims[lobes[lobe]["towards"]])
    sideways = aim - (up @ aim)[:, None] * up
    sideways /= np.linalg.norm(sideways, axis=1, keepdims=True)
    moments = np.cos(tilt) * up + np.sin(tilt) * sideways
    mirror = np.array([1.0 if side == "L" else -1.0, 1.0, 1.0])
    return head().source_depth * up * mirror, moments * mirror


def patch_names() -> tuple[str, ...]:
    """The ten patches of the default brain: five lobes, left then right."""
    return tuple(f"{lobe}_{side}" for side in "LR" for lobe in _card()["patches"]["left"])


@cache
def _matrix(patches: tuple[str, ...]) -> np.ndarray:
    shipped = _shipped()
    columns = [shipped[name] if name in shipped else _column(name) for name in patches]
    made = np.stack(columns, axis=1)
    made -= made.mean(axis=0)
    made.setflags(write=False)
    return made


def leadfield(patches: tuple[str, ...] | list[str]) -> np.ndarray:
    """The matrix `[19, patches]` in uV per nAm, average reference: each column sums to zero.

    `patches` are names of the ten-patch brain, or "focus" and "rest" of the two-patch brain. The moment of a
    patch is spread evenly over its dipoles, so a whole lobe firing together is weaker per nAm than one point.
    """
    return _matrix(tuple(str(patch) for patch in patches))


@cache
def head() -> Head:
    """The default head, from its card."""
    return from_card(Head)


def _column(name: str) -> np.ndarray:
    members = _card()["patches"]["pair"].get(name, [name])
    parts = [patch_dipoles(member) for member in members]
    sources = np.concatenate([positions for positions, _ in parts])
    moments = np.concatenate([moments for _, moments in parts])
    return head().potential(electrode_directions(), sources, moments).mean(axis=1)


@cache
def _shipped() -> dict[str, np.ndarray]:
    """The columns that are shipped, by patch; none where the card has changed since they were made."""
    lines = DATA.read_text(encoding="utf-8").splitlines() if DATA.is_file() else []
    if f"# card: {_card_digest()}" not in lines:
        return {}
    (_, *patches), *rows = csv.reader(line for line in lines if not line.startswith("#"))
    by_electrode = {name: [float(value) for value in values] for name, *values in rows}
    return dict(zip(patches, np.array([by_electrode[name] for name in electrode_names()]).T, strict=True))


def written() -> str:
    """The text of leadfield.csv: every number in full, so that what is read is what was computed to the last bit."""
    patches = (*patch_names(), *_card()["patches"]["pair"])
    matrix = np.stack([_column(name) for name in patches], axis=1)
    rows = [[name, *map(repr, row)] for name, row in zip(electrode_names(), matrix.tolist(), strict=True)]
    table = [",".join(row) for row in (["electrode", *patches], *rows)]
    return "\n".join([*HEADING, f"# card: {_card_digest()}", *table, ""])


def _card_digest() -> str:
    """What tells one card from another; comments and order do not count."""
    return hashlib.sha256(json.dumps(_card(), sort_keys=True).encode()).hexdigest()[:16]


@cache
def _left_points() -> np.ndarray:
    """Evenly spread directions over the left half of the cortex (a Fibonacci lattice)."""
    k = np.arange(POINTS) + 0.5
    golden = np.pi * (1 + 5**0.5)
    points = _on_sphere(np.arccos(1 - 2 * k / POINTS), golden * k)
    cortex = points[:, 2] >= np.cos(np.radians(head().lowest_source))
    return points[cortex & (points[:, 0] < 0)]


@cache
def _lobe_of_points() -> np.ndarray:
    """For each left point the index of the lobe whose anchor electrode is nearest."""
    names, lobes = electrode_names(), _card()["patches"]["left"]
    directions = electrode_directions()
    nearness = [
        (_left_points() @ directions[[names.index(a) for a in lobe["anchors"]]].T).max(axis=1)
        for lobe in lobes.values()
    ]
    return np.argmax(nearness, axis=0)


def _on_sphere(polar: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    return np.stack([np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)], axis=1)


def _card() -> dict[str, Any]:
    return tables(Path(__file__).with_suffix(".toml"))


if __name__ == "__main__":
    DATA.write_text(written(), encoding="utf-8")
