"""What if ketamine at three minutes? The same patients, the same noise, one thing changed."""

import numpy as np
import pytest

from quell.care.admission import admit
from quell.care.branch import branch
from quell.care.scenario import read_scenario
from quell.engine import checkpoint
from quell.ground.errors import InputError

TEXT = """
seed = 5
duration = "8 min"
mode = "projective"
brain = 2
protocol = "benzodiazepine_at"
patient = { draw = true }
care = { parameters = { time = "2 min", order = "lorazepam 1 mg IV" } }
"""


@pytest.fixture(scope="module")
def parent():
    course = admit(read_scenario(TEXT), np.arange(64))
    at = course.steps(180.0)
    state, _ = course.advance(course.start(), 0, at)
    _, onward = course.advance(state, at, 24)
    return course, state, at, onward


def test_a_branch_with_nothing_new_is_the_original_bit_for_bit(parent):
    course, state, at, onward = parent
    other, start = branch(course, state, at, [])
    _, same = other.advance(start, at, 24)
    assert all(np.array_equal(same[name], onward[name]) for name in onward)


def test_ketamine_arrives_and_only_after_its_time(parent):
    course, state, at, onward = parent
    other, start = branch(course, state, at, [(240.0, "ketamine 2 mg/kg IV over 1 min")])
    _, changed = other.advance(start, at, 24)
    late = changed["time"] > 250.0
    assert (changed["brain_ketamine"][late].max(axis=0) > 0).all()
    assert (changed["brain_ketamine"][changed["time"] <= 240.0] == 0).all()
    early = changed["time"] <= 240.0
    assert np.allclose(changed["E_gaba"][early], onward["E_gaba"][early], atol=1e-4)
    assert np.array_equal(changed["order.lorazepam/IV"][early], onward["order.lorazepam/IV"][early])
    assert changed["nmda_blocked"][-1].min() > 0 == onward["nmda_blocked"].max()


def test_a_branch_from_a_file_is_the_branch_from_memory(parent, tmp_path):
    course, state, at, onward = parent
    checkpoint.save(tmp_path / "at.quell", state, at, seconds=180.0)
    loaded, _ = checkpoint.load(tmp_path / "at.quell", course.start())
    _, same = course.advance(loaded, at, 24)
    assert all(np.array_equal(same[name], onward[name]) for name in onward)


def test_the_past_cannot_be_treated_and_drugs_must_exist(parent):
    course, state, at, _ = parent
    with pytest.raises(InputError, match="before the branch"):
        branch(course, state, at, [(60.0, "ketamine 2 mg/kg IV")])
    with pytest.raises(InputError, match="ketamin"):
        branch(course, state, at, [(240.0, "ketamin 2 mg/kg IV")])
