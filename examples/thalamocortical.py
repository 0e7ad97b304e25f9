"""Awake, spindles, spike-wave-like discharges, and what ethosuximide does to those: the regimes of docs/thalamus.md.

    python examples/thalamocortical.py [PATIENTS]            prints the table, writes docs/figures/thalamocortical.png

Cortex and thalamus joined, no insult, full mode, two patches. Sources at the cortex of the focus patch, nAm.
"""

import sys
from pathlib import Path

import numpy as np

from quell.ground.compute import prepare

prepare()

from quell.care.admission import admit  # noqa: E402
from quell.care.scenario import read_scenario  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402

SCENARIO = """
duration = "1 h"
mode = "full"
brain = 2
seed = 83
protocol = { step = [{ id = "drug", when = "at 10 s", give = "ORDER", source = "assumed", grade = "D" }] }
[onset]
insult = "1 s"
strength = 0.0
[parts]
thalamus = true
"""
NOTHING, DRUG = "ethosuximide 0.0001 mg oral", "ethosuximide 40 mg/kg oral"
ASLEEP = {"wake_T": 0.0, "wake_R": 0.0}
SLOW = ASLEEP | {"g_RR": 1.0, "g_RT": 3.0, "g_B": 30.0, "half_B": 0.27, "tau_B": 0.25, "up": 0.6}
REGIMES = {  # name: traits of the thalamus, what is given, minutes after which the last 60 s are read
    "awake": ({}, NOTHING, 1),
    "no arousal: spindles": (ASLEEP, NOTHING, 1),
    "no arousal, GABA-B over GABA-A: spike-wave-like": (SLOW, NOTHING, 1),
    "the same, 45 min after ethosuximide 40 mg/kg": (SLOW, DRUG, 45),
}
SAMPLE_S, SHOWN = 5e-3, 3.0  # s


def lived(traits: dict[str, float], order: str, minutes: float, patients: int) -> dict[str, np.ndarray]:
    """The last minute: sources `[time, patients]`, and means over it, `[patients]`."""
    wanted = [f"patient.traits.thalamus.{name}={value}" for name, value in traits.items()]
    course = admit(read_scenario(SCENARIO.replace("ORDER", order), wanted), np.arange(patients))
    record: dict[str, np.ndarray] = {}
    for _, latest in course.chunks(course.start(), 0, course.steps(60.0 * minutes), 6):
        record = latest
    kept = {name: record[name][:, :, 0].mean(axis=0) for name in ("rate_E", "relay", "thalamocortical")}
    source = record["source"].reshape(-1, *record["source"].shape[-2:])[:, :, 0]
    return kept | {"source": source, "seizing": record["seizing"].any(axis=0)}


def peak(source: np.ndarray) -> np.ndarray:
    """The strongest frequency above 1.5 Hz, power weighed by frequency, Hz `[patients]`."""
    length = round(4.0 / SAMPLE_S)
    cut = source[: len(source) // length * length].reshape(-1, length, source.shape[1])
    cut = (cut - cut.mean(axis=1, keepdims=True)) * np.hanning(length)[:, None]
    frequency = np.fft.rfftfreq(length, SAMPLE_S)
    power = (np.abs(np.fft.rfft(cut, axis=1)) ** 2).mean(axis=0) * frequency[:, None]
    power[(frequency < 1.5) | (frequency > 30.0)] = 0.0
    return frequency[power.argmax(axis=0)]


def main(patients: int) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    columns = ("regime", "peak, Hz (central 80 %)", "2.5-5.5 Hz", "12-15 Hz", "coherence", "relay, Hz", "pyramidal, Hz")
    columns += ("source SD, nAm", "seizing")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    figure, axes = plt.subplots(len(REGIMES), 1, figsize=(9, 7.5), sharex=True, layout="constrained")
    for axis, (name, how) in zip(axes, REGIMES.items(), strict=True):
        seen = lived(*how, patients)
        quiet = ~seen["seizing"]
        peaks, total = peak(seen["source"])[quiet], int(quiet.sum())
        low, middle, high = np.percentile(peaks, [10, 50, 90])
        bands = [wilson(int(((peaks > a) & (peaks < b)).sum()), total) for a, b in ((2.5, 5.5), (12.0, 15.0))]
        means = " | ".join(f"{seen[key][quiet].mean():.2f}" for key in ("thalamocortical", "relay", "rate_E"))
        size = np.median(seen["source"][:, quiet].std(axis=0))
        shares = " | ".join(str(band) for band in bands)
        told = (name, f"{middle:.1f} ({low:.1f} to {high:.1f})", shares, means, f"{size:.1f}", str(patients - total))
        print(f"| {' | '.join(told)} |", flush=True)
        typical = np.argsort(seen["source"][:, quiet].std(axis=0))[total // 2]
        shown = seen["source"][-round(SHOWN / SAMPLE_S) :, quiet][:, typical]
        axis.plot(np.arange(len(shown)) * SAMPLE_S, shown, color="#1f5a99", lw=1.0)
        axis.set_title(name, loc="left", fontsize=10)
        axis.spines[["top", "right"]].set_visible(False)
    figure.supylabel("source of the patch, nAm", fontsize=10)
    axes[-1].set_xlabel("time, s")
    figure.savefig(Path(__file__).parents[1] / "docs" / "figures" / "thalamocortical.png", dpi=130)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 32)
