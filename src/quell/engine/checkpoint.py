"""A moment of a run in one file: saved whole or not at all, read back bit for bit.

The file is a plain zip (numpy opens it too): `header.json` and one `.npy` per array. The header holds the format,
Quell's version, the macro step, its time, and the place, type and shape of every leaf of the state tree. Nothing is
pickled, so a checkpoint from a stranger cannot run code. To read one, give a tree of the same form: the file fills
its leaves and is refused, with the first differences, where form or version is another.
"""

import json
import math
import os
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

import quell
from quell.ground.errors import InputError

FORMAT = "quell checkpoint 1"
SHOWN = 3  # differences named in one error; the rest is counted


class Leaf(NamedTuple):
    """One leaf of the tree as the header keeps it."""

    path: str  # how the leaf is reached, such as `.chloride.Cl_i` or `['midazolam'][0]`
    kind: str  # "array", or "bool", "int", "float" for a plain Python number
    dtype: str
    shape: list[int]
    weak: bool = False  # JAX: the leaf yields to its partner's type in arithmetic, which touches the bits


class Header(NamedTuple):
    """What a checkpoint says about itself."""

    macro_step: int  # finished macro steps
    seconds: float  # time of the slow clock, s
    quell: str  # version that wrote the file
    about: dict[str, Any]  # the caller's own words (seed, patients, scenario), JSON
    leaves: list[Leaf]


def save(path: Path, tree: Any, macro_step: int, *, seconds: float, about: Mapping[str, Any] | None = None) -> None:
    """Write a tree of arrays to `path`, atomically; `seconds` is the slow clock, `about` anything JSON can hold.

    Leaves: bool, integer or floating JAX or numpy arrays of any shape, or plain Python numbers. InputError otherwise.
    """
    import jax

    described, arrays = [], {}
    for number, (place, leaf) in enumerate(jax.tree_util.tree_flatten_with_path(tree)[0]):
        where = jax.tree_util.keystr(place)
        described.append(_describe(where, leaf, str(path)))
        arrays[f"leaf{number:05d}"] = np.asarray(leaf, dtype=described[-1].dtype)
    if not math.isfinite(seconds):
        raise InputError(f"the time {seconds} s cannot be kept", file=str(path), field="seconds", allowed="a number")
    header = {
        "format": FORMAT,
        "quell": quell.__version__,
        "macro_step": int(macro_step),
        "seconds": float(seconds),
        "about": dict(about or {}),
        "leaves": [leaf._asdict() for leaf in described],
    }
    write_archive(path, arrays, header)


def load(path: Path, template: Any, *, any_version: bool = False) -> tuple[Any, Header]:
    """Fill the leaves of `template` (arrays or `jax.eval_shape` shapes) from the file: (tree, header).

    JAX leaves come back as JAX arrays, numpy as numpy, Python numbers as themselves. InputError if the file is
    damaged, or of another form, or written by another version of Quell (unless `any_version`).
    """
    import jax

    words, arrays = read_archive(path)
    header = _header(words, str(path))
    if header.quell != quell.__version__ and not any_version:
        what = f"the checkpoint was written by Quell {header.quell}; with {quell.__version__} the bits may differ"
        raise InputError(what, file=str(path), field="quell", allowed="the same version, or any_version=True")
    places, form = jax.tree_util.tree_flatten_with_path(template)
    wanted = [_describe(jax.tree_util.keystr(place), leaf, str(path)) for place, leaf in places]
    _compare(header.leaves, wanted, str(path))
    stored = _in_order(arrays, wanted, str(path))
    filled = [
        _revive(array, kept, leaf, str(path))
        for array, kept, (_, leaf) in zip(stored, header.leaves, places, strict=True)
    ]
    return jax.tree_util.tree_unflatten(form, filled), header


def read_header(path: Path) -> Header:
    """What the checkpoint says about itself, after checking that the whole file can be read."""
    return _header(read_archive(path)[0], str(path))


def write_archive(path: Path, arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> None:
    """Write named arrays and a JSON header as one zip of `.npy` members; equal content gives equal bytes."""
    try:
        words = json.dumps(header, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InputError(f"the header is no JSON: {error}", file=str(path), field="header") from None
    with whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("header.json"), words)
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)


def read_archive(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays of a file from `write_archive`; InputError if it is missing, cut short or damaged."""
    if not Path(path).is_file():
        raise InputError("there is no such file", file=str(path))
    damage = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, EOFError, OSError, RuntimeError)
    try:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(archive.read("header.json"))
            members = [name for name in archive.namelist() if name.endswith(".npy")]
            arrays = {name.removesuffix(".npy"): _read_array(archive.read(name)) for name in members}
    except damage as error:
        what = f"the file is cut short or damaged ({type(error).__name__})"
        raise InputError(what, file=str(path), allowed="a whole file written by Quell") from None
    return header, arrays


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that gets its final name only when complete and on the disk; otherwise nothing stays."""
    path = Path(path)
    writer = f"{socket.gethostname()}-{os.getpid()}-{threading.get_ident()}"
    part = path.with_name(f"{path.name}.{writer}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _describe(where: str, leaf: Any, file: str) -> Leaf:
    if isinstance(leaf, bool | int | float) and not isinstance(leaf, np.generic):
        kind = type(leaf).__name__
        return Leaf(where, kind, {"bool": "bool", "int": "int64", "float": "float64"}[kind], [])
    dtype = getattr(leaf, "dtype", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biuf":
        what = f"a leaf of type {dtype if dtype is not None else type(leaf).__name__} cannot be kept"
        raise InputError(what, file=file, field=where, allowed="bool, integer and floating arrays; keys as key_data")
    return Leaf(where, "array", dtype.name, list(leaf.shape), bool(getattr(leaf, "weak_type", False)))


def _compare(kept: list[Leaf], wanted: list[Leaf], file: str) -> None:
    have, want = ({leaf.path: leaf for leaf in leaves} for leaves in (kept, wanted))
    differences = [f"{path} is missing in the file" for path in want if path not in have]
    differences += [f"{path} is only in the file" for path in have if path not in want]
    for path in (path for path in want if path in have):
        old, new = (f"{leaf.kind} {leaf.dtype}{leaf.shape}" for leaf in (have[path], want[path]))
        if old != new:
            differences.append(f"{path} is {old} in the file and {new} here")
    if not differences and [leaf.path for leaf in kept] != [leaf.path for leaf in wanted]:
        differences.append("the leaves come in another order")
    if differences:
        more = f", and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
        what = "the checkpoint does not fit this model: " + "; ".join(differences[:SHOWN]) + more
        raise InputError(what, file=file, allowed="a checkpoint of the same model and settings")


def _in_order(arrays: dict[str, np.ndarray], wanted: list[Leaf], file: str) -> list[np.ndarray]:
    stored = [arrays[f"leaf{number:05d}"] for number in range(len(wanted)) if f"leaf{number:05d}" in arrays]
    if [(a.dtype.name, list(a.shape)) for a in stored] != [(leaf.dtype, leaf.shape) for leaf in wanted]:
        raise InputError("header and arrays disagree: the file is damaged", file=file, allowed="a whole file")
    return stored


def _revive(array: np.ndarray, kept: Leaf, like: Any, file: str) -> Any:
    import jax
    import jax.numpy as jnp

    if kept.kind != "array":
        return array.item()
    if isinstance(like, np.ndarray | np.generic):
        return array if isinstance(like, np.ndarray) else array[()]
    if array.dtype.itemsize > 4 and not jax.config.read("jax_enable_x64"):
        what = f"{kept.dtype} numbers would be cut to 32 bits"
        raise InputError(what, file=file, field=kept.path, allowed="jax_enable_x64 switched on")
    revived = jnp.array(array)
    yielding = jnp.broadcast_to(jnp.asarray(array.dtype.type(0).item()), array.shape)
    return yielding.at[...].set(revived) if kept.weak and yielding.dtype == array.dtype else revived


def _header(words: Any, file: str) -> Header:
    try:
        if words["format"] != FORMAT:
            raise InputError(f'the format is "{words["format"]}"', file=file, field="format", allowed=f'"{FORMAT}"')
        leaves = [Leaf(**leaf) for leaf in words["leaves"]]
        return Header(words["macro_step"], words["seconds"], words["quell"], words["about"], leaves)
    except (KeyError, TypeError):
        raise InputError("the file holds no checkpoint", file=file, allowed=f'the format "{FORMAT}"') from None


def _read_array(data: bytes) -> np.ndarray:
    return np.lib.format.read_array(BytesIO(data), allow_pickle=False)
