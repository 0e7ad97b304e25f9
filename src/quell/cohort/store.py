"""Results on disk: whole or not at all.

A file is written beside its place under a temporary name and renamed when complete. A result folder is prepared
as DIR.part and renamed as the last act, so an interrupted run never shows half a result under its final name.
States are a zarr store with units on every variable; hashes are taken over names, shapes, types and values, so
two runs are the same result if and only if their hashes are.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from quell.engine.checkpoint import whole
from quell.ground.errors import InputError, QuellError

MANIFEST, TIMELINE, SUMMARY, STATES = "manifest.json", "timeline.csv", "summary.json", "states.zarr"
SCHEMA_VERSION = 1
COLUMNS = ("time_s", "kind", "what", "detail", "patient")


@contextmanager
def prepared(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder DIR.part to fill; it becomes DIR when the block ends well, and vanishes when it does not.

    Raises InputError if DIR exists and `replace` is not set, or if DIR is not a result that Quell wrote.
    """
    folder = Path(folder)
    part, old = (folder.with_name(folder.name + end) for end in (".part", ".old"))
    check_free(folder, replace)
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole: under a temporary name first, then renamed."""
    with whole(path) as file:
        file.write(content)


def write_json(path: Path, content: Any) -> None:
    """Write JSON, readable and in a fixed order; numbers must be finite."""
    write_bytes(path, (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode())


def write_timeline(path: Path, events: pd.DataFrame) -> None:
    """Write the events as CSV in order of time: time_s, kind, what, detail, patient first, then any other column."""
    if missing := set(COLUMNS) - set(events.columns):
        raise QuellError(f"the timeline lacks {', '.join(sorted(missing))}")
    others = [name for name in events.columns if name not in COLUMNS]
    ordered = events.sort_values(["time_s", "patient"], kind="stable")[[*COLUMNS, *others]]
    write_bytes(path, ordered.to_csv(index=False, lineterminator="\n").encode())


def write_states(path: Path, record: xr.Dataset) -> None:
    """Write a Record as a zarr store (a folder); every variable must carry `units`."""
    if bare := [str(name) for name, variable in record.data_vars.items() if "units" not in variable.attrs]:
        raise QuellError(f"no units on {', '.join(bare)}; every variable of a record carries its unit")
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        record.to_zarr(part, mode="w", consolidated=False)
        shutil.rmtree(path, ignore_errors=True)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def read_states(path: Path) -> xr.Dataset:
    """Read a Record back from its zarr store into memory."""
    with xr.open_zarr(path, consolidated=False) as store:
        return store.load()


def read_timeline(path: Path) -> pd.DataFrame:
    """Read a timeline back; empty texts stay empty texts."""
    return pd.read_csv(path, keep_default_na=False, dtype={"kind": str, "what": str, "detail": str})


def read_json(path: Path) -> Any:
    """Read JSON; InputError says which file cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise InputError(f"this is no JSON ({error.msg})", file=str(path), line=error.lineno) from None


def check_result(folder: Path) -> None:
    """Raise InputError unless `folder` is a complete result of a schema this version reads."""
    if not (folder / MANIFEST).is_file():
        raise InputError("this is no result folder", file=str(folder), allowed=f"a folder with {MANIFEST}")
    version = read_json(folder / MANIFEST).get("schema_version")
    if version != SCHEMA_VERSION:
        raise InputError(f"schema version {version}", file=str(folder), allowed=f"schema version {SCHEMA_VERSION}")


def hash_array(values: Any) -> str:
    """SHA-256 of one array: type, shape and bytes in C order; all NaN bit patterns count as one."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    elif array.dtype.kind in "OUT":
        array = np.char.encode(array.astype(str), "utf-8")
    little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    return hashlib.sha256(f"{little.dtype.str}{little.shape}".encode() + little.tobytes()).hexdigest()


def hash_record(record: xr.Dataset) -> dict[str, str]:
    """SHA-256 of every variable and coordinate of a Record, and of all of them together under "all"."""
    each = {str(name): hash_array(record[name].values) for name in sorted(map(str, record.variables))}
    whole = hashlib.sha256("".join(f"{name}={value};" for name, value in each.items()).encode()).hexdigest()
    return {**each, "all": whole}


def check_free(folder: Path, replace: bool) -> None:
    """Raise InputError unless a result may be written here."""
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).is_file()):
        raise InputError("this exists and is no result of Quell", file=str(folder), allowed="a new or empty folder")
    if not replace and any(folder.iterdir()):
        raise InputError(
            "this result exists already", file=str(folder), allowed="a new folder, or permission to replace"
        )
