"""The right drug and the wrong one: the same people with one cause, given one treatment each time.

Everybody gets the treatment at the same minute if the seizure still runs; people, noise and onset are the same in
every arm, so that what differs is the treatment alone.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quell.care.course import Course, build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.engine.clock import PROJECTIVE
from quell.ground.errors import InputError
from quell.patient import aetiology
from quell.patient.person import draw_people

PROTOCOL = "cause_and_cure"
MINUTE_S = 60.0


class Contrast(NamedTuple):
    """Who seized when the treatment came, `[lanes]`, and per treatment who was quiet in the window after it."""

    seizing: np.ndarray
    quiet: dict[str, np.ndarray]

    def stopped(self, treatment: str) -> tuple[int, int]:
        """How many of those seizing the treatment stopped, and how many they were."""
        return int((self.quiet[treatment] & self.seizing).sum()), int(self.seizing.sum())


class Ward:
    """Courses of one block of people that share compiled programs; `window` is minutes after the treatment."""

    def __init__(self, ids: np.ndarray, *, study: int, at_min: float = 10.0, window: tuple[float, float] = (15, 25)):
        """People `ids` of the default population, all treated `at_min` minutes after onset."""
        self.ids, self.study, self.at_s, self.window = np.asarray(ids), study, at_min * MINUTE_S, window
        self.protocol = load_protocol(PROTOCOL, {"time": f"{at_min:g} min"})
        self._programs: dict[Any, dict] = {}

    def treatments(self) -> tuple[str, ...]:
        """What may be given, by name."""
        return tuple(self.protocol.draw["treatment"].choices)

    def compare(self, cause: str, treatments: tuple[str, ...], severity: float = 1.0) -> Contrast:
        """The same people with the cause under each treatment. Raises InputError for an unknown name."""
        seizing, quiet = np.ones(len(self.ids), bool), {}
        for treatment in treatments:
            record = self._lived(cause, treatment, severity)
            time, seen = record["time"], record["seizing"]
            before = (time > self.at_s - MINUTE_S) & (time <= self.at_s)
            first, last = (self.at_s + minutes * MINUTE_S for minutes in self.window)
            seizing = seen[before].all(axis=0)  # the same in every arm: nothing differs yet
            quiet[treatment] = ~seen[(time > first) & (time <= last)].any(axis=0)
        return Contrast(seizing, quiet)

    def _lived(self, cause: str, treatment: str, severity: float) -> dict[str, np.ndarray]:
        if treatment not in self.treatments():
            what = f"the protocol {PROTOCOL} has no treatment {treatment!r}"
            raise InputError(what, field="treatment", allowed=", ".join(self.treatments()))
        people, machine = draw_people(self.study, self.ids), compile_protocol(self.protocol, {"treatment": treatment})
        course = build_course(people, machine, study=self.study, clocks=PROJECTIVE, cause=cause, severity=severity)
        course = self._shared(course)
        _, record = course.advance(course.start(), 0, course.steps(self.at_s + self.window[1] * MINUTE_S))
        return record

    def _shared(self, course: Course) -> Course:
        """The course with every constant given per person, so that all causes run in one program."""
        lanes, mine = len(self.ids), course.constants.patients
        told = (mine.parts, mine.insult, mine.shortage, mine.exposure)
        wide = jax.tree.map(lambda x: jnp.broadcast_to(x, (lanes, 1)) if jnp.ndim(x) == 0 else x, told)
        mine = mine._replace(parts=wide[0], insult=wide[1], shortage=wide[2], exposure=wide[3])
        programs = self._programs.setdefault((mine.parts.fire is not None, mine.parts.tolerance is not None), {})
        return replace(course, constants=course.constants._replace(patients=mine), programs=programs)


def told() -> dict[str, aetiology.Treatment]:
    """Every cause that names a treatment that works and one that does not."""
    found = {name: aetiology.load(name).treatment for name in aetiology.names()}
    return {name: treatment for name, treatment in found.items() if treatment is not None}
