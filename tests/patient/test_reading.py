"""Reading: a seizure is fast firing without pause; what stops for silence is a burst."""

import numpy as np

from quell.ground.card import from_card
from quell.patient.reading import Reading

READING = from_card(Reading)


def test_activity_runs_from_nothing_at_rest_to_one_in_full_seizure():
    rates = np.array([0.0, READING.quiet, READING.full, 100.0])
    np.testing.assert_allclose(READING.activity(rates), [0.0, 0.0, 1.0, 1.0])


def test_fast_firing_without_pause_is_a_seizure_and_with_silence_in_between_a_burst():
    fast, slow = 3.0 * READING.seizing, 0.5 * READING.seizing
    assert READING.is_seizing(fast, 0.0) and not READING.is_seizing(fast, 0.6)
    assert not READING.is_seizing(slow, 0.0) and not READING.is_seizing(slow, 0.9)


def test_columns_add_up_the_more_a_patch_seizes():
    assert READING.coherence(0.0) == READING.moment * READING.coherent < READING.coherence(0.5)
    assert READING.coherence(1.0) == READING.moment
