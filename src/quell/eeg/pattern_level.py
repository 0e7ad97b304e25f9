"""Levels of a page: voltage, line length, muscle, growth, and how far a pattern leans to one side."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from quell.eeg.pattern_finding import CLEARLY, Findings, Side
from quell.eeg.spectrum import windows
from quell.eeg.suppression import BURST, SUPPRESSED, spans
from quell.ground.units import Hz, Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Bands and limits of the levels."""

    dead: uV
    loudest: uV
    louder: ratio
    voltage_high: Hz
    line_high: Hz
    muscle_low: Hz
    muscle_from: Hz
    apart: second
    burst: second
    dropped: share
    kept: share

    def usable(self, derived: np.ndarray, fs: float) -> np.ndarray:
        """Derivations that are connected and not drowned in artefact, bool `[derivations]`."""
        size = derived.std(axis=1)
        alive = size > self.dead
        middle = np.median(size[alive]) if alive.any() else 0.0
        return alive & (size < max(self.loudest, self.louder * middle))

    def leading(self, sizes: np.ndarray) -> np.ndarray:
        """Indices of the liveliest derivations; the very first few are left out, as one bad electrode moves two."""
        order = np.argsort(-sizes)
        dropped = round(self.dropped * len(sizes)) if len(sizes) > 4 else 0
        return order[dropped : dropped + max(2, round(self.kept * len(sizes)))]

    def findings(
        self,
        rows: np.ndarray,
        fs: float,
        *,
        found: dict[str, Side],
        deviation: np.ndarray,
        states: np.ndarray,
    ) -> Findings:
        """All findings of usable derivations `[derivations, samples]`."""
        low, high = np.nanpercentile(deviation, [10, 95]) if np.isfinite(deviation).any() else (0.0, 0.0)
        below, f, power = _below(rows, fs, self.line_high), *_power(rows, fs)
        lines = np.abs(np.diff(below, axis=1)) * fs
        lead = self.leading(lines.mean(axis=1))
        thirds = [part.mean() for part in np.array_split(lines[lead], 3, axis=1)]
        muscle = power[:, f >= self.muscle_from].sum(axis=1) / np.maximum(
            power[:, f >= self.muscle_low].sum(axis=1), 1e-12
        )
        return Findings(
            **found,
            bsr=float(np.mean(states == SUPPRESSED)),
            contrast=float(high / max(low, 1e-6)),
            bursts=self._bursts(states, fs),
            voltage=self._voltage(_below(rows, fs, self.voltage_high), fs),
            line_length=float(lines[lead].mean()),
            muscle=float(np.median(muscle)),
            growth=float(max(thirds) / max(min(thirds), 1e-9)),
            discharge_lean=_discharge_lean(found),
            delta_lean=_lean(found["left"].delta.size, found["right"].delta.size),
        )

    def _bursts(self, states: np.ndarray, fs: float) -> float:
        lengths = [span.stop_s - span.start_s for span in spans(states, fs) if span.state == BURST]
        total = sum(lengths)
        return sum(length for length in lengths if length > self.burst) / total if total else 0.0

    def _voltage(self, rows: np.ndarray, fs: float) -> float:
        step = max(1, round(self.apart * fs))
        whole = rows[:, : rows.shape[1] // step * step].reshape(len(rows), -1, step)
        return float(np.median(np.ptp(whole, axis=2))) if whole.size else 0.0


def _below(rows: np.ndarray, fs: float, high: float) -> np.ndarray:
    f = np.fft.rfftfreq(rows.shape[1], 1 / fs)
    return np.fft.irfft(np.fft.rfft(rows, axis=1) / (1 + (f / high) ** 8), rows.shape[1], axis=1)


def _power(rows: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    f, spectra = windows(rows, fs, window_s=2.0, step_s=1.0)
    return f, (np.abs(spectra) ** 2).mean(axis=1)


def _discharge_lean(found: dict[str, Side]) -> float:
    """Excess of sharpness at the discharges over the ground, right against left."""
    one = max((found["left"], found["right"]), key=lambda side: side.train.worth)
    train = (one if one.train.worth > CLEARLY * found["both"].train.worth else found["both"]).train
    excess = []
    for name in ("left", "right"):
        envelope = found[name].envelope
        at = np.minimum(train.samples, len(envelope) - 1)
        excess.append(max(float(np.median(envelope[at]) - np.percentile(envelope, 30)), 0.0) if len(at) else 0.0)
    return _lean(*excess)


def _lean(left: float, right: float) -> float:
    return (right - left) / (right + left) if right + left > 0 else 0.0
