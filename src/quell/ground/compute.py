"""Compute: JAX made ready: float64, bits that ignore the core count, a cache of compiled programs.

`prepare()` comes before the first array. It may be called any number of times.
"""

import hashlib
import os
import platform
import warnings
import zlib
from functools import cache
from pathlib import Path


@cache
def prepare() -> None:
    """Switch on float64, bits that do not depend on the number of cores, and the compilation cache.

    XLA cuts a loop over many elements into one piece per core; the vector remainder of each piece rounds
    differently, so the last bit of a result would depend on the machine's core count. One thread per process
    removes that and costs nothing at Quell's array sizes: cores are used by running blocks side by side.
    `PJRT_NPROC` in the environment overrides it, at the price of that promise.
    """
    os.environ.setdefault("PJRT_NPROC", "1")
    import jax

    jax.config.update("jax_enable_x64", True)
    folder = compile_folder()
    if folder is None:
        jax.config.update("jax_enable_compilation_cache", False)
        return
    remove_torn(folder)
    # A neighbour may be writing an entry at this moment; JAX then compiles anew, which needs no warning.
    warnings.filterwarnings("ignore", message="Error (reading|writing) persistent compilation cache")
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@cache
def wide_vectors() -> dict[str, int]:
    """Compiler options of the innermost loops: 512-bit vectors where the processor has them, else none.

    XLA takes 256 bits by itself; the fast layer is 1.6 times faster with 512. The last bits of a result depend on
    this width, as on the processor. A width in the user's own XLA_FLAGS wins, and so does a JAX that knows no width.
    """
    import jax

    name = "xla_cpu_prefer_vector_width"
    able = "avx512f" in processor()[1] and jax.default_backend() == "cpu"
    if not able or name in os.environ.get("XLA_FLAGS", ""):
        return {}
    try:
        jax.jit(lambda one: one, compiler_options={name: 512})(1.0)
    except Exception:  # whatever a later JAX calls an option that it does not know
        return {}
    return {name: 512}


def versions() -> dict[str, str]:
    """Versions of Quell, Python and what computes and stores."""
    from importlib.metadata import version

    found = {name: version(name) for name in ("quell", "jax", "jaxlib", "numpy", "xarray", "zarr", "edfio")}
    return found | {"python": platform.python_version()}


def cache_folder() -> Path:
    """Where Quell keeps what it can make again: `QUELL_CACHE_DIR`, or the user's cache folder."""
    chosen = os.environ.get("QUELL_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("quell", appauthor=False))


def compile_folder() -> Path | None:
    """The folder of compiled programs for this kind of processor; None where switched off or not writable."""
    if os.environ.get("QUELL_NO_CACHE", "") not in ("", "0"):
        return None
    folder = cache_folder() / f"compiled-{_processor_mark()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def remove_torn(folder: Path) -> None:
    """Remove entries a killed process left half-written: JAX would neither read nor replace them.

    Only what is newer than the last look (the file `looked`) is opened, so this stays fast in a full cache.
    """
    stamp = folder / "looked"
    try:
        since = stamp.stat().st_mtime if stamp.exists() else 0.0
        stamp.touch()
        for entry in folder.glob("*-cache"):
            if entry.stat().st_mtime >= since and not _is_whole(entry.read_bytes()):
                entry.unlink(missing_ok=True)
    except OSError:
        return  # another process tidied up first, or the disk is read-only: the cache is only a convenience


@cache
def processor() -> tuple[str, frozenset[str]]:
    """The processor's name and its feature words (empty where the system does not say)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine(), frozenset()
    told: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        told.setdefault(name.strip(), value.strip())
    features = told.get("flags") or told.get("Features") or ""
    return told.get("model name") or platform.machine(), frozenset(features.split())


def _processor_mark() -> str:
    """Compiled programs hold the instructions of one processor; a shared home folder may see several."""
    name, features = processor()
    return hashlib.sha256(" ".join([platform.machine(), name, *sorted(features)]).encode()).hexdigest()[:12]


def _is_whole(content: bytes) -> bool:
    """Whether a compressed entry can be unpacked; zlib up to Python 3.13, Zstandard from 3.14 on."""
    if content[:4] == b"\x28\xb5\x2f\xfd":
        try:
            from compression import zstd  # type: ignore[import-not-found]
        except ImportError:
            return True
        unpack, refusal = zstd.decompress, zstd.ZstdError
    else:
        unpack, refusal = zlib.decompress, zlib.error
    try:
        unpack(content)
    except refusal:
        return False
    return True
