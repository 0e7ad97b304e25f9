"""The fate of many patients of one scenario: a worker's job that keeps endpoints and a trace a minute, not records.

    run_cohort("quell.cohort.fate:fates", {"scenario": text}, patients, out=folder, workers=2)

Endpoints are those of `outcome.summary`, patient by patient; texts become numbers (`RESULTS`, `STAGES`), missing
numbers NaN. Traces hold one value a minute from onset on: worst patch of E_GABA and receptors, mean of the rest.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from quell.care import record as kept
from quell.care.admission import admit
from quell.care.course import Course
from quell.care.scenario import Scenario, read_scenario
from quell.cohort import pulse
from quell.cohort.block import LANES
from quell.ground import compute
from quell.outcome import harm
from quell.outcome.snapshot import MECHANISMS
from quell.outcome.summary import summary

JOB = "quell.cohort.fate:fates"
RESULTS = (
    "stopped", "returned", "shared", "failed", "not seizing", "ended before", "too early to say", "held",
    "broke through",
)  # fmt: skip
STAGES = ("status epilepticus", "t2 passed", "established", "refractory", "super-refractory", "anaesthetic-dependent")
WEANS = {"held": "held", "failed": "failed", "seizures_back": "seizures back", "stepped_down": "stepped down"}
PLAIN = (
    "first_dose_s", "convulsed", "movement_stopped_s", "eeg_stopped_s", "seizing_at_end", "recurred_within_1_h",
    "lost_responsiveness", "responsive_from_s", "responsiveness_at_end", "rescue_used", "seizing_min",
    "highest_hourly_burden", "electrographic_status_s",
)  # fmt: skip
MET = ("E_gaba", "gaba_a", "nmda", "Cl_i", "reserve", "drive")
WHOLE = ("time", "seizing", "convulsing", "responsiveness", "sedation")
TRACES = {
    "seizing": "max",
    "convulsing": "max",
    "responsiveness": "mean",
    "E_gaba": "max",
    "gaba_a": "min",
    "nmda": "max",
}
CHUNK_S = 1200.0  # simulated time between two beats of the pulse
MINUTE_S = 60.0
MOST_BYTES = 400e6  # of one block's record in memory


def fates(settings: Mapping[str, Any], patient_ids: np.ndarray) -> dict[str, np.ndarray]:
    """Endpoints `[lanes]` and traces `[lanes, minutes]` of a block; `settings["scenario"]` is TOML.

    Raises InputError for a scenario that cannot be read, RangeError if a state left its range.
    """
    compute.prepare()
    scenario = read_scenario(settings["scenario"])
    course = admit(scenario, patient_ids)
    record = _march(course, scenario)
    dataset = kept.dataset(course, record)
    found: list[dict[str, float]] = []
    for lane, patient in enumerate(np.asarray(patient_ids)):
        events = kept.events(course, record, lane, scenario.onset.seizure_type)
        one = summary(dataset.isel(patient=[lane]), events.assign(patient=int(patient)))["patients"][0]
        found.append(numbers(one, drugs_of(course)) | _person(course, lane))
    table = pd.DataFrame(found).astype(np.float64)
    columns = {name: table[name].to_numpy() for name in table.columns}
    return columns | {f"trace.{name}": values for name, values in _traces(record, course).items()}


def numbers(one: Mapping[str, Any], drugs: tuple[str, ...]) -> dict[str, float]:
    """One patient's summary as numbers with the same names for everybody."""
    injured = [value for value in one["injury"].values() if value is not None]
    told: dict[str, Any] = {name: one[name] for name in PLAIN}
    told |= {"seizures": len(one["seizures"]), "injury_worst": max(injured, default=None)}
    told |= {f"harm.{name}": value for name, value in one.get("harm", {}).items()}
    reached = {stage["stage"]: stage["time_s"] for stage in reversed(one["stages"])}
    told |= {f"stage.{name}_s": reached.get(name) for name in STAGES}
    told |= _weaning(one)
    first = one["treatments"][0] if one["treatments"] else None
    told["first_dose.result"] = RESULTS.index(first["result"]) if first else None
    told |= {f"first_dose.{name}": first["met"].get(name) if first else None for name in MET}
    for drug in drugs:
        doses = [treatment for treatment in one["treatments"] if treatment["dose"]["drug"] == drug]
        told[f"{drug}.mg"] = sum(treatment["dose"]["mg"] for treatment in doses)
        told[f"{drug}.first_s"] = doses[0]["dose"]["start_s"] if doses else None
        told[f"{drug}.result"] = RESULTS.index(doses[0]["result"]) if doses else None
    return {name: float("nan") if value is None else float(value) for name, value in told.items()}


def _weaning(one: Mapping[str, Any]) -> dict[str, Any]:
    """How weaning went: tries, those that held, failed, or saw seizures short of status; returns of seizures."""
    results = [wean["result"] for wean in one["weans"]]
    made = {f"weans.{name}": results.count(result) for name, result in WEANS.items()}
    began = min((wean["wean"]["start_s"] for wean in one["weans"]), default=None)
    made |= {"weans": len(results), "weans.first_s": began}
    back = one["relapses"]
    return made | {
        "relapses": len(back),
        "relapses.first_s": min((relapse["start_s"] for relapse in back), default=None),
        "relapses.seizing_min": sum(relapse["seizing_min"] for relapse in back),
    }


def drugs_of(course: Course) -> tuple[str, ...]:
    """The drugs that the protocol can give, in its order."""
    return tuple(dict.fromkeys(line.partition("/")[0] for line in course.machine.lines))


def block_size(scenario: Scenario) -> int:
    """Patients calculated together: as many as memory allows, 64 at most. The same scenario has the same size."""
    steps, values = float(scenario.duration) / 10.0, 4 * len(MECHANISMS) * scenario.brain
    lanes = LANES
    while lanes > 1 and lanes * steps * values > MOST_BYTES:
        lanes //= 2
    return lanes


def _march(course: Course, scenario: Scenario) -> dict[str, np.ndarray]:
    last, size = course.steps(scenario.duration), max(1, round(CHUNK_S / course.clocks.macro))
    pieces: list[dict[str, np.ndarray]] = []
    pulse.beat(0, last)
    for _, piece in course.chunks(course.start(), 0, last, size):
        pieces.append({name: values for name, values in piece.items() if _is_needed(name)})
        pulse.beat(sum(len(one["time"]) for one in pieces), last)
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def _is_needed(name: str) -> bool:
    return (
        name in WHOLE
        or name in MECHANISMS
        or name in harm.NEEDED
        or name.startswith(("order.", "brain_", "plasma_", "log."))
    )


def _person(course: Course, lane: int) -> dict[str, float]:
    return {f"person.{name}": float(values[lane]) for name, values in course.people.persons.items()}


def _traces(record: Mapping[str, np.ndarray], course: Course) -> dict[str, np.ndarray]:
    """One value a minute after onset, float32 `[lanes, minutes]`; a last part of a minute is left out."""
    width = max(1, round(MINUTE_S / course.clocks.macro))
    first = int(np.searchsorted(record["time"], 0.0, side="right"))
    count = (len(record["time"]) - first) // width
    made = {}
    for name, how in TRACES.items():
        values = record[name].astype(np.float32)
        if values.ndim == 3:
            values = getattr(values, how)(axis=2)
        cut = values[first : first + count * width].reshape(count, width, -1)
        made[name] = np.ascontiguousarray(getattr(cut, how)(axis=1).T)
    return made
