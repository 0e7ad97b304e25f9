"""The main job: a scenario becomes a course, its record, and a folder that describes itself."""

import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quell.care.scenario import Scenario, load_scenario
from quell.cohort.fingerprint import PACKAGE, fingerprint
from quell.ground import compute
from quell.ground.card import read_so_far

Reporter = Callable[[float, float], None]
CHUNK_S = 600.0  # simulated time between two strokes of the progress bar; each is one call of the compiled program


def run(
    scenario: str | Path | Scenario,
    *,
    out: str | Path | None = None,
    overrides: Sequence[str] = (),
    mode: str | None = None,
    progress: Reporter | None = None,
    replace: bool = False,
) -> Any:
    """Run one scenario; with `out`, write its folder.

    Parameters
    ----------
    scenario : path of a scenario in TOML, or a Scenario
    out : folder to write; refused if it exists, unless `replace`. Until it is written OUT.unfinished keeps the run
    overrides : "a.b=c" settings on top of the file
    mode : "full" or "projective", over what the scenario says
    progress : called with simulated seconds done and in all

    Returns
    -------
    quell.report.result.Result

    Raises
    ------
    InputError for a mistake in the input (nothing is written), RangeError if the simulation left its ranges,
    InterruptedRun on Ctrl-C (with `out`: `resume` goes on from there).
    """
    compute.prepare()
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario, [*overrides, *([f"mode={mode}"] if mode else [])])
    if out is None:
        return simulate(scenario, progress=progress)
    from quell.cli import kept

    return kept.run(scenario, Path(out), progress=progress, replace=replace)


def simulate(scenario: Scenario, *, progress: Reporter | None = None) -> Any:
    """The Result of a scenario, nothing written."""
    from quell.care.admission import admit

    began = time.monotonic()
    course = admit(scenario)
    last = course.steps(scenario.duration)
    _, pieces = advance(course, course.start(), 0, last, total=last, progress=progress)
    result = package(scenario, course, pieces)
    result.manifest["seconds"] = round(time.monotonic() - began, 2)
    return result


def advance(
    course: Any,
    state: Any,
    first: int,
    last: int,
    *,
    total: int,
    progress: Reporter | None = None,
    done: Callable[[Any, int, dict[str, np.ndarray]], None] | None = None,
) -> tuple[Any, list[dict[str, np.ndarray]]]:
    """March a course from macro step `first` to `last`; gives the state there and the pieces of its record.

    `done` is told of every chunk: the state after it, its last macro step, its piece of the record.
    """
    size, pieces = max(1, round(CHUNK_S / course.clocks.macro)), []
    tell = progress or (lambda now, of_all: None)
    tell(first * course.clocks.macro, total * course.clocks.macro)
    for after, piece in course.chunks(state, first, last, size):
        state, first = after, first + len(piece["time"])
        pieces.append(piece)
        if done:
            done(state, first, piece)
        tell(first * course.clocks.macro, total * course.clocks.macro)
    return state, pieces


def package(scenario: Scenario, course: Any, pieces: list[dict[str, np.ndarray]]) -> Any:
    """The Result of a course from the pieces of its record; what an earlier piece lacks was not given then."""
    from quell.care import record as kept
    from quell.care.spoilt import spoilt
    from quell.outcome.summary import summary
    from quell.report.result import Result
    from quell.report.trace import SourceEeg

    shapes = pieces[-1]
    for piece in pieces:
        for name, values in shapes.items():
            if name not in piece:
                piece[name] = np.zeros((len(piece["time"]), *values.shape[1:]), values.dtype)
    record = {name: np.concatenate([piece[name] for piece in pieces]) for name in shapes}
    record |= spoilt(course, record)
    dataset = kept.dataset(course, record)
    events = kept.events(course, record, 0, scenario.onset.seizure_type)
    eeg = None
    if "source" in record:
        source = record["source"].reshape(-1, *record["source"].shape[2:])[:, 0]
        eeg = SourceEeg(
            source, dataset, study=scenario.seed, patient=scenario.patient.id, artefacts=scenario.outputs.artefacts
        )
        events = with_artefacts(events, eeg.spoilt(), scenario.patient.id)
    return Result(
        record=dataset,
        events=events,
        summary=summary(dataset, events, cause=scenario.aetiology.name),
        manifest=manifest(scenario, course),
        eeg_source=eeg,
        scenario=scenario,
    )


def manifest(scenario: Scenario, course: Any) -> dict[str, Any]:
    """What a second run needs and what the first one ran on."""
    import jax

    clocks = course.clocks
    return {
        "quell": "result",
        "seed": scenario.seed,
        "mode": scenario.mode,
        "command": command(),
        "clocks_s": {name: getattr(clocks, name) for name in ("dt", "sample", "window", "beat", "macro")},
        "lanes": len(course.people.ids),
        "patches": list(course.atlas.names),
        "population": scenario.patient.population,
        "fingerprint": fingerprint(scenario.patient.population),
        "cards_read": _cards_read(),
        "versions": compute.versions(),
        "hardware": {
            "machine": platform.machine(),
            "system": platform.system(),
            "device": jax.devices()[0].device_kind,
            "backend": jax.default_backend(),
        },
    }


def _cards_read() -> list[str]:
    package = PACKAGE.resolve()
    return [card.relative_to(package).as_posix() for card in read_so_far() if card.is_relative_to(package)]


def command() -> str:
    """The command as it was given, without the program's folder."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])


def with_artefacts(events: Any, spoilt: Sequence[Any], patient: int) -> Any:
    """The timeline with the rare artefacts of the EEG, so that nobody need take one for a seizure."""
    import pandas as pd

    from quell.outcome.reason import span

    rows = [
        {
            "time_s": one.start_s,
            "kind": "artefact",
            "what": f"{one.kind}{f' at {one.electrode}' if one.electrode else ''}",
            "detail": f"on the EEG for {span(one.end_s - one.start_s)}",
            "patient": patient,
        }
        for one in spoilt
    ]
    if not rows:
        return events
    return pd.concat([events, pd.DataFrame(rows)], ignore_index=True).sort_values("time_s", kind="stable")
