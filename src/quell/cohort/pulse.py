"""The pulse of a block: how far a worker has come with it, for those who watch; nothing depends on it.

A worker writes `block-N.pulse` (done, all, patients) beside its piece while the block runs; a watcher adds it up.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

END = ".pulse"
_here = threading.local()


@contextmanager
def beating(folder: Path, number: int, lanes: int) -> Iterator[None]:
    """Let `beat` write the pulse of block `number` within; afterwards it is gone."""
    _here.path, _here.lanes = folder / f"block-{number:06d}{END}", lanes
    try:
        yield
    finally:
        with suppress(OSError):
            _here.path.unlink(missing_ok=True)
        _here.path = None


def beat(done: float, of_all: float) -> None:
    """Tell how far the block of this worker has come; silent outside of one."""
    path: Path | None = getattr(_here, "path", None)
    if path is not None:
        with suppress(OSError):  # a full disk must not end a block for the sake of a bar
            path.write_text(f"{done:g} {of_all:g} {_here.lanes}", encoding="ascii")


def read(out: Path) -> float:
    """Patients' worth of work done in the blocks that run now in a cohort's folder."""
    found = 0.0
    for path in Path(out).glob(f"blocks/*/block-*{END}"):
        with suppress(OSError, ValueError, ZeroDivisionError):
            done, of_all, lanes = path.read_text(encoding="ascii").split()
            found += min(1.0, float(done) / float(of_all)) * int(lanes)
    return found


def still(out: Path) -> None:
    """Remove the pulses that killed workers left."""
    for path in Path(out).glob(f"blocks/*/block-*{END}"):
        with suppress(OSError):
            path.unlink()
