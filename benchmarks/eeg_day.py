"""How long does a day of EEG take, and how much memory? 24 h, 19 channels, 256 Hz, one core.

    python benchmarks/eeg_day.py [HOURS]

Writes a file of coloured noise with suppressions in a temporary folder, then runs `quell eeg FILE --json` on it in a
process of its own. Prints seconds and the largest memory of that process and, of a whole day, leaves them in
benchmarks/eeg_day.json, from where docs/eeg_measured.md takes them.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np

from quell.eeg import edf
from quell.eeg.leadfield import electrode_names

FS = 256.0
WHOLE_H = 24.0
RESULT = Path(__file__).with_suffix(".json")


def blocks(hours: float) -> Iterator[np.ndarray]:
    """Minutes of noise that falls with frequency, flat every other five seconds in every third minute."""
    rng = np.random.Generator(np.random.PCG64(5))
    count = int(60 * FS)
    f = np.maximum(np.fft.rfftfreq(count, 1 / FS), 0.5)
    for minute in range(round(hours * 60)):
        white = rng.normal(size=(19, len(f))) + 1j * rng.normal(size=(19, len(f)))
        signal = np.fft.irfft(white / f, count, axis=1)
        signal *= 12.0 / signal.std()
        if minute % 3 == 0:
            signal[:, (np.arange(count) // int(5 * FS)) % 2 == 0] *= 0.05
        yield (signal + rng.normal(scale=0.4, size=signal.shape)).T.astype(np.float32)


def main(hours: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.edf"
        edf.write(path, blocks(hours), FS, labels=electrode_names())
        print(f"{hours:g} h, {path.stat().st_size / 1e6:.0f} MB")
        one = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
        began = time.monotonic()
        words = [sys.executable, "-m", "quell", "eeg", str(path), "--json"]
        done = subprocess.run(words, stdout=subprocess.PIPE, env=one, check=True)
        took = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        pages = json.loads(done.stdout)["pages"]
        busy = used.ru_utime + used.ru_stime
        print(f"{took:.1f} s ({busy:.1f} s of processor), {used.ru_maxrss / 1024:.0f} MB, {len(pages)} pages")
    if hours >= WHOLE_H:
        told = {
            "when": f"{datetime.now(UTC):%Y-%m-%d}",
            "quell": metadata.version("quell"),
            "processor": f"{platform.machine()}, one core",
            "hours": hours,
            "seconds": round(took, 1),
            "processor_s": round(busy, 1),
            "memory_GB": round(used.ru_maxrss / 1024**2, 3),
        }
        RESULT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 24.0)
