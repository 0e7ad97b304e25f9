"""Where to draw members: the priors, or a mixture of priors and what an earlier weighing found, weights kept honest.

Every trait has a latent coordinate that is standard normal under its prior. A proposal is a mixture of diagonal
normals in that space. A member drawn from any mixture of proposals carries the base weight

    prior(z) / sum_p share_p q_p(z)

(the balance heuristic), so that the weighted members are draws of the prior however they were found; a component
that is the prior itself bounds the weights.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from quell.ground import chance
from quell.ground.errors import InputError
from quell.patient.person import priors

EDGE = 1e-9  # latent coordinates of a uniform prior stay finite


class Component(NamedTuple):
    """One normal of a mixture: its share, and mean and spread per trait in latent units."""

    share: float
    mean: dict[str, float]
    spread: dict[str, float]


def from_prior() -> list[Component]:
    """The proposal that is the prior."""
    names = priors()
    return [Component(1.0, dict.fromkeys(names, 0.0), dict.fromkeys(names, 1.0))]


def latent(traits: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Latent coordinates of traits, `[members]` each."""
    found = {}
    for name, row in priors().items():
        if row["shape"] == "uniform":
            share = (np.asarray(traits[name]) - row["low"]) / (row["high"] - row["low"])
            found[name] = ndtri(np.clip(share, EDGE, 1.0 - EDGE))
        else:
            found[name] = np.log(np.asarray(traits[name]) / row["median"]) / row["sigma"]
    return found


def values(z: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Traits of latent coordinates; the inverse of `latent`."""
    found = {}
    for name, row in priors().items():
        if row["shape"] == "uniform":
            found[name] = row["low"] + (row["high"] - row["low"]) * ndtr(z[name])
        else:
            found[name] = row["median"] * np.exp(row["sigma"] * z[name])
    return found


def draw(proposal: Sequence[Component], study: int, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Traits of the members `ids`, addressed: the same member of a study and proposal is always the same."""
    edge = np.cumsum([c.share for c in proposal])
    luck = np.asarray(chance.uniform(study, ids, "proposal.component"))[:, 0]
    which = np.minimum(np.searchsorted(edge / edge[-1], luck, side="right"), len(proposal) - 1)
    z = {}
    for name in priors():
        mean = np.array([c.mean[name] for c in proposal])[which]
        spread = np.array([c.spread[name] for c in proposal])[which]
        z[name] = mean + spread * np.asarray(chance.normal(study, ids, f"proposal.{name}"))[:, 0]
    return values(z)


def base_weights(traits: Mapping[str, np.ndarray], drawn: Sequence[tuple[int, Sequence[Component]]]) -> np.ndarray:
    """Base weight `[members]` (mean about 1) of members pooled from (how many were drawn, proposal) pairs."""
    z = latent(traits)
    total = sum(count for count, _ in drawn)
    terms = []
    for count, proposal in drawn:
        shares = sum(c.share for c in proposal)
        terms += [np.log(count / total * c.share / shares) + _log_density(c, z) for c in proposal if c.share > 0]
    prior = _log_density(from_prior()[0], z)
    return np.exp(prior - logsumexp(np.stack(terms), axis=0))


def fit(traits: Mapping[str, np.ndarray], weights: np.ndarray, share: float, least: float = 0.3) -> Component:
    """The normal that has the weighted mean and spread of members; no spread falls below `least`."""
    z, w = latent(traits), weights / weights.sum()
    mean = {name: float(w @ x) for name, x in z.items()}
    spread = {name: float(max(least, np.sqrt(w @ (x - mean[name]) ** 2))) for name, x in z.items()}
    return Component(share, mean, spread)


def save(path: Path, proposal: Sequence[Component]) -> None:
    """Write a proposal as TOML."""
    lines = [
        'about = "Where members were drawn: a mixture of normals in latent units (standard normal under the prior)."'
    ]
    for c in proposal:
        lines += ["", "[[component]]", f"share = {c.share}"]
        for what in ("mean", "spread"):
            lines.append(f"[component.{what}]")
            lines += [f'"{name}" = {x:.4f}' for name, x in getattr(c, what).items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def load(path: Path) -> list[Component]:
    """Read a proposal. Raises InputError if it names other traits than the priors."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found = [Component(c["share"], c["mean"], c["spread"]) for c in table["component"]]
    for c in found:
        if set(c.mean) != set(priors()) or set(c.spread) != set(priors()):
            raise InputError(f"{path.name} was made for other traits than priors.toml has", allowed="a fresh proposal")
    return found


def _log_density(c: Component, z: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.sum([-0.5 * ((x - c.mean[n]) / c.spread[n]) ** 2 - np.log(c.spread[n]) for n, x in z.items()], axis=0)
