"""Contamination: the waves of every artefact at 19 electrodes, block by block (kinds and sizes: artefact.py).

Fields of the body are part of the common reference; faults of single leads stay in their channel.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from scipy import signal

from quell.eeg.artefact import Artefact, checked, episodes
from quell.eeg.episode import Episode
from quell.eeg.kinds import RARE
from quell.eeg.leadfield import electrode_directions, electrode_names
from quell.eeg.noise import BLOCK, Stream
from quell.ground.card import from_card
from quell.ground.chance import address, uniform

QRS = ((-0.04, -0.12, 0.008), (0.0, 1.0, 0.010), (0.03, -0.25, 0.010), (0.26, 0.22, 0.045))  # s, height, width: Q R S T
PULSE_LAG_S, PULSE_S = 0.2, 0.4  # shapes, not sizes
BACK = ("O1", "O2", "T5", "T6", "Pz", "P3", "P4")  # where the head lies


class State(NamedTuple):
    """What the body does at the samples of a block, `[BLOCK]` each."""

    time_s: np.ndarray  # from the start of the record
    beats: np.ndarray  # heart beats since then
    awake: np.ndarray  # 0 to 1
    relaxed: np.ndarray  # 1 under a muscle relaxant


class Added(NamedTuple):
    """What a block gains, `[BLOCK, 19]` each: fields of the body and faults of leads (uV), what is left of the rest."""

    field: np.ndarray
    lead: np.ndarray
    left: np.ndarray


class Artefacts:
    """The artefacts of one record; each call gives one block. `heart_hz` is the patient's own rate at rest."""

    def __init__(self, kinds: Sequence[str], fs: float, study: int, patient: int, card: Artefact | None = None):
        self.kinds, self.fs, self.card = checked(kinds), fs, card or from_card(Artefact)
        self.directions, self.names = electrode_directions(), electrode_names()
        self.rim = np.sin(np.arccos(self.directions[:, 2])) ** 4
        draws = np.asarray(uniform(study, jnp.array([patient]), "eeg.artefact.person", 8 + 2 * len(self.names)))[0]
        self.own, self.per_lead = draws[:8], draws[8:].reshape(2, -1)
        self.heart_hz = self.card.ecg_rate * (1 + self.card.ecg_spread * (2 * self.own[0] - 1))
        timed = ("muscle", "blink", *RARE)
        self.times = {kind: episodes(kind, study, patient, self.card) for kind in self.kinds if kind in timed}
        high = 0.475 * fs
        filters = {
            "muscle": signal.butter(2, (self.card.muscle_low, high), "bandpass", fs=fs, output="sos"),
            "drift": signal.butter(2, (self.card.drift_low, self.card.drift_high), "bandpass", fs=fs, output="sos"),
            "disconnection": None,
        }
        self.noise = {
            kind: Stream(address(study, jnp.array([patient]), f"eeg.artefact.{kind}.noise", len(self.names)), sos)
            for kind, sos in filters.items()
            if kind in self.kinds
        }

    def block(self, number: int, state: State) -> Added:
        """What block `number` gains; blocks are asked for in their order."""
        shape = (BLOCK, len(self.names))
        made = Added(np.zeros(shape), np.zeros(shape), np.ones(shape))
        for kind in self.kinds:
            work: Callable[..., None] = getattr(self, f"_{kind}")
            noise = self.noise.get(kind)
            seldom = kind == "disconnection" and not self._now(kind, state)
            work(made, state, noise.block(number) if noise and not seldom else None)
        return made

    def _ecg(self, made: Added, state: State, _: Any) -> None:
        """The heart's vector points left and down; a little breathing in the rate."""
        since = self._since_beat(state)
        wave = sum(height * np.exp(-0.5 * ((since - at) / width) ** 2) for at, height, width in QRS)
        place = (self.directions @ np.array([-0.85, 0.1, -0.5])) * np.sqrt(self.rim)
        place = (place - place.mean()) / np.abs(place - place.mean()).max()
        made.field[:] += self.card.ecg * np.outer(wave, place)

    def _pulse(self, made: Added, state: State, _: Any) -> None:
        since = self._since_beat(state) + 0.25 / self.heart_hz - PULSE_LAG_S
        wave = np.where((since > 0) & (since < PULSE_S), np.sin(np.pi * since / PULSE_S) ** 2, 0.0)
        made.lead[:, self._place(1, BACK)] += self.card.pulse * wave

    def _muscle(self, made: Added, state: State, noise: np.ndarray) -> None:
        """Bursts, mostly on one side, on a lower floor; a relaxant ends them."""
        envelope = np.full((BLOCK, 2), 0.1)
        for one in self._now("muscle", state):
            size, right = one.between(0.2, 1.0), one.draws[0]
            envelope += np.outer(size * _swell(state.time_s, one, 0.2), [1 - 0.7 * right, 0.3 + 0.7 * right])
        able = (self.card.muscle_unaware + (1 - self.card.muscle_unaware) * state.awake) * (1 - state.relaxed)
        left = np.clip(0.5 - self.directions[:, 0], 0.0, 1.0)
        sides = envelope[:, :1] * left + envelope[:, 1:] * (1 - left)
        made.field[:] += self.card.muscle * able[:, None] * sides * self.rim * noise

    def _blink(self, made: Added, state: State, _: Any) -> None:
        front = self.directions @ np.array([0.0, 0.97, -0.24])
        place = np.exp(-((1 - front) / 0.22))
        place /= place.max()
        for one in self._now("blink", state):
            size = one.between(0.6, 1.3) * self.card.blink
            made.field[:] += size * np.outer(_hump(state.time_s, one) * state.awake * (1 - state.relaxed), place)

    def _ventilator(self, made: Added, state: State, _: Any) -> None:
        turn = 2 * np.pi * (self.card.ventilator_rate * (0.9 + 0.2 * self.own[2]) * state.time_s)
        wave = np.sin(turn) + 0.4 * np.sin(2 * turn + 1.0)
        made.field[:] += self.card.ventilator * np.outer(wave * (state.awake < 0.5), self._shaken())

    def _pop(self, made: Added, state: State, _: Any) -> None:
        for one in self._now("pop", state):
            since = state.time_s - one.start_s
            there = (since >= 0) & (state.time_s < one.end_s)
            fades = np.where(there, np.exp(-np.maximum(since, 0.0) / self.card.pop_fades), 0.0)
            made.lead[:, one.pick(len(self.names))] += _sign(one) * one.between(0.3, 1.5) * self.card.pop * fades

    def _drift(self, made: Added, state: State, noise: np.ndarray) -> None:
        made.lead[:] += self.card.drift * (0.2 + self.per_lead[0]) * noise

    def _disconnection(self, made: Added, state: State, noise: np.ndarray) -> None:
        """No scalp, so no brain: the rail, with what the open lead picks up."""
        for one in self._now("disconnection", state):
            lead = one.pick(len(self.names))
            off = (state.time_s >= one.start_s) & (state.time_s < one.end_s)
            hum = np.sin(2 * np.pi * self.card.line_rate * state.time_s) if self._hears(self.card.line_rate) else 0.0
            open_lead = self.card.disconnection * (_sign(one) + 0.02 * hum + 0.005 * noise[:, lead])
            made.left[off, lead] = 0.0
            made.lead[off, lead] = open_lead[off]

    def _line(self, made: Added, state: State, _: Any) -> None:
        """Hum and its third harmonic, louder where an electrode sits badly."""
        for harmonic, size in ((1, 1.0), (2, 0.3), (3, 0.2)):
            rate = harmonic * self.card.line_rate
            if self._hears(rate):
                wave = np.sin(2 * np.pi * (rate * state.time_s + self.own[3] * harmonic))
                made.lead[:] += self.card.line * size * np.outer(wave, self.per_lead[1] ** 3)

    def _physiotherapy(self, made: Added, state: State, _: Any) -> None:
        """Hands tire: the rate wanders by a few per cent, and bouts are parted by rests."""
        for one in self._now("physiotherapy", state):
            since = state.time_s - one.start_s
            rate = one.between(self.card.physiotherapy_slowest, self.card.physiotherapy_fastest)
            turn = 2 * np.pi * (rate * since + 0.25 * np.sin(2 * np.pi * since / 11.0))
            works = np.clip(4 * (np.sin(2 * np.pi * since / self.card.physiotherapy_bout) + 0.5), 0.0, 1.0)
            size = self.card.physiotherapy * one.between(0.4, 1.2, 2)
            self._shake(made, turn, size * works * _swell(state.time_s, one, 2.0))

    def _percussion(self, made: Added, state: State, _: Any) -> None:
        """A machine: one rate, one size, from beginning to end."""
        for one in self._now("percussion", state):
            rate = one.between(self.card.percussion_slowest, self.card.percussion_fastest)
            turn = 2 * np.pi * rate * (state.time_s - one.start_s)
            size = self.card.percussion * one.between(0.6, 1.2, 2)
            self._shake(made, turn, size * _swell(state.time_s, one, 1.0))

    def _shake(self, made: Added, turn: np.ndarray, size: np.ndarray) -> None:
        """Sharp rhythmic waves where the head lies; no field that a dipole could make."""
        for lead, weight in enumerate(self._shaken()):
            own = turn + 0.8 * np.pi * (self.per_lead[0, lead] - 0.5)
            made.field[:, lead] += weight * size * (np.sin(own) + 0.4 * np.sin(2 * own) + 0.2 * np.sin(3 * own))

    def _shaken(self) -> np.ndarray:
        """How much the pillow moves each electrode: the back of the head, unevenly and with either sign."""
        lies = np.array([name in BACK for name in self.names])
        return np.where(lies, 1.0, 0.12) * np.sign(self.per_lead[1] - 0.3) * (0.5 + 0.5 * self.per_lead[0])

    def _since_beat(self, state: State) -> np.ndarray:
        """Seconds from the R wave of the present beat, from a quarter of a beat before it."""
        breathing = 0.04 * np.sin(2 * np.pi * self.card.ventilator_rate * state.time_s)
        return ((state.beats + breathing + self.own[4]) % 1.0 - 0.25) / self.heart_hz

    def _now(self, kind: str, state: State) -> list[Episode]:
        return self.times[kind].within(float(state.time_s[0]), float(state.time_s[-1]) + 1.0 / self.fs)

    def _place(self, draw: int, among: Sequence[str]) -> int:
        return self.names.index(among[min(int(self.own[draw] * len(among)), len(among) - 1)])

    def _hears(self, rate: float) -> bool:
        return rate < 0.475 * self.fs


def _hump(time_s: np.ndarray, one: Episode) -> np.ndarray:
    share = (time_s - one.start_s) / (one.end_s - one.start_s)
    return np.where((share > 0) & (share < 1), np.sin(np.pi * share) ** 2, 0.0)


def _swell(time_s: np.ndarray, one: Episode, over_s: float) -> np.ndarray:
    """1 within an episode, rising and falling over some seconds at its ends."""
    return np.clip(np.minimum(time_s - one.start_s, one.end_s - time_s) / over_s, 0.0, 1.0)


def _sign(one: Episode) -> float:
    return 1.0 if one.draws[-1] > 0.5 else -1.0
