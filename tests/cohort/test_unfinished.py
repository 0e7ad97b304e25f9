"""An unfinished run on the disk: the newest whole state wins, and what cannot be trusted is refused."""

from typing import NamedTuple

import numpy as np
import pytest

from quell.cohort import fingerprint, unfinished
from quell.cohort.unfinished import Unfinished
from quell.ground.errors import InputError


class Small(NamedTuple):
    level: np.ndarray
    count: np.ndarray


def state(step) -> Small:
    return Small(np.array([0.1 * step, 1 / 3]), np.array([step], np.int32))


def piece(first, last) -> dict[str, np.ndarray]:
    return {"time": np.arange(first, last, dtype=float), "seizing": np.arange(first, last)[:, None] % 3 == 0}


@pytest.fixture
def run(tmp_path) -> Unfinished:
    """A run that kept its state after 4, 6 and 9 steps."""
    made = Unfinished(tmp_path / "out")
    made.begin("duration = '1 h'\n", {"command": "quell run"})
    for first, last in ((0, 4), (4, 6), (6, 9)):
        made.keep(state(last), last, [piece(first, last - 1), piece(last - 1, last)], seconds=10.0 * last)
    return made


def test_the_newest_state_and_the_whole_record_come_back(run):
    back, step, pieces = run.back(state(0))
    assert step == 9
    assert back.level.tobytes() == state(9).level.tobytes()
    joined = {name: np.concatenate([one[name] for one in pieces]) for name in pieces[0]}
    assert all((joined[name] == values).all() for name, values in piece(0, 9).items())
    assert run.about()["command"] == "quell run"


def test_a_damaged_newest_state_gives_way_to_the_one_before(run):
    path = run.folder / "state-000000009.npz"
    path.write_bytes(path.read_bytes()[:-40])
    _, step, pieces = run.back(state(0))
    assert (step, sum(len(one["time"]) for one in pieces)) == (6, 6)
    assert run.moments() == [6]  # nothing beyond is left to be mixed with what comes


def test_an_older_state_may_be_asked_for_by_its_file(run):
    found, at = Unfinished.find(run.folder / "state-000000006.npz")
    assert found.back(state(0), at)[1] == 6
    assert not (run.folder / "record-000000006-000000009.npz").exists()


@pytest.mark.parametrize("place", ["out", "out.unfinished", "out.unfinished/state-000000009.npz"])
def test_a_run_is_found_by_any_of_its_names(run, place):
    assert Unfinished.find(run.out.parent / place)[0].folder == run.folder


def test_a_lost_record_is_named_and_not_bridged(run):
    (run.folder / "record-000000004-000000006.npz").unlink()
    with pytest.raises(InputError, match="record from macro step 4 on is missing"):
        run.back(state(0))
    assert run.moments() == [6, 9]


def test_another_card_or_version_is_named(run, monkeypatch):
    real = fingerprint.fingerprint()
    other = real | {"cards": real["cards"] | {"patient/arousal.toml": "0" * 16}}
    monkeypatch.setattr(unfinished, "fingerprint", lambda: other)
    with pytest.raises(InputError, match=r"not the one that began this run \(card patient/arousal\.toml\)"):
        run.about()


def test_where_nothing_is_kept_that_is_said(tmp_path):
    with pytest.raises(InputError, match="no unfinished run is kept here"):
        Unfinished.find(tmp_path / "nothing")


def test_a_changed_population_file_is_seen_by_the_fingerprint(tmp_path, monkeypatch):
    """The members of the population decide bits although they are no card."""
    before = fingerprint.fingerprint("adult")
    assert set(before["population"]) >= {"patient/population/adult.csv", "patient/population/priors.toml"}
    real = fingerprint._hash

    def changed_hash(files):
        files = list(files)
        return "x" if files[0].name == "adult.csv" else real(files)

    monkeypatch.setattr(fingerprint, "_hash", changed_hash)
    told = fingerprint.changed(before, fingerprint.fingerprint("adult"))
    assert told == ["population file patient/population/adult.csv"]
