"""Dask: a cluster of processes gives the bits of the pool, also when a worker is killed in the middle."""

import sys

import pytest

from quell.cohort.dask_scheduler import Dask
from quell.cohort.run import BlockError, run_cohort
from quell.ground.errors import InputError

NOISE = {"seed": 7, "pull": 0.02}
PATIENTS = 250


def test_a_killed_worker_of_a_dask_cluster_costs_no_bit(tmp_path):
    pytest.importorskip("distributed")
    usual = run_cohort("toy_job:noise", NOISE, PATIENTS, out=tmp_path / "processes")
    settings = NOISE | {"deadly": 64, "deaths": 1, "graves": str(tmp_path)}
    cohort = run_cohort("toy_job:deadly", settings, PATIENTS, out=tmp_path / "dask", scheduler="dask", workers=2)
    assert (tmp_path / "0").exists() and cohort.sha256 == usual.sha256


def test_a_block_that_kills_every_dask_worker_is_named(tmp_path):
    pytest.importorskip("distributed")
    settings = NOISE | {"deadly": 64, "deaths": 2, "graves": str(tmp_path)}
    with pytest.raises(BlockError, match=r"died twice .*block 1 \(patients 64 to 99\).* 1 of 2 blocks"):
        run_cohort("toy_job:deadly", settings, 100, out=tmp_path / "dask", scheduler="dask", workers=1)


def test_without_dask_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"quell\[dask\]"):
        Dask()
