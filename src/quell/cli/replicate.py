"""`quell replicate`: run a result again from what its folder says, and compare every file bit by bit.

The folder holds `scenario.toml` (as it ran, overrides included) and `manifest.json`, whose `files` gives the
SHA-256 of every file and whose `mode` says how it ran.
"""

import json
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from quell.cli.progress import Reporter
from quell.ground.errors import InputError

SAME, DIFFERS, MISSING, NEW = "same", "differs", "missing", "new"


@dataclass(frozen=True)
class Compared:
    """File by file: same, differs, missing (not made again) or new; and what else changed between the runs."""

    folder: Path
    files: dict[str, str]
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every file came out bit by bit as before."""
        return all(word == SAME for word in self.files.values())

    def __str__(self) -> str:
        if self.same:
            return f"{self.folder}: all {len(self.files)} files came out the same, bit by bit."
        lines = [f"  {word:<8} {name}" for name, word in self.files.items() if word != SAME]
        why = [f"Between the runs changed: {', '.join(self.changed)}."] if self.changed else []
        return "\n".join([f"{self.folder}: not the same.", *lines, *why])


def replicate(folder: str | Path, *, progress: Reporter | None = None) -> Compared:
    """Run the scenario of a result folder again and compare hashes. Raises InputError if it is no such folder."""
    from quell.cli import job

    folder = Path(folder)
    before = read_manifest(folder)
    with tempfile.TemporaryDirectory() as room:
        again = Path(room) / "again"
        job.run(folder / "scenario.toml", out=again, mode=before.get("mode"), progress=progress)
        after = read_manifest(again)
    return compare(folder, before, after)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result folder."""
    path = folder / "manifest.json"
    allowed = "a folder that `quell run` has made"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if not (folder / "scenario.toml").is_file() or not isinstance(manifest["files"], dict):
            raise KeyError
    except OSError:
        raise InputError("this is no result: it has no manifest.json", file=str(folder), allowed=allowed) from None
    except (ValueError, KeyError, TypeError):
        what = "this result cannot be run again: its manifest or its scenario.toml is damaged"
        raise InputError(what, file=str(folder), allowed=allowed) from None
    return manifest


def compare(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> Compared:
    """Two manifests, file by file."""
    old, new = before["files"], after["files"]
    words = {
        name: MISSING if name not in new else NEW if name not in old else SAME if old[name] == new[name] else DIFFERS
        for name in sorted({*old, *new})
    }
    changed = [
        f"{name} {was} -> {now}"
        for name, was, now in _pairs(before.get("versions", {}), after.get("versions", {}))
        if was != now
    ]
    return Compared(folder, words, tuple(changed or _this_version(before)))


def _pairs(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]


def _this_version(before: dict[str, Any]) -> list[str]:
    was, now = before.get("quell"), metadata.version("quell")
    return [f"quell {was} -> {now}"] if was and was != now else []
