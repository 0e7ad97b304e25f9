"""The rows of harm again in whole people of the default adult population: brain, drug and body together.

Who still seizes at the row's minute gets its dose; the seizure then goes its own way under the drug. Signs are read
from the end of the first dose on, as in harm.py. Children are not in this population.
"""

import numpy as np

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import Protocol, load_protocol
from quell.care.scenario import Bodily
from quell.engine.clock import PROJECTIVE
from quell.patient.person import draw_people

LANES, CHUNK_S = 64, 1800.0


def candidates(study: int, people: int, minutes: tuple[float, ...]) -> dict[float, np.ndarray]:
    """Who still seizes untreated at each of these minutes."""
    found: dict[float, list[int]] = {minute: [] for minute in minutes}
    for first in range(0, people, 512):
        who = draw_people(study, np.arange(first, min(first + 512, people)))
        run = build_course(who, compile_protocol(load_protocol("no_treatment")), study=study, clocks=PROJECTIVE)
        _, record = run.advance(run.start(), 0, run.steps(60.0 * max(minutes)))
        for minute in minutes:
            at = np.searchsorted(record["time"], 60.0 * minute) - 1
            found[minute] += list(who.ids[record["seizing"][at]])
    return {minute: np.array(ids, int) for minute, ids in found.items()}


def course(row: dict, study: int, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Pressure and carbon dioxide `[time, people]` after the first dose, and the step between them in s."""
    machine = compile_protocol(protocol(row))
    pressure, PaCO2 = [], []
    for first in range(0, len(ids), LANES):
        some = np.resize(ids[first : first + LANES], LANES)
        who = draw_people(study, some)
        run = build_course(who, machine, study=study, clocks=PROJECTIVE, body=Bodily())
        last, size = run.steps(60.0 * (row["at"] + 60.0 * row["hours"])), round(CHUNK_S / run.clocks.macro)
        kept = [
            (record["pressure"][after], record["PaCO2"][after])
            for _, record in run.chunks(run.start(), 0, last, size)
            if (after := record["time"] > 60.0 * (row["at"] + row["over"])).any()
        ]
        own = min(LANES, len(ids) - first)
        pressure.append(np.concatenate([p for p, _ in kept])[:, :own])
        PaCO2.append(np.concatenate([p for _, p in kept])[:, :own])
    return np.concatenate(pressure, axis=1), np.concatenate(PaCO2, axis=1), PROJECTIVE.macro


def protocol(row: dict) -> Protocol:
    """The row's dose for those who still seize at its minute, on a ventilator where the row says so."""
    drug, _, route = row["line"].partition("/")
    mg = "mg PE" if drug == "fosphenytoin" else "mg"
    dose = f"{row['per_kg']:g} {mg}/kg" if "per_kg" in row else f"{row['mg']:g} {mg}"
    order = f"{drug} {dose} {route} over {row['over']:g} min"
    order += f" then {row['then']:g} mg/kg/h for {60.0 * row['hours']:g} min" if "then" in row else ""
    order += f", max {row['most']:g} {mg}" if "most" in row else ""
    made = load_protocol("benzodiazepine_at", {"time": f"{row['at']:g} min", "order": order})
    steps = [made.step[0].model_copy(update={"ventilate": bool(row.get("ventilated"))})]
    return made.model_copy(update={"step": steps})
