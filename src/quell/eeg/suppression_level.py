"""Where this record's own quiet ends: levels of suppression that muscle, heart and ventilator have raised.

The logarithm of the local deviation over minutes is fitted by two normal distributions. Where they lie well apart
(Ashman's D), both are there for some of the time, and the lower one is as quiet as a suppressed brain under artefacts
can look, the level that parts them takes the place of the fixed one, within bounds. Else the fixed levels stay: what is
flat or goes on throughout has no two parts, and the calm between seizures is too large to be taken for suppression.
"""

from dataclasses import dataclass, replace

import numpy as np

from quell.eeg.suppression import Suppression, uV
from quell.ground.units import ratio, second, share

ROUNDS, FINE, EVERY = 40, 200, 10  # of the fit; levels tried between the two; samples passed over
LEAST = 0.05  # of a deviation (uV) and of the width of a part, below which numbers are noise


@dataclass(frozen=True, kw_only=True)
class OwnLevel:
    """When a record's own level is believed, and its bounds."""

    least_known: second
    apart: ratio
    rarest: share
    quiet: uV
    lowest: uV
    highest: uV

    def of(self, fixed: Suppression, deviation: np.ndarray, fs: float) -> Suppression:
        """The levels for these minutes: `fixed`, or its own where two parts are told. `deviation` uV `[samples]`."""
        known = deviation[np.isfinite(deviation)][::EVERY]
        if len(known) * EVERY < self.least_known * fs:
            return fixed
        weights, means, widths = two_parts(np.log(np.maximum(known, LEAST)))
        apart = np.sqrt(2.0) * (means[1] - means[0]) / np.sqrt((widths**2).sum())
        if apart < self.apart or weights.min() < self.rarest or np.exp(means[0]) > self.quiet:
            return fixed
        at = np.linspace(means[0], means[1], FINE)
        low, high = (w / s * np.exp(-0.5 * ((at - m) / s) ** 2) for w, m, s in zip(weights, means, widths, strict=True))
        level = float(np.clip(np.exp(at[np.argmax(high > low)]), self.lowest, self.highest))
        if level <= float(fixed.enter):
            return fixed
        return replace(fixed, enter=level, leave=level * float(fixed.leave) / float(fixed.enter))


def two_parts(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, means and widths of two normal distributions, the lower first (expectation-maximisation)."""
    means, widths = np.quantile(values, [0.2, 0.8]), np.full(2, max(values.std() / 2, LEAST))
    weights = np.array([0.5, 0.5])
    for _ in range(ROUNDS):
        part = (weights / widths)[:, None] * np.exp(-0.5 * ((values - means[:, None]) / widths[:, None]) ** 2)
        part /= np.maximum(part.sum(axis=0), 1e-300)
        count = np.maximum(part.sum(axis=1), 1e-9)
        means, weights = (part * values).sum(axis=1) / count, count / count.sum()
        widths = np.sqrt((part * (values - means[:, None]) ** 2).sum(axis=1) / count)
        widths = np.maximum(widths, LEAST)
    order = np.argsort(means)
    return weights[order], means[order], widths[order]
