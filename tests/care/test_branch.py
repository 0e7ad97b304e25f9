"""What if ketamine at three minutes? The same patients, the same noise, one thing changed."""

import jax.numpy as jnp
import numpy as np
import pytest
from written_course import STEP, show

from quell.care.admission import admit
from quell.care.bedside import Sight
from quell.care.branch import branch, without_drugs
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
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


def test_a_drug_is_left_out_from_a_moment_on_and_what_nobody_gives_cannot_be(parent):
    course, state, at, _ = parent
    with pytest.raises(InputError, match="lorazepan"):
        branch(course, state, at, [], ["lorazepan"])
    other, _ = branch(course, state, at, [], ["lorazepam"])
    given, left_out = (show(machine, 5, seizing=lambda m: True).log for machine in (course.machine, other.machine))
    fired = next(name for name in given if name.startswith("fired."))
    assert np.asarray(given[fired]).sum() == 1 and np.asarray(left_out[fired]).sum() == 0


def test_an_infusion_that_runs_is_ended_by_leaving_its_drug_out():
    protocol, arms = load_protocol("refractory_anaesthetic"), {"anaesthetic": "propofol"}
    shown = show(compile_protocol(protocol, arms), 180, seizing=True)
    assert float(shown.state["step.propofol.rate"][0]) > 0
    other = protocol.model_copy(update={"step": without_drugs(protocol, ["propofol"])})
    yes, none = jnp.ones(1, bool), jnp.zeros(1)
    after, _, log = compile_protocol(other, arms).step(shown.state, Sight(none + 10800.0, yes, yes, none, ~yes), STEP)
    assert float(after["step.propofol.rate"][0]) == 0 == float(log["rate.propofol"][0])
