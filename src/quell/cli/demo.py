"""The demo: one patient, one dose, at 10 or at 40 minutes; the same noise; and what a small cohort says."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quell.care.scenario import Scenario, load_scenario, read_scenario
from quell.cli import job
from quell.cli.progress import say
from quell.cohort.processes import Processes
from quell.cohort.scheduler import Died
from quell.ground import compute
from quell.ground.errors import QuellError

SCENARIO = Path(__file__).with_suffix(".toml")
TIMES = ("10 min", "40 min")
PICTURE = "picture.png"
COHORT = 512  # eight blocks; enough to see the difference, not to measure it
BEFORE_S = 60.0  # who seizes without pause for so long before the dose is still seizing
QUIET_S = (900.0, 1800.0)  # no seizure in this window after the dose counts as stopped


class Demo(NamedTuple):
    """Where the picture is, and the summaries of the two runs by time of the dose."""

    picture: Path
    summaries: dict[str, Any]


def run(
    out: Path,
    *,
    overrides: Sequence[str] = (),
    mode: str | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Demo:
    """Run both courses and the cohort; write OUT/at_10_min, OUT/at_40_min and OUT/picture.png."""
    from quell.report.compare import Course, compare
    from quell.report.overview import write

    compute.prepare()
    scenarios = {
        time: load_scenario(SCENARIO, [*overrides, f"care.parameters.time={time}", *([f"mode={mode}"] if mode else [])])
        for time in TIMES
    }
    courses, summaries = [], {}
    # The cohort lives in a process of its own, beside the patient.
    work = [{"time": time, "scenario": scenario.as_toml()} for time, scenario in scenarios.items()]
    with closing(Processes(1).map(share, work)) as shares:
        for number, (time, scenario) in enumerate(scenarios.items()):

            def part(done: float, total: float, number: int = number) -> None:
                if progress:
                    progress(number * total + done, len(TIMES) * total)

            folder = out / f"at_{time.replace(' ', '_')}"
            result = job.run(scenario, out=folder, progress=part, replace=True)
            courses.append(Course(f"lorazepam at {time}", result.record, result.events, result.eeg_source))
            summaries[time] = result.summary
        say(progress, f"{COHORT} patients")
        counted = [(f"lorazepam at {item['time']}", _proportion(answer)) for item, answer in shares]
    title = "The same patient, the same dose, 30 minutes apart"
    words = f"Seizures stopped, of those still seizing at the dose, in {COHORT} virtual patients (95 % interval)"
    say(progress, "drawing")
    write(compare(courses, title=title, cohort=counted, cohort_title=words), out / PICTURE)
    return Demo(out / PICTURE, summaries)


def share(item: dict[str, Any]) -> dict[str, Any]:
    """The work of the cohort's process: the share of the cohort stopped in one scenario, or what went wrong."""
    compute.prepare()
    try:
        return cohort(read_scenario(item["scenario"]))._asdict()
    except QuellError as fault:
        return {"fault": str(fault)}


def _proportion(answer: dict[str, Any] | Died) -> Any:
    from quell.outcome.proportion import Proportion

    fault = answer.why if isinstance(answer, Died) else answer.get("fault")
    if isinstance(answer, Died) or fault:
        raise QuellError(f"the demo's cohort could not be lived: {fault}")
    return Proportion(**answer)


def cohort(scenario: Scenario) -> Any:
    """The share of a small cohort that the dose stops, as a Proportion."""
    from quell.care.admission import admit
    from quell.engine.clock import PROJECTIVE
    from quell.outcome.proportion import wilson

    small = scenario.model_copy(update={"brain": 2, "mode": "projective"})
    small._course = scenario.course
    course = admit(small, np.arange(COHORT), clocks=PROJECTIVE)
    _, record = course.advance(course.start(), 0, course.steps(scenario.duration + QUIET_S[1] - QUIET_S[0]))
    time, seizing = record["time"], record["seizing"]
    fired = record["log.fired.first_line"] > 0
    since = time[:, None] - time[fired.argmax(axis=0)]
    treated = fired.any(axis=0) & (since[-1] >= QUIET_S[1])
    treated &= (seizing | (since < -BEFORE_S) | (since > 0)).all(axis=0)
    stopped = ~(seizing & (since > QUIET_S[0]) & (since <= QUIET_S[1])).any(axis=0)
    return wilson(int(stopped[treated].sum()), int(treated.sum()))
