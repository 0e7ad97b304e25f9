"""Burst suppression probability: the share of suppression as a hidden state, with an interval that can be believed.

    logit p(t) = x(t)        x' = x + drift        suppressed in this second ~ Bernoulli(p)

Filter and smoother of Chemali 2013. Seconds inside one burst are not independent looks, so the interval of the model
as published holds the truth half of the time at best; its variance is multiplied by what simulated bursts of irregular
length (Westover 2015) ask for: 0.90 to 0.98 then holds. Numbers: bsp.toml.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quell.eeg.suppression import SUPPRESSED, UNKNOWN
from quell.ground.units import per_second, ratio

NORMAL_95 = 1.959964
MOST_STEPS = 60


class Probability(NamedTuple):
    """Suppression probability with its 95 % interval at every second, each float64 `[seconds]`."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, kw_only=True)
class SuppressionProbability:
    """Drift of the hidden state, looks per second, and how much wider than the model the interval is."""

    drift: per_second
    looks: per_second
    spread: ratio
    spread_smoothed: ratio
    prior: ratio

    def filtered(self, looks: np.ndarray) -> Probability:
        """At each second from what went before: for control. `looks`: 1 suppressed, 0 not, NaN unknown."""
        x, v, _, _ = self._forwards(looks)
        return _interval(x, v * self.spread)

    def smoothed(self, looks: np.ndarray) -> Probability:
        """At each second from the whole record: for reports. `looks`: 1 suppressed, 0 not, NaN unknown."""
        x, v, ahead_x, ahead_v = self._forwards(looks)
        for t in range(len(x) - 2, -1, -1):
            pull = v[t] / ahead_v[t + 1]
            x[t] += pull * (x[t + 1] - ahead_x[t + 1])
            v[t] += pull * pull * (v[t + 1] - ahead_v[t + 1])
        return _interval(x, v * self.spread_smoothed)

    def step(self, x: float, v: float, look: float) -> tuple[float, float]:
        """One second: state and variance after a look, from those before it."""
        return _update(x, v + self.drift, look)

    def _forwards(self, looks: np.ndarray) -> tuple[np.ndarray, ...]:
        x, v = np.empty(len(looks)), np.empty(len(looks))
        ahead_x, ahead_v = np.empty(len(looks)), np.empty(len(looks))
        now, spread = 0.0, float(self.prior)
        for t, look in enumerate(looks.tolist()):
            ahead_x[t], ahead_v[t] = now, spread + self.drift
            now, spread = self.step(now, spread, look)
            x[t], v[t] = now, spread
        return x, v, ahead_x, ahead_v


def looks(states: np.ndarray, fs: float) -> np.ndarray:
    """Whether each second was suppressed for more than half of what is known of it: 1, 0, or NaN, `[seconds]`.

    A last second that is not whole counts if half of it is there.
    """
    edges = np.round(np.arange(int(len(states) / fs + 0.5) + 1) * fs).astype(int).clip(0, len(states))
    flat = np.concatenate([[0], np.cumsum(states == SUPPRESSED)])
    known = np.concatenate([[0], np.cumsum(states != UNKNOWN)])
    count = known[edges[1:]] - known[edges[:-1]]
    share = (flat[edges[1:]] - flat[edges[:-1]]) / np.maximum(count, 1)
    return np.where(2 * count >= fs * 0.99, (share > 0.5).astype(float), np.nan)


def _update(ahead: float, variance: float, look: float) -> tuple[float, float]:
    """The most probable state after a look, and its variance; the root is bracketed, so it is always found."""
    if look != look:
        return ahead, variance
    low, high = ahead + variance * (look - 1.0), ahead + variance * look
    x = ahead
    for _ in range(MOST_STEPS):
        p = _logistic(x)
        wrong = x - ahead - variance * (look - p)
        low, high = (low, x) if wrong > 0.0 else (x, high)
        step = x - wrong / (1.0 + variance * p * (1.0 - p))
        after = step if low < step < high else 0.5 * (low + high)
        if abs(after - x) < 1e-10:
            break
        x = after
    p = _logistic(x)
    return x, 1.0 / (1.0 / variance + p * (1.0 - p))


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else 1.0 - 1.0 / (1.0 + math.exp(x))


def _interval(x: np.ndarray, variance: np.ndarray) -> Probability:
    half = NORMAL_95 * np.sqrt(variance)
    return Probability(*(1.0 / (1.0 + np.exp(-np.clip(edge, -500, 500))) for edge in (x, x - half, x + half)))
