"""Cohorts: the same bits for any workers, order, neighbours, and after any kind of death."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import toy_job

from quell.cohort import study
from quell.cohort.result import open_cohort
from quell.cohort.run import BlockError, run_cohort
from quell.cohort.scheduler import INSIDE
from quell.cohort.task import find_job, run_block
from quell.ground.errors import InputError, InterruptedRun

NOISE = {"seed": 7, "pull": 0.02}
PATIENTS = 250  # four blocks, the last with padding


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The cohort of one worker in plain order, which all others must equal."""
    return run_cohort("toy_job:noise", NOISE, PATIENTS, out=tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize(("workers", "order"), [(2, [2, 0, 3, 1]), (4, None)])
def test_workers_and_order_do_not_touch_a_bit(alone, tmp_path, workers, order):
    cohort = run_cohort("toy_job:noise", NOISE, PATIENTS, out=tmp_path, workers=workers, order=order)
    assert cohort.sha256 == alone.sha256 and cohort.reused == 0
    assert cohort.manifest == alone.manifest


def test_a_patient_in_other_company_and_another_lane_has_the_same_bits(alone):
    for patient, lane in ((17, 0), (17, 63), (249, 5)):
        company = np.arange(1000, 1064)
        company[lane] = patient
        told = toy_job.noise(NOISE, company)
        for name, value in alone.patient(patient).items():
            assert np.asarray(told[name])[lane].tobytes() == value.tobytes()


def test_another_seed_is_another_cohort(alone, tmp_path):
    other = run_cohort("toy_job:noise", NOISE | {"seed": 8}, PATIENTS, out=tmp_path)
    assert len(other.differs_from(alone)) == PATIENTS


def test_a_larger_cohort_reuses_all_blocks_and_keeps_its_first_patients(alone, tmp_path):
    small = run_cohort("toy_job:noise", NOISE, 100, out=tmp_path)
    grown = run_cohort("toy_job:noise", NOISE, PATIENTS, out=tmp_path)
    assert grown.reused == 2 and grown.sha256 == alone.sha256
    assert small.read("end").tobytes() == grown.read("end")[:100].tobytes()


def test_results_read_back_by_variable_block_and_patient(alone):
    end = alone.read("end")
    assert (end.shape, end.dtype, set(alone.variables)) == ((PATIENTS,), np.float64, {"end", "square", "above"})
    assert len(alone.block(3)["end"]) == PATIENTS - 192
    assert alone.patient(200)["end"] == end[200] == alone.block(3)["end"][8]
    opened = open_cohort(alone.out)
    assert opened.sha256 == alone.sha256 and opened.settings == NOISE
    assert np.load(next(alone.out.glob("blocks/*/block-000000.npz")))["end"].tobytes() == end[:64].tobytes()


def test_a_damaged_block_is_noticed_and_only_it_is_made_again(alone, tmp_path):
    shutil.copytree(alone.out, tmp_path, dirs_exist_ok=True)
    cohort = open_cohort(tmp_path)
    piece = next(tmp_path.glob("blocks/*/block-000001.npz"))
    content = bytearray(piece.read_bytes())
    content[-200] ^= 1
    piece.write_bytes(content)
    with pytest.raises(InputError, match="not the one that was written"):
        cohort.read("end")
    mended = run_cohort("toy_job:noise", NOISE, PATIENTS, out=tmp_path)
    assert (mended.reused, mended.sha256) == (3, alone.sha256)
    assert mended.read("end").tobytes() == alone.read("end").tobytes()


def test_other_settings_never_mix_with_finished_blocks(tmp_path):
    run_cohort("toy_job:noise", NOISE, 64, out=tmp_path)
    other = run_cohort("toy_job:noise", NOISE | {"pull": 0.03}, 64, out=tmp_path)
    again = run_cohort("toy_job:noise", NOISE, 64, out=tmp_path)
    assert (other.reused, again.reused) == (0, 1) and other.sha256 != again.sha256


def test_a_killed_driver_leaves_whole_blocks_and_resumes_to_the_same_bits(alone, tmp_path):
    gate, out = tmp_path / "gate", tmp_path / "out"
    settings = NOISE | {"gate": str(gate), "hold_from": 128}
    script = "from quell.cohort import run, study; "
    script += f"study.code_hash = lambda module: {study.code_hash('toy_job')!r}; "  # see conftest
    script += f"run.run_cohort('toy_job:held_back', {settings!r}, {PATIENTS}, out={str(out)!r}, workers=2)"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    driver = subprocess.Popen([sys.executable, "-c", script], env=environment)
    wait_until(lambda: len(list(tmp_path.glob("waiting-*"))) == 2)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    for waiting in tmp_path.glob("waiting-*"):
        worker = int(waiting.name.split("-")[1])
        wait_until(lambda worker=worker: not runs(worker))  # no orphan goes on calculating
    names = {file.name for file in out.rglob("*") if file.is_file() and file.suffix != ".part"}
    assert names == {f"block-00000{number}.{kind}" for number in (0, 1) for kind in ("npz", "json")}
    with pytest.raises(InputError, match="no finished cohort"):
        open_cohort(out)
    gate.touch()
    resumed = run_cohort("toy_job:held_back", settings, PATIENTS, out=out, workers=2)
    assert (resumed.reused, resumed.sha256) == (2, alone.sha256)


def test_a_worker_that_dies_once_is_forgiven(alone, tmp_path):
    settings = NOISE | {"deadly": 64, "deaths": 1, "graves": str(tmp_path)}
    cohort = run_cohort("toy_job:deadly", settings, 128, out=tmp_path / "out")
    assert cohort.patient_hashes == alone.patient_hashes[:128] and (tmp_path / "0").exists()


def test_a_worker_that_dies_twice_is_reported_with_its_block_and_the_others_are_kept(alone, tmp_path):
    settings = NOISE | {"deadly": 64, "deaths": 2, "graves": str(tmp_path)}
    with pytest.raises(BlockError) as error:
        run_cohort("toy_job:deadly", settings, 150, out=tmp_path / "out")
    for words in ("block 1 (patients 64 to 127)", "SIGKILL", "memory", "2 of 3 blocks", "the same call again"):
        assert words in str(error.value)
    resumed = run_cohort("toy_job:deadly", settings, 150, out=tmp_path / "out")
    assert resumed.reused == 2 and resumed.patient_hashes == alone.patient_hashes[:150]


def test_a_fault_of_the_job_is_told_with_its_block_and_its_trace(tmp_path):
    with pytest.raises(BlockError, match=r"Block 0 \(patients 0 to 9\) stopped: ZeroDivisionError") as error:
        run_cohort("toy_job:failing", {}, 10, out=tmp_path)
    assert "1 // settings" in error.value.__notes__[0]
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("answer", "says"), [("list", "answered with list"), ("empty", "dict"), ("short", r"\[3\] for 64"), ("text", "<U1")]
)
def test_an_answer_that_is_no_dict_of_lanes_is_refused(answer, says, tmp_path):
    item = {"job": "toy_job:misshapen", "settings": {"answer": answer}, "block": 0, "lanes": 64}
    answer = run_block(item | {"folder": str(tmp_path)})
    assert re.search(says, answer["fault"]) and not answer["trace"]


def test_what_a_job_prints_does_not_disturb_its_answer(alone, tmp_path):
    cohort = run_cohort("toy_job:shouting", NOISE, 64, out=tmp_path)
    assert cohort.read("end").tobytes() == alone.read("end")[:64].tobytes()


def test_progress_counts_the_finished_blocks(tmp_path):
    told = []
    for _ in range(2):
        run_cohort("toy_job:noise", NOISE, 100, out=tmp_path, progress=lambda *now: told.append(now))
    assert told == [(0, 2), (1, 2), (2, 2), (2, 2)]


def test_ctrl_c_stops_the_workers_and_says_how_to_go_on(tmp_path):
    def stop(finished, _):
        if finished:
            raise KeyboardInterrupt

    settings = NOISE | {"gate": str(tmp_path / "gate"), "hold_from": 64}
    with pytest.raises(InterruptedRun, match="1 of 2 blocks are finished; the same call again"):
        run_cohort("toy_job:held_back", settings, 100, out=tmp_path / "out", workers=2, progress=stop)
    for waiting in tmp_path.glob("waiting-*"):
        assert not runs(int(waiting.name.split("-")[1]))


@pytest.mark.parametrize(
    ("job", "settings", "more", "says"),
    [
        ("toy_job", {}, {}, "module:function"),
        ("absent_job:noise", {}, {}, 'no module "absent_job"'),
        ("toy_job:noise", {"pull": float("nan")}, {}, "finite numbers"),
        ("toy_job:noise", {"pull": np.zeros(3)}, {}, "cannot travel"),
        ("toy_job:noise", {"doses": (1, 2)}, {}, "changed"),
        ("toy_job:noise", {1: 2}, {}, "text keys"),
        ("toy_job:noise", {}, {"scheduler": "slurm"}, "processes, dask"),
        ("toy_job:noise", {}, {"workers": 0}, "1 or more"),
        ("toy_job:noise", {}, {"out": Path("/proc/none")}, "cannot be made"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_starts(tmp_path, job, settings, more, says):
    with pytest.raises(InputError, match=re.escape(says)):
        run_cohort(job, settings, 10, **({"out": tmp_path} | more))
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_an_unknown_function_is_named_with_those_there_are():
    with pytest.raises(InputError, match=r'no function "nose"\. Allowed: .*noise'):
        find_job("toy_job:nose")


def test_a_cohort_inside_a_worker_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(INSIDE, "1")
    with pytest.raises(InputError, match="__main__"):
        run_cohort("toy_job:noise", NOISE, 10, out=tmp_path)


def test_the_manifest_tells_what_decided_the_bits(alone):
    manifest = json.loads((alone.out / "cohort.json").read_text())
    assert manifest["settings"] == NOISE and {"quell", "jax", "numpy"} <= set(manifest["versions"])
    assert all(len(manifest[name]) == 64 for name in ("sha256", "fingerprint", "code"))
    assert str(alone.out) not in json.dumps(manifest)


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
