"""Kinetics of many patients: Quell's pharmacy of whole lanes against libRoadRunner running the exported SBML.

Both get the same people (rates and volumes of their own, drawn before the clock starts), the same doses and the same
moments to answer for. What each does once (compiling the step, compiling the SBML) is not counted, nor drawing people,
which only Quell does; what each does per patient (solving the scheme, setting the parameters) is. `error` is the
largest deviation of plasma from the exact solution in 16 patients, over the peak.
"""

from benchmarks import measure

measure.pin()

import statistics  # noqa: E402
import time  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

from quell.ground.compute import prepare  # noqa: E402

prepare()

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

from quell.drugs.assembly import Plan, lay_out  # noqa: E402
from quell.drugs.curve import curve  # noqa: E402
from quell.drugs.pk import Pharmacy  # noqa: E402
from quell.drugs.regimen import Dose, doses, read_regimen  # noqa: E402
from quell.drugs.traits import Traits, traits  # noqa: E402
from quell.patient.person import draw_bodies  # noqa: E402
from quell.report.antimony_rooms import constants  # noqa: E402
from quell.report.antimony_text import antimony, block  # noqa: E402
from quell.report.antimony_words import symbol  # noqa: E402
from quell.report.sbml import sbml  # noqa: E402

PATIENTS, BLOCKS, REPEATS, CHECKED, TOGETHER = 10_000, 10, 5, 16, 2000
DAY_S, STEP_S, EVERY_S = 86_400, 60, 300  # doses start and end on whole minutes; answers every five
REGIMENS = {
    "linear": "lorazepam 0.1 mg/kg IV over 2 min, repeat once at 10 min; at 20 min: levetiracetam 60 mg/kg IV over "
    "10 min; at 12 h: levetiracetam 20 mg/kg IV over 15 min; at 40 min: propofol 2 mg/kg IV over 5 min then 4 mg/kg/h "
    "for 6 h; at 406 min: propofol 2 mg/kg/h IV for 10 h",
    "saturable": "midazolam 0.2 mg/kg IV over 2 min then 0.2 mg/kg/h for 8 h; at 20 min: phenytoin 20 mg/kg IV over "
    "30 min; at 12 h: phenytoin 2 mg/kg IV over 10 min; at 1 h: valproate 40 mg/kg IV over 10 min; at 13 h: valproate "
    "10 mg/kg IV over 10 min",
}


def people(ids: np.ndarray) -> Traits:
    """Adults with their own kinetics."""
    return traits(draw_bodies(1, ids), 1, ids)


def given(regimen: str, who: Traits) -> list[Dose]:
    """The doses of these people."""
    return doses(read_regimen(REGIMENS[regimen]), who.persons["weight_kg"])


def lines_of(given: list[Dose]) -> dict[str, list[str]]:
    """Lines by drug."""
    fed: dict[str, list[str]] = {}
    for dose in given:
        lines = fed.setdefault(dose.line.partition("/")[0], [])
        lines += [dose.line] if dose.line not in lines else []
    return fed


def open_taps(given: list[Dose]) -> np.ndarray:
    """1 where a dose runs during a step, `[answers, steps of each, doses]`."""
    starts = STEP_S * np.arange(DAY_S // STEP_S)[:, None]
    begin, end = (np.array([t]) for t in ([d.start_s for d in given], [d.start_s + d.lasts_s for d in given]))
    return ((begin <= starts) & (starts < end)).astype(float).reshape(-1, EVERY_S // STEP_S, len(given))


@partial(jax.jit, static_argnames="lines")
def day(pharmacy: Pharmacy, speeds: list[jax.Array], taps: jax.Array, *, lines: tuple[str, ...]):
    """Plasma (mg/L `[answers, lanes]`) of every drug and metabolite after each EVERY_S of a day.

    Doses run at `speeds` (mg/s `[lanes]`) into `lines` where their taps are open.
    """

    def one(state, tap):
        order = {line: jnp.zeros_like(speeds[0]) for line in lines}
        for k, (line, speed) in enumerate(zip(lines, speeds, strict=True)):
            order[line] = order[line] + tap[k] * speed
        return pharmacy.step(state, order), None

    def stretch(state, some):
        state, _ = jax.lax.scan(one, state, some)
        return state, {name: level.plasma for name, level in pharmacy.levels(state).items()}

    return jax.lax.scan(stretch, pharmacy.rest(len(speeds[0])), taps)[1]


class Task:
    """A block of patients: their plans and doses."""

    def __init__(self, regimen: str, ids: np.ndarray):
        self.who = people(ids)
        self.given = given(regimen, self.who)
        start = time.process_time()
        self.plans = {n: lay_out(n, lines, self.who, variant=None) for n, lines in lines_of(self.given).items()}
        self.drawing = time.process_time() - start


def quell_block(task: Task) -> dict[str, np.ndarray]:
    """Plasma (mg/L `[answers, lanes]`) of a block, from people to levels; draws their kinetics once more."""
    who, lines = task.who, tuple(dose.line for dose in task.given)
    how = {"study": who.study, "patients": who.patients, "step_s": STEP_S, "interacting": False}
    pharmacy = Pharmacy.build(list(dict.fromkeys(lines)), who.persons, **how)
    speeds = [jnp.asarray(dose.mg / dose.lasts_s) for dose in task.given]
    taps = jnp.asarray(open_taps(task.given))
    parts = [day(*_some(k, (pharmacy, speeds)), taps, lines=lines) for k in range(0, who.lanes, TOGETHER)]
    return {name: np.concatenate([np.asarray(part[name]) for part in parts], axis=1) for name in parts[0]}


def _some(first: int, tree: Any) -> Any:
    """The same for TOGETHER lanes from `first` on: as many as a core's cache holds."""
    return jax.tree.map(lambda x: x[first : first + TOGETHER] if jnp.ndim(x) else x, tree)


class Peer:
    """The SBML of a regimen in libRoadRunner, run patient after patient."""

    def __init__(self, regimen: str, tolerance: float):
        import roadrunner

        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
        one = people(np.arange(1))
        self.regimen, self.fed = regimen, lines_of(given(regimen, one))
        document = sbml(antimony(block(given(regimen, one), one, variants={}, title="three drugs", interacting=False)))
        self.model = roadrunner.RoadRunner(document)
        self.model.integrator.relative_tolerance = tolerance
        self.model.integrator.absolute_tolerance = tolerance  # mg, of doses of 7 mg and more
        self.names = [name for name in self.model.model.getFloatingSpeciesIds() if name.endswith("_central")]
        self.volumes = [f"V1_{name.removesuffix('_central')}" for name in self.names]
        self.place = {name: k for k, name in enumerate(self.model.model.getGlobalParameterIds())}

    def block(self, task: Task) -> dict[str, np.ndarray]:
        """Plasma (mg/L `[answers, lanes]`) of a block."""
        values = self._values(task.plans, task.given)
        where, rows = [self.place[name] for name in values], np.stack(list(values.values()), axis=1)
        made = np.empty((DAY_S // EVERY_S, len(rows), len(self.names)))
        for lane, row in enumerate(rows):
            self.model.reset()
            self.model.model.setGlobalParameterValues(where, row)
            made[:, lane] = self.model.simulate(0, DAY_S, DAY_S // EVERY_S + 1, self.names)[1:]
        return {n.removesuffix("_central"): made[:, :, k] / values[v] for k, (n, v) in enumerate(self._pairs())}

    def _pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.names, self.volumes, strict=True))

    def _values(self, plans: dict[str, Plan], given: list[Dose]) -> dict[str, np.ndarray]:
        """What differs between patients, by the name it has in the document."""
        made = {name: value for plan in plans.values() for name, (value, _) in constants(plan).items()}
        for name, plan in plans.items():
            for when, bound in (("", plan.bound.now), ("usual_", plan.bound.usual)) if plan.bound else ():
                made |= {f"{when}capacity_{name}": np.asarray(bound.capacity)}
                made |= {f"{when}affinity_{name}": np.asarray(bound.affinity)}
        made |= {f"dose_{n}": dose.mg for n, dose in enumerate(given, 1)}
        running = {symbol("input", dose.line): 0.0 * dose.mg for dose in given}
        running |= {symbol("input", d.line): d.mg / d.lasts_s for d in given if d.start_s == 0}
        return made | running


def error(regimen: str, found: dict[str, np.ndarray]) -> float:
    """Largest deviation from the exact levels over their peak, in the first patients."""
    who, worst = people(np.arange(CHECKED)), 0.0
    times = EVERY_S * np.arange(1, DAY_S // EVERY_S + 1.0)
    for name in lines_of(given(regimen, who)):
        mine = [dose for dose in given(regimen, who) if dose.line.startswith(f"{name}/")]
        first = min(dose.start_s for dose in mine)
        after = times >= first
        exact = curve(mine, who, times, variant=None).plasma[after]
        worst = max(worst, float(np.max(np.abs(found[name][after][:, :CHECKED] - exact) / exact.max(axis=0))))
    return worst


def timed(run: Any, regimen: str, blocks: list[np.ndarray], *, draws: bool = False) -> dict[str, Any]:
    """Core seconds for PATIENTS from blocks of them, each block scaled up: median, lowest, highest.

    `draws` takes off what drawing the block's kinetics took, where `run` does it again.
    """
    tasks = [Task(regimen, ids) for ids in blocks]
    first = run(tasks[0])
    pairs = [measure.timed(run, task) for task in tasks]
    spent = [core - task.drawing * draws for (core, _), task in zip(pairs, tasks, strict=True)]
    each = sorted(core * PATIENTS / len(blocks[0]) for core in spent)
    waited = statistics.median(wall / core for core, wall in pairs)
    found = {"median": statistics.median(each), "low": each[0], "high": each[-1], "waited": waited}
    return found | {"error": error(regimen, first)}


def ours(regimen: str) -> dict[str, Any]:
    """Quell, all patients as one block, REPEATS times."""
    return timed(quell_block, regimen, [np.arange(PATIENTS)] * REPEATS, draws=True)


def theirs(regimen: str, tolerance: float) -> dict[str, Any]:
    """libRoadRunner, all patients in ten blocks."""
    return timed(Peer(regimen, tolerance).block, regimen, np.array_split(np.arange(PATIENTS), BLOCKS))


ROWS: dict[str, measure.Row] = {f"quell-{regimen}": partial(ours, regimen) for regimen in REGIMENS}
ROWS |= {f"roadrunner-{regimen}-6": partial(theirs, regimen, 1e-6) for regimen in REGIMENS}
ROWS |= {f"roadrunner-{regimen}-9": partial(theirs, regimen, 1e-9) for regimen in REGIMENS}

if __name__ == "__main__":
    measure.answer(ROWS)
