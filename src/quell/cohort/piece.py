"""Pieces: one finished block on the disk, arrays in a `.npz` and what they are in a `.json` beside it.

Both get their names only when complete, the arrays first: a block counts as finished when its `.json` is there and
names the hash the `.npz` really has. Every patient has an own hash of all numbers, so cohorts can be compared patient
by patient, and the hash of a cohort knows neither blocks nor files.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from quell.engine.checkpoint import read_archive, whole, write_archive
from quell.ground.compute import processor
from quell.ground.errors import InputError

ABANDONED = 3600.0  # s without a byte, after which nobody writes a part any more
ALLOWED = "a dict of text to bool, integer, floating or complex arrays whose first axis is the lanes"


def write(folder: Path, number: int, arrays: Mapping[str, np.ndarray], fingerprint: str) -> dict[str, Any]:
    """Write one block (arrays `[lanes, ...]` from `checked`) and return its record, which is also the `.json`."""
    path = piece_path(folder, number)
    write_archive(path, arrays, {"block": number, "fingerprint": fingerprint})
    record = {
        "block": number,
        "fingerprint": fingerprint,
        "file": path.name,
        "sha256": _hash_of_file(path),
        "variables": {name: [array.dtype.name, list(array.shape[1:])] for name, array in arrays.items()},
        "patients": hashes_of_patients(arrays),
        "processor": processor()[0],
    }
    with whole(path.with_suffix(".json")) as file:
        file.write(json.dumps(record).encode())
    return record


def finished(folder: Path, number: int, fingerprint: str) -> dict[str, Any] | None:
    """The record of a block that is complete, undamaged and of this study; None otherwise."""
    path = piece_path(folder, number)
    try:
        record = json.loads(path.with_suffix(".json").read_bytes())
        right = record["block"] == number and record["fingerprint"] == fingerprint
        return record if right and record["sha256"] == _hash_of_file(path) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read(folder: Path, record: Mapping[str, Any], kept: int) -> dict[str, np.ndarray]:
    """The arrays of one block, padding dropped: `[kept, ...]`; InputError if the file is not the one recorded."""
    path = folder / record["file"]
    if path.is_file() and _hash_of_file(path) != record["sha256"]:
        raise InputError("the file is not the one that was written", file=str(path), allowed="a run again, to mend it")
    return {name: array[:kept] for name, array in read_archive(path)[1].items()}


def checked(answer: Any, lanes: int) -> dict[str, np.ndarray]:
    """What a job answered, as sorted arrays `[lanes, ...]` of plain numbers; InputError names what is wrong."""
    if not isinstance(answer, Mapping) or not answer:
        raise InputError(f"the job answered with {type(answer).__name__}", field="job", allowed=ALLOWED)
    arrays = {}
    for name in sorted(answer, key=str):
        array = np.asarray(answer[name])
        if not isinstance(name, str) or not name or array.dtype.kind not in "biufc":
            what = f"the job's variable {name!r} holds {array.dtype}"
            raise InputError(what, field="job", allowed=ALLOWED)
        if array.ndim == 0 or len(array) != lanes:
            what = f'the job\'s variable "{name}" has the shape {list(array.shape)} for {lanes} lanes'
            raise InputError(what, field="job", allowed=ALLOWED)
        arrays[name] = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
    return arrays


def hashes_of_patients(arrays: Mapping[str, np.ndarray]) -> list[str]:
    """SHA-256 of each lane: names, types, shapes and bits of all its numbers."""
    digests = [hashlib.sha256() for _ in next(iter(arrays.values()))]
    for name, array in sorted(arrays.items()):
        kind = json.dumps([name, array.dtype.str, list(array.shape[1:])]).encode()
        for digest, row in zip(digests, array, strict=True):
            digest.update(kind + np.asarray(row).tobytes())
    return [digest.hexdigest() for digest in digests]


def hash_of_cohort(patients: Iterable[str]) -> str:
    """SHA-256 over the patients' hashes in the order of their ids."""
    digest = hashlib.sha256()
    for patient in patients:
        digest.update(bytes.fromhex(patient))
    return digest.hexdigest()


def sweep(folder: Path) -> None:
    """Remove what killed workers left half-written; what a living one may still write stays."""
    for torn in folder.glob("*.part"):
        with suppress(OSError):
            if time.time() - torn.stat().st_mtime > ABANDONED:
                torn.unlink()


def piece_path(folder: Path, number: int) -> Path:
    """Where block `number` is kept."""
    return folder / f"block-{number:06d}.npz"


def _hash_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
