"""Periodic discharges come out of a cortex whose interneurons are not reached, and Quell's own reader names them."""

import numpy as np
import pytest

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.eeg.leadfield import electrode_names
from quell.eeg.pattern import page_probabilities
from quell.eeg.scalp import scalp_eeg
from quell.engine.clock import Clocks
from quell.patient.person import draw_people

FS, PEOPLE = 200.0, 8


def names_at(cause: str, minute: float) -> list[tuple[str, float]]:
    """The likeliest name of each patient's page at that minute after the arrest, with its frequency."""
    people = draw_people(1, np.arange(PEOPLE))
    machine = compile_protocol(load_protocol("no_treatment"))
    course = build_course(people, machine, study=1, clocks=Clocks(), patches=10, cause=cause, eeg=True)
    start, last = course.start(), course.steps(minute * 60.0)
    state = start
    for first in range(0, last - 2, 50):  # the source of an hour at once would be a gigabyte
        state, _ = course.advance(state, first, min(50, last - 2 - first), watch=False)
    _, record = course.advance(state, last - 2, 2, watch=False)
    source, found = record["source"].reshape(-1, *record["source"].shape[2:]), []
    for lane in range(PEOPLE):
        eeg = scalp_eeg(source[:, lane], FS, 1, lane, patches=course.atlas.names)
        said = page_probabilities(eeg.T, FS, electrode_names())
        hz = said.pop("pattern_hz")
        found.append((max(said, key=said.get), np.nan if hz is None else hz))
    return found


@pytest.mark.slow
def test_failed_synapses_on_interneurons_make_generalised_periodic_discharges():
    paced = [hz for name, hz in names_at("post_anoxic_periodic", 60.0) if name == "gpd"]
    assert len(paced) >= 2 and all(0.4 < hz < 1.6 for hz in paced)
    assert "gpd" not in [name for name, _ in names_at("post_anoxic", 60.0)]
