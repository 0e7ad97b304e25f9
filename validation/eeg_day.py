"""A day of EEG with known seizures, patterns and artefacts: 19 channels through the head model, made while it is read.

Background, alpha and amplifier come from `quell.eeg.scalp`, artefacts from `quell.eeg.contamination`, all kinds
switched on. Seizures run from fast to slow, spread and end (or are spike and wave); periodic discharges, rhythmic
delta and burst suppression are there to be told from them. Nothing of the day is in memory but a few minutes.
"""

from dataclasses import dataclass

import numpy as np

from quell.eeg.artefact import KINDS as ARTEFACTS
from quell.eeg.burden import Span, marked
from quell.eeg.channels import Channel
from quell.eeg.leadfield import electrode_names, leadfield, patch_names
from quell.eeg.montage import longitudinal
from quell.eeg.scalp import BLOCK, Course, chunks
from quell.eeg.territory import Territory
from quell.ground.card import from_card

PATCHES = patch_names()
STUDY = 4141
FS = 200.0
KEPT = 200  # blocks of 10 s held while stretches overlap
SIZE = np.array([np.abs(longitudinal(column[None])[0]).max() for column in leadfield(PATCHES).T])  # uV per nAm
KINDS = ("ward", "status", "quiet")


@dataclass(frozen=True)
class Plan:
    """What happens in a day: spans of seizures and of each other pattern, and the person's state by minute."""

    seizures: list[Span]
    patterns: dict[str, list[Span]]
    awake: np.ndarray
    asleep: np.ndarray  # share of firing that is left, `[minutes]`


def plan(kind: str, patient: int, hours: float = 24.0) -> Plan:
    """A ward patient with single seizures, one in status epilepticus and anaesthesia, or one without seizures."""
    rng = np.random.Generator(np.random.PCG64([STUDY, patient, KINDS.index(kind)]))
    minutes, seconds = int(hours * 60), hours * 3600
    awake = np.clip(0.5 + 0.5 * np.sin(2 * np.pi * (np.arange(minutes) / 1440 + rng.uniform())), 0, 1)
    firing = np.ones(minutes)
    seizures: list[Span] = []
    patterns = {
        "gpd": [Span(0.40 * seconds, 0.42 * seconds)],
        "grda": [Span(0.50 * seconds, 0.515 * seconds)],
        "lpd": [Span(0.60 * seconds, 0.62 * seconds)],
    }
    if kind == "ward":
        starts = np.sort(rng.uniform(0.01, 0.97, round(hours * 0.75))) * seconds
        seizures = [Span(float(t), float(t + rng.uniform(25, 150))) for t in starts]
        seizures = [one for k, one in enumerate(seizures) if not k or one.start_s > seizures[k - 1].stop_s + 240]
    if kind == "status":
        awake[:] = 0.0
        at = 0.03 * seconds
        seizures.append(Span(at, at + 45 * 60))
        t = at + 3600
        while t < 0.3 * seconds:  # cyclic seizures, 60 to 120 s every 5 min
            seizures.append(Span(t, t + rng.uniform(60, 120)))
            t += rng.uniform(240, 360)
        patterns["burst_suppression"] = [Span(0.7 * seconds, 0.9 * seconds)]
    return Plan(seizures, patterns, awake, firing)


class Day:
    """A recording that is made while it is read; what `quell.eeg.seizure.detect` asks of a source.

    Stretches come in order; one that lies far back makes the day again from its beginning, the same.
    """

    annotations, start, simulated, warnings = (), None, True, ()

    def __init__(self, kind: str, patient: int, hours: float = 24.0, artefacts=ARTEFACTS):
        self.kind, self.patient, self.fs = kind, patient, FS
        self.samples = int(hours * 3600 * FS)
        self.channels = tuple(Channel(name, "eeg", name) for name in electrode_names())
        self.plan = plan(kind, patient, hours)
        times = np.arange(len(self.plan.awake)) * 60.0
        course = Course(times, responsiveness=self.plan.awake, convulsing=_convulsing(self.plan, times))
        self.course, self.artefacts = course, artefacts
        self._begin()
        self.rng = np.random.Generator(np.random.PCG64([STUDY, patient, 9]))
        self.flat = _suppressed(self.plan, self.samples / FS, self.rng)

    def _begin(self) -> None:
        sources = _Sources(self.plan, self.patient, self.samples)
        as_seen = from_card(Territory, crossing=0.0)  # patterns are made as the scalp shows them, lags and all
        how = {"patches": PATCHES, "course": self.course, "artefacts": self.artefacts, "territory": as_seen}
        self.blocks = chunks(sources, FS, STUDY, self.patient, **how)
        self.held: dict[int, np.ndarray] = {}
        self.next = 0

    def stretch(self, first: int, last: int) -> np.ndarray:
        """Samples `first` to `last` (excluded), float32 `[19, samples]` uV."""
        if first // BLOCK < min(self.held, default=0):
            self._begin()
        while self.next * BLOCK < last:
            self.held[self.next] = next(self.blocks).T
            self.next += 1
            self.held.pop(self.next - KEPT, None)
        parts = range(first // BLOCK, (last - 1) // BLOCK + 1)
        whole = np.concatenate([self.held[k] for k in parts], axis=1)
        signals = whole[:, first - parts[0] * BLOCK : last - parts[0] * BLOCK]
        seconds = (first + np.arange(last - first)) / FS
        return (signals * np.interp(seconds, *self.flat)).astype(np.float32) if len(self.flat[0]) > 2 else signals


class _Sources:
    """Currents of ten patches in nAm, `[samples, 10]`, sliced on demand."""

    ndim = 2

    def __init__(self, plan: Plan, patient: int, samples: int):
        self.plan, self.patient, self.samples = plan, patient, samples
        self.shape = (samples, len(PATCHES))

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, cut: slice) -> np.ndarray:
        first, last = cut.start, min(cut.stop, self.samples)
        t = (first + np.arange(last - first)) / FS
        made = np.zeros((len(t), len(PATCHES)))
        for number, span in enumerate(self.plan.seizures):
            if span.start_s < t[-1] and span.stop_s > t[0]:
                made += _seizure(t, span, self.patient, number)
        for name, spans in self.plan.patterns.items():
            for span in spans:
                if name != "burst_suppression" and span.start_s < t[-1] and span.stop_s > t[0]:
                    made += _pattern(name, t, span)
        return made


def _seizure(t: np.ndarray, span: Span, patient: int, number: int) -> np.ndarray:
    """A chirp from fast to slow that grows, spreads to neighbours and to the other side, and stops; or spike-wave."""
    rng = np.random.Generator(np.random.PCG64([STUDY, patient, 100 + number]))
    length = span.stop_s - span.start_s
    size = rng.uniform(70, 220)
    since = np.clip(t - span.start_s, 0, length)
    share = since / length
    inside = ((t >= span.start_s) & (t < span.stop_s)) * np.clip(since / 3, 0, 1)
    jitter = 0.3 * np.sin(2 * np.pi * since / rng.uniform(5, 9)) + 0.2 * np.sin(2 * np.pi * since / rng.uniform(2, 4))
    if rng.random() < 0.7 or length > 600:
        fast, slow = rng.uniform(6, 13), rng.uniform(2.2, 3.5)
        cycle = length if length < 600 else 120.0  # a long one waxes and wanes
        back = (since % cycle) / cycle
        within = cycle * (fast - (fast - slow) * back / 2) * back
        phase = 2 * np.pi * (within + (since // cycle) * cycle * (fast + slow) / 2) + jitter
        wave = (np.sin(phase) + 0.4 * np.sin(2 * phase + 0.5)) / 2
    else:
        phase = (rng.uniform(3.3, 4.2) * since * (1 - 0.15 * share) + jitter / 6) % 1.0  # slows by 30 %
        wave = np.exp(-0.5 * ((phase - 0.3) / 0.06) ** 2) - 0.5 * np.exp(-0.5 * ((phase - 0.65) / 0.12) ** 2)
    focus = rng.integers(len(PATCHES))
    _, _, side = PATCHES[focus].rpartition("_")
    weights = np.zeros((len(t), len(PATCHES)))
    for k, name in enumerate(PATCHES):
        if k == focus:
            weights[:, k] = 0.5 + 0.5 * share
        elif name.endswith(side):
            weights[:, k] = 0.5 * np.clip(3 * share - 0.3, 0, 1) * (0.3 + 0.7 * rng.random())
        else:
            weights[:, k] = 0.4 * np.clip(3 * share - 1.5, 0, 1) * rng.random()
    return (inside * wave)[:, None] * weights * size / SIZE


def _pattern(name: str, t: np.ndarray, span: Span) -> np.ndarray:
    since = t - span.start_s
    inside = (since >= 0) & (t < span.stop_s)
    wander = 0.15 * np.sin(2 * np.pi * since / 7.3) + 0.1 * np.sin(2 * np.pi * since / 3.1)
    if name == "grda":
        wave, rate = np.sin(2 * np.pi * (1.8 * since + wander)), 1.0
    else:
        rate = 1.0 if name == "gpd" else 0.8
        phase = (rate * since + wander * 0.3) % 1.0 / rate
        wave = np.exp(-0.5 * ((phase - 0.2) / 0.03) ** 2) - 0.5 * np.exp(-0.5 * ((phase - 0.38) / 0.08) ** 2)
    weights = np.array([1.0 if name != "lpd" or patch in ("temporal_L", "frontal_L") else 0.05 for patch in PATCHES])
    return (inside * wave)[:, None] * weights * 70.0 / SIZE


def _convulsing(plan: Plan, times: np.ndarray) -> np.ndarray:
    """Every third seizure moves."""
    moving = [span for k, span in enumerate(plan.seizures) if k % 3 == 0]
    mark = marked(moving, times[-1] + 60)
    return np.array([mark[int(t) : int(t) + 60].mean() for t in times])


def _suppressed(plan: Plan, seconds: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Share of the EEG that is left, as corners of a line: 1, and in burst suppression 0.04 between the bursts."""
    corners = [(0.0, 1.0)]
    for span in plan.patterns.get("burst_suppression", []):
        t = span.start_s
        while t < span.stop_s:
            flat, burst = 9.6 * rng.weibull(0.87) + 0.6, 4.0 * rng.weibull(0.82) + 0.6
            corners += [(t, 1.0), (t + 0.2, 0.04), (t + 0.2 + flat, 0.04), (t + 0.4 + flat, 1.0)]
            t += 0.4 + flat + burst
    corners.append((seconds, 1.0))
    at, left = np.array(corners).T
    return at, left
