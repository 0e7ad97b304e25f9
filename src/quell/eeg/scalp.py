"""Scalp EEG: source activity seen through the head, over background, alpha, amplifier noise and muscle.

    scalp = leadfield (territory + g (awake a 1/f^2 + drowsy b 1/f^3.9 + lost c 1-3 Hz + awake alpha)) + sensor + muscle

`territory` is the source as its columns add up (eeg.territory). g falls to nothing where a patch falls silent, so deep
suppression is flat down to the amplifier's noise, and between two bursts too: g follows the mean firing of the record
and, within a quarter of a second, the synaptic currents; after a seizure adenosine withholds the input that makes it.
A seizure that takes awareness makes large slow waves over the patches that it does not reach, and fading ones over all
after it (`lost`): cortex deprived of arousal, not seized (Englot 2010).
Every random number is addressed by (study, patient, stream, sample): the same patient gives the same bits, in one piece
or in blocks. Memory is one block, whatever the length. Numbers and sources: scalp.toml.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any

import jax.numpy as jnp
import numpy as np
from scipy import signal

from quell.eeg.artefact import Artefact, checked
from quell.eeg.contamination import Artefacts, State
from quell.eeg.leadfield import electrode_directions, leadfield
from quell.eeg.noise import BLOCK, WARM_BLOCKS, Stream
from quell.eeg.scalp_course import Course, follow, lost, per_patch
from quell.eeg.territory import Territory
from quell.ground.card import from_card
from quell.ground.chance import address
from quell.ground.errors import InputError
from quell.ground.units import Hz, Unit, ratio, second, share

CORNERS = 9  # one-pole filters that add up to the 1/f background
ALPHA_PATCHES = {"occipital": 1.0, "parietal": 0.5, "rest": 0.25}

nAm = Annotated[Any, Unit("nA*m")]
uV = Annotated[Any, Unit("uV")]


@dataclass(frozen=True, kw_only=True)
class Scalp:
    """Sizes of everything that is not the source itself."""

    ongoing: nAm
    slowed: nAm
    awake_slope: ratio
    slowed_slope: ratio
    slow_corner: Hz
    slowest: Hz
    deprived: nAm
    deprived_low: Hz
    deprived_high: Hz
    deprived_fades: second
    deprived_over: share
    alpha: nAm
    alpha_centre: Hz
    alpha_width: Hz
    half_rate: Hz
    half_source: nAm
    half_moving: nAm
    source_steepness: ratio
    memory: second
    sensor: uV
    sensor_slope: ratio
    muscle: uV
    muscle_low: Hz


def scalp_eeg(source: np.ndarray, fs: float, study: int, patient: int, **options: Any) -> np.ndarray:
    """Scalp EEG in one array: float32 `[samples, 19]` in uV, average reference (see `chunks` for options)."""
    return np.concatenate(list(chunks(source, fs, study, patient, **options)))


def window(
    source: np.ndarray, fs: float, study: int, patient: int, *, at_s: float, seconds: float, **options: Any
) -> np.ndarray:
    """A piece of `scalp_eeg` from `at_s` (clock of the record) on, `[samples, 19]` in uV, without the rest.

    Shorter where the record ends sooner; options as in `chunks`.
    """
    first = max(0, round((at_s - options.get("start_s", 0.0)) * fs))
    last = min(len(source), first + round(seconds * fs))
    block = first // BLOCK
    pieces = chunks(source[:last], fs, study, patient, first_block=block, **options)
    return np.concatenate([*pieces, np.zeros((0, 19), np.float32)])[first - block * BLOCK :]


def chunks(
    source: np.ndarray,
    fs: float,
    study: int,
    patient: int,
    *,
    patches: Sequence[str],
    course: Course | None = None,
    start_s: float = 0.0,
    card: Scalp | None = None,
    territory: Territory | None = None,
    first_block: int = 0,
    artefacts: Sequence[str] = (),
    artefact_card: Artefact | None = None,
) -> Iterator[np.ndarray]:
    """Blocks of scalp EEG, float32 `[<= 2000, 19]` in uV, average reference; memory does not grow with length.

    `source` `[samples, patches]` in nAm (any array that can be sliced, also on disk) at `fs` Hz; `study` and
    `patient` address the random numbers; `start_s` is the time of the first sample on the clock of `course`.
    `artefacts` are kinds of `artefact.KINDS`; `card`, `territory` and `artefact_card` replace sizes and rates.
    Blocks before `first_block` are passed over: what follows is the same to the rounding of the filters.
    """
    if source.ndim != 2 or source.shape[1] != len(patches):
        raise InputError(
            f"the source EEG has shape {source.shape}", allowed=f"[samples, {len(patches)}] for {', '.join(patches)}"
        )
    noises = _Noises(fs, study, patient, patches, card or from_card(Scalp), course)
    spoilt = _Spoilt(artefacts, fs, study, patient, course, start_s=start_s, card=artefact_card)
    for block in range(first_block - WARM_BLOCKS, first_block):
        noises.block(block, None, np.zeros(BLOCK))
        spoilt.warm(block)
    weights, field = leadfield(tuple(patches)).T, _Field(source, fs, course, territory or from_card(Territory))
    for block in range(first_block, (len(source) + BLOCK - 1) // BLOCK):
        piece = np.asarray(source[block * BLOCK : (block + 1) * BLOCK], dtype=float)
        length = len(piece)
        if not np.isfinite(piece).all():
            raise InputError(f"the source EEG is not finite near {start_s + block * BLOCK / fs:.1f} s")
        padded = np.zeros((BLOCK, len(patches)))
        times = start_s + (block * BLOCK + np.arange(BLOCK)) / fs
        brain, outside = noises.block(block, course, times)
        if course is not None and course.rate is not None:
            brain = brain * _going(source, block, noises.card, fs)
        padded[:length] = field.block(block, piece, times[:length])
        seen = spoilt.block(block, (padded + brain) @ weights + outside, times)
        yield seen[:length].astype(np.float32)


class _Field:
    """The source as it is seen: waves cross a patch, and a seizure takes more and more of it."""

    def __init__(self, source: np.ndarray, fs: float, course: Course | None, card: Territory):
        self.source, self.fs, self.card, self.areas = source, fs, card, course
        self.behind = len(card.lags(fs)) - 1
        if course is not None and course.seizing is not None:
            self.areas = replace(course, seizing=card.areas(course.time_s, course.seizing))

    def block(self, number: int, piece: np.ndarray, times: np.ndarray) -> np.ndarray:
        """One block of the source, `[samples, patches]` in nAm."""
        start = number * BLOCK
        first = max(0, start - self.behind)
        before = np.asarray(self.source[first:start], dtype=float) if first < start else piece[:0]
        return self.card.crossed(piece, before, self.fs) * per_patch(self.areas, "seizing", times, 1.0)


class _Noises:
    """The running filters of one record; each call moves them on by one block."""

    def __init__(self, fs: float, study: int, patient: int, patches: Sequence[str], card: Scalp, course: Course | None):
        self.card, self.lost = card, lost(course, card.deprived_fades, card.deprived_over)
        self.rim = np.sin(np.arccos(electrode_directions()[:, 2])) ** 4  # jaw and forehead muscles sit low
        self.posterior = np.array([ALPHA_PATCHES.get(name.rpartition("_")[0] or name, 0.0) for name in patches])
        count, scalp = len(patches), len(self.rim)
        rhythm = (card.alpha_centre - card.alpha_width / 2, card.alpha_centre + card.alpha_width / 2)
        slow, high = (card.deprived_low, card.deprived_high), 0.475 * fs
        filters = {
            "eeg.awake": (_one_over_f(fs, card.slowest, card.awake_slope), count),
            "eeg.slow": (_slow(fs, card), count),
            "eeg.deprived": (signal.butter(2, slow, "bandpass", fs=fs, output="sos"), count),
            "eeg.alpha": (signal.butter(1, rhythm, "bandpass", fs=fs, output="sos"), count),
            "eeg.sensor": (_one_over_f(fs, card.slowest, card.sensor_slope), scalp),
            "eeg.muscle": (signal.butter(2, (card.muscle_low, high), "bandpass", fs=fs, output="sos"), scalp),
        }
        self.streams = {
            name: Stream(address(study, jnp.array([patient]), name, parts), sos)
            for name, (sos, parts) in filters.items()
        }

    def block(self, number: int, course: Course | None, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Brain noise `[BLOCK, patches]` in nAm and what the electrodes add `[BLOCK, 19]` in uV."""
        card = self.card
        noise = {name: stream.block(number) for name, stream in self.streams.items()}
        awake = follow(course, "responsiveness", times, 1.0)[:, None]
        moving = (follow(course, "convulsing", times, 0.0) * (1 - follow(course, "relaxed", times, 0.0)))[:, None]
        firing, withheld = per_patch(course, "rate", times, np.inf), per_patch(course, "withheld", times, 0.0)
        gain = (1.0 - withheld) / (1.0 + card.half_rate / np.maximum(firing, 1e-9))
        ongoing = (
            np.sqrt(awake) * card.ongoing * noise["eeg.awake"] + np.sqrt(1 - awake) * card.slowed * noise["eeg.slow"]
        )
        alpha = card.alpha * self.posterior * awake * noise["eeg.alpha"]
        taken = per_patch(self.lost if course is not None else None, "seizing", times, 0.0)
        slow = card.deprived * taken * noise["eeg.deprived"]
        brain = gain * (ongoing + slow + alpha)
        return brain, card.sensor * noise["eeg.sensor"] + card.muscle * moving * self.rim * noise["eeg.muscle"]


class _Spoilt:
    """The average reference, and the artefacts of one record where any are switched on."""

    def __init__(
        self,
        kinds: Sequence[str],
        fs: float,
        study: int,
        patient: int,
        course: Course | None,
        *,
        start_s: float,
        card: Artefact | None,
    ):
        self.added = Artefacts(kinds, fs, study, patient, card) if checked(kinds) else None
        self.fs, self.course, self.start_s = fs, course, start_s

    def warm(self, number: int) -> None:
        """Bring the filters of the artefacts into their steady state."""
        if self.added:
            still = np.zeros(BLOCK)
            self.added.block(number, State(still - 1.0, still, still, still))

    def block(self, number: int, seen: np.ndarray, times: np.ndarray) -> np.ndarray:
        """What was seen `[BLOCK, 19]` against its average, with what does not belong to the brain."""
        if not self.added:
            return seen - seen.mean(axis=1, keepdims=True)
        awake = follow(self.course, "responsiveness", times, 1.0)
        relaxed = follow(self.course, "relaxed", times, 0.0)
        here = times - self.start_s
        added = self.added.block(number, State(here, self._beats(times), awake, relaxed))
        seen = seen + added.field
        return added.left * (seen - seen.mean(axis=1, keepdims=True)) + added.lead

    def _beats(self, times: np.ndarray) -> np.ndarray:
        """Heart beats since the record began; the heart hurries while the body convulses."""
        assert self.added
        heart, card = self.added.heart_hz, self.added.card
        course = self.course
        if course is None or course.convulsing is None:
            return heart * (times - self.start_s)
        at = np.asarray(course.time_s, float)
        faster = (card.ecg_convulsing - 1.0) * np.asarray(course.convulsing, float)
        more = np.concatenate([[0.0], np.cumsum(np.diff(at) * (faster[1:] + faster[:-1]) / 2)])
        return heart * (times - self.start_s + np.interp(times, at, more))


def _going(source: np.ndarray, block: int, card: Scalp, fs: float) -> np.ndarray:
    """Share of the background that the currents of the last moment make, `[BLOCK, patches]`; 1 without any source.

    Currents must be large, and move: what flows steadily makes no EEG.
    """
    behind = min(block * BLOCK, round(card.memory * fs))
    piece = np.asarray(source[block * BLOCK - behind : (block + 1) * BLOCK], dtype=float)
    if not piece.any():
        return np.ones((BLOCK, source.shape[1]))
    last = np.arange(behind, len(piece)) + 1
    first = np.maximum(last - max(1, round(card.memory * fs)), 0)
    going = 1.0
    middle = _mean(piece, first, last)
    moving = np.sqrt(np.maximum(_mean(piece**2, first, last) - middle**2, 0.0))
    for level, half in ((_mean(np.abs(piece), first, last), card.half_source), (moving, card.half_moving)):
        power = (level / half) ** card.source_steepness
        going = going * power / (power + 1.0)
    return np.concatenate([going, np.repeat(going[-1:], BLOCK - len(going), axis=0)])


def _mean(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Means from `first` up to `last` of each window, `[windows, patches]`."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return (total[last] - total[first]) / (last - first)[:, None]


def _slow(fs: float, card: Scalp) -> np.ndarray:
    """A background like the waking one with what lies above the corner taken off: 1/f^4 there."""
    low = signal.butter(1, card.slow_corner, fs=fs, output="sos")
    return np.concatenate([_one_over_f(fs, card.slowest, card.slowed_slope), np.asarray(low)])


@cache
def _one_over_f(fs: float, slowest: float, slope: float) -> np.ndarray:
    """Sections of a filter that falls as 1/f^slope in power: one-pole filters on a ladder of corners."""
    corners = np.geomspace(slowest, 0.4 * fs, CORNERS)
    poles = np.exp(-2 * np.pi * corners / fs)
    weights = corners ** (-slope / 2) * (1 - poles)
    numerator = np.zeros(CORNERS)
    for k, weight in enumerate(weights):
        numerator += weight * np.poly(np.delete(poles, k))
    return signal.zpk2sos(np.roots(numerator), poles, numerator[0])
