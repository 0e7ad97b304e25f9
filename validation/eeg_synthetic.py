"""Synthetic pages of EEG with a known answer: every class of pattern on a 1/f background, through the head model.

    page = make("gpd", seed=3)         page.signals [19, samples] uV, page.fs, page.channels, page.hz, page.side

They are drawn from the definitions of the terms (ACNS 2021), not from the real pages, and serve to find what a rule
misses before real pages are looked at. Not a part of Quell's simulation: no brain makes them.
"""

from dataclasses import dataclass

import numpy as np

from quell.eeg.leadfield import electrode_names, leadfield, patch_names
from quell.eeg.montage import longitudinal

PATCHES = patch_names()
KINDS = (
    "seizure", "lpd", "gpd", "lrda", "grda", "burst_suppression", "low_voltage",
    "normal", "slow", "muscle", "blinks", "chewing", "percussion", "pops",
)  # fmt: skip
CLASS = {kind: kind if k < 7 else "other" for k, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Page:
    """A page: `signals` [channels, samples] uV at `fs`, its class, and the frequency and side of its pattern."""

    signals: np.ndarray
    fs: float
    channels: tuple[str, ...]
    kind: str
    hz: float | None = None
    side: str | None = None

    @property
    def truth(self) -> str:
        """One of the eight classes."""
        return CLASS[self.kind]


def make(kind, *, seed, seconds=10.0, fs=200.0, hz=None, reference="average", mains=0.0, ecg=None) -> Page:
    """A page of one kind. `reference` average, Cz or A1 (a noisy ear); `mains` uV at 50 Hz; `ecg` uV in the EEG."""
    rng = np.random.Generator(np.random.PCG64([seed, KINDS.index(kind)]))
    draw = _Draw(rng, seconds, fs)
    signals, found, side = getattr(draw, kind)(hz)
    if ecg is None:
        ecg = rng.choice([0.0, 4.0, 10.0], p=[0.6, 0.25, 0.15])
    signals = signals + draw.heart(ecg) + 0.5 * rng.standard_normal(signals.shape)
    if mains:
        signals = signals + mains * rng.uniform(0.3, 1.5, (19, 1)) * np.sin(2 * np.pi * 50 * draw.t + rng.uniform(0, 6))
    names = electrode_names()
    if reference == "Cz":
        signals = signals - signals[names.index("Cz")]
    elif reference == "A1":
        signals = signals - signals[names.index("T3")] * 0.5 + 3 * draw.noise(1.0)
    else:
        signals = signals - signals.mean(axis=0)
    return Page(signals.astype(np.float32), fs, names, kind, found, side)


class _Draw:
    def __init__(self, rng, seconds, fs):
        self.rng, self.fs, self.n = rng, fs, round(seconds * fs)
        self.seconds, self.t = seconds, np.arange(round(seconds * fs)) / fs

    # --- what pages are made of
    def noise(self, slope, parts=1, low=0.3):
        """Noise of power 1/f^slope and variance 1, [parts, samples]."""
        count = 2 * self.n
        f = np.fft.rfftfreq(count, 1 / self.fs)
        shape = np.maximum(f, low) ** (-slope / 2)
        shape[0] = 0
        spectrum = shape * (self.rng.standard_normal((parts, len(f))) + 1j * self.rng.standard_normal((parts, len(f))))
        x = np.fft.irfft(spectrum, count, axis=1)[:, : self.n]
        return x / x.std(axis=1, keepdims=True)

    def background(self, uV, slope):
        """Patches independent and in common, brought to a median deviation of `uV` in the bipolar chain."""
        source = self.noise(slope, len(PATCHES)) + 0.7 * self.noise(slope)
        scalp = leadfield(PATCHES) @ source
        return scalp * uV / np.median(longitudinal(scalp.T)[0].std(axis=0))

    def field(self, side):
        """A field of `_field` that leans enough to one side, or little enough."""
        while True:
            field = self._field(side)
            chain = np.abs(longitudinal(field[None])[0][0])
            left, right = np.sort(chain[:8])[-4:].mean(), np.sort(chain[10:])[-4:].mean()
            lean = (right - left) / (right + left)
            if (side == "B" and abs(lean) < 0.15) or (side == "L" and lean < -0.4) or (side == "R" and lean > 0.4):
                return field

    def _field(self, side, focus=None):
        """Weights of the electrodes for a source on one side (L, R) or on both, largest bipolar step 1."""
        rng = self.rng
        weights = np.zeros(len(PATCHES))
        lobes = ["frontal", "central", "parietal", "temporal", "occipital"]
        have = {name.rpartition("_")[0] for name in PATCHES}
        lobes = [lobe for lobe in lobes if lobe in have] or sorted(have)
        focus = focus or rng.choice([lobe for lobe in lobes if lobe != "occipital"])
        for k, name in enumerate(PATCHES):
            lobe, _, at = name.rpartition("_")
            size = 1.0 if lobe == focus else rng.uniform(0.3, 0.8)
            if side in "LR":
                weights[k] = size * (1.0 if at == side else rng.uniform(0, 0.12))
            else:
                weights[k] = (0.6 + 0.4 * size) * rng.uniform(0.85, 1.15)
        scalp = leadfield(PATCHES) @ weights
        return scalp / np.abs(longitudinal(scalp[None])[0]).max()

    def times(self, hz, jitter):
        intervals = np.maximum(1 + jitter * self.rng.standard_normal(int(self.seconds * hz * 2) + 8), 0.4) / hz
        t = np.cumsum(intervals) - intervals[0] * self.rng.uniform(0, 1) - 1.0
        return t[t < self.seconds + 1]

    def discharge(self, sharp):
        """A shape over seconds after its peak: sharp wave and slow wave, or three blunt phases."""
        if sharp:
            width, wave, lag = self.rng.uniform(0.02, 0.05), self.rng.uniform(0.3, 0.8), self.rng.uniform(0.14, 0.22)
            slow = self.rng.uniform(0.06, 0.11)
            return lambda t: np.exp(-0.5 * (t / width) ** 2) - wave * np.exp(-0.5 * ((t - lag) / slow) ** 2)
        a, b, w = self.rng.uniform(0.2, 0.5), self.rng.uniform(0.3, 0.7), self.rng.uniform(0.04, 0.06)
        return lambda t: (
            -a * np.exp(-0.5 * ((t + 0.12) / w) ** 2)
            + np.exp(-0.5 * (t / (1.2 * w)) ** 2)
            - b * np.exp(-0.5 * ((t - 0.2) / (2 * w)) ** 2)
        )

    def train(self, times, shape, spread):
        sizes = np.clip(1 + spread * self.rng.standard_normal(len(times)), 0.4, 1.8)
        return sum(size * shape(self.t - at) for at, size in zip(times, sizes, strict=True))

    def heart(self, uV):
        """QRS complexes at rest, largest at the left temple."""
        beats = self.times(self.rng.uniform(1.0, 1.8), 0.03)
        wave = self.train(
            beats, lambda t: np.exp(-0.5 * (t / 0.012) ** 2) - 0.3 * np.exp(-0.5 * ((t - 0.04) / 0.015) ** 2), 0
        )
        gradient = np.linspace(-1, 1, 19)[:, None]
        return uV * gradient * wave

    # --- classes
    def periodic(self, side, hz):
        rng = self.rng
        hz = hz or rng.choice([0.5, 0.75, 1.0, 1.0, 1.25, 1.5, 2.0])
        sharp = rng.random() < 0.6 or hz > 1.8
        train = self.train(self.times(hz, rng.uniform(0.04, 0.15)), self.discharge(sharp), 0.2)
        size = rng.uniform(60, 160)
        return (
            self.background(rng.uniform(4, 10), rng.uniform(2.0, 2.8)) + size * np.outer(self.field(side), train),
            hz,
            side,
        )

    def lpd(self, hz):
        return self.periodic(self.rng.choice(["L", "R"]), hz)

    def gpd(self, hz):
        return self.periodic("B", hz)

    def rhythmic(self, side, hz):
        rng = self.rng
        hz = hz or rng.choice([0.75, 1.0, 1.25, 1.5, 2.0, 2.5])
        phase = 2 * np.pi * np.cumsum(hz * (1 + rng.uniform(0.02, 0.1) * self.noise(2.0)[0])) / self.fs
        wave = np.sin(phase) + rng.uniform(0, 0.25) * np.sin(2 * phase + rng.uniform(0, 6))
        wave = wave * (1 + 0.25 * self.noise(2.0)[0]) / 2
        size = rng.uniform(50, 130)
        return (
            self.background(rng.uniform(4, 9), rng.uniform(1.8, 2.6)) + size * np.outer(self.field(side), wave),
            hz,
            side,
        )

    def lrda(self, hz):
        return self.rhythmic(self.rng.choice(["L", "R"]), hz)

    def grda(self, hz):
        return self.rhythmic("B", hz)

    def seizure(self, hz):
        """Spike-wave of 2.8-4.5 Hz, or a rhythm that runs from fast to slow while it grows and spreads."""
        rng = self.rng
        side = rng.choice(["L", "R", "B"])
        size = rng.uniform(100, 300)
        if rng.random() < 0.5:
            hz = hz or rng.uniform(2.8, 4.5)
            train = self.train(self.times(hz, 0.05), self.discharge(True), 0.15)
            far = np.clip(self.t / self.seconds, 0, 1)
        else:
            start, stop = rng.uniform(6, 12), rng.uniform(2.7, 4)
            f = np.geomspace(start, stop, self.n)
            hz = float(np.median(f))
            phase = 2 * np.pi * np.cumsum(f * (1 + 0.04 * self.noise(2.0)[0])) / self.fs
            train = (np.sin(phase) + 0.4 * np.sin(2 * phase)) / 2 * np.linspace(0.4, 1.0, self.n)
            far = np.linspace(0, 1, self.n)
        spread = self.field("B") if side != "B" else 0 * self.field("B")
        wave = np.outer(self.field(side), train) + 0.4 * np.outer(spread, train * far)
        return self.background(rng.uniform(5, 10), 2.2) + size * wave, hz, side

    def burst_suppression(self, hz):
        rng = self.rng
        mask, at, on = np.zeros(self.n), 0.0, rng.random() < 0.5
        while at < self.seconds:
            length = rng.uniform(0.7, 3.0) if on else rng.uniform(1.5, 5.0)
            mask[(self.t >= at) & (self.t < at + length)] = on
            at, on = at + length, not on
        if mask.mean() > 0.6 or mask.max() == 0:
            mask = np.where((self.t > 0.4 * self.seconds) & (self.t < 0.6 * self.seconds), 1.0, 0.0)
        width = int(0.15 * self.fs)
        mask = np.convolve(mask, np.hanning(width) / np.hanning(width).sum(), mode="same")
        return (
            mask * self.background(rng.uniform(12, 35), 2.0) + self.background(rng.uniform(0.5, 0.9), 1.0),
            None,
            None,
        )

    def low_voltage(self, hz):
        return self.background(self.rng.uniform(0.5, 2.0), self.rng.uniform(0.8, 2.0)), None, None

    def normal(self, hz):
        rng = self.rng
        alpha = np.cos(2 * np.pi * np.cumsum(10 + 0.3 * self.noise(2)[0]) / self.fs) * (1 + 0.5 * self.noise(2.0)[0])
        weights = np.array([1.0 if "occ" in n else 0.5 if "par" in n else 0.05 for n in PATCHES])
        scalp = leadfield(PATCHES) @ weights
        return (
            self.background(rng.uniform(8, 12), 1.5) + rng.uniform(5, 30) * np.outer(scalp / np.ptp(scalp), alpha),
            None,
            None,
        )

    def slow(self, hz):
        return self.background(self.rng.uniform(12, 30), self.rng.uniform(1.8, 3.0)), None, None

    def muscle(self, hz):
        rim = np.array([1.0 if n in ("T3", "T4", "F7", "F8", "Fp1", "Fp2") else 0.25 for n in electrode_names()])[
            :, None
        ]
        white = self.rng.standard_normal((19, self.n))
        f = np.fft.rfftfreq(self.n, 1 / self.fs)
        burst = np.fft.irfft(np.fft.rfft(white, axis=1) * ((f > 20) & (f < 95)), self.n, axis=1)
        gate = (self.noise(2.0)[0] > self.rng.uniform(-1, 0.5)) * 1.0
        return self.background(self.rng.uniform(7, 12), 1.8) + self.rng.uniform(10, 60) * rim * burst * gate, None, None

    def blinks(self, hz):
        eyes = np.array(
            [
                {"Fp1": 1.0, "Fp2": 1.0, "F3": 0.35, "F4": 0.35, "Fz": 0.35, "F7": 0.3, "F8": 0.3}.get(n, 0.0)
                for n in electrode_names()
            ]
        )
        train = self.train(
            self.times(self.rng.uniform(0.25, 0.9), 0.35), lambda t: np.exp(-0.5 * (t / 0.09) ** 2), 0.25
        )
        return (
            self.background(self.rng.uniform(7, 12), 1.8) + self.rng.uniform(80, 200) * np.outer(eyes, train),
            None,
            None,
        )

    def chewing(self, hz):
        page, _, _ = self.muscle(hz)
        gate = 0.5 + 0.5 * np.sin(2 * np.pi * self.rng.uniform(1.0, 1.8) * self.t)
        rim = np.array([1.0 if n in ("T3", "T4", "F7", "F8") else 0.2 for n in electrode_names()])[:, None]
        return page + 40 * rim * (gate > 0.7) * self.rng.standard_normal((19, self.n)), None, None

    def percussion(self, hz):
        """Chest physiotherapy: 3-6 Hz at the back of the head, where it lies on the bed; regular, without a field."""
        weights = np.array(
            [{"O1": 1.0, "O2": -0.7}.get(n, 0.05 * self.rng.standard_normal()) for n in electrode_names()]
        )
        wave = np.sin(2 * np.pi * self.rng.uniform(3, 6) * self.t)
        return (
            self.background(self.rng.uniform(7, 12), 1.8) + self.rng.uniform(30, 80) * np.outer(weights, wave),
            None,
            None,
        )

    def pops(self, hz):
        page = self.background(self.rng.uniform(7, 12), 1.8)
        k = self.rng.integers(19)
        for at in self.rng.uniform(0, self.seconds, 4):
            page[k] += self.rng.uniform(100, 400) * (self.t > at) * np.exp(-(self.t - at).clip(0) / 0.3)
        return page, None, None
