"""Coherence of cortex and thalamus in health, sleep, status epilepticus and deep propofol, with intervals.

    uv run python validation/thalamocortical.py [PATIENTS]

Writes validation/thalamocortical.json and prints the table of docs/thalamus.md. Full mode, two patches, thalamus on,
new patients and new noise (study 79). Every number is of the focus patch.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from quell.care.course import build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import protocol_from  # noqa: E402
from quell.engine.clock import FULL  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402

STUDY, BLOCK = 79, 64
HERE = Path(__file__).parent
KEPT = ("time", "seizing_patch", "suppression", "thalamocortical", "rate_E", "relay", "reticular")
QUIET = {"amplitude": 0.0, "floor": 0.0}
LASTING = {"hold": 600.0, "decay": 5.0}  # irritated for ten minutes, whatever the patient drew
DEEP, BURSTING = 10, 5  # mg/kg/h of propofol
MORE = 3  # times as many people for bursts, which not all have at one dose
BURSTS = (0.2, 0.9)  # suppressed share of burst suppression with bursts
ASLEEP = {"thalamus.wake_T": 0.0, "thalamus.wake_R": 0.0}
NO_T = {"thalamus.g_T": 0.0, "thalamus.g_R": 0.0}


def main(patients: int) -> None:
    """Run every arm and write the table."""
    began = time.monotonic()
    rest = lived(patients, 15, at="1 min", onset=QUIET)
    healthy = window(rest, -60, 0)
    fit = healthy["quiet"]
    rows = [row("healthy, awake", healthy["coherence"][fit], healthy, fit)]
    note(rows, began)
    asleep = window(lived(patients, 0, onset=QUIET, overrides=ASLEEP), -60, 0)
    rows.append(
        row("healthy, without arousal (spindles)", asleep["coherence"][asleep["quiet"]], asleep, asleep["quiet"])
    )
    without = window(lived(patients, 0, onset=QUIET, overrides=ASLEEP | NO_T), -60, 0)
    calm = without["quiet"]
    rows.append(row("  the same without T-type channels", without["coherence"][calm], without, calm))
    note(rows, began)
    deep = window(rest, 720, 900)
    rows.append(row("healthy, propofol, suppressed", deep["coherence"][deep["deep"]], deep, deep["deep"]))
    versus(rows, "lower than awake", deep["coherence"], healthy["coherence"], deep["deep"] & fit)
    for name, how in (("own insult", {}), ("insult of 10 min", {"onset": LASTING})):
        sick = lived(patients, 25, at="10 min", **how)
        before, during, after = window(sick, -60, 0), window(sick, 480, 600), window(sick, 1200, 1500)
        ill = during["seizing"] & before["quiet"]
        rows.append(row(f"SE at 8-10 min, {name}", during["coherence"][ill], during, ill))
        versus(rows, "higher than before onset", before["coherence"], during["coherence"], ill)
        calm = ill & after["deep"]
        rows.append(row("  then propofol, suppressed at 20-25 min", after["coherence"][calm], after, calm))
        versus(rows, "lower than in SE", after["coherence"], during["coherence"], calm)
        note(rows, began)
    rows += bursting(MORE * patients)
    note(rows, began)
    sick = window(lived(patients, 10, onset=LASTING, overrides=NO_T), 480, 600)
    rows.append(
        row("SE, insult of 10 min, no T-type channels", sick["coherence"][sick["seizing"]], sick, sick["seizing"])
    )
    note(rows, began)
    seconds = round(time.monotonic() - began)
    found = {"date": date.today().isoformat(), "patients": patients, "seconds": seconds, "rows": rows}
    (HERE / "thalamocortical.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(table(rows))


def bursting(patients: int) -> list[dict]:
    """Burst suppression with bursts, which every third person has at this dose, in health and after status."""
    rows: list[dict] = []
    rest = lived(patients, 15, at="1 min", rate=BURSTING, onset=QUIET)
    healthy, light = window(rest, -60, 0), window(rest, 720, 900)
    rows.append(row("healthy, propofol, bursts", light["coherence"][light["bursts"]], light, light["bursts"]))
    versus(rows, "lower than awake", light["coherence"], healthy["coherence"], light["bursts"] & healthy["quiet"])
    sick = lived(patients, 25, at="10 min", rate=BURSTING, onset=LASTING)
    before, during, after = window(sick, -60, 0), window(sick, 480, 600), window(sick, 1200, 1500)
    calm = during["seizing"] & before["quiet"] & after["bursts"]
    what = "SE, insult of 10 min, then propofol, bursts at 20-25 min"
    rows.append(row(what, after["coherence"][calm], after, calm))
    versus(rows, "lower than in SE", after["coherence"], during["coherence"], calm)
    return rows


def lived(patients: int, minutes: int, *, at: str = "", rate: float = DEEP, **how) -> dict[str, np.ndarray]:
    """The record of everybody, arrays `[time, patients, ...]`; propofol begins `at` a time, for all."""
    step = {
        "id": "sedate",
        "when": f"at {at}",
        "give": f"propofol 2 mg/kg IV over 2 min then {rate:g} mg/kg/h",
        "source": "assumed",
        "grade": "D",
    }
    head = {"name": "deep", "about": "deep propofol", "source": "assumed", "grade": "D"}
    machine = compile_protocol(protocol_from(head | {"step": [step if at else step | {"when": "at 1000 min"}]}, {}))
    parts: list[dict[str, np.ndarray]] = []
    for first in range(0, patients, BLOCK):
        people = draw_people(STUDY, np.arange(first, first + BLOCK))
        course = build_course(people, machine, study=STUDY, clocks=FULL, thalamus=True, **how)
        state, steps = course.start(), course.steps(60.0 * minutes)
        records = [record for _, record in course.chunks(state, 0, steps, 12)]
        parts.append({name: np.concatenate([record[name] for record in records]) for name in KEPT})
    return {name: parts[0][name] if name == "time" else np.concatenate([p[name] for p in parts], 1) for name in KEPT}


def window(record: dict[str, np.ndarray], start_s: float, end_s: float) -> dict[str, np.ndarray]:
    """Means of the focus over a stretch of time, `[patients]`, and who was quiet, seizing, deep or bursting in it."""
    part = (record["time"] > start_s) & (record["time"] <= end_s)
    seizing = record["seizing_patch"][part]
    share, calm = record["suppression"][part].mean(axis=0), ~seizing.any(axis=(0, 2))
    return {
        "coherence": record["thalamocortical"][part][:, :, 0].mean(axis=0),
        "rate_E": record["rate_E"][part][:, :, 0].mean(axis=0),
        "relay": record["relay"][part][:, :, 0].mean(axis=0),
        "quiet": calm,
        "seizing": seizing[:, :, 0].all(axis=0),
        "deep": (share > 0.5) & calm,
        "bursts": (share > BURSTS[0]) & (share < BURSTS[1]) & calm,
    }


def row(what: str, values: np.ndarray, of: dict[str, np.ndarray], who: np.ndarray) -> dict:
    """One line: mean with its 95 % interval, median and central 80 % over patients."""
    if len(values) < 2:
        return {"what": what, "n": len(values)}
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    low, middle, high = np.percentile(values, [10, 50, 90])
    return {
        "what": what,
        "n": len(values),
        "mean": float(values.mean()),
        "interval": [float(values.mean() - half), float(values.mean() + half)],
        "median": float(middle),
        "central_80": [float(low), float(high)],
        "rate_E": float(of["rate_E"][who].mean()),
        "relay": float(of["relay"][who].mean()),
    }


def versus(rows: list[dict], what: str, low: np.ndarray, high: np.ndarray, who: np.ndarray) -> None:
    """Add to the last line in how many of the same patients the second is the higher one."""
    if who.any():
        rows[-1]["paired"] = f"{what}: {wilson(int((high > low)[who].sum()), int(who.sum()))}"


def note(rows: list[dict], began: float) -> None:
    """Progress."""
    print(f"{time.monotonic() - began:.0f} s: {rows[-1]}", flush=True)


def table(rows: list[dict]) -> str:
    """The table of the page."""
    lines = ["| state | n | mean (95 %) | median (central 80 %) | in the same patients |", "|---|---|---|---|---|"]
    for one in rows:
        if "mean" not in one:
            lines.append(f"| {one['what']} | {one['n']} | too few | | |")
            continue
        mean = f"{one['mean']:.3f} ({one['interval'][0]:.3f} to {one['interval'][1]:.3f})"
        span = f"{one['median']:.3f} ({one['central_80'][0]:.3f} to {one['central_80'][1]:.3f})"
        lines.append(f"| {one['what']} | {one['n']} | {mean} | {span} | {one.get('paired', '')} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 256)
