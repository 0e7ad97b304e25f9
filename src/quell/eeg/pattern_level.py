"""Levels of a page: voltage, line length, muscle, growth, and how far a pattern leans to one side."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from quell.eeg.discharge_rate import Quick
from quell.eeg.order import median, quantiles
from quell.eeg.pattern_finding import Findings, Side, chief
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
    lively: share
    dropped: share
    kept: share
    eyes: ratio
    wander: share

    def usable(self, derived: np.ndarray) -> np.ndarray:
        """Derivations that are connected and not drowned in artefact, bool `[derivations]`."""
        return self.sound(derived.std(axis=1))

    def sound(self, size: np.ndarray) -> np.ndarray:
        """The same from the standard deviations `[derivations]` in uV."""
        alive = size > self.dead
        middle = median(size[alive]) if alive.any() else 0.0
        return alive & (size < max(self.loudest, self.louder * middle))

    def leading(self, sizes: np.ndarray) -> np.ndarray:
        """Indices of the liveliest derivations; the very first are left out, as one bad electrode moves two."""
        order = np.argsort(-sizes)
        dropped = round(self.dropped * len(sizes)) if len(sizes) > 4 else 0
        return order[dropped : dropped + max(2, round(self.kept * len(sizes)))]

    def blinking(self, size: np.ndarray, eyes: np.ndarray) -> bool:
        """Whether slow waves of such sizes are so much larger beside the eyes, bool `[derivations]`, that they are the
        eyes'."""
        if eyes.all() or not eyes.any() or (~eyes).sum() < 3:
            return False
        return median(size[eyes]) > self.eyes * median(size[~eyes])

    def findings(
        self,
        sharp: np.ndarray,
        sides: np.ndarray,
        fs: float,
        *,
        found: dict[str, Side],
        ground: np.ndarray,
        delta: np.ndarray,
        swing: np.ndarray,
        deviation: np.ndarray,
        states: np.ndarray,
        track: Track,
        quick: Quick,
    ) -> Findings:
        """All findings of usable derivations: `sharp` and `ground` are their sharpness and what of it is there between
        discharges, `delta` the size of their slow waves, `swing` as of `swings`."""
        known = deviation[np.isfinite(deviation)]
        low, high = quantiles(known, [0.1, 0.95]) if len(known) else (0.0, 0.0)
        thirds = sorted(median(part) for part in np.array_split(track.line, 3) if len(part))
        counted: dict[str, Any] = {f"quick_{name}": median(x) for name, x in quick._asdict().items()}
        return Findings(
            **found,
            **counted,
            bsr=float(np.mean(states == SUPPRESSED)),
            contrast=float(high / max(low, 1e-6)),
            bursts=self._bursts(states, fs),
            voltage=median(swing) if swing.size else 0.0,
            line_length=thirds[-1],
            growth=thirds[-1] / max(thirds[0], 1e-9),
            fast_regularity=median(track.regularity),
            fast_hz=median(track.hz),
            fast_size=median(track.size),
            fast_kept=one_pace(track.hz, self.wander),
            fast_back=median(track.back),
            strained=median(track.strained),
            discharge_lean=_discharge_lean(sharp, ground, sides, chief(**found).train.samples),
            delta_lean=_lean(delta, sides),
        )

    def _bursts(self, states: np.ndarray, fs: float) -> float:
        lengths = [span.stop_s - span.start_s for span in spans(states, fs) if span.state == BURST]
        total = sum(lengths)
        return sum(length for length in lengths if length > self.burst) / total if total else 0.0

    def swings(self, calm: np.ndarray, fs: float) -> np.ndarray:
        """Peak to peak of each second of some rows `[rows, samples]`, `[rows, seconds]`."""
        step = max(1, round(self.apart * fs))
        whole = calm[:, : calm.shape[1] // step * step].reshape(len(calm), -1, step)
        return whole.max(axis=2) - whole.min(axis=2)


def _discharge_lean(sharp: np.ndarray, ground: np.ndarray, sides: np.ndarray, at: np.ndarray) -> float:
    """Excess of sharpness at the discharges over the ground, right against left."""
    if not len(at):
        return 0.0
    return _lean(np.maximum(quantiles(sharp[:, at], [0.5])[0] - ground, 0.0), sides)


def _lean(sizes: np.ndarray, sides: np.ndarray) -> float:
    """(R - L) / (R + L) of the mean size of the derivations on each side, 0 where a side is missing."""
    if not ((sides < 0).any() and (sides > 0).any()):
        return 0.0
    left, right = sizes[sides < 0].mean(), sizes[sides > 0].mean()
    return float((right - left) / max(right + left, 1e-9))
