"""The findings of a page: what was measured, under names that a reader of EEG would use."""

from typing import NamedTuple

from quell.eeg.discharge import NONE, Train
from quell.eeg.rhythm import Rhythm

SIDES = {"left": -1, "right": 1, "both": None}  # None: every derivation, the midline too
CLEARLY = 1.2  # one side is taken alone only if it shows a pattern this much better than the whole head


class Side(NamedTuple):
    """Discharges and rhythmic delta of some derivations.

    `strained` : sharpness above 20 Hz over that below at the discharges; muscle has more above
    """

    train: Train
    delta: Rhythm
    strained: float


NOTHING = Side(NONE, Rhythm(0.0, 0.0, 0.0), 0.0)


class Findings(NamedTuple):
    """What a page shows, in numbers.

    `left`, `right`, `both` : discharges and rhythmic delta by side
    `bsr` : share suppressed; `contrast` : 95th over 10th percentile of the local deviation
    `bursts` : share of the time not suppressed that lies in bursts longer than a discharge
    `voltage` : peak to peak within a second, below 20 Hz, median over time and derivations, uV
    `line_length` : of the leading derivations, 1-25 Hz, uV/s, median over the liveliest third of the page
    `growth` : line length of the liveliest third over that of the calmest
    `fast_regularity`, `fast_hz`, `fast_size` : rhythm of 1.5-22 Hz, medians over windows of 2 s, uV
    `fast_kept` : share of the windows that keep one pace
    `fast_back` : share of its leading derivations that touch the back of the head
    `strained` : sharpness above 20 Hz over that below, median over the page
    `quick_size`, `quick_hz`, `quick_strained`, `quick_back`, `quick_even` : medians of `quell.eeg.discharge_rate.Quick`
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
    growth: float
    fast_regularity: float
    fast_hz: float
    fast_size: float
    fast_kept: float
    fast_back: float
    strained: float
    quick_size: float
    quick_hz: float
    quick_strained: float
    quick_back: float
    quick_even: float
    discharge_lean: float
    delta_lean: float

    @property
    def main(self) -> Side:
        """Where discharges stand out most."""
        return chief(self.left, self.right, self.both)

    @property
    def beat(self) -> Side:
        """Where delta is most rhythmic."""
        one = max((self.left, self.right), key=lambda side: side.delta.regularity)
        return one if one.delta.regularity > CLEARLY * self.both.delta.regularity else self.both


def chief(left: Side, right: Side, both: Side) -> Side:
    """The side whose discharges stand out, if clearly more than on the whole head."""
    one = max((left, right), key=lambda side: side.train.worth)
    return one if one.train.worth > CLEARLY * both.train.worth else both
