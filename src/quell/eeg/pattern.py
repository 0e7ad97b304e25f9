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
from quell.eeg.discharge import NONE, Discharges
from quell.eeg.montage import Derivation, bipolar
from quell.eeg.pattern_belief import CLASSES, beliefs
from quell.eeg.pattern_finding import SIDES, Findings, Side
from quell.eeg.pattern_level import Levels
from quell.eeg.rhythm import Rhythm, Rhythms
from quell.eeg.suppression import Suppression
from quell.ground.card import from_card
from quell.ground.errors import InputError

SHORTEST_S = 3.0


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
    rows = [k for k, one in enumerate(kinds) if one.kind == "eeg" and np.isfinite(signals[k]).any()]
    if not rows:
        raise InputError("there is no EEG channel", allowed="channels with names of the 10-20 system")
    derivation = bipolar([kinds[k].name for k in rows])
    eeg, _ = bridged(signals[rows])
    band = from_card(Band)
    return judge(derivation.apply(band.apply(eeg, fs)), band.rate_after(fs), derivation)


def judge(derived: np.ndarray, fs: float, derivation: Derivation) -> PageReading:
    """The reading of a page that is conditioned and bipolar already: `[derivations, samples]` uV at `fs` Hz."""
    findings = find(derived, fs, derivation)
    probabilities, hz = beliefs(findings)
    return PageReading(dict(zip(CLASSES, probabilities, strict=True)), hz, findings)


def find(derived: np.ndarray, fs: float, derivation: Derivation) -> Findings:
    """Everything that is measured on a page."""
    discharges, rhythms, suppression, levels = _cards()
    live = levels.usable(derived, fs)
    rows, sides = derived[live], derivation.sides()[live]
    if len(rows) < 2:
        rows, sides = derived, derivation.sides()
    deviation = suppression.local_deviation(rows, fs)
    states = suppression.states(deviation, fs)
    sharp, muscle = discharges.sharpness(rows, fs)
    slow = rhythms.band(rows, fs, rhythms.slow_low, rhythms.slow_high)
    fast = rhythms.band(rows, fs, rhythms.fast_low, rhythms.fast_high)
    found = {}
    for name, side in SIDES.items():
        mine = np.flatnonzero((sides == side) | (side is None))
        found[name] = _side(sharp[mine], muscle[mine], slow[mine], fast[mine], fs) if len(mine) >= 2 else _nothing()
    return levels.findings(rows, fs, found=found, deviation=deviation, states=states)


def _side(sharp: np.ndarray, muscle: np.ndarray, slow: np.ndarray, fast: np.ndarray, fs: float) -> Side:
    discharges, rhythms, _, levels = _cards()
    lead = levels.leading(np.percentile(sharp, 90, axis=1))
    envelope = sharp[lead].mean(axis=0)
    train = discharges.train(envelope, fs)
    at = train.samples
    strained = float(np.median(muscle[lead].mean(axis=0)[at] / np.maximum(envelope[at], 1e-9))) if len(at) else 0.0
    delta, quick = slow[levels.leading(slow.std(axis=1))], fast[levels.leading(fast.std(axis=1))]
    return Side(
        train,
        rhythms.rhythm(delta, fs, rhythms.slow_least, rhythms.beyond),
        rhythms.moving(quick, fs, rhythms.fast_low, rhythms.fast_high),
        envelope,
        strained,
    )


def _nothing() -> Side:
    silent = Rhythm(0.0, 0.0, 0.0, 0.0)
    return Side(NONE, silent, silent, np.zeros(1), 0.0)


@cache
def _cards() -> tuple[Discharges, Rhythms, Suppression, Levels]:
    return from_card(Discharges), from_card(Rhythms), from_card(Suppression), from_card(Levels)
