"""`quell cohort`: many patients of one scenario, as a table, a summary with intervals, a picture and a page.

OUT/patients.csv    a row per patient          OUT/summary.json   shares and numbers with their intervals
OUT/picture.png     all of it with bands       OUT/report.html    one page, offline
OUT/scenario.toml   what ran                   OUT/cohort.json    the manifest, written by the cohort itself
OUT/blocks          the finished patients, for going on and for reading with `open_cohort`
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from quell.care.scenario import Scenario, load_scenario
from quell.cohort import fate, study
from quell.cohort.result import MANIFEST, Cohort, open_cohort
from quell.cohort.run import run_cohort
from quell.cohort.store import write_bytes, write_json
from quell.ground import compute
from quell.ground.errors import InputError

TABLE, SUMMARY, PICTURE, REPORT, SCENARIO = (
    "patients.csv",
    "summary.json",
    "picture.png",
    "report.html",
    "scenario.toml",
)


class Gathered(NamedTuple):
    """A finished cohort: its folder, its summary, and how many blocks had been finished before."""

    folder: Path
    summary: dict[str, Any]
    reused: int


def run(
    scenario_path: Path,
    *,
    patients: int,
    out: Path,
    workers: int = 1,
    overrides: Sequence[str] = (),
    mode: str | None = None,
    replace: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Gathered:
    """Run patients 0 to `patients` - 1 of a scenario; goes on where an earlier call with the same words was stopped.

    Without `mode` slow time alone is computed ("projective"). `progress` is told of finished and all patients.
    Raises InputError for a mistake, BlockError for a worker that died twice, InterruptedRun on Ctrl-C.
    """
    words = [*overrides, f"mode={mode or 'projective'}", "outputs.eeg=false"]
    scenario = load_scenario(scenario_path, words)
    settings, size = {"scenario": scenario.as_toml()}, fate.block_size(scenario)
    _check_free(out, study.describe(fate.JOB, settings, size).fingerprint, replace)
    tell = progress or (lambda finished, of_all: None)
    cohort = run_cohort(
        fate.JOB,
        settings,
        patients,
        out=out,
        workers=workers,
        block=size,
        progress=lambda finished, of_all: tell(min(finished * size, patients), patients),
    )
    return Gathered(out, write(cohort, scenario), cohort.reused)


def write(cohort: Cohort, scenario: Scenario) -> dict[str, Any]:
    """The table, the summary, the picture and the page of a finished cohort, each whole; gives the summary."""
    from quell.cohort import crowd
    from quell.report import style
    from quell.report.cohort_page import cohort_page
    from quell.report.cohort_picture import picture

    compute.prepare()
    people = crowd.table(cohort, scenario)
    summary = crowd.summary(cohort, scenario, people)
    title = scenario.name[:1].upper() + scenario.name[1:].replace("_", " ")
    drawn = style.png(picture(cohort, people, title=title, end_s=float(scenario.duration)))
    about = {"manifest": cohort.manifest, "title": title, "about": scenario.about, "folder": cohort.out.name}
    write_bytes(cohort.out / SCENARIO, scenario.as_toml().encode())
    write_bytes(cohort.out / TABLE, people.to_csv(index=False, lineterminator="\n").encode())
    write_json(cohort.out / SUMMARY, summary)
    write_bytes(cohort.out / PICTURE, drawn)
    write_bytes(cohort.out / REPORT, cohort_page(summary, drawn, **about).encode())
    return summary


def _check_free(out: Path, fingerprint: str, replace: bool) -> None:
    """A folder that is new, or holds this cohort or parts of it; another one only gives way when told to."""
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / "blocks").is_dir()):
        raise InputError("this exists and is no cohort of Quell", file=str(out), allowed="a new or empty folder")
    if (out / MANIFEST).is_file() and not replace and open_cohort(out).manifest["fingerprint"] != fingerprint:
        what = "here is a cohort of another scenario, or of other code or cards"
        raise InputError(what, file=str(out), allowed="a new folder, or --replace")
