"""`quell replicate`: run a result again from what its folder says, and compare every part bit by bit.

The folder holds `scenario.toml` (as it ran, overrides included) and `manifest.json`, whose `hashes` gives the
SHA-256 of every part of the result and whose `mode` says how it ran.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quell.cli.progress import Reporter
from quell.cohort.fingerprint import changed
from quell.cohort.store import MANIFEST, check_result, read_json
from quell.ground.errors import InputError

SCENARIO = "scenario.toml"
SAME, DIFFERS, MISSING, NEW = "same", "differs", "missing", "new"


@dataclass(frozen=True)
class Compared:
    """Part by part: same, differs, missing (not made again) or new; and what else changed between the runs."""

    folder: Path
    parts: dict[str, str]
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every part came out bit by bit as before."""
        return all(word == SAME for word in self.parts.values())

    def __str__(self) -> str:
        why = [f"Between the runs changed: {', '.join(self.changed)}."] if self.changed else []
        if self.same:
            return "\n".join([f"{self.folder}: all {len(self.parts)} parts came out the same, bit by bit.", *why])
        lines = [f"  {word:<8} {name}" for name, word in self.parts.items() if word != SAME]
        return "\n".join([f"{self.folder}: not the same.", *lines, *why])


def replicate(folder: str | Path, *, progress: Reporter | None = None) -> Compared:
    """Run the scenario of a result folder again and compare hashes. Raises InputError for any other folder."""
    from quell.cli import job

    folder = Path(folder)
    before = read_manifest(folder)
    with tempfile.TemporaryDirectory() as room:
        again = Path(room) / "again"
        job.run(folder / SCENARIO, out=again, mode=before.get("mode"), progress=progress)
        after = read_manifest(again)
    return compare(folder, before, after)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result folder, checked to hold what a second run needs."""
    check_result(folder)
    manifest = read_json(folder / MANIFEST)
    if not isinstance(manifest.get("hashes"), dict):
        raise InputError("the manifest holds no hashes to compare with", file=str(folder / MANIFEST))
    if not (folder / SCENARIO).is_file():
        raise InputError(f"this result holds no {SCENARIO} to run again", file=str(folder))
    return manifest


def compare(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> Compared:
    """Two manifests, hash by hash."""
    old, new = dict(_flat(before["hashes"])), dict(_flat(after["hashes"]))
    words = {
        name: MISSING if name not in new else NEW if name not in old else SAME if old[name] == new[name] else DIFFERS
        for name in sorted({*old, *new})
    }
    was, now = dict(_flat(before.get("versions", {}))), dict(_flat(after.get("versions", {})))
    names = sorted(name for name in {*was, *now} if was.get(name) != now.get(name))
    told = [f"{name} {was.get(name)} -> {now.get(name)}" for name in names]
    if before.get("fingerprint"):
        told += changed(before["fingerprint"], after.get("fingerprint", {}))
    return Compared(folder, words, tuple(told))


def _flat(tree: dict[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for name, inner in tree.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{place}{name}/")
        else:
            yield f"{place}{name}", str(inner)
