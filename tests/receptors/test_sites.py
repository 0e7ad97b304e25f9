"""Neurosteroids and blockers of the channel at the GABA-A gate: directions, limits, and nothing where there is none."""

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.ground.card import from_card
from quell.receptors.gaba_a import GabaA, Ports

GABA = from_card(GabaA)
DRIVES = st.floats(0.0, 1e4)


def synaptic(bzd=0.0, direct=0.0, steroid=0.0, blocker=0.0, left=1.0):
    return float(GABA.synaptic_gain(Ports(bzd, direct, steroid, blocker), left, left, left))


def tonic(bzd=0.0, direct=0.0, steroid=0.0, blocker=0.0):
    return float(GABA.tonic_gain(Ports(bzd, direct, steroid, blocker)))


def test_a_site_without_drug_is_a_site_that_nobody_touches_bit_for_bit():
    for bzd, direct in ((0.0, 0.0), (0.7, 0.03), (9.0, 0.4)):
        alone, empty = Ports(bzd, direct), Ports(bzd, direct, 0.0, 0.0)
        assert GABA.tonic_gain(alone) == GABA.tonic_gain(empty) and GABA.held(alone) == GABA.held(empty)
        assert GABA.synaptic_gain(alone, 0.4, 0.5, 0.6) == GABA.synaptic_gain(empty, 0.4, 0.5, 0.6)


@pytest.mark.parametrize("level", [0.1, 0.5, 1.0, 3.0])
def test_a_neurosteroid_acts_on_synapses_and_by_the_larger_factor_on_delta_receptors(level):
    assert tonic(steroid=level) > synaptic(steroid=level) > 1.0
    assert synaptic(steroid=2 * level) > synaptic(steroid=level) and tonic(steroid=2 * level) > tonic(steroid=level)


def test_at_clinical_levels_a_neurosteroid_helps_and_at_ten_times_those_it_anaesthetises():
    """Brexanolone 80 ug/L is 1.7 times the EC50 of its card: drowsy people, not the 2.4 mg/L of propofol (0.07)."""
    clinical, deep, propofol = synaptic(steroid=1.7), synaptic(steroid=17.0), synaptic(direct=0.07)
    assert 1.2 < clinical < 0.8 * propofol < propofol < deep
    assert tonic(steroid=17.0) > 10.0


def test_alone_a_neurosteroid_opens_a_few_per_cent_of_receptors_that_have_no_GABA():
    """The concatemer table's closed-to-open ratio without GABA is 9000."""
    opened = 1.0 / (1.0 + 9000.0 * GABA.steroid_spare**GABA.steroid_sites)
    assert 0.01 < opened < 0.1


def test_alfaxalone_shifts_the_closed_to_open_ratio_as_printed():
    """1 uM takes 9000 to 606, with both sites at three times their K."""
    shift = float(GABA._sites(3.0, GABA.steroid_spare, GABA.steroid_sites))
    assert shift == pytest.approx(606.0 / 9000.0, rel=0.25)


def test_delta_receptors_feel_levels_that_synapses_hardly_do():
    assert tonic(steroid=0.5) - 1.0 > 2.0 * (synaptic(steroid=0.5) - 1.0) > 0.0


@given(DRIVES, DRIVES, DRIVES)
def test_no_mixture_opens_more_channels_than_there_are_and_none_takes_another_back(bzd, direct, steroid):
    assert 1.0 - 1e-9 <= synaptic(bzd, direct, steroid) <= 1.0 / GABA.open_synaptic
    assert 1.0 - 1e-9 <= tonic(bzd, direct, steroid) <= 1.0 / GABA.open_ambient
    assert synaptic(bzd, direct, steroid) >= max(synaptic(bzd, direct), synaptic(bzd, 0.0, steroid)) - 1e-9


@given(DRIVES, DRIVES, st.floats(0.0, 1e3))
def test_a_blocker_takes_the_same_share_no_matter_what_opened_the_channel(direct, steroid, blocker):
    open_, shut = Ports(1.0, direct, steroid), Ports(1.0, direct, steroid, blocker)
    left = 1.0 / (1.0 + blocker)
    assert float(GABA.synaptic_gain(shut, 1.0, 1.0, 1.0) / GABA.synaptic_gain(open_, 1.0, 1.0, 1.0)) == pytest.approx(
        left
    )
    assert float(GABA.tonic_gain(shut) / GABA.tonic_gain(open_)) == pytest.approx(left)
    assert float(GABA.held(shut) / GABA.held(open_)) == pytest.approx(left)


def test_no_amount_of_another_drug_opens_a_channel_that_is_blocked():
    assert synaptic(bzd=1e9, direct=1e3, steroid=1e3, blocker=1e6) < 1e-4 > tonic(direct=1e3, blocker=1e9)


def test_a_thousand_gates_are_one_gate_mapped():
    levels = jnp.linspace(0.0, 5.0, 1000)
    many = jax.vmap(lambda x: GABA.synaptic_gain(Ports(0.5, 0.1, x, 0.2 * x), 1.0, 1.0, 1.0))(levels)
    assert float(many[300]) == pytest.approx(synaptic(0.5, 0.1, float(levels[300]), 0.2 * float(levels[300])))


def test_a_class_with_an_affinity_of_its_own_is_filled_by_its_own_drive():
    """Diazepam likes alpha5 more than alpha1: it helps more while it is scarce, and no more once every site is full."""
    gate = from_card(GabaA)

    def gain(x, a5=None):
        return float(gate.synaptic_gain(Ports(x, 0.0, bzd_a2=None, bzd_a5=a5), 0.0, 0.0, 1.0))

    assert gain(0.5, a5=0.5 * 27 / 17) > gain(0.5)
    assert gain(0.5, a5=0.5) == gain(0.5)
    assert gain(1e7, a5=2e7) == pytest.approx(gain(1e7), rel=1e-5)
    assert float(gate.synaptic_gain(Ports(0.5, 0.0, bzd_a5=9.0), 1.0, 0.0, 0.0)) == float(
        gate.synaptic_gain(Ports(0.5, 0.0), 1.0, 0.0, 0.0)
    )  # alpha1 feels none of it
