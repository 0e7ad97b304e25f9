"""Records for tests: the real files at hand, and made ones with a known truth."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from quell.eeg.channels import channels
from quell.eeg.leadfield import electrode_names
from quell.eeg.record import Record

DATA = Path(__file__).parent / "data"
SHARED = Path(os.environ.get("QUELL_EEG", Path(__file__).parents[3] / "shared" / "eeg"))
FILES = sorted({path.stem: path for path in [*SHARED.glob("*/*.edf"), *DATA.glob("*.edf")]}.values())


def made(seconds, fs=200.0, level=15.0, seed=1, names=None):
    """Noise that falls with frequency, from sources that are shared between electrodes."""
    rng = np.random.Generator(np.random.PCG64(seed))
    names = names or electrode_names()
    count = round(seconds * fs)
    f = np.maximum(np.fft.rfftfreq(count, 1 / fs), 0.5)
    spectrum = (rng.normal(size=(30, len(f))) + 1j * rng.normal(size=(30, len(f)))) / f
    sources = np.fft.irfft(spectrum, count, axis=1)
    signals = rng.normal(size=(len(names), 30)) @ (sources / sources.std())
    signals *= level / signals.std()
    return Record(signals.astype(np.float32), fs, channels(names)[0])


def suppressed(record, period_s=10.0, share=0.6):
    """The same with the first `share` of every period nearly flat."""
    flat = (np.arange(record.samples) / record.fs) % period_s < share * period_s
    noise = np.random.Generator(np.random.PCG64(9)).normal(scale=0.5, size=record.signals.shape)
    return replace(record, signals=np.where(flat, noise, record.signals).astype(np.float32))
