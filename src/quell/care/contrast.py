"""The right drug and the wrong one: the same people with one cause, given one treatment each time.

Everybody gets the treatment at the same minute if the seizure still runs; people, noise and onset are the same in
every arm, so that what differs is the treatment alone.
"""

import math
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.care.course import Course, build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.care.span import seconds
from quell.engine.clock import PROJECTIVE
from quell.ground.errors import InputError
from quell.patient import aetiology
from quell.patient.person import draw_people

PROTOCOL = "cause_and_cure"
MINUTE_S = 60.0
CHUNK = 60  # macro steps that one compiled program lives through, for runs of any length


class Contrast(NamedTuple):
    """Who seized when the treatment came, `[lanes]`, and per treatment who was quiet in the window after it."""

    seizing: np.ndarray
    quiet: dict[str, np.ndarray]

    def stopped(self, treatment: str) -> tuple[int, int]:
        """How many of those seizing the treatment stopped, and how many they were."""
        return int((self.quiet[treatment] & self.seizing).sum()), int(self.seizing.sum())


class Ward:
    """Courses of one block of people that share compiled programs; `window` is minutes after the treatment."""

    def __init__(
        self,
        ids: np.ndarray,
        *,
        study: int,
        at_min: float = 10.0,
        window: tuple[float, float] = (15, 25),
        brain: int = 2,
    ):
        """People `ids` of the default population, treated `at_min` minutes after onset unless told otherwise.

        `brain` is how many patches their brains have.
        """
        self.ids, self.study, self.at_min, self.window = np.asarray(ids), study, at_min, window
        self.brain = brain
        self._programs: dict[Any, dict] = {}

    def treatments(self) -> tuple[str, ...]:
        """What may be given, by name."""
        return tuple(load_protocol(PROTOCOL).draw["treatment"].choices)

    def compare(self, cause: str, treatments: tuple[str, ...], severity: float = 1.0) -> Contrast:
        """The same people with the cause under each treatment, "lorazepam" or "lorazepam at 40 min".

        Of treatments at different minutes only those people count who, untreated, seize at each of the minutes: both
        then meet the same seizures. Raises InputError for an unknown name.
        """
        given = {words: self._read(words) for words in treatments}
        minutes = sorted({minute for _, minute in given.values()})
        seizing, quiet = np.ones(len(self.ids), bool), {}
        for words, (treatment, minute) in given.items():
            lived = self._lived(cause, treatment, severity, minute, until_min=minutes[-1] + self.window[1])
            quiet[words] = ~_seizing(lived, minute, *self.window).any(axis=0)
            if minute == minutes[-1]:  # until then nothing is given: the same in every such arm
                seizing = np.all([_seizing(lived, each, -1.0, 0.0).all(axis=0) for each in minutes], axis=0)
        return Contrast(seizing, quiet)

    def _read(self, words: str) -> tuple[str, float]:
        """A treatment and its minute, from "lorazepam" or "lorazepam at 40 min"."""
        treatment, at, minute = words.partition(" at ")
        if treatment not in self.treatments():
            what = f"the protocol {PROTOCOL} has no treatment {treatment!r}"
            raise InputError(what, field="treatment", allowed=", ".join(self.treatments()))
        return treatment, seconds(minute) / MINUTE_S if at else self.at_min

    def _lived(self, cause: str, treatment: str, severity: float, minute: float, until_min: float) -> dict:
        protocol = load_protocol(PROTOCOL, {"time": f"{minute:g} min"})
        people, machine = draw_people(self.study, self.ids), compile_protocol(protocol, {"treatment": treatment})
        how = {"patches": self.brain, "cause": cause, "severity": severity}
        course = build_course(people, machine, study=self.study, clocks=PROJECTIVE, **how)
        course = self._shared(course, minute)
        last = CHUNK * math.ceil(course.steps(until_min * MINUTE_S) / CHUNK)
        records = [record for _, record in course.chunks(course.start(), 0, last, CHUNK)]
        return {name: np.concatenate([record[name] for record in records]) for name in ("time", "seizing")}

    def _shared(self, course: Course, minute: float) -> Course:
        """The course with every constant given per person, so that all causes run in one program."""
        lanes, mine = len(self.ids), course.constants.patients
        told = (mine.parts, mine.insult, mine.shortage, mine.exposure)
        wide = jax.tree.map(lambda x: jnp.broadcast_to(x, (lanes, 1)) if jnp.ndim(x) == 0 else x, told)
        mine = mine._replace(parts=wide[0], insult=wide[1], shortage=wide[2], exposure=wide[3])
        kind = (minute, mine.parts.fire is not None, mine.parts.tolerance is not None)
        programs = self._programs.setdefault(kind, {})
        return replace(course, constants=course.constants._replace(patients=mine), programs=programs)


def _seizing(lived: dict[str, np.ndarray], minute: float, after: float, until: float) -> np.ndarray:
    """Who seized from `after` to `until` minutes past a minute, `[steps, lanes]`."""
    first, last = ((minute + more) * MINUTE_S for more in (after, until))
    return lived["seizing"][(lived["time"] > first) & (lived["time"] <= last)]


def told() -> dict[str, aetiology.Treatment]:
    """Every cause that names a treatment that works and one that does not, within minutes."""
    return {name: treatment for name, treatment in _named().items() if not treatment.page}


def told_in_days() -> dict[str, aetiology.Treatment]:
    """Every cause whose treatments differ over days only: a page of its own shows it."""
    return {name: treatment for name, treatment in _named().items() if treatment.page}


def _named() -> dict[str, aetiology.Treatment]:
    found = {name: aetiology.load(name).treatment for name in aetiology.names()}
    return {name: treatment for name, treatment in found.items() if treatment is not None}
