"""The doctor: sees what is there, names what is missing, and says how to get it."""

import json
import platform
import sys
from importlib import metadata

from quell.cli import doctor
from quell.cli.doctor import Finding, examine, report
from quell.cli.main import main


def _of(findings, name) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_this_machine_is_well(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "Everything a run needs is here." in out
    assert platform.python_version() in out


def test_programs_get_the_same_as_json(capsys):
    main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert {"Python", "jax", "numpy", "processor", "JAX backend", "compile and run"} <= {f["name"] for f in findings}


def test_a_missing_package_is_named_with_its_remedy(monkeypatch, capsys):
    real = metadata.version

    def version(name):
        if name == "edfio":
            raise metadata.PackageNotFoundError
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "MISS  edfio" in out
    assert "-> run `uv sync`" in out


def test_an_old_package_is_named(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: "0.0.1")
    assert not _of(examine(), "numpy").fine


def test_without_jax_the_rest_is_still_examined(monkeypatch):
    real = metadata.version

    def version(name):
        if name == "jax":
            raise metadata.PackageNotFoundError
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    findings = examine()
    assert not _of(findings, "jax").fine
    assert "JAX backend" not in {finding.name for finding in findings}


def test_an_old_python_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 11, 0))
    assert not _of(examine(), "Python").fine


def test_a_cache_that_cannot_be_written_is_a_note_and_no_fault(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("QUELL_CACHE_DIR", str(tmp_path / "file" / "below"))
    monkeypatch.delenv("QUELL_NO_CACHE", raising=False)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "note  compiled programs" in out
    assert "QUELL_CACHE_DIR" in out


def test_a_folder_that_is_not_there_is_told(tmp_path):
    found = doctor._writable("working folder", tmp_path / "gone")
    assert not found.fine
    assert "No such file" in found.seen


def test_the_verdict_counts_what_is_needed_and_not_what_is_optional():
    findings = [Finding("a", False, "gone", "get a"), Finding("b", False, "slow", "", True), Finding("c", True, "ok")]
    page = report(findings)
    assert page.endswith("1 needed: see the arrows above.")
    assert "-> get a" in page
