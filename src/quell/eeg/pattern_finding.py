"""The findings of a page: what was measured, under names that a reader of EEG would use."""

from typing import NamedTuple

import numpy as np

from quell.eeg.discharge import Train
from quell.eeg.rhythm import Rhythm

SIDES = {"left": -1, "right": 1, "both": None}  # None: every derivation, the midline too
CLEARLY = 1.2  # one side is taken alone only if it shows a pattern this much better than the whole head


class Side(NamedTuple):
    """Discharges, rhythmic delta and faster rhythm of some derivations, and their envelope of sharpness.

    `strained` : sharpness above 20 Hz over that below at the discharges; muscle has more above
    """

    train: Train
    delta: Rhythm
    fast: Rhythm
    envelope: np.ndarray
    strained: float


class Findings(NamedTuple):
    """What a page shows, in numbers.

    `left`, `right`, `both` : discharges and rhythms by side
    `bsr` : share suppressed; `contrast` : 95th over 10th percentile of the local deviation
    `bursts` : share of the time not suppressed that lies in bursts longer than a discharge
    `voltage` : peak to peak within a second, below 20 Hz, median over time and channels, uV
    `line_length` : of the leading channels below 25 Hz, uV/s
    `muscle` : share of the power of 2-40 Hz that lies above 25 Hz, median over channels
    `growth` : line length of the liveliest third of the page over that of the calmest
    `discharge_lean`, `delta_lean` : (R - L) / (R + L) of discharges and of delta, -1 left to 1 right
    """

    left: Side
    right: Side
    both: Side
    bsr: float
    contrast: float
    bursts: float
    voltage: float
    line_length: float
    muscle: float
    growth: float
    discharge_lean: float
    delta_lean: float

    @property
    def main(self) -> Side:
        """Where discharges stand out most."""
        one = max((self.left, self.right), key=lambda side: side.train.worth)
        return one if one.train.worth > CLEARLY * self.both.train.worth else self.both

    @property
    def beat(self) -> Side:
        """Where delta is most rhythmic."""
        one = max((self.left, self.right), key=lambda side: side.delta.regularity)
        return one if one.delta.regularity > CLEARLY * self.both.delta.regularity else self.both
