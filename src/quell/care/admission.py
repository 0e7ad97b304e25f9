"""From a scenario to a course: who falls ill, of what, under which protocol, on which clocks."""

from collections.abc import Sequence

import numpy as np

from quell.care.course import Course, build_course
from quell.care.kinetics import variants
from quell.care.machine import compile_protocol
from quell.care.scenario import Scenario
from quell.engine.clock import FULL, PROJECTIVE, Clocks
from quell.patient.person import People, draw_people

CLOCKS = {"full": FULL, "projective": PROJECTIVE}
FORCED_DECAY_S = 5.0  # how fast an insult of a given length ends


def admit(scenario: Scenario, ids: Sequence[int] | np.ndarray | None = None, *, clocks: Clocks | None = None) -> Course:
    """The course of a scenario's patient, or of the patients `ids` under the same scenario.

    Patient k of study s (the scenario's seed) is the same person with the same noise in every run. Raises InputError
    for a trait that does not exist.
    """
    numbers = np.asarray([scenario.patient.id] if ids is None else ids, np.int64)
    people = settle(draw_people(scenario.seed, numbers, scenario.patient.population), scenario)
    care = scenario.care
    machine = compile_protocol(scenario.course, care.arms, delivered=care.delivered, delay_factor=care.delay_factor)
    onset = {}
    if scenario.onset.insult is not None:
        onset = {"hold": float(scenario.onset.insult), "decay": FORCED_DECAY_S}
    if scenario.onset.strength != 1.0:
        people.traits["insult.amplitude"] = people.traits["insult.amplitude"] * scenario.onset.strength
    return build_course(
        people,
        machine,
        study=scenario.seed,
        clocks=clocks or CLOCKS[scenario.mode],
        patches=scenario.brain,
        cause=scenario.aetiology.name,
        severity=scenario.aetiology.severity,
        onset=onset,
        site=scenario.onset.site or None,
        overrides=dict(scenario.patient.traits),
        thalamus=scenario.parts.thalamus,
        inflammation=scenario.parts.inflammation,
        tolerance=scenario.parts.tolerance,
        bottleneck=scenario.parts.bottleneck,
        variants=variants(scenario),
        temperature=scenario.parts.temperature,
        eeg=scenario.mode == "full" and scenario.outputs.eeg,
        body=scenario.body,
    )


def settle(people: People, scenario: Scenario) -> People:
    """People with the measures the scenario settles; without `draw` the measures are the ordinary adult's."""
    persons = dict(people.persons)
    lanes = len(people.ids)
    for name, value in scenario.patient.measures().items():
        persons[name] = np.full(lanes, float(value))
    return People(people.ids, dict(people.traits), persons)
