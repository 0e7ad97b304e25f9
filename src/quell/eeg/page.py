"""One page of EEG as numbers: every quantity of a few seconds, as monitors and clinicians name them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from quell.eeg.montage import Derivation
from quell.eeg.order import median, quantiles
from quell.eeg.quantity import Quantity, asymmetry, bands, line_length
from quell.eeg.spectrum import squared, windows
from quell.eeg.suppression import UNKNOWN, Suppression

NOTHING = float("nan")
SHOWN = 20.0  # Hz: the density spectral array ends here
TRENDS = (
    ("known", "", "share of the page that was measured"),
    ("bsr", "", "share of the known time that is suppressed"),
    ("strict", "", "share below 10 uV peak to peak, the strict sense of suppression"),
    ("level_uV", "uV", "median local deviation over the page"),
    ("contrast", "", "95th over 10th percentile of the local deviation; low voltage without bursts stays below 4"),
    ("delta", "uV^2", "power of 0.5-4 Hz, mean over channels"),
    ("theta", "uV^2", "power of 4-8 Hz"),
    ("alpha", "uV^2", "power of 8-13 Hz"),
    ("beta", "uV^2", "power of 13-30 Hz"),
    ("sef95", "Hz", "spectral edge: 95 % of the power of 0.5-30 Hz lies below"),
    ("adr", "", "alpha-delta ratio"),
    ("asymmetry", "%", "100 (R - L) / (R + L) of the power of 1-25 Hz; positive: more on the right"),
    ("symmetry_index", "", "brain symmetry index, 0 alike to 1"),
    ("aeeg_low_uV", "uV", "amplitude-integrated EEG, lower edge (10 % of the page)"),
    ("aeeg_high_uV", "uV", "amplitude-integrated EEG, upper edge (90 %)"),
    ("line_length", "uV/s", "median over channels"),
    ("rhythmicity", "", "highest spectral peak of 0.5-10 Hz over a 1/f line, ratio"),
    ("rhythm_hz", "Hz", "where it is"),
)


@dataclass(frozen=True)
class Page:
    """One page: band-passed bipolar channels `[channels, samples]` at `fs`, with state and envelopes of each sample.

    `deviation`, `swing`, `states` `[samples]` come from the suppression measure, `envelope` `[channels, samples]` from
    the amplitude-integrated EEG; all are cut from a longer stretch, so their filters have settled.
    """

    start_s: float
    stop_s: float
    bipolar: np.ndarray
    fs: float
    deviation: np.ndarray
    swing: np.ndarray
    states: np.ndarray
    envelope: np.ndarray

    @cached_property
    def known(self) -> slice | np.ndarray:
        """What was recorded of the samples: all, or those beside gaps, bool `[samples]`."""
        return ~self.gap if self.gap.any() else slice(None)

    @cached_property
    def gap(self) -> np.ndarray:
        """Where nothing was recorded, bool `[samples]`."""
        return self.states == UNKNOWN

    def power(self, quantity: Quantity) -> tuple[np.ndarray, np.ndarray]:
        """Frequencies `[f]` in Hz and power density `[channels, f]` in uV^2/Hz, windows that touch a gap left out."""
        f, spectra = windows(self.bipolar, self.fs, window_s=quantity.window, step_s=quantity.step)
        power = squared(spectra)
        if self.gap.any():
            length, step = min(len(self.gap), round(quantity.window * self.fs)), max(1, round(quantity.step * self.fs))
            whole = ~np.lib.stride_tricks.sliding_window_view(self.gap, length)[::step].any(axis=1)
            power = power[:, whole] if whole.any() else np.full_like(power, np.nan)
        return f, power.mean(axis=1)


def measure(
    page: Page, derivation: Derivation, suppression: Suppression, quantity: Quantity
) -> tuple[dict[str, float], np.ndarray]:
    """Every trend of a page by name (NaN where it cannot be said), and its spectra left and right `[2, f]`, uV^2/Hz."""
    f, power = page.power(quantity)
    mean = power.mean(axis=0)
    sides = derivation.sides()
    halves = np.stack(
        [power[sides == side].mean(axis=0) if (sides == side).any() else mean * np.nan for side in (-1, 1)]
    )
    found: dict[str, Any] = {name: NOTHING for name, _, _ in TRENDS}
    found["known"] = 1.0 - page.gap.mean()
    found |= _suppression(page, suppression)
    if np.isfinite(mean).all() and found["known"] >= suppression.known:
        found |= bands(f, mean)
        found["sef95"], found["adr"] = quantity.edge(f, mean), quantity.alpha_delta(f, mean)
        found |= _sides(f, power, halves, derivation, quantity)
        found |= _shape(page, f, power, quantity)
    return {name: float(value) for name, value in found.items()}, halves[:, f <= SHOWN].astype(np.float32)


def _suppression(page: Page, suppression: Suppression) -> dict[str, Any]:
    ratio = suppression.ratio(page.states)
    if np.isnan(ratio):
        return {}
    deviation, swing = page.deviation[page.known], page.swing[page.known]
    low, middle, high = quantiles(deviation, [0.1, 0.5, 0.95])
    strict = float(np.mean(swing < suppression.strict))
    return {"bsr": ratio, "strict": strict, "level_uV": middle, "contrast": high / max(low, 1e-6)}


def _sides(
    f: np.ndarray, power: np.ndarray, halves: np.ndarray, derivation: Derivation, quantity: Quantity
) -> dict[str, Any]:
    pairs = derivation.homologous()
    if not pairs:
        return {}
    left, right = power[[a for a, _ in pairs]], power[[b for _, b in pairs]]
    inside = (f >= quantity.symmetry_low) & (f <= quantity.symmetry_high)
    return {
        "asymmetry": asymmetry(left[:, inside].sum(), right[:, inside].sum()),
        "symmetry_index": quantity.symmetry_index(f, left, right).mean(),
    }


def _shape(page: Page, f: np.ndarray, power: np.ndarray, quantity: Quantity) -> dict[str, Any]:
    low, high = quantiles(page.envelope[:, page.known], [quantity.amplitude_lower, quantity.amplitude_upper])
    height, where = quantity.rhythmicity(f, np.median(power, axis=0))
    return {
        "aeeg_low_uV": median(low),
        "aeeg_high_uV": median(high),
        "line_length": median(line_length(page.bipolar[:, page.known], page.fs)),
        "rhythmicity": height,
        "rhythm_hz": where,
    }
