"""What the scalp's background follows: the patient's state over time, and what seizures take of awareness."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Course:
    """What the background follows: the patient's state over time.

    `time_s` [t] seconds on the clock of the record; `responsiveness` [t] 0-1; `convulsing` [t] 0-1;
    `rate` [t, patches] firing of each patch in Hz; `relaxed` [t] 1 under a muscle relaxant; `seizing` [t, patches] 1
    where a patch seized until that time; `withheld` [t, patches] share of background input that adenosine withholds.
    None means awake, still, firing normally, not seizing and nothing withheld.
    """

    time_s: np.ndarray
    responsiveness: np.ndarray | None = None
    convulsing: np.ndarray | None = None
    rate: np.ndarray | None = None
    relaxed: np.ndarray | None = None
    seizing: np.ndarray | None = None
    withheld: np.ndarray | None = None


def follow(course: Course | None, name: str, times: np.ndarray, default: float) -> np.ndarray:
    """A course interpolated at the samples: `[samples]` or, for firing, `[samples, patches]`."""
    values = None if course is None else getattr(course, name)
    if course is None or values is None:
        return np.full(len(times), default)
    values = np.asarray(values, dtype=float)
    if values.ndim == 1:
        return np.interp(times, course.time_s, values)
    return np.stack([np.interp(times, course.time_s, column) for column in values.T], axis=1)


def per_patch(course: Course | None, name: str, times: np.ndarray, default: float) -> np.ndarray:
    """A course interpolated at the samples, `[samples, patches]`, or `[samples, 1]` where nothing is known."""
    values = follow(course, name, times, default)
    return values if values.ndim == 2 else values[:, None]


def lost(course: Course | None, fades_s: float, over: float) -> Course | None:
    """The course with the awareness that a seizure took in place of `seizing`, where a patch does not seize itself.

    The slow waves that it makes fade after it with `fades_s`; below the share `over` the seizure is past, and the next
    may take what awareness there is then. Somebody in coma, or under an anaesthetic, has none to lose.
    """
    if course is None or course.seizing is None:
        return course
    seizing, times = np.asarray(course.seizing, float), np.asarray(course.time_s, float)
    left = np.exp(-np.diff(times, prepend=times[:1]) / fades_s)
    awake, gone, taken = follow(course, "responsiveness", times, 1.0), np.zeros(len(times)), 0.0
    before = awake[0]
    for k, now in enumerate(seizing.max(axis=1)):
        before = awake[k] if now == 0.0 and taken < over else before
        gone[k] = taken = max(now * (before - awake[k]), taken * left[k])
    return replace(course, seizing=gone[:, None] * (1.0 - seizing))
