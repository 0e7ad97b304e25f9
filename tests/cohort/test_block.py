"""Blocks: every patient is in one of them once, and padding is the patients who would follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quell.cohort.block import LANES, in_order, split
from quell.ground.errors import InputError


@given(patients=st.integers(1, 500), lanes=st.integers(1, 80))
def test_every_patient_is_kept_once_and_every_block_is_full(patients, lanes):
    blocks = split(patients, lanes)
    assert all(len(block.ids) == lanes for block in blocks)
    assert list(np.concatenate([block.ids[: block.kept] for block in blocks])) == list(range(patients))


def test_block_k_holds_patients_64_k_to_64_k_plus_63_and_padding_follows():
    block = split(100)[1]
    assert (block.first, block.kept, str(block)) == (64, 36, "block 1 (patients 64 to 99)")
    assert list(block.ids) == list(range(LANES, 2 * LANES))


def test_a_larger_cohort_starts_with_the_same_lanes():
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(split(100), split(1000), strict=False))


@pytest.mark.parametrize(("patients", "lanes"), [(0, 64), (-3, 64), (2**32, 64), (10, 0)])
def test_impossible_cohorts_are_refused(patients, lanes):
    with pytest.raises(InputError, match="Allowed: 1"):
        split(patients, lanes)


def test_an_order_names_every_block_once():
    blocks = split(200)
    assert [block.number for block in in_order(blocks, [3, 1, 0, 2])] == [3, 1, 0, 2]
    for order in ([0, 1, 2], [0, 1, 2, 2], [0, 1, 2, 4]):
        with pytest.raises(InputError, match="every block once"):
            in_order(blocks, order)
