"""The goals of the EEG side in one table, from what the other validations have left: goal, measured, command.

Used by validation/eeg_reading.py, which writes docs/eeg_measured.md.
"""

import json
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
KAPPA, SIZE, SPOILT = 4, 1, 2  # cells of a row of suppression


def goals(suppression: list[list[str]]) -> Iterator[str]:
    """Lines of the table; rows as `eeg_reading.suppression_row` gives them."""
    seconds, memory = day_cost(HERE.parent / "benchmarks" / "eeg_day.json")
    days = json.loads((HERE / "eeg_patterns.json").read_text(encoding="utf-8"))["days"]
    loops = json.loads((HERE / "closed_loop.json").read_text(encoding="utf-8"))
    sick = [day for day in days if day["events"]]
    late = [said - true for day in days for said, true in zip(day["status_said"], day["status_true"], strict=False)]
    clean, spoilt = (_kappas(suppression, kind) for kind in ("none", "all"))
    rows = [
        ("segmentation of large bursts, kappa, clean", ">= 0.80", _span(clean), "eeg_reading.py"),
        ("the same with every artefact", ">= 0.65", _span(spoilt), "eeg_reading.py"),
        (
            "seizures found in days with artefacts",
            ">= 0.80",
            _span([d["sensitivity"] for d in sick]),
            "eeg_patterns.py",
        ),
        ("false alarms per 24 h", "<= 12", _span([d["false_per_day"] for d in days]), "eeg_patterns.py"),
        ("burden, error in min/h, mean of a day", "<= 2", _span([d["burden_error"] for d in days]), "eeg_patterns.py"),
        ("the same, worst hour of a day", "", _span([d["burden_worst"] for d in days]), "eeg_patterns.py"),
        ("electrographic status told after the criterion, s", "<= 60", _span(late), "eeg_patterns.py"),
        ("a day of 19 channels at 256 Hz, s", "<= 120", seconds, "benchmarks/eeg_day.py"),
        ("its memory, GB", "<= 1", memory, "benchmarks/eeg_day.py"),
    ]
    for name, found in loops.items():
        what = f"closed loop, {name}, {found['people']} people"
        both = f"{found['both']:.1%}"
        rows.append((f"{what}: 15 min and 15 % together", ">= 95 %", both, "closed_loop.py"))
        held = f"{found['in_target'][2]:.1%}, {found['in_target'][1]:.1%}"
        rows.append((f"{what}: in target, middle and worst decile", ">= 80 %, 60 %", held, "closed_loop.py"))
    yield "| what | goal | measured | command |"
    yield "|---|---|---|---|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def day_cost(path: Path) -> tuple[str, str]:
    """Seconds of one core and gigabytes that a day took, as the benchmark left them; else that nobody measured it."""
    if not path.is_file():
        return "not measured", "not measured"
    spent = json.loads(path.read_text(encoding="utf-8"))
    return f"{spent['processor_s']:.0f}", f"{spent['memory_GB']:.2g}"


def _kappas(rows: list[list[str]], kind: str) -> list[float]:
    return [float(row[KAPPA]) for row in rows if row[SPOILT] == kind and float(row[SIZE]) > 50]


def _span(values: list[float]) -> str:
    if not values:
        return "not measured"
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
