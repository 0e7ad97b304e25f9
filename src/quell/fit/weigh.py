"""Weighing a population of models: each drawn member gets the weight that makes proportions meet the clinic.

    maximise  sum_rows w_row [e log p + (n - e) log(1 - p)]  -  strength KL(weights || base)
                                                             -  within sum_stages KL(weights at a stage || base there)
    p = sum_i weight_i success_i / sum_i weight_i counts_i

One member is one virtual patient with one fate per arm, so frailty is explicit: who counts at a stage are those
still seizing there. The penalty keeps the weights near the base, which makes the members draws of the prior. A late
stage holds little of all weight, so a few members could carry it at hardly any cost; therefore those who count at a
stage are also kept near the base among themselves. The effective number of members is reported.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np


class Target(NamedTuple):
    """A row of the clinical table: events of n, and how much it counts."""

    id: str
    n: float
    events: float
    weight: float


class Weighed(NamedTuple):
    """Weights (sum 1), effective number of members, and the proportions before and after."""

    weights: np.ndarray
    effective: float
    before: dict[str, float]
    after: dict[str, float]


def weigh(
    counts: Mapping[str, np.ndarray],
    success: Mapping[str, np.ndarray],
    targets: Sequence[Target],
    *,
    strength: float,
    within: float = 0.0,
    base: np.ndarray | None = None,
) -> Weighed:
    """Weights for members, from arrays `[members]` per row id; `base` are their weights before (equal).

    `counts` and `success` are yes or no, or the shares of a member's lives that count, and that count and succeed.

    `strength` and `within` pull towards the base, over all members and among those of each stage (log-likelihood).
    """
    from scipy.optimize import minimize

    members = len(next(iter(counts.values())))
    start: np.ndarray = np.full(members, 1.0 / members) if base is None else base / base.sum()
    C = np.stack([counts[t.id] for t in targets]).astype(float)
    S = np.stack([np.minimum(counts[t.id], success[t.id]) for t in targets]).astype(float)
    stages = np.unique(C, axis=0) if within else C[:0]  # rows may share a stage
    n = np.array([t.n * t.weight for t in targets])
    e = np.array([t.events * t.weight for t in targets])

    def loss(logit: np.ndarray) -> tuple[float, np.ndarray]:
        shifted = np.exp(logit - logit.max())
        w = shifted / shifted.sum()
        below, above = C @ w + 1e-12, S @ w
        p = np.clip(above / below, 1e-4, 1.0 - 1e-4)
        raised = np.log(np.maximum(w / start, 1e-300))
        kl = float((w * raised).sum())
        value = -(e * np.log(p) + (n - e) * np.log1p(-p)).sum() + strength * kl
        slope_p = -(e / p - (n - e) / (1.0 - p))
        by_w = ((slope_p / below) @ S) - ((slope_p * p / below) @ C)
        by_w = by_w + strength * (raised + 1.0)
        for stage in stages:
            held, began = stage @ w, stage @ start
            apart = float((stage * w * raised).sum() / held - np.log(held / began))
            value += within * apart
            by_w += within * stage / held * (raised - np.log(held / began) - apart)
        return value, w * (by_w - (w * by_w).sum())

    found = minimize(loss, np.log(start), jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    w = np.exp(found.x - found.x.max())
    w /= w.sum()
    shares = [{t.id: float(S[k] @ v / (C[k] @ v)) for k, t in enumerate(targets)} for v in (start, w)]
    return Weighed(w, float(1.0 / (w**2).sum()), shares[0], shares[1])
