"""A real cohort: the same bits for any number of workers, any order of blocks, and after a death."""

import os
import signal
import subprocess
import sys
import time

import pytest

from quell.cohort.result import open_cohort
from quell.cohort.run import run_cohort

SCENARIO = """
seed = 5
duration = "4 min"
mode = "projective"
brain = 2
protocol = "benzodiazepine_at"
patient = { draw = true }
care = { parameters = { time = "2 min" } }
"""
JOB, SETTINGS, PATIENTS = "quell.cohort.lives:live", {"scenario": SCENARIO}, 150


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return run_cohort(JOB, SETTINGS, PATIENTS, out=tmp_path_factory.mktemp("alone") / "c", workers=1)


def test_people_seize_and_are_treated(alone):
    seizing, given = alone.read("seizing"), alone.read("order.lorazepam/IV")
    assert seizing.shape[0] == PATIENTS
    assert seizing.any(axis=1).mean() > 0.8
    assert 0 < (given.sum(axis=1) > 0).mean() <= 1


@pytest.mark.parametrize(("workers", "order"), [(2, None), (2, (2, 0, 1))])
def test_workers_and_order_do_not_touch_a_bit_of_a_brain(alone, tmp_path, workers, order):
    again = run_cohort(JOB, SETTINGS, PATIENTS, out=tmp_path / "c", workers=workers, order=order)
    assert again.sha256 == alone.sha256


@pytest.mark.slow
def test_four_workers_neither(alone, tmp_path):
    assert run_cohort(JOB, SETTINGS, PATIENTS, out=tmp_path / "c", workers=4).sha256 == alone.sha256


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bits(alone, tmp_path):
    out = tmp_path / "c"
    words = f"from quell.cohort.run import run_cohort; run_cohort({JOB!r}, {SETTINGS!r}, {PATIENTS}, out={str(out)!r})"
    driver = subprocess.Popen([sys.executable, "-c", words], start_new_session=True)
    while driver.poll() is None and not list(out.glob("blocks/*/block-*.npz")):
        time.sleep(0.05)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    assert not (out / "cohort.json").exists()
    again = run_cohort(JOB, SETTINGS, PATIENTS, out=out, workers=2)
    assert again.reused and again.sha256 == alone.sha256
    assert open_cohort(out).sha256 == alone.sha256
