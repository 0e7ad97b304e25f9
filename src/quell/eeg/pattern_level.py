"""Levels of a page: voltage, line length, muscle, growth, and how far a pattern leans to one side."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from quell.eeg.discharge_rate import Quick
from quell.eeg.pattern_finding import Findings, Side, chief
from quell.eeg.rhythm_band import Bands
from quell.eeg.rhythm_track import Track, one_pace
from quell.eeg.suppression import BURST, SUPPRESSED, spans
from quell.ground.units import Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Limits of the levels."""

    dead: uV
    loudest: uV
    louder: ratio
    apart: second
    burst: second
    dropped: share
    kept: share
    eyes: ratio
    wander: share

    def usable(self, derived: np.ndarray) -> np.ndarray:
        """Derivations that are connected and not drowned in artefact, bool `[derivations]`."""
        size = derived.std(axis=1)
        alive = size > self.dead
        middle = np.median(size[alive]) if alive.any() else 0.0
        return alive & (size < max(self.loudest, self.louder * middle))

    def leading(self, sizes: np.ndarray) -> np.ndarray:
        """Indices of the liveliest derivations; the very first are left out, as one bad electrode moves two."""
        order = np.argsort(-sizes)
        dropped = round(self.dropped * len(sizes)) if len(sizes) > 4 else 0
        return order[dropped : dropped + max(2, round(self.kept * len(sizes)))]

    def blinking(self, slow: np.ndarray, eyes: np.ndarray) -> bool:
        """Whether slow waves are so much larger beside the eyes (bool `[derivations]`) that they are the eyes'."""
        if eyes.all() or not eyes.any() or (~eyes).sum() < 3:
            return False
        size = slow.std(axis=1)
        return bool(np.median(size[eyes]) > self.eyes * np.median(size[~eyes]))

    def findings(
        self,
        bands: Bands,
        sides: np.ndarray,
        fs: float,
        *,
        found: dict[str, Side],
        deviation: np.ndarray,
        states: np.ndarray,
        track: Track,
        quick: Quick,
        page: slice,
    ) -> Findings:
        """All findings of usable derivations; `page` is the part in which rhythmic delta was sought."""
        low, high = np.nanquantile(deviation, [0.1, 0.95]) if np.isfinite(deviation).any() else (0.0, 0.0)
        thirds = sorted(float(np.median(part)) for part in np.array_split(track.line, 3) if len(part))
        delta = np.subtract(*np.quantile(bands.slow[:, page], [0.95, 0.05], axis=1))
        counted: dict[str, Any] = {f"quick_{name}": float(np.median(x)) for name, x in quick._asdict().items()}
        return Findings(
            **found,
            **counted,
            bsr=float(np.mean(states == SUPPRESSED)),
            contrast=float(high / max(low, 1e-6)),
            bursts=self._bursts(states, fs),
            voltage=self._voltage(bands.calm, fs),
            line_length=thirds[-1],
            growth=thirds[-1] / max(thirds[0], 1e-9),
            fast_regularity=float(np.median(track.regularity)),
            fast_hz=float(np.median(track.hz)),
            fast_size=float(np.median(track.size)),
            fast_kept=one_pace(track.hz, self.wander),
            fast_back=float(np.median(track.back)),
            strained=float(np.median(track.strained)),
            discharge_lean=_discharge_lean(bands.sharp, sides, chief(**found).train.samples),
            delta_lean=_lean(delta, sides),
        )

    def _bursts(self, states: np.ndarray, fs: float) -> float:
        lengths = [span.stop_s - span.start_s for span in spans(states, fs) if span.state == BURST]
        total = sum(lengths)
        return sum(length for length in lengths if length > self.burst) / total if total else 0.0

    def _voltage(self, calm: np.ndarray, fs: float) -> float:
        step = max(1, round(self.apart * fs))
        whole = calm[:, : calm.shape[1] // step * step].reshape(len(calm), -1, step)
        return float(np.median(np.ptp(whole, axis=2))) if whole.size else 0.0


def _discharge_lean(sharp: np.ndarray, sides: np.ndarray, at: np.ndarray) -> float:
    """Excess of sharpness at the discharges over the ground, right against left."""
    if not len(at):
        return 0.0
    return _lean(np.maximum(np.median(sharp[:, at], axis=1) - np.quantile(sharp, 0.3, axis=1), 0.0), sides)


def _lean(sizes: np.ndarray, sides: np.ndarray) -> float:
    """(R - L) / (R + L) of the mean size of the derivations on each side, 0 where a side is missing."""
    if not ((sides < 0).any() and (sides > 0).any()):
        return 0.0
    left, right = sizes[sides < 0].mean(), sizes[sides > 0].mean()
    return float((right - left) / max(right + left, 1e-9))
