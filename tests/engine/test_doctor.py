"""The NaN doctor finds the first state that left its range, and says where, when and what around it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from quell.engine import doctor
from quell.ground.units import Allowed
from quell.patient import brain
from quell.patient.build import default_parts

HEALTHY = brain.rest(default_parts(), jnp.ones((5, 2)))


def spoiled(value, *, lane=3, patch=1):
    chloride = HEALTHY.ions.chloride
    chloride = chloride._replace(Cl_i=chloride.Cl_i.at[lane, patch].set(value))
    return HEALTHY._replace(ions=HEALTHY.ions._replace(chloride=chloride))


def diagnosis(tree, lane=3):
    return str(
        doctor.diagnose(
            tree,
            np.asarray(doctor.check(tree)),
            patient=1017,
            lane=lane,
            time_s=754.0,
            patches=("focus", "rest"),
            inputs={"rate_E": 31.25, "K_o": 9.5},
            dt=5e-4,
        )
    )


def test_a_healthy_brain_raises_no_flag():
    assert not np.asarray(doctor.check(HEALTHY)).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 1e6])
def test_the_planted_fault_is_named_with_patient_time_patch_value_range_and_inputs(value):
    told = diagnosis(spoiled(value))
    for part in ("1017", "12.6 min", "chloride.Cl_i", "in rest", f"{value:.6g} mM", "0.5 to 130", "rate_E 31.25"):
        assert part in told, part
    assert "0.25 ms" in told


def test_only_the_lane_that_fell_ill_is_flagged():
    flags = np.asarray(doctor.check(spoiled(np.nan, lane=2)))
    assert flags.any(axis=0).tolist() == [False, False, True, False, False]
    assert flags.sum() == 1


def test_the_first_state_in_order_is_named_when_many_fall():
    tree = spoiled(np.nan)
    tree = tree._replace(smooth_rate=tree.smooth_rate.at[3, 0].set(jnp.nan))
    assert "chloride.Cl_i" in diagnosis(tree)


def test_every_state_of_the_brain_is_watched_by_a_name_of_its_own():
    watched = doctor.watched(HEALTHY)
    assert len(watched) == len(jax.tree.leaves(HEALTHY)) == len({watch.path for watch in watched})
    ranges = {watch.path: watch for watch in watched}
    assert ranges["ions.cations.K_o"].unit == "mM" and ranges["ions.cations.K_o"].allowed == Allowed(0.5, 80.0)
    assert ranges["fast.vE"].unit == "mV"


def test_trees_with_dictionaries_keep_names_and_leaves_together():
    class Mixed(NamedTuple):
        levels: dict
        last: jax.Array

    tree = Mixed({"b": jnp.ones(2), "a": jnp.array([1.0, jnp.nan])}, jnp.ones(2))
    flags = np.asarray(doctor.check(tree))
    bad = [watch.path for watch, flag in zip(doctor.watched(tree), flags[:, 1], strict=True) if flag]
    assert bad == ["levels.a"]
