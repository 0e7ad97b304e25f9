"""What decides the bits of a cohort: job, settings, block size, versions and code, in one fingerprint.

Blocks are used again only under the same fingerprint, so a changed card, setting or library never mixes with old
results. Hardware is told in the manifest but is no part of it: a run may move to another machine.
"""

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata, util
from pathlib import Path
from typing import Any

import quell
from quell.cohort.fingerprint import PACKAGE, deciding
from quell.ground.compute import processor
from quell.ground.errors import InputError

LIBRARIES = ("jax", "jaxlib", "numpy", "scipy")
PLAIN = "text, finite numbers, true, false, none, lists and dicts of them with text keys"


@dataclass(frozen=True)
class Study:
    """A job with its settings, as every worker will see them."""

    job: str
    settings: dict[str, Any]
    lanes: int
    versions: dict[str, str]
    code: str  # SHA-256 of Quell's sources and cards, and of the job's own file

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides the bits."""
        words = [self.job, self.settings, self.lanes, self.versions, self.code]
        return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def describe(job: str, settings: dict[str, Any], lanes: int) -> Study:
    """Check job and settings and take their fingerprint."""
    module, colon, name = job.partition(":")
    if not (module and colon and name) or module == "__main__":
        raise InputError(f'"{job}" names no job', field="job", allowed="module:function, importable by a worker")
    return Study(job, plain(settings), lanes, versions(), code_hash(module))


def plain(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as JSON carries them; InputError if they would arrive changed."""
    try:
        arrived = json.loads(json.dumps(settings, allow_nan=False))
        same = isinstance(settings, dict) and arrived == settings
    except (TypeError, ValueError) as error:
        raise InputError(f"they cannot travel: {error}", field="settings", allowed=PLAIN) from None
    if not same:
        raise InputError("they would reach the workers changed", field="settings", allowed=PLAIN)
    return arrived


def versions() -> dict[str, str]:
    """Versions of everything whose change may change bits."""
    return {"quell": quell.__version__, "python": platform.python_version()} | {
        name: metadata.version(name) for name in LIBRARIES
    }


def hardware() -> dict[str, Any]:
    """This machine in a few words, without its name."""
    return {"system": platform.platform(), "processor": processor()[0], "cores": os.cpu_count()}


def code_hash(module: str) -> str:
    """SHA-256 of all sources, cards and data of Quell a job can reach, and of the job's own file."""
    digest = hashlib.sha256()
    sources = list(deciding())
    for file in sources:
        digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    own = _file_of(module)
    if own not in sources:
        digest.update(own.read_bytes())
    return digest.hexdigest()


def _file_of(module: str) -> Path:
    try:
        found = util.find_spec(module)
    except (ImportError, ValueError):
        found = None
    if found is None or not found.origin or not Path(found.origin).is_file():
        raise InputError(
            f'there is no module "{module}"', field="job", allowed="module:function, importable by a worker"
        )
    return Path(found.origin)
