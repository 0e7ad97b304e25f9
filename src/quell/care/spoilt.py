"""What a cause does from outside the brain, over time: supply, acetylcholine, swelling, as far as drugs leave it.

The course works with these between its steps and does not record them. They are computed here again with the same
equations and the recorded drives of drugs, for reports; a person whose cause leaves them alone gets none.
"""

from collections.abc import Mapping

import numpy as np

from quell.care.course import Course

MOVED = {  # name: unit, meaning
    "supply": ("1", "oxygen and glucose that the cause leaves, of the usual (per patient)"),
    "acetylcholine": ("1", "acetylcholine too much, of a full cholinergic crisis (per patient)"),
    "swelling": ("1", "share of the space between cells that swelling takes (per patient)"),
}


def spoilt(course: Course, record: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The series of MOVED that the cause moves, float32 `[time, lanes]`."""
    patients, time = course.constants.patients, np.asarray(record["time"], np.float64)
    lanes = len(course.people.ids)

    def drive(port: str) -> np.ndarray:
        return np.asarray(record.get(f"port.{port}", np.zeros((len(time), lanes))), np.float64).T

    shortage, milieu = patients.shortage, patients.parts.milieu
    made = {}
    if np.any(np.asarray(shortage.deepest)) or np.any(np.asarray(shortage.lasting)):
        sugar = drive("energy.glucose")
        made["supply"] = shortage.supply(time[None, :], sugar / (1.0 + sugar))
    if np.any(np.asarray(milieu.acetylcholine)):
        left = milieu.acetylcholine_left(drive("muscarinic.receptor"), drive("cholinesterase.reactivation"))
        made["acetylcholine"] = left * (time > 0.0)
    if np.any(np.asarray(milieu.swollen)):
        made["swelling"] = milieu.swelling_left(drive("extracellular.sodium")) * (time > 0.0)
    return {name: np.broadcast_to(np.asarray(x), (lanes, len(time))).T.astype(np.float32) for name, x in made.items()}
