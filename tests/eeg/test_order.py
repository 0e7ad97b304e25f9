"""Medians and quantiles are those of numpy."""

import numpy as np
import pytest

from quell.eeg.order import median, medians, quantiles

VALUES = np.random.Generator(np.random.PCG64(8)).normal(size=(7, 101)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 3, 8, 101])
def test_as_numpy_has_them(count):
    values = VALUES[:, :count]
    assert [median(row) for row in values] == pytest.approx(np.median(values, axis=1).tolist(), rel=1e-6)
    shares = [0.0, 0.05, 0.3, 0.9, 1.0]
    assert quantiles(values, shares) == pytest.approx(np.quantile(values, shares, axis=1), abs=1e-6)
    assert quantiles(values[0], shares) == pytest.approx(np.quantile(values[0], shares), abs=1e-6)


def test_medians_by_group_are_those_of_each_group():
    groups = np.array([0, 3, 1, 0, 3, 3, 3, 0])
    found = medians(VALUES[0, :8], groups, 5)
    assert found[[2, 4]].tolist() == [0.0, 0.0]  # nothing is in them
    for group in (0, 1, 3):
        assert found[group] == pytest.approx(float(np.median(VALUES[0, :8][groups == group])), rel=1e-6)
    assert medians(VALUES[0, :0], groups[:0], 2).tolist() == [0.0, 0.0]
