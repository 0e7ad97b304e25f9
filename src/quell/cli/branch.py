"""`quell branch`: what if something else were given, or left out, from one moment on? Both courses, side by side."""

from collections.abc import Callable, Sequence
from pathlib import Path

from quell.care.scenario import load_scenario
from quell.care.span import seconds
from quell.cli import job
from quell.cohort.store import check_free
from quell.ground import compute
from quell.ground.errors import InputError

PICTURE = "picture.png"


def run(
    scenario_path: Path,
    *,
    at: str,
    give: Sequence[str],
    out: Path,
    without: Sequence[str] = (),
    overrides: Sequence[str] = (),
    progress: Callable[[float, float], None] | None = None,
) -> Path:
    """Run a scenario to `at`, then on as it is and with `give` and `without`, into OUT/original and OUT/branched.

    Raises InputError for a time outside the run, an order that cannot be read, or a drug that nobody gives.
    """
    from quell.care.admission import admit
    from quell.care.branch import branch
    from quell.report.compare import Course, compare
    from quell.report.overview import write

    if not give and not without:
        raise InputError("nothing is to be different", field="--give, --without", allowed="an order or a drug left out")
    compute.prepare()
    scenario = load_scenario(scenario_path, overrides)
    moment = seconds(at)
    if not 0 <= moment < scenario.duration:
        raise InputError(f"{at!r} lies outside the run", field="--at", allowed=f"0 s to {scenario.duration:g} s")
    for name in ("original", "branched"):
        check_free(out / name, replace=False)
    course = admit(scenario)
    first, last = course.steps(moment), course.steps(scenario.duration)
    state, before = job.advance(course, course.start(), 0, first, total=2 * last - first, progress=progress)
    other, start = branch(course, state, first, [(moment, words) for words in give], without)
    drawn = []
    for number, (name, now, begin) in enumerate((("original", course, state), ("branched", other, start))):

        def part(done: float, total: float, number: int = number) -> None:
            if progress:
                progress(done + number * (last - first) * course.clocks.macro, total)

        _, after = job.advance(now, begin, first, last, total=2 * last - first, progress=part)
        result = job.package(scenario, now, [*(dict(piece) for piece in before), *after])
        changed = {"give": list(give), "without": list(without)} if name == "branched" else {"give": [], "without": []}
        result.manifest["branch"] = {"at_s": moment, **changed}
        result.write(out / name)
        drawn.append(Course(name, result.record, result.events, result.eeg_source))
    write(compare(drawn, title=f"The same patient and noise; something else from {at} on"), out / PICTURE)
    return out / PICTURE
