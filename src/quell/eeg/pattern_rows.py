"""What each derivation shows alone, measured for many pages at once: faster than page by page, and the same."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from quell.eeg.discharge import Discharges
from quell.eeg.discharge_rate import Held, Quickness
from quell.eeg.order import quantiles
from quell.eeg.pattern_level import Levels
from quell.eeg.prepared import Prepared
from quell.eeg.rhythm import Rhythms, Waves
from quell.eeg.rhythm_track import Tracking, Windows
from quell.ground.card import from_card

AT_ONCE = 48000  # samples of pages with their surroundings: as many as a processor keeps near


class Look(NamedTuple):
    """What is looked at to name a page: the `whole` of it and its surroundings, and in that the `page`."""

    whole: slice
    page: slice


class Rows(NamedTuple):
    """Pages of one length in one stretch, derivation by derivation, `[pages, derivations]` each.

    `begins` : first sample of each page with its surroundings, of so many `samples`; `page` : where in it the page is
    `level` : standard deviation in uV, of page and surroundings; `ground`, `lively` : their sharpness between
    discharges and at them
    `slow` : standard deviation of the slow band of the page, `delta` its 5th to 95th percentile, in uV
    `waves` : the slow band of the page, derivations of one page after those of another
    `swing` : peak to peak in uV of each window, `[pages, derivations, windows]`
    `windows`, `held` : of the page, derivations first
    """

    begins: np.ndarray
    samples: int
    page: slice
    level: np.ndarray
    ground: np.ndarray
    lively: np.ndarray
    slow: np.ndarray
    delta: np.ndarray
    swing: np.ndarray
    waves: Waves
    windows: Windows
    held: Held


def groups(looks: Sequence[Look], samples: int) -> Iterator[list[int]]:
    """Numbers of looks of one shape, as many together as are measured at once; `samples` : of the whole stretch."""
    shapes: dict[tuple[int, int, int], list[int]] = {}
    for number, (whole, page) in enumerate(looks):
        first, last, _ = whole.indices(samples)
        shapes.setdefault((last - first, *page.indices(last - first)[:2]), []).append(number)
    for (length, _, _), numbers in shapes.items():
        together = max(1, AT_ONCE // max(1, length))
        for at in range(0, len(numbers), together):
            yield numbers[at : at + together]


def rows_of(seen: Prepared, looks: Sequence[Look]) -> Rows:
    """The derivations of pages of one shape."""
    cards, fs, count = _cards(), seen.fs, len(seen.derived)
    spans = [look.whole.indices(seen.derived.shape[1])[:2] for look in looks]
    samples = spans[0][1] - spans[0][0]
    first, last, _ = looks[0].page.indices(samples)
    begins = np.array([begin for begin, _ in spans])
    shape, inside = (len(looks), count), [slice(begin + first, begin + last) for begin, _ in spans]

    def stacked(values: np.ndarray, cuts: Sequence[slice]) -> np.ndarray:
        return np.concatenate([values[:, cut] for cut in cuts])

    around = [slice(*span) for span in spans]
    slow = stacked(seen.bands.slow, inside)
    ranks = [cards.discharges.ground, cards.levels.lively]
    ground, lively = quantiles(stacked(seen.bands.sharp, around), ranks).reshape(2, *shape)
    starts = (begins + first)[:, None] + cards.tracking.begins(last - first, fs)
    return Rows(
        begins,
        samples,
        slice(first, last),
        stacked(seen.derived, around).std(axis=1).reshape(shape),
        ground,
        lively,
        slow.std(axis=1).reshape(shape),
        np.subtract(*quantiles(slow, [0.95, 0.05])).reshape(shape),
        cards.levels.swings(stacked(seen.bands.calm, around), fs).reshape(*shape, -1),
        cards.rhythms.waves(slow, fs),
        cards.tracking.windows(seen.bands, seen.sums, fs, starts, last - first),
        cards.quickness.held(seen.peaks, seen.sums, fs, begins + first, last - first),
    )


class _Cards(NamedTuple):
    levels: Levels
    discharges: Discharges
    rhythms: Rhythms
    tracking: Tracking
    quickness: Quickness


@cache
def _cards() -> _Cards:
    first = from_card(Levels), from_card(Discharges), from_card(Rhythms)
    return _Cards(*first, from_card(Tracking), from_card(Quickness))
