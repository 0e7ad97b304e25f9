"""Responsiveness: awake, gone in a seizure, slow to come back, dampened by sedatives."""

import jax.numpy as jnp
import pytest

from quell.engine import march, scheme
from quell.ground.card import from_card
from quell.patient.arousal import Arousal, Needs, State

WAKING = from_card(Arousal)


def after(activity, minutes, tired=0.0):
    start = State(jnp.asarray(tired, jnp.float64))
    steps = round(minutes * 6)
    return march.substeps(scheme.rosenbrock, lambda s: WAKING.rates(s, Needs(activity)), start, 60.0 * minutes, steps)


def test_a_healthy_person_answers():
    assert WAKING.responsiveness(WAKING.rest(), 0.0, 0.0) == 1.0 > WAKING.awake_above


def test_nobody_answers_in_a_full_seizure():
    assert WAKING.responsiveness(WAKING.rest(), 1.0, 0.0) == 0.0


def test_after_a_long_seizure_people_are_tired_and_wake_within_hours():
    tired = after(1.0, 30.0)
    assert WAKING.responsiveness(tired, 0.0, 0.0) < WAKING.awake_above
    rested = after(0.0, 12 * 60.0, float(tired.tired))
    assert WAKING.responsiveness(rested, 0.0, 0.0) > 0.9


def test_a_longer_seizure_tires_more():
    assert after(1.0, 2.0).tired < after(1.0, 10.0).tired <= 1.0


def test_sedation_dampens_and_can_never_rouse():
    rest = WAKING.rest()
    assert WAKING.responsiveness(rest, 0.0, 2.0) == pytest.approx(1.0 / 3.0)
    assert WAKING.responsiveness(rest, 0.0, -1.0) == 1.0
