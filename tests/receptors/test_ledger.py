"""Receptors are neither made nor lost but by degradation and its replacement, to the ninth digit."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.engine.march import substeps
from quell.engine.scheme import heun, rosenbrock
from quell.ground.card import from_card
from quell.receptors import trafficking
from quell.receptors.gaba_a import GabaA, Ports
from quell.receptors.gating import Gate
from quell.receptors.trafficking import Trafficking

MOTION, GABA = from_card(Trafficking), from_card(GabaA)
POOLS = (("a1", "inside_a1"), ("a2", "inside_a2"), ("a5", "inside_a5"))


class Ledger(NamedTuple):
    """Pools, and what degradation and its replacement have brought to each alpha class."""

    pools: trafficking.State
    brought: tuple


@jax.jit
def march(activity, speed):
    def rates(ledger):
        inside = [getattr(ledger.pools, name) for _, name in POOLS]
        moved = Trafficking(**{**MOTION.__dict__, "speed": speed}).rates(ledger.pools, trafficking.Needs(activity))
        return Ledger(moved, tuple(MOTION.k_deg * (1.0 - pool) for pool in inside))

    start = Ledger(jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), MOTION.rest()), (jnp.asarray(0.0),) * 3)
    return substeps(heun, rates, start, 7200.0, 720)


@given(st.floats(0.0, 1.0), st.floats(0.1, 3.0))
def test_what_a_class_gained_is_what_was_made_less_what_was_broken_down(activity, speed):
    end = march(activity, speed)
    for (synapse, inside), brought in zip(POOLS, end.brought, strict=True):
        whole = getattr(end.pools, synapse) + getattr(end.pools, inside)
        assert float(whole - 2.0) == pytest.approx(float(brought), abs=1e-9)
    assert float(end.brought[0]) <= 1e-12  # a full store inside is broken down, never overfilled


def test_a_faster_patient_loses_receptors_sooner():
    assert march(1.0, 3.0).pools.a1 < march(1.0, 1.0).pools.a1 < march(1.0, 0.3).pools.a1 < 1.0


def test_a_day_without_seizures_brings_the_receptors_back():
    worn = march(1.0, 1.0).pools
    rates = lambda pools: MOTION.rates(pools, trafficking.Needs(0.0))  # noqa: E731
    back = substeps(rosenbrock, rates, worn, 86400.0, 8640)
    assert all(float(value) == pytest.approx(1.0, abs=0.02) for value in back)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e3))
def test_no_dose_of_anything_opens_more_channels_than_there_are(bzd, direct):
    ports = Ports(bzd, direct)
    assert 1.0 - 1e-9 <= float(GABA.synaptic_gain(ports, 1.0, 1.0, 1.0)) <= 1.0 / GABA.open_synaptic
    assert 1.0 - 1e-9 <= float(GABA.tonic_gain(ports)) <= 1.0 / GABA.open_ambient


@given(st.floats(0.0, 1e3), st.floats(0.0, 2.0))
def test_a_benzodiazepine_on_top_of_an_anaesthetic_still_adds_and_never_subtracts(bzd, direct):
    alone = float(GABA.synaptic_gain(Ports(0.0, direct), 1.0, 1.0, 1.0))
    both = float(GABA.synaptic_gain(Ports(bzd, direct), 1.0, 1.0, 1.0))
    assert both >= alone - 1e-12


@given(st.floats(0.0, 1.0), st.floats(0.0, 1e5), st.sampled_from([1e-4, 5e-4, 1e-3]))
def test_a_gate_never_opens_more_than_all_nor_less_than_nothing(s, rate, dt):
    assert 0.0 <= float(from_card(Gate).step(jnp.asarray(s), rate, dt)) <= 1.0
