"""How well files are read and suppression is measured: figures with the command that makes them.

    uv run python validation/eeg_reading.py [FUZZED FILES | intervals | tables]

Writes docs/eeg_measured.md, or its last part alone, or alone the tables made of what other commands left. Suppression
is scored against made recordings whose truth is known: bursts and suppressions of irregular length (Westover 2015) at
five depths, shown on the scalp through the head model. Real files are those of the tests and, where the environment
names a folder (QUELL_EEG), those in it. A day's seconds and memory are those that benchmarks/eeg_day.py left.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from math import gamma
from pathlib import Path

import edfio
import numpy as np
from eeg_goals import goals
from eeg_runs import table

from quell.eeg import edf
from quell.eeg.analysis import analyse
from quell.eeg.artefact import KINDS
from quell.eeg.bsp import SuppressionProbability, looks
from quell.eeg.channels import channels
from quell.eeg.contamination import Artefacts, State
from quell.eeg.leadfield import electrode_names, leadfield, patch_names
from quell.eeg.noise import BLOCK
from quell.eeg.opening import open_edf, read
from quell.eeg.record import Record
from quell.eeg.suppression import BURST, SUPPRESSED
from quell.ground.card import from_card
from quell.ground.errors import InputError

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "eeg" / "data"
DEPTHS = (0.05, 0.3, 0.55, 0.8, 1.0)
HOUR, FS = 3600, 200.0
SIZES = ((77.0, DEPTHS), (30.0, (0.55,)), (13.0, (0.8,)))  # uV peak to peak, and depths
STUDY, SPOILT, SPOILT_S = 4142, 6, 1800  # recordings with every artefact
SHORTEST_S = 0.6  # a shorter burst is a discharge, a shorter suppression none
NEAR_S = 0.25
JUMP_S, NEAR_JUMP_S, JUMPS = 900, 60, 60  # before and after a jump; near it; recordings
GOALS_HEAD = "\n## Goals\n"
BURSTS_HEAD = "\n## Bursts and suppressions\n"
INTERVALS = "\n## Interval of the suppression probability\n"
COMMAND = "uv run python validation/eeg_reading.py"

RUNS = """Runs of the simulator read back from the scalp by `validation/eeg_runs.py`, against the state `seizing` of the
same run. Times in s from the begin of the EEG. Pauses of less than 12 s do not divide a seizure, so status, where it is
a share of the hour, may be told early; it is due from what the brain does, whether or not that shows on the scalp.
"""
BURSTS = """One hour each, half an hour with artefacts (all kinds, unconscious people): kappa by sample against truth
(experts agree at 0.69), mean error of the suppressed share over 5 minutes, F1 of burst onsets within 0.25 s, error of
bursts per minute. Bursts of 77 uV are those of the first stages of deep hypothermia, 13 uV those of its last: bursts
that small are missed.
"""


def lengths(depth: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Weibull scale (s) and shape of suppressions and of bursts at a depth 0 to 1 (Westover 2015)."""
    return (9.597 * np.exp(1.2955 * depth**2), 0.869), (7.446 * np.exp(1.3066 * (1 - depth) ** 2), 0.820)


def course(rng: np.random.Generator, depth: float, seconds: int, step_s: float) -> np.ndarray:
    """True where suppressed, in steps of `step_s`; none shorter than SHORTEST_S."""
    flat, burst = lengths(depth)
    pieces, total, state = [], 0, bool(rng.random() < 0.5)
    while total < seconds / step_s:
        scale, shape = flat if state else burst
        drawn = scale * rng.weibull(shape, 50)
        count = round(float(drawn[drawn >= SHORTEST_S][0]) / step_s)
        pieces.append(np.full(count, state))
        total, state = total + count, not state
    return np.concatenate(pieces)[: round(seconds / step_s)]


def scalp(rng: np.random.Generator, flat: np.ndarray, size_uV: float) -> Record:
    """A recording with bursts of a size in uV peak to peak, and suppressions as silent as real ones (0.6 uV)."""
    count = len(flat)
    f = np.maximum(np.fft.rfftfreq(count, 1 / FS), 0.5)
    white = rng.normal(size=(len(patch_names()), len(f))) + 1j * rng.normal(size=(len(patch_names()), len(f)))
    sources = np.fft.irfft(white / f**1.3, count, axis=1)
    sources /= sources.std(axis=1, keepdims=True)
    ramp = np.hanning(round(0.1 * FS))
    gate = np.convolve(np.where(flat, 0.0, 1.0), ramp / ramp.sum(), "same")
    eeg = leadfield(patch_names()) @ (sources * gate)
    bursts = eeg[:, ~flat]
    bursts = bursts[:, : bursts.shape[1] // round(FS) * round(FS)].reshape(len(eeg), -1, round(FS))
    eeg *= size_uV / np.median(np.ptp(bursts, axis=2))  # within a second
    eeg = eeg + rng.normal(scale=0.6, size=eeg.shape)
    return Record(eeg.astype(np.float32), FS, channels(electrode_names())[0])


def kappa(mine: np.ndarray, truth: np.ndarray) -> float:
    """Cohen's kappa of two yes-no courses."""
    agree, chance = np.mean(mine == truth), np.mean(mine) * np.mean(truth) + np.mean(~mine) * np.mean(~truth)
    return float((agree - chance) / (1 - chance))


def spoilt(clean: Record, patient: int) -> Record:
    """The recording with every artefact of an unconscious person who is not relaxed, in this person's own sizes."""
    added, eeg = Artefacts(KINDS, FS, STUDY, patient), clean.signals.T.copy()
    for number in range(len(eeg) // BLOCK):
        cut = slice(number * BLOCK, (number + 1) * BLOCK)
        time_s, still = np.arange(cut.start, cut.stop) / FS, np.zeros(BLOCK)
        made = added.block(number, State(time_s, added.heart_hz * time_s, still, still))
        seen = eeg[cut] + made.field
        eeg[cut] = made.left * (seen - seen.mean(axis=1, keepdims=True)) + made.lead
    return Record(eeg.T.copy(), FS, clean.channels)


def suppression_row(depth: float, size_uV: float, patient: int | None = None, seconds: int = HOUR) -> list[str]:
    """Scores of a recording at one depth, with bursts of one size, and the artefacts of a patient."""
    rng = np.random.Generator(np.random.PCG64(round(1000 * depth)))
    flat = course(rng, depth, seconds, 1 / FS)
    record = scalp(rng, flat, size_uV)
    found = analyse(record if patient is None else spoilt(record, patient))
    at = np.arange(0, seconds, 0.01)
    states = np.zeros(len(at), bool)
    for span in found.bursts:
        if span.state == SUPPRESSED:
            states[round(span.start_s * 100) : round(span.stop_s * 100)] = True
    truth = flat[np.minimum((at * FS).round().astype(int), len(flat) - 1)]
    windows = np.abs(states.reshape(-1, 30_000).mean(axis=1) - truth.reshape(-1, 30_000).mean(axis=1))
    starts = np.flatnonzero(flat[:-1] & ~flat[1:]) / FS
    mine = np.array([span.start_s for span in found.bursts if span.state == BURST and span.start_s > 0])
    near = np.abs(mine[:, None] - starts[None]) <= NEAR_S
    f1 = 2 * min(near.any(axis=0).sum(), near.any(axis=1).sum()) / (len(starts) + len(mine))
    rate = abs(len(mine) - len(starts)) / (seconds / 60)
    told = (truth.mean(), kappa(states, truth), windows.mean(), f1, rate)
    return [f"{depth:g}", f"{size_uV:g}", "none" if patient is None else "all", *(f"{value:.2f}" for value in told)]


def coverage_row(depth: float) -> list[str]:
    """How often the interval of the suppression probability holds a constant state, filter and smoother."""
    rng = np.random.Generator(np.random.PCG64(round(100 * depth) + 7))
    probability = from_card(SuppressionProbability)
    truth, held = share_of(depth), {"filtered": [], "smoothed": []}
    for _ in range(100):
        states = np.where(free_course(rng, depth, 1800), SUPPRESSED, BURST).astype(np.int8)
        for kind, kept in held.items():
            found = getattr(probability, kind)(looks(states, 10.0))
            kept.append(((found.low < truth) & (truth < found.high))[60:].mean())
    return [f"{depth:g}", f"{truth:.2f}", *(f"{np.mean(kept):.3f}" for kept in held.values())]


def jump_row(first: float | str, then: float | str) -> list[str]:
    """How often the interval holds the truth near a jump, and later, and how far off the value is (whole record)."""
    rng = np.random.Generator(np.random.PCG64(19))
    probability = from_card(SuppressionProbability)
    shares = [share_of(state) for state in (first, then)]
    truth = np.repeat(shares, JUMP_S)
    near = np.abs(np.arange(2 * JUMP_S) - JUMP_S) < NEAR_JUMP_S
    far = ~near
    held, wrong = {"filtered": [], "smoothed": []}, []
    for _ in range(JUMPS):
        flat = np.concatenate([state_course(rng, state, JUMP_S) for state in (first, then)])
        seen = looks(np.where(flat, SUPPRESSED, BURST).astype(np.int8), 10.0)
        for kind, kept in held.items():
            found = getattr(probability, kind)(seen)
            inside = (found.low < truth) & (truth < found.high)
            kept.append((inside[near].mean(), inside[far].mean()))
        wrong.append(np.abs(found.value - truth)[near].mean())
    rows = [f"{np.mean(kept, axis=0)[part]:.3f}" for kept in held.values() for part in (0, 1)]
    return [f"{shares[0]:.2f} to {shares[1]:.2f}", *rows, f"{np.mean(wrong):.2f}"]


def share_of(state: float | str) -> float:
    """True suppression probability of a depth, or of an EEG that is continuous or flat (to the limits of the terms)."""
    if isinstance(state, str):
        return {"continuous": 0.01, "flat": 0.99}[state]
    means = [scale * gamma(1 + 1 / shape) for scale, shape in lengths(state)]
    return means[0] / sum(means)


def state_course(rng: np.random.Generator, state: float | str, seconds: int) -> np.ndarray:
    """As `free_course`, or nothing but one state."""
    return np.full(seconds * 10, state == "flat") if isinstance(state, str) else free_course(rng, state, seconds)


def free_course(rng: np.random.Generator, depth: float, seconds: int) -> np.ndarray:
    """As `course`, in steps of 0.1 s, of any length, after 200 s in which it forgot how it began."""
    flat, burst = lengths(depth)
    pieces, total, state = [], 0, bool(rng.random() < 0.5)
    while total < (seconds + 200) * 10:
        scale, shape = flat if state else burst
        pieces.append(np.full(round(scale * rng.weibull(shape) * 10), state))
        total, state = total + len(pieces[-1]), not state
    return np.concatenate(pieces)[2000 : 2000 + seconds * 10]


def real_files() -> tuple[int, int, float]:
    """Files read, files there, and the largest difference from what edfio reads (uV)."""
    folder = Path(os.environ.get("QUELL_EEG", "/nowhere"))
    paths = sorted({path.name: path for path in [*DATA.glob("*.edf"), *folder.glob("*/*.edf")]}.values())
    worst, fine = 0.0, 0
    for path in paths:
        record, theirs = read(path), {signal.label: signal for signal in edfio.read_edf(path).signals}
        for row, channel in zip(record.signals, record.channels, strict=True):
            if channel.kind == "eeg":
                worst = max(worst, float(np.abs(row - theirs[channel.label].data).max()))
        fine += analyse(record).edges[-1, 1] == record.duration_s
    return fine, len(paths), worst


def round_trip() -> float:
    """Largest difference between what is written and what is read, in steps of the channel."""
    rng = np.random.Generator(np.random.PCG64(3))
    eeg = (rng.normal(size=(20_000, 4)) * [0.5, 20.0, 400.0, 8000.0]).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.edf"
        edf.write(path, [eeg], 200.0, labels=["Fp1", "Fz", "Cz", "O2"])
        steps = np.array([(s.physical_max - s.physical_min) / 65535 for s in edfio.read_edf(path).signals])
        return float((np.abs(read(path).signals.T - eeg) / steps).max())


def fuzzed(count: int) -> dict[str, int]:
    """How many damaged files are answered, refused in one sentence, or neither."""
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "tests" / "eeg" / "fuzz.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = {"answered": 0, "refused": 0, "neither": 0}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.edf"
        for number in range(count):
            path.write_bytes(module.damaged(number))
            try:
                analyse(open_edf(path, partial=number % 4 == 0))
                told["answered"] += 1
            except InputError:
                told["refused"] += 1
            except Exception as error:
                print(number, repr(error))
                told["neither"] += 1
    return told


def page(count: int) -> Iterator[str]:
    """The lines of the page."""
    fine, there, worst = real_files()
    yield "# EEG: what was measured\n"
    yield f"Made by `{COMMAND} {count}`, all on recordings with a known truth; nothing here is validated for care.\n"
    yield f"- Real files: {fine} of {there} read and analysed; largest difference from edfio {worst:.2g} uV."
    yield f"- Written and read again: largest difference {round_trip():.2f} steps of a channel's own range."
    told = fuzzed(count)
    yield f"- Damaged files: {count}; {told['answered']} answered, {told['refused']} refused in one sentence,"
    yield f"  {told['neither']} neither."
    rows = [suppression_row(depth, size) for size, depths in SIZES for depth in depths]
    rows += [suppression_row(DEPTHS[1 + patient % 3], 77.0, patient, SPOILT_S) for patient in range(SPOILT)]
    yield from kept(rows)
    yield BURSTS_HEAD
    yield BURSTS
    yield "| depth | bursts, uV p-p | artefacts | suppressed, true | kappa | error of the share | F1 | error per min |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield from intervals()


def kept(rows: list[list[str]]) -> Iterator[str]:
    """The parts that are made of what other commands left: goals, and runs of Quell's own brain."""
    yield GOALS_HEAD
    yield "Commands are of the folder `validation`.\n"
    yield from goals(rows)
    yield "\n## Quell's own seizures\n"
    yield RUNS
    yield from table()


def renewed(text: str) -> str:
    """The page with those parts made anew, and its own figures as they stand."""
    head, _, rest = text.partition(GOALS_HEAD)
    _, _, tail = rest.partition(BURSTS_HEAD)
    lines = tail.partition(INTERVALS)[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith(("| 0", "| 1"))]
    return f"{head}{chr(10).join(kept(rows))}\n{BURSTS_HEAD}{tail}"


def intervals() -> Iterator[str]:
    """The part of the page on the suppression probability, from its heading on."""
    yield INTERVALS
    yield "Share of seconds at which the 95 % interval holds a constant state, 100 recordings of 30 minutes each.\n"
    yield "| depth | true | looking back | whole record |\n|---|---|---|---|"
    for depth in DEPTHS:
        yield "| " + " | ".join(coverage_row(depth)) + " |"
    yield f"\nThe same where the state jumps in the middle of {2 * JUMP_S // 60} minutes, {JUMPS} recordings: within"
    yield f"{NEAR_JUMP_S} s of the jump and elsewhere, and the mean error of the value near it (whole record).\n"
    yield "| jump | looking back, near | elsewhere | whole record, near | elsewhere | error near |"
    yield "|---|---|---|---|---|---|"
    for first, then in ((0.05, 1.0), (1.0, 0.05), ("continuous", 0.8), (1.0, "continuous"), ("continuous", "flat")):
        yield "| " + " | ".join(jump_row(first, then)) + " |"


if __name__ == "__main__":
    place = ROOT / "docs" / "eeg_measured.md"
    if sys.argv[1:] == ["intervals"]:  # that part alone, the rest as it was
        text = place.read_text(encoding="utf-8").partition(INTERVALS)[0] + "\n".join(intervals()) + "\n"
    elif sys.argv[1:] == ["tables"]:
        text = renewed(place.read_text(encoding="utf-8"))
    else:
        text = "\n".join(page(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)) + "\n"
    place.write_text(text, encoding="utf-8")
    print(text)
