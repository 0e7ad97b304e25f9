"""Chance: every number has an address, so nobody's fate depends on the company."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quell.ground.chance import address, bits, normal, stream_number, two_kicks, uniform

LANES, PARTS, STEPS = 64, 10, 4000
PATIENTS = jnp.arange(LANES)


@pytest.fixture(scope="module")
def kicks():
    """[2, steps, lanes, parts] of the hot loop's kicks."""
    where = address(7, PATIENTS, "noise", PARTS)
    made = jax.vmap(lambda step: jnp.stack(two_kicks(where, step)))(jnp.arange(STEPS, dtype=jnp.uint32))
    return np.moveaxis(np.asarray(made, float), 1, 0)


def test_kicks_have_mean_zero_and_variance_one(kicks):
    error = 1 / np.sqrt(kicks[0].size)
    for kick in kicks:
        assert abs(kick.mean()) < 4 * error
        assert abs(kick.var() - 1) < 4 * error * np.sqrt(0.8)  # a uniform number has kurtosis 1.8


def test_every_lane_has_fair_kicks(kicks):
    means = kicks.mean(axis=1) * np.sqrt(STEPS)
    assert means.std() == pytest.approx(1.0, abs=0.1)
    assert np.abs(means).max() < 5


def test_the_two_kicks_of_a_step_are_independent(kicks):
    assert abs((kicks[0] * kicks[1]).mean()) < 4 / np.sqrt(kicks[0].size)
    assert abs((kicks[0] ** 2 * kicks[1] ** 2).mean() - 1) < 0.01


@pytest.mark.parametrize("lag", [1, 2, 3, 7, 16, 64, 256, 1024])
def test_kicks_do_not_remember(kicks, lag):
    for kick in kicks:
        product = kick[lag:] * kick[:-lag]
        assert abs(product.mean()) < 4.5 / np.sqrt(product.size)


def test_lanes_and_parts_do_not_know_each_other(kicks):
    flat = kicks.reshape(2, STEPS, -1)[0]
    worst = np.abs(np.corrcoef(flat.T) - np.eye(flat.shape[1])).max()
    expected = np.sqrt(2 * np.log(flat.shape[1] ** 2 / 2)) / np.sqrt(STEPS)
    assert worst < 1.25 * expected


def test_neighbouring_studies_patients_and_streams_differ_in_half_their_bits():
    def word(study, patient, stream, step):
        return int(bits(address(study, jnp.asarray([patient]), stream), jnp.uint32(step))[0, 0])

    here = [word(7, p, "noise", s) for p in range(8) for s in range(8)]
    for change in (
        [word(8, p, "noise", s) for p in range(8) for s in range(8)],
        [word(7, p + 1, "noise", s) for p in range(8) for s in range(8)],
        [word(7, p, "noisf", s) for p in range(8) for s in range(8)],
        [word(7, p, "noise", s + 1) for p in range(8) for s in range(8)],
    ):
        flipped = np.mean([(a ^ b).bit_count() for a, b in zip(here, change, strict=True)])
        assert flipped == pytest.approx(16, abs=1.5)


def test_an_address_gives_the_same_numbers_wherever_it_is_asked():
    alone = address(7, jnp.asarray([17]), "noise", PARTS)
    among = address(7, PATIENTS, "noise", PARTS)
    step = jnp.uint32(123456)
    assert np.array_equal(bits(alone, step)[0], bits(among, step)[17])
    assert np.array_equal(jax.jit(bits)(among, step), bits(among, step))


@settings(max_examples=20)
@given(st.permutations(list(range(8))), st.integers(0, 2**31 - 1))
def test_permuting_patients_permutes_what_they_draw(order, study):
    patients = jnp.arange(8)
    there = address(study, patients[jnp.asarray(order)], "noise", 2)
    here = address(study, patients, "noise", 2)
    assert np.array_equal(there.first, here.first[jnp.asarray(order)])
    assert np.array_equal(
        uniform(study, patients[jnp.asarray(order)], "age"), uniform(study, patients, "age")[jnp.asarray(order)]
    )


def test_more_patches_leave_the_first_ones_as_they_were():
    assert np.array_equal(address(7, PATIENTS, "noise", 2).first, address(7, PATIENTS, "noise", 10).first[:, :2])


@pytest.mark.parametrize("kind", [jnp.int32, jnp.int64, jnp.uint32])
def test_the_type_of_the_step_counter_changes_nothing(kind):
    where = address(7, PATIENTS, "noise")
    word = bits(where, jnp.asarray(99, kind))
    assert word.dtype == jnp.uint32
    assert np.array_equal(word, bits(where, 99))


def test_traits_are_uniform_and_normal():
    many = jnp.arange(4000)
    even = np.sort(np.asarray(uniform(7, many, "age"))[:, 0])
    assert even[0] > 0
    assert even[-1] < 1
    assert np.abs(even - (np.arange(4000) + 0.5) / 4000).max() < 1.63 / np.sqrt(4000)  # Kolmogorov, 1 %
    bell = np.asarray(normal(7, many, "age"))
    assert bell.mean() == pytest.approx(0.0, abs=0.06)
    assert bell.std() == pytest.approx(1.0, abs=0.045)
    assert uniform(7, many, "age").dtype == jnp.float64


def test_stream_numbers_never_change():
    assert stream_number("noise") == 4255749673


def test_a_known_address_gives_the_known_words():
    """The numbers themselves are part of the promise: a change here changes every result."""
    where = address(7, jnp.asarray([0, 1]), "noise")
    assert [int(word) for word in bits(where, 0)[:, 0]] == [3429098118, 2201639013]
