"""`quell doctor`: is everything here that a run needs, and if not, how to get it."""

import os
import platform
import re
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from quell.ground.compute import cache_folder, compile_folder, prepare, processor

SYNC = "run `uv sync` in the repository, or `pip install --upgrade quell`"
FAST = {"x86_64": ("avx2", "fma"), "AMD64": ("avx2", "fma"), "aarch64": ("asimd",)}
WIDE = ("avx512f", "sve", "sve2")


class Finding(NamedTuple):
    """One thing looked at: fine or not, what was seen, and what to do if it is not fine."""

    name: str
    fine: bool
    seen: str
    remedy: str = ""
    optional: bool = False


def examine() -> list[Finding]:
    """Every check, in the order in which one would repair."""
    needed = [requirement for requirement in metadata.requires("quell") or [] if "extra ==" not in requirement]
    packages = [_package(requirement) for requirement in needed]
    checks = [_python(), *packages, _processor(), _writable("working folder", Path.cwd()), _cache()]
    if any(not finding.fine and finding.name == "jax" for finding in packages):
        return checks
    return [*checks, _backend(), _compiles(), _accelerator()]


def report(findings: list[Finding]) -> str:
    """The findings as a page: one line each, remedies under what needs them, a verdict."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark = "ok  " if finding.fine else "note" if finding.optional else "MISS"
        lines.append(f"{mark}  {finding.name:<{width}}  {finding.seen}")
        if not finding.fine and finding.remedy:
            lines.append(f"      {'':<{width}}  -> {finding.remedy}")
    missing = sum(not finding.fine and not finding.optional for finding in findings)
    verdict = "Everything a run needs is here." if not missing else f"{missing} needed: see the arrows above."
    return "\n".join([*lines, verdict])


def _python() -> Finding:
    seen = f"{platform.python_version()} ({sys.executable})"
    return Finding("Python", sys.version_info >= (3, 12), seen, "Quell needs Python 3.12 or newer; uv brings its own")


def _package(requirement: str) -> Finding:
    name, least = re.match(r"([\w.-]+)[^>]*(?:>=\s*([\d.]+))?", requirement).groups()  # type: ignore[union-attr]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, False, "not installed", SYNC)
    return Finding(name, _numbers(version) >= _numbers(least or "0"), f"{version} (needs {least or 'any'})", SYNC)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _processor() -> Finding:
    name, features = processor()
    fast = FAST.get(platform.machine(), ())
    has = [word for word in (*fast, *WIDE) if word in features]
    seen = f"{name}, {os.cpu_count()} cores, {', '.join(has) or 'vector features not told by the system'}"
    slow = bool(features) and not set(fast) <= features
    return Finding("processor", not slow, seen, f"runs, but slowly, without {' and '.join(fast)}", optional=True)


def _writable(what: str, folder: Path, *, optional: bool = False, remedy: str = "") -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free / 1024**3
    except OSError as refusal:
        seen = f"{folder}: {refusal.strerror or refusal}"
        return Finding(what, False, seen, remedy or "go to a folder you may write to, or give --out", optional)
    return Finding(what, True, f"{folder} (writable, {free:.0f} GiB free)")


def _cache() -> Finding:
    remedy = "set QUELL_CACHE_DIR to a folder you may write to; without it each run compiles anew"
    folder = compile_folder()
    if folder is None:
        off = bool(os.environ.get("QUELL_NO_CACHE"))
        seen = "switched off by QUELL_NO_CACHE" if off else f"{cache_folder()} cannot be written"
        return Finding("compiled programs", False, seen, "unset QUELL_NO_CACHE" if off else remedy, optional=True)
    found = _writable("compiled programs", folder, optional=True, remedy=remedy)
    entries = [path.stat().st_size for path in cache_folder().glob("compiled-*/*-cache")]
    return found._replace(seen=f"{found.seen}; {len(entries)} kept, {sum(entries) / 1024**2:.1f} MiB")


def _backend() -> Finding:
    try:
        prepare()
        import jax

        devices = ", ".join(str(device) for device in jax.devices())
    except Exception as refusal:
        return Finding("JAX backend", False, f"{type(refusal).__name__}: {refusal}", f"unset JAX_PLATFORMS, or {SYNC}")
    return Finding("JAX backend", True, f"{jax.default_backend()}: {devices}")


def _compiles() -> Finding:
    try:
        import jax
        import jax.numpy as jnp

        doubled = jax.jit(lambda x: x + x)(jnp.asarray([0.1, 0.2]))
        fine = doubled.dtype == jnp.float64 and bool(jnp.all(doubled == jnp.asarray([0.2, 0.4])))
    except Exception as refusal:
        return Finding("compile and run", False, f"{type(refusal).__name__}: {refusal}", SYNC)
    return Finding("compile and run", fine, "right, in float64" if fine else f"wrong answer: {doubled}", SYNC)


def _accelerator() -> Finding:
    import jax

    if jax.default_backend() != "cpu":
        return Finding("accelerator", True, "used")
    if shutil.which("nvidia-smi") is None:
        return Finding("accelerator", True, "none found; none is needed")
    return Finding("accelerator", False, "a GPU is here, JAX does not use it", 'install "jax[cuda13]"', optional=True)
