"""Units and levels: what brings a file's numbers to microvolts, and when they are not believed.

Missing and odd units are common, and a factor of a thousand or a million passes every reader in silence. So the
level is looked at: the standard deviation of a scalp EEG lies between 1 and 500 uV. Numbers: level.toml.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from quell.eeg.channels import Channel
from quell.eeg.header import Signal
from quell.ground.card import from_card
from quell.ground.units import Hz, Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]
MOST_PHYSICAL = 1e7  # uV at the end of a channel's range; more is damage
WORD = 65536
ASSUMED = "unit"  # a remark that begins so is the same for all channels with that unit
VOLTS = {"": 1e6, "m": 1e3, "u": 1.0, "µ": 1.0, "μ": 1.0, "n": 1e-3}


@dataclass(frozen=True, kw_only=True)
class Plausible:
    """Levels and rates outside of which a file is not taken for an EEG in microvolts."""

    quietest: uV
    loudest: uV
    window: second
    windows: ratio
    share: share
    slowest: Hz
    fastest: Hz


def factor(signal: Signal, channel: Channel) -> tuple[float | None, str]:
    """What brings a channel's unit to microvolts (None: leave it aside), and a remark, of one channel or of a unit."""
    low, high = signal.physical
    if low == high or signal.digital[0] == signal.digital[1]:
        return None, f"{channel.name} is left aside: its range is empty"
    text = re.sub(r"[ÂÎâ\s]", "", signal.unit)
    volts, remark = (VOLTS.get(text[:-1].lower()) if text[-1:] in ("V", "v") else None), ""
    if volts is None and channel.kind == "eeg":
        if text and text[-1:] not in ("V", "v"):
            return None, f"{channel.name} is left aside: its unit {signal.unit!r} is no voltage"
        volts, remark = 1.0, f"{ASSUMED} {signal.unit!r} is taken for uV"
    volts = 1.0 if volts is None else volts
    if max(abs(low), abs(high), abs(scale(signal)[0]) * WORD) * volts > MOST_PHYSICAL:
        return None, f"{channel.name} is left aside: its range ({low:g} to {high:g} {signal.unit}) cannot be"
    return volts, remark


def scale(signal: Signal) -> tuple[float, float]:
    (low, high), (bottom, top) = signal.physical, signal.digital
    gain = (high - low) / (top - bottom)
    return gain, low - gain * bottom


def levels(stretches: list[np.ndarray]) -> tuple[float, float, np.ndarray]:
    """The EEG's level in uV in its calm and in its lively stretches `[channels, samples]`, and each channel's most.

    The standard deviation of each channel in each stretch; its quantiles over stretches; the median over channels.
    NaN where there is nothing but gaps.
    """
    spread = np.stack([deviation(values) for values in stretches])
    known = np.sort(spread[np.isfinite(spread).all(axis=1)], axis=0)
    if not len(known):
        return np.nan, np.nan, np.full(spread.shape[1], np.nan)
    rank = round(from_card(Plausible).share * (len(known) - 1))
    return float(np.median(known[len(known) - 1 - rank])), float(np.median(known[rank])), known[-1]


def deviation(values: np.ndarray) -> np.ndarray:
    """Standard deviation of each channel `[channels, samples]`, NaN where less than half is there."""
    there = np.isfinite(values)
    count = there.sum(axis=1)
    filled = np.where(there, values, 0.0).astype(float)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    variance = (np.where(there, filled - mean[:, None], 0.0) ** 2).sum(axis=1) / np.maximum(count, 1)
    return np.where(2 * count >= values.shape[1], np.sqrt(variance), np.nan)
