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
from quell.eeg.discharge_rate import Quickness, neighbours
from quell.eeg.montage import Derivation, bipolar
from quell.eeg.order import median, quantiles
from quell.eeg.pattern_belief import CLASSES, beliefs, unknown
from quell.eeg.pattern_finding import NOTHING, SIDES, Findings, Side
from quell.eeg.pattern_level import Levels
from quell.eeg.prepared import Prepared, prepared
from quell.eeg.rhythm import Rhythm, Rhythms
from quell.eeg.rhythm_band import Bands
from quell.eeg.rhythm_track import Tracking
from quell.eeg.suppression import Suppression
from quell.ground.card import from_card
from quell.ground.errors import InputError

SHORTEST_S = 3.0
MEASURED, FULL = 0.3, 0.9  # share of its time a channel must be there; share from which a page counts as whole
FEWEST = 2  # derivations of which something can be said
EVERYTHING = slice(None)
LIVELY, GROUND = 0.9, 0.3  # quantiles of sharpness: by which derivations are ranked; between discharges
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
    live = _cards().levels.usable(seen.derived)
    findings = find(seen, live, page)
    if live.sum() < min(FEWEST, len(live)):
        return PageReading(dict(zip(CLASSES, unknown(), strict=True)), None, findings)
    probabilities, hz = beliefs(findings)
    return PageReading(dict(zip(CLASSES, probabilities, strict=True)), hz, findings)


def find(seen: Prepared, live: np.ndarray, page: slice = EVERYTHING) -> Findings:
    """Everything that is measured on the `live` derivations (bool) of a page, and around it where `seen` holds more."""
    cards = _cards()
    seen = seen.kept(live if live.sum() >= FEWEST else np.ones(len(live), bool))
    fs, sides = seen.fs, seen.derivation.sides()
    back, eyes = touching(seen.derivation, BACK), touching(seen.derivation, EYES)
    ground, lively = quantiles(seen.bands.sharp, [GROUND, LIVELY])
    slow = seen.bands.slow[:, page]
    sizes = slow.std(axis=1)
    found = {}
    for name, side in SIDES.items():
        mine = np.flatnonzero((sides == side) | (side is None))
        if len(mine) < FEWEST:
            found[name] = NOTHING
            continue
        lead = mine[cards.levels.leading(lively[mine])]
        calm = mine[~eyes[mine]] if cards.levels.blinking(sizes[mine], eyes[mine]) else mine
        delta = cards.rhythms.rhythm(slow[calm[cards.levels.leading(sizes[calm])]], fs)
        found[name] = _side(seen.bands, lead, delta, fs, page=page)
    inside, near = seen.cut(page), neighbours(seen.derivation)
    return cards.levels.findings(
        seen.bands,
        sides,
        fs,
        found=found,
        ground=ground,
        deviation=seen.deviation,
        states=cards.suppression.states(seen.deviation, fs),
        track=cards.tracking.track(inside.bands, fs, back, inside.sums),
        quick=cards.quickness.quick(inside.bands, fs, near, back, peaks=inside.peaks, sums=inside.sums),
        page=page,
    )


@cache
def touching(derivation: Derivation, electrodes: tuple[str, ...]) -> np.ndarray:
    """Whether each derivation touches one of the electrodes, bool `[derivations]`."""
    return np.array([any(part in electrodes for part in name.split("-")) for name in derivation.names])


def _side(bands: Bands, lead: np.ndarray, delta: Rhythm, fs: float, *, page: slice) -> Side:
    """Discharges of the leading derivations of a side, of the page or of it and its surroundings, beside its delta."""
    envelope = bands.sharp[lead].mean(axis=0)
    train = _clearest(envelope, fs, page)
    at = train.samples
    strained = bands.muscle[np.ix_(lead, at)].mean(axis=0) / np.maximum(envelope[at], 1e-9)
    return Side(train, delta, median(strained) if len(at) else 0.0)


def _clearest(envelope: np.ndarray, fs: float, page: slice) -> Train:
    """The train of the page with its surroundings, or that of the page where it is clearer."""
    discharges = _cards().discharges
    wide, inside = discharges.train(envelope, fs), envelope[page]
    if len(inside) == len(envelope):
        return wide
    own = discharges.train(inside, fs)
    return own._replace(samples=own.samples + (page.start or 0)) if own.strength > wide.strength else wide


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
