"""The job of a real cohort: a scenario lived by the patients of a block.

    run_cohort("quell.cohort.lives:live", {"scenario": text}, patients, out=folder, workers=2)

`text` is a scenario in TOML (`Scenario.as_toml()`); patient k is patient k of the scenario's seed, whoever shares
the block.
"""

from typing import Any

import numpy as np

from quell.care.admission import admit
from quell.care.scenario import read_scenario
from quell.ground import compute

KEPT = ("seizing", "convulsing", "responsiveness", "E_gaba", "gaba_a", "nmda", "injury")
CHUNK = 360  # macro steps per call of the compiled program


def live(settings: dict[str, Any], patient_ids: np.ndarray) -> dict[str, np.ndarray]:
    """The record of a block, first axis patients: `[lanes, time]` or `[lanes, time, patches]`, and doses given (mg).

    Raises InputError for a scenario that cannot be read, RangeError if a state left its range.
    """
    compute.prepare()
    scenario = read_scenario(settings["scenario"], settings.get("overrides", ()))
    course = admit(scenario, patient_ids)
    pieces = []
    for _, record in course.chunks(course.start(), 0, course.steps(scenario.duration), CHUNK):
        pieces.append({name: values for name, values in record.items() if _is_kept(name)})
    joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    return {name: np.ascontiguousarray(np.swapaxes(values, 0, 1)) for name, values in joined.items()}


def _is_kept(name: str) -> bool:
    return name in KEPT or name.startswith(("order.", "brain_", "log.fired."))
