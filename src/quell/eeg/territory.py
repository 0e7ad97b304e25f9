"""How the columns of a patch add up on the scalp: waves take time to cross it, and a seizure takes more of it.

    seen(t)  = area(t) * mean of source(t - s) over the lags s of a disc that a wave crosses in `crossing`
    d a/dt   = (seizing - a) / growing,   area = 1 + (grown - 1) a

Discharges are travelling waves (Smith 2016), so columns a few centimetres apart fire one after the other: slow waves
add up and fast ones cancel. A seizing patch starts small, and its edge creeps over the lobe for as long as it seizes;
the source is that of the area with which it starts. Bursts, which stop for silence, recruit nothing.
"""

from dataclasses import dataclass

import numpy as np

from quell.ground.units import ratio, second


@dataclass(frozen=True, kw_only=True)
class Territory:
    """The area of a patch that is seen, and how long waves need for it."""

    crossing: second
    grown: ratio
    growing: second

    def lags(self, fs: float) -> np.ndarray:
        """Share of a disc at every lag, `[lags]` one sample apart, sum 1."""
        count = max(1, round(self.crossing * fs))
        across = (np.arange(count) + 0.5) / count * 2.0 - 1.0
        width = np.sqrt(1.0 - across**2)
        return width / width.sum()

    def crossed(self, piece: np.ndarray, before: np.ndarray, fs: float) -> np.ndarray:
        """A piece of source `[samples, patches]` as its waves have passed; `before` is what came before it."""
        lags = self.lags(fs)
        need = len(lags) - 1
        first = (before if len(before) else piece)[:1]
        missing = np.repeat(first, max(0, need - len(before)), axis=0)  # a record begins in what it begins with
        longer = np.concatenate([missing, before[max(0, len(before) - need) :], piece])
        seen = np.zeros_like(piece)
        for lag, share in enumerate(lags):
            seen += share * longer[need - lag : need - lag + len(piece)]
        return seen

    def areas(self, time_s: np.ndarray, seizing: np.ndarray) -> np.ndarray:
        """Area at each of the times, `[t, patches]`, from who seizes in the steps that end there."""
        lengths = np.diff(time_s)
        held = np.exp(-np.concatenate([lengths[:1], lengths]) / self.growing)  # the first step is as long as the next
        recruited, state = np.zeros(seizing.shape), np.zeros(seizing.shape[1])
        for k, now in enumerate(np.asarray(seizing, float)):
            state = now + (state - now) * held[k] if len(lengths) else state
            recruited[k] = state
        return 1.0 + (self.grown - 1.0) * recruited
