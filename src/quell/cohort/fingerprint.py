"""Fingerprints: one short hash per card, room of code and population, so that two runs can say what lay between.

The bits of a result rest on what is written in Quell's own files. A manifest keeps their fingerprints; a second run
compares them and names the card, the room or the population that is not the one of the first.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import quell

PACKAGE = Path(quell.__file__).parent
DATA = (".toml", ".csv", ".npz", ".npy")
SHORT = 16  # hex digits; enough to tell two files apart
ABOVE = ("cli", "report")  # rooms above the numbers: they draw and write, and no state depends on them


def fingerprint(population: str = "") -> dict[str, Any]:
    """Hashes of every card, of the code room by room, and of the population's own files (of all where none is named).

    Keys: `cards` (path in the package to hash), `code` (room to hash), `population` (file to hash).
    """
    files = list(deciding())
    folder = PACKAGE / "patient" / "population"
    people = [file for file in files if folder in file.parents and file.stem in (population or file.stem, "priors")]
    cards = [file for file in files if file.suffix in DATA and folder not in file.parents]
    rooms: dict[str, list[Path]] = {}
    for file in files:
        if file.suffix == ".py":
            rooms.setdefault(file.relative_to(PACKAGE).parts[0], []).append(file)
    return {
        "cards": {_name(file): _hash([file]) for file in cards},
        "code": {room: _hash(inside) for room, inside in sorted(rooms.items())},
        "population": {_name(file): _hash([file]) for file in people},
    }


def deciding() -> Iterator[Path]:
    """Every file of the package that a simulated number can depend on, in a fixed order."""
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", *DATA) and file.relative_to(PACKAGE).parts[0] not in ABOVE:
            yield file


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two fingerprints, in words: "card patient/arousal.toml", "code of care", ..."""
    words = {"cards": "card", "code": "code of", "population": "population file"}
    found = []
    for kind, word in words.items():
        old, new = before.get(kind, {}), after.get(kind, {})
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                how = "" if name in old and name in new else " (gone)" if name in old else " (new)"
                found.append(f"{word} {name}{how}")
    return found


def _name(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(_name(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:SHORT]
