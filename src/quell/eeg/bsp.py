"""Burst suppression probability: the share of suppression as a hidden state, with an interval that can be believed.

    logit p(t) = x(t)        x' = x + drift, or, rarely, x' = anything (a jump)
    suppressed in this second ~ Bernoulli(p), worth a part of a look

A state that only drifts (Chemali 2013) smears a sudden change over minutes, and seconds inside one burst are not
independent looks, so its interval holds the truth half of the time at best. Here the state may also jump, as a brain
does when an infusion stops, a seizure ends or electrodes go on; and a second counts as the part of a look that bursts
of irregular length (Westover 2015) leave of it: 0.90 to 0.98 then holds. Filter and smoother are exact on a grid of x;
value and interval are the median and the middle 95 % of p. Numbers: bsp.toml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from quell.eeg.suppression import SUPPRESSED, UNKNOWN
from quell.ground.units import per_second, ratio

REACH, POINTS = 6.5, 87  # logits to both sides, and points of the grid: p from 0.0015 to 0.9985
AT_ONCE = 4096
QUANTILES = (0.5, 0.025, 0.975)


class Probability(NamedTuple):
    """Suppression probability with its 95 % interval at every second, each float64 `[seconds]`."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, kw_only=True)
class SuppressionProbability:
    """How far the hidden state drifts, how often it jumps, and how much of a look a second is worth."""

    drift: per_second
    jumps: per_second
    worth: ratio
    prior: ratio

    def filtered(self, looks: np.ndarray) -> Probability:
        """At each second from what went before: for control. `looks`: 1 suppressed, 0 not, NaN unknown."""
        return self._told(self._forwards(looks))

    def smoothed(self, looks: np.ndarray) -> Probability:
        """At each second from the whole record: for reports. `looks`: 1 suppressed, 0 not, NaN unknown."""
        belief = self._forwards(looks)
        for t, later in self._backwards(looks):
            belief[t] *= later
        return self._told(belief)

    @cached_property
    def grid(self) -> np.ndarray:
        """The logits on which the state is held, `[points]`."""
        return np.linspace(-REACH, REACH, POINTS)

    @cached_property
    def before(self) -> np.ndarray:
        """What is believed before the first look and after a jump, `[points]`, sum 1."""
        made = np.exp(-0.5 * self.grid**2 / self.prior)
        return made / made.sum()

    def moved(self, belief: np.ndarray) -> np.ndarray:
        """A belief `[points]` one second later: spread by the drift, and renewed by jumps."""
        return (1.0 - self.jumps) * self._spread(belief) + self.jumps * belief.sum() * self.before

    def _spread(self, belief: np.ndarray) -> np.ndarray:
        step = (0.5 * self.drift / (self.grid[1] - self.grid[0]) ** 2) * (belief[1:] - belief[:-1])
        made = belief.copy()
        made[:-1] += step
        made[1:] -= step
        return made

    @cached_property
    def _chances(self) -> dict[float, np.ndarray]:
        p = 1.0 / (1.0 + np.exp(-self.grid))
        return {0.0: (1.0 - p) ** self.worth, 1.0: p**self.worth}

    @cached_property
    def _moves(self) -> np.ndarray:
        """What `moved` does to a belief, as a matrix `[points, points]`."""
        return np.stack([self.moved(state) for state in np.eye(POINTS)], axis=1)

    @cached_property
    def _steps(self) -> dict[float | None, np.ndarray]:
        """A second that moves a belief, and then the look at it (None: there is none), as one matrix."""
        return {None: self._moves} | {look: chance[:, None] * self._moves for look, chance in self._chances.items()}

    def _forwards(self, looks: np.ndarray) -> np.ndarray:
        """Beliefs after each look, float32 `[seconds, points]`, sum 1."""
        made = np.empty((len(looks), POINTS), np.float32)
        belief, steps = self.before, self._steps
        for t, look in enumerate(looks.tolist()):
            belief = steps[look if look == look else None] @ belief
            belief /= belief.sum()
            made[t] = belief
        return made

    def _backwards(self, looks: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Chance of everything after each second, by state, from the last second but one to the first."""
        later = np.ones(POINTS)
        told, steps = looks.tolist(), {look: step.T.copy() for look, step in self._steps.items()}
        for t in range(len(told) - 2, -1, -1):
            look = told[t + 1]
            later = steps[look if look == look else None] @ later
            later /= later.max()
            yield t, later

    def _told(self, beliefs: np.ndarray) -> Probability:
        parts = [self._quantiles(beliefs[k : k + AT_ONCE]) for k in range(0, len(beliefs), AT_ONCE)]
        return Probability(*np.concatenate(parts, axis=1)) if parts else Probability(*np.empty((3, 0)))

    def _quantiles(self, beliefs: np.ndarray) -> np.ndarray:
        """Median, low and high end of p, `[3, seconds]`; each point of the grid stands for the cell around it."""
        grown = np.cumsum(beliefs, axis=1, dtype=float)
        grown /= grown[:, -1:]
        cell = self.grid[1] - self.grid[0]
        at = np.arange(len(grown))
        made = []
        for quantile in QUANTILES:
            k = np.minimum((grown < quantile).sum(axis=1), POINTS - 1)
            below = np.where(k > 0, grown[at, np.maximum(k - 1, 0)], 0.0)
            inside = (quantile - below) / np.maximum(grown[at, k] - below, 1e-300)
            made.append(1.0 / (1.0 + np.exp(-(self.grid[k] + cell * (np.clip(inside, 0.0, 1.0) - 0.5)))))
        return np.array(made)


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
