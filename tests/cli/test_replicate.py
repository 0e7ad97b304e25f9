"""Replicating a result: same bits or not, and what changed meanwhile."""

import json

import pytest

from quell.cli import job
from quell.cli.main import main
from quell.cli.replicate import compare, replicate
from quell.cohort.store import MANIFEST, SCHEMA_VERSION
from quell.ground.errors import InputError

HASHES = {"timeline": "aa", "states": {"seizing": "bb", "all": "cc"}}


def write(folder, hashes=HASHES, **more):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text('name = "x"\n', encoding="utf-8")
    manifest = {"schema_version": SCHEMA_VERSION, "hashes": hashes, "versions": {"quell": "0.1.0"}, **more}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def rerun(monkeypatch):
    """Stand in for the job: a second run that gives these hashes."""

    def gives(hashes=HASHES, **more):
        calls = []

        def run(scenario, *, out, mode=None, progress=None):
            calls.append((scenario, mode))
            write(out, hashes, **more)

        monkeypatch.setattr(job, "run", run)
        return calls

    return gives


def test_the_same_bits_are_said_to_be_the_same(tmp_path, rerun, capsys):
    calls = rerun()
    folder = write(tmp_path / "a", mode="projective")
    assert main(["replicate", str(folder)]) == 0
    assert "all 3 parts came out the same" in capsys.readouterr().out
    assert calls == [(folder / "scenario.toml", "projective")]


def test_one_other_bit_is_found_and_named(tmp_path, rerun, capsys):
    rerun({"timeline": "aa", "states": {"seizing": "XX", "all": "YY"}}, versions={"quell": "0.2.0"})
    assert main(["replicate", str(write(tmp_path / "a"))]) == 1
    out = capsys.readouterr().out
    assert "differs  states/seizing" in out
    assert "timeline" not in out
    assert "quell 0.1.0 -> 0.2.0" in out


def test_programs_get_json(tmp_path, rerun, capsys):
    rerun()
    main(["replicate", str(write(tmp_path / "a")), "--json"])
    assert json.loads(capsys.readouterr().out)["same"] is True


def test_parts_that_vanish_or_appear_are_told(tmp_path):
    compared = compare(tmp_path, {"hashes": {"a": "1", "b": "2"}}, {"hashes": {"b": "2", "c": "3"}})
    assert compared.parts == {"a": "missing", "b": "same", "c": "new"}
    assert not compared.same


@pytest.mark.parametrize("damage", ["no folder", "no manifest", "torn", "no hashes", "no scenario", "old schema"])
def test_what_is_no_result_is_refused(tmp_path, damage):
    folder = write(tmp_path / "a")
    if damage == "no folder":
        folder = tmp_path / "b"
    elif damage == "no manifest":
        (folder / MANIFEST).unlink()
    elif damage == "torn":
        (folder / MANIFEST).write_text('{"hash', encoding="utf-8")
    elif damage == "no hashes":
        write(folder, hashes=None)
    elif damage == "no scenario":
        (folder / "scenario.toml").unlink()
    else:
        write(folder, schema_version=0)
    with pytest.raises(InputError):
        replicate(folder)


def test_a_card_that_changed_between_the_runs_is_named(tmp_path, rerun):
    before = {"cards": {"patient/arousal.toml": "aa", "ions/chloride.toml": "bb"}, "code": {"care": "cc"}}
    after = {"cards": {"patient/arousal.toml": "XX", "ions/chloride.toml": "bb"}, "code": {"care": "YY", "new": "dd"}}
    rerun({"timeline": "XX", "states": HASHES["states"]}, fingerprint=after)
    told = str(replicate(write(tmp_path / "a", fingerprint=before)))
    assert "changed: card patient/arousal.toml, code of care, code of new (new)." in told
    assert "chloride" not in told


def test_a_result_says_what_it_rests_on(tmp_path):
    """The manifest of a real run names every card, the code and the population."""
    scenario = tmp_path / "a.toml"
    scenario.write_text('duration = "1 min"\nbrain = 2\npatient = { draw = true }\n', encoding="utf-8")
    told = job.run(scenario).manifest["fingerprint"]
    assert {"patient/arousal.toml", "drugs/library/lorazepam.toml"} <= set(told["cards"])
    assert set(told["population"]) == {f"patient/population/{n}" for n in ("adult.csv", "adult.toml", "priors.toml")}
    assert {"care", "patient", "ions"} <= set(told["code"]) and "cli" not in told["code"]
