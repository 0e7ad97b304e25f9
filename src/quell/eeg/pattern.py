"""What a page of EEG shows: probabilities of eight patterns as experts might vote, from measures that can be read.

A page is brought to 0.5-40 Hz at 100 Hz and to the longitudinal bipolar chain. Discharges and rhythms are sought on the
left, on the right, and everywhere; suppression, voltage, muscle and growth are measured; `quell.eeg.pattern_belief`
turns these findings into probabilities. Research and teaching only: no part of this is validated for care.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from quell.eeg.channels import channels as named
from quell.eeg.conditioning import Band, bridged
from quell.eeg.discharge import Discharges, Train
from quell.eeg.discharge_rate import Quick, Quickness, neighbours
from quell.eeg.montage import Derivation, bipolar
from quell.eeg.order import median
from quell.eeg.pattern_belief import CLASSES, beliefs, unknown
from quell.eeg.pattern_finding import NOTHING, SIDES, Findings, Side
from quell.eeg.pattern_level import Levels
from quell.eeg.pattern_rows import Look, Rows, groups, rows_of
from quell.eeg.prepared import Prepared, prepared
from quell.eeg.rhythm import Rhythm, Rhythms
from quell.eeg.rhythm_band import Bands
from quell.eeg.rhythm_track import Track, Tracking
from quell.eeg.suppression import Suppression, middle
from quell.ground.card import from_card
from quell.ground.errors import InputError

SHORTEST_S = 3.0
MEASURED, FULL = 0.3, 0.9  # share of its time a channel must be there; share from which a page counts as whole
FEWEST = 2  # derivations of which something can be said
EVERYTHING = slice(None)
EYES = ("Fp1", "Fp2")
BACK = ("O1", "O2", "T5", "T6", "P3", "P4", "Pz")


class PageReading(NamedTuple):
    """Probabilities of the eight classes (sum 1), frequency of the pattern in Hz or None, and what they rest on."""

    probabilities: dict[str, float]
    pattern_hz: float | None
    findings: Findings


def page_probabilities(signals_uV: np.ndarray, fs: float, channels: Sequence[str]) -> dict[str, Any]:
    """Probabilities of the eight classes of a page, and its `pattern_hz` (Hz or None), as one dictionary.

    Parameters
    ----------
    signals_uV : `[channels, samples]` in uV, any reference or bipolar, 3 s or more; NaN where nothing was recorded
    fs : sampling rate in Hz, 100 or more
    channels : names as recorded ("EEG Fp1-Ref", "T7"); what is no place of the 10-20 system is left aside

    Raises
    ------
    InputError where the page is too short, or no channel is EEG.
    """
    reading = read_page(signals_uV, fs, channels)
    return {**reading.probabilities, "pattern_hz": reading.pattern_hz}


def read_page(signals_uV: np.ndarray, fs: float, channels: Sequence[str]) -> PageReading:
    """As `page_probabilities`, with the findings that the probabilities rest on."""
    signals = np.atleast_2d(np.asarray(signals_uV, np.float32))
    if signals.shape[0] != len(channels):
        raise InputError(f"signals {signals.shape} do not fit {len(channels)} channels", allowed="[channels, samples]")
    if signals.shape[1] < SHORTEST_S * fs:
        raise InputError(f"a page of {signals.shape[1] / fs:.2g} s is too short", allowed=f"{SHORTEST_S:g} s or more")
    kinds, _ = named(list(channels))
    rows = [k for k, one in enumerate(kinds) if one.kind == "eeg" and np.isfinite(signals[k]).mean() > MEASURED]
    if not rows:
        raise InputError(
            "there is no EEG channel", allowed="channels of the 10-20 system, measured for a third of the time"
        )
    derivation = bipolar([kinds[k].name for k in rows])
    eeg, gap = bridged(signals[rows])
    eeg = eeg[:, _longest(gap, round(SHORTEST_S * fs))]
    band = from_card(Band)
    return judge(prepared(derivation.apply(band.apply(eeg, fs)), band.rate_after(fs), derivation))


def _longest(gap: np.ndarray, shortest: int) -> slice:
    """The longest stretch without a gap, if it is long enough to be read and gaps are more than a breath."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], gap, [True]]).astype(int)))
    begin, end = max(zip(edges[::2], edges[1::2], strict=True), key=lambda pair: pair[1] - pair[0], default=(0, 0))
    few = gap.mean() < 1.0 - FULL
    return slice(None) if few or end - begin < shortest else slice(int(begin), int(end))


def judge(seen: Prepared, page: slice = EVERYTHING) -> PageReading:
    """The reading of a page that is conditioned, bipolar and prepared already.

    `page` : the samples that are the page, if `seen` holds its surroundings too. Discharges, rhythms of delta and
    suppression are read with them, since slow patterns need several cycles to be seen; a seizure in the page alone.
    """
    return judge_all(seen, [Look(EVERYTHING, page)])[0]


def judge_all(seen: Prepared, looks: Sequence[Look]) -> list[PageReading]:
    """The readings of pages of one stretch, those of one shape measured together."""
    made: dict[int, PageReading] = {}
    for numbers in groups(looks, seen.derived.shape[1]):
        rows = rows_of(seen, [looks[k] for k in numbers])
        live = np.array([_cards().levels.sound(level) for level in rows.level])
        for these in _alike(live):
            readings = _judged(seen, rows, live[these[0]], these)
            made |= {numbers[k]: reading for k, reading in zip(these, readings, strict=True)}
    return [made[k] for k in range(len(looks))]


def _alike(live: np.ndarray) -> list[np.ndarray]:
    """Numbers of pages with the same usable derivations, bool `[pages, derivations]`."""
    masks, which = np.unique(live, axis=0, return_inverse=True)
    return [np.flatnonzero(which.ravel() == k) for k in range(len(masks))]


def _judged(seen: Prepared, rows: Rows, live: np.ndarray, pages: np.ndarray) -> list[PageReading]:
    """The readings of pages with the same `live` derivations (bool)."""
    made = []
    for findings in find(seen, rows, live if live.sum() >= FEWEST else np.ones(len(live), bool), pages):
        if live.sum() < min(FEWEST, len(live)):
            made.append(PageReading(dict(zip(CLASSES, unknown(), strict=True)), None, findings))
            continue
        probabilities, hz = beliefs(findings)
        made.append(PageReading(dict(zip(CLASSES, probabilities, strict=True)), hz, findings))
    return made


def find(seen: Prepared, rows: Rows, live: np.ndarray, pages: np.ndarray) -> list[Findings]:
    """Everything that is measured on the `live` derivations (bool) of some pages, and around them."""
    cards, fs, kept = _cards(), seen.fs, np.flatnonzero(live)
    derivation = seen.derivation.kept(live)
    sides, back = derivation.sides(), touching(derivation, BACK)
    found = _sides(seen, rows, kept, pages, sides=sides, eyes=touching(derivation, EYES))
    track = cards.tracking.followed(rows.windows.kept(kept, pages), fs, back)
    quick = cards.quickness.judged(rows.held.kept(kept, pages), neighbours(derivation), back)
    made = []
    for k, page in enumerate(pages):
        around = slice(rows.begins[page], rows.begins[page] + rows.samples)
        deviation = seen.deviation[around]
        if len(kept) < len(live):
            deviation = middle(seen.deviations[kept, around], float(cards.suppression.dead))
        made.append(
            cards.levels.findings(
                seen.bands.sharp[:, around] if live.all() else seen.bands.sharp[kept, around],
                sides,
                fs,
                found=found[k],
                ground=rows.ground[page, kept],
                delta=rows.delta[page, kept],
                swing=rows.swing[page, kept],
                deviation=deviation,
                states=cards.suppression.states(deviation, fs),
                track=Track(*(values.reshape(len(pages), -1)[k] for values in track)),
                quick=Quick(*(values.reshape(len(pages), -1)[k] for values in quick)),
            )
        )
    return made


@cache
def touching(derivation: Derivation, electrodes: tuple[str, ...]) -> np.ndarray:
    """Whether each derivation touches one of the electrodes, bool `[derivations]`."""
    return np.array([any(part in electrodes for part in name.split("-")) for name in derivation.names])


def _sides(
    seen: Prepared, rows: Rows, kept: np.ndarray, pages: np.ndarray, *, sides: np.ndarray, eyes: np.ndarray
) -> list[dict[str, Side]]:
    """By side: discharges of its leading derivations, of the page or of it and its surroundings, beside its delta."""
    levels, envelopes, leads, deltas = _cards().levels, [], [], []
    for page in pages:
        lively, sizes, begin = rows.lively[page, kept], rows.slow[page, kept], rows.begins[page]
        for side in SIDES.values():
            mine = np.flatnonzero((sides == side) | (side is None))
            if len(mine) < FEWEST:
                continue
            lead = kept[mine[levels.leading(lively[mine])]]
            calm = mine[~eyes[mine]] if levels.blinking(sizes[mine], eyes[mine]) else mine
            beating = kept[calm[levels.leading(sizes[calm])]]
            deltas.append(_cards().rhythms.rhythm(rows.waves.kept(page * rows.slow.shape[1] + beating)))
            envelopes.append(seen.bands.sharp[lead, begin : begin + rows.samples].mean(axis=0))
            leads.append((lead, begin))
    trains = _cards().discharges.clearest(np.array(envelopes), seen.fs, rows.page) if envelopes else []
    told = iter(zip(trains, deltas, leads, envelopes, strict=True))
    there = {name: ((sides == side) | (side is None)).sum() >= FEWEST for name, side in SIDES.items()}
    return [
        {name: _side(seen.bands, *next(told)) if there[name] else NOTHING for name in SIDES} for _ in range(len(pages))
    ]


def _side(bands: Bands, train: Train, delta: Rhythm, lead: tuple[np.ndarray, int], envelope: np.ndarray) -> Side:
    """With how much muscle there is at the discharges; `lead` : derivations, and where their envelope begins."""
    rows, begin = lead
    strained = bands.muscle[rows[:, None], begin + train.samples].mean(axis=0)
    strained = strained / np.maximum(envelope[train.samples], 1e-9)
    return Side(train, delta, median(strained) if len(strained) else 0.0)


class _Cards(NamedTuple):
    levels: Levels
    tracking: Tracking
    quickness: Quickness
    suppression: Suppression
    discharges: Discharges
    rhythms: Rhythms


@cache
def _cards() -> _Cards:
    return _Cards(
        from_card(Levels),
        from_card(Tracking),
        from_card(Quickness),
        from_card(Suppression),
        from_card(Discharges),
        from_card(Rhythms),
    )
