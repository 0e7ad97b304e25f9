"""The phenomena that must come out, in the frozen adult population: proportions with intervals, failures shown.

    uv run python validation/phenomena.py [PATIENTS]

Writes docs/phenomena.md and validation/phenomena.json. New patients and new noise (study 77), not those of the
calibration. Every share carries its 95 % Wilson interval.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from quell.care.course import Course, State, build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import load_protocol  # noqa: E402
from quell.engine.clock import Clocks  # noqa: E402
from quell.fit.arms import first_seizure  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient.person import People, draw_people  # noqa: E402

STUDY = 77
CLOCKS = Clocks(window=0.4)
HERE = Path(__file__).parent
LORAZEPAM = "lorazepam 0.1 mg/kg IV over 2 min, max 4 mg"
KETAMINE = "ketamine 2 mg/kg IV over 1 min then 3 mg/kg/h for 50 min"
PROPOFOL = "propofol 2 mg/kg IV over 2 min then {rate} mg/kg/h for {hold} min"
PHENOBARBITAL = "phenobarbital 15 mg/kg IV at 100 mg/min"


def main(patients: int) -> None:
    """Run every block and write the page."""
    began = time.monotonic()
    people = draw_people(STUDY, np.arange(patients))
    rows: list[dict] = []
    for block in (natural_course, insults, drugs, healthy, exact_day):
        rows += block(people)
        print(f"{block.__name__}: {time.monotonic() - began:.0f} s", flush=True)
    found = {"date": date.today().isoformat(), "patients": patients, "seconds": round(time.monotonic() - began)}
    (HERE / "phenomena.json").write_text(json.dumps(found | {"rows": rows}, indent=1) + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "phenomena.md").write_text(page(found, rows), encoding="utf-8")


def course(people: People, *orders: str, at: str = "10 min", **how) -> Course:
    """Untreated, or with doses at a time if they still seize."""
    protocol = load_protocol("no_treatment")
    if orders:
        protocol = load_protocol("benzodiazepine_at", {"time": at, "order": orders[0]})
        if len(orders) > 1:
            step = protocol.step[0]
            more = load_protocol("benzodiazepine_at", {"time": at, "order": orders[1]}).step[0]
            second = more.model_copy(update={"id": "second"})
            protocol = protocol.model_copy(update={"step": [step, second]})
    return build_course(people, compile_protocol(protocol), study=STUDY, clocks=CLOCKS, **how)


def share(name: str, phenomenon: int, success: np.ndarray, counts: np.ndarray | None = None, **more) -> dict:
    """One row: a proportion with its interval."""
    counts = np.ones(len(success), bool) if counts is None else counts
    if not counts.any():
        return {"phenomenon": phenomenon, "what": name, "value": "nobody to count", **more}
    p = wilson(int(success[counts].sum()), int(counts.sum()))
    return {"phenomenon": phenomenon, "what": name, "value": str(p), "share": p.share, "n": p.n, **more}


def span(name: str, phenomenon: int, values: np.ndarray, unit: str, **more) -> dict:
    """One row: median and central 80 % of a quantity over patients."""
    low, middle, high = np.percentile(values, [10, 50, 90])
    return {"phenomenon": phenomenon, "what": name, "value": f"{middle:.3g} ({low:.3g} to {high:.3g}) {unit}", **more}


def natural_course(people: People) -> list[dict]:
    """Phenomena 1, 2, 9: durations, E_GABA and injury of untreated seizures, two hours."""
    run = course(people)
    _, record = run.advance(run.start(), 0, run.steps(7200.0))
    when, seizing = record["time"], record["seizing"]
    length, started = first_seizure(when, seizing)
    rows = [
        share(f"seizure still going on at {m} min, untreated", 1, length > m * 60, started, clinic=c)
        for m, c in ((5, "0.501 (Shinnar)"), (10, "0.290"), (20, "0.160"), (30, "0.120"))
    ]
    strong, where = record["E_gaba"], record["rate_E"].mean(axis=0).argmax(axis=1)
    focus = strong[:, np.arange(strong.shape[1]), where]
    for m in (2, 5, 20, 60):
        alive = seizing[np.searchsorted(when, m * 60) - 6 : np.searchsorted(when, m * 60)].all(axis=0)
        at = focus[np.searchsorted(when, m * 60) - 1]
        if alive.sum() > 4:
            rows.append(span(f"E_GABA (strongly shifted) of those seizing at {m} min", 2, at[alive], "mV"))
            rows.append(share(f"  above rest (-65 mV) at {m} min", 2, at > -65, alive))
            rows.append(share(f"  above threshold (-50 mV) at {m} min", 2, at > -50, alive))
            rows.append(share(f"  at or above the sources' -42 mV at {m} min", 2, at >= -42, alive))
    still = seizing[-30:].all(axis=0) & (length > 5400)
    dead = record["injury"].max(axis=2)
    for m, wanted in ((30, "under 0.02"), (60, ""), (120, "0.10 to 0.20 at 1-2 h")):
        if still.sum() > 2:
            at = dead[np.searchsorted(when, m * 60) - 1]
            rows.append(span(f"dead share of the worst patch after {m} min of SE", 9, at[still], "", clinic=wanted))
    return rows


def insults(people: People) -> list[dict]:
    """Phenomenon 1: the length of the insult decides whether the seizure outlives it."""
    rows, clinics = [], {0.5: "ends by itself", 4.0: "0.50 (Rafiq, slices of young rats)", 6.6: "0.95"}
    for minutes in (0.5, 2.0, 4.0, 6.6, 10.0, 20.0):
        onset = {"hold": minutes * 60.0, "decay": 5.0, "floor": 0.0, "amplitude": 8.0}
        run = course(people, onset=onset)
        end = minutes * 60.0 + 660.0
        _, record = run.advance(run.start(), 0, run.steps(end))
        when, seizing = record["time"], record["seizing"]
        during = seizing[(when > minutes * 60 - 30) & (when <= minutes * 60)].any(axis=0)
        after = seizing[when > end - 300].any(axis=0)
        name = f"seizing 6-11 min after an insult of {minutes:g} min (8 mV)"
        rows.append(share(name, 1, after, during, clinic=clinics.get(minutes, "")))
    return rows


def drugs(people: People) -> list[dict]:
    """Phenomena 3, 4, 5, 6: the same doses at 10, 20, 40 and 60 min in those who still seize."""
    run = course(people)
    state, first, saved = run.start(), 0, {}
    for minutes in (10, 20, 40, 60):
        stop = run.steps(minutes * 60 - 20)
        state, record = run.advance(state, first, stop - first)
        first, saved[minutes] = stop, (state, record["seizing"][-6:].all(axis=0))
    rows, kinds = (
        [],
        {
            "no drug": (0, ()),
            "lorazepam 0.1 mg/kg": (3, (LORAZEPAM,)),
            "ketamine 2 mg/kg + 3 mg/kg/h": (5, (KETAMINE,)),
            "lorazepam + ketamine": (5, (LORAZEPAM, KETAMINE)),
            "phenobarbital 15 mg/kg": (4, (PHENOBARBITAL,)),
            "propofol 1 mg/kg + 2 mg/kg/h": (
                4,
                (PROPOFOL.format(rate=2, hold=50).replace("2 mg/kg IV", "1 mg/kg IV"),),
            ),
            "propofol 2 mg/kg + 4 mg/kg/h": (4, (PROPOFOL.format(rate=4, hold=50),)),
            "propofol 2 mg/kg + 8 mg/kg/h": (4, (PROPOFOL.format(rate=8, hold=50),)),
        },
    )
    for name, (phenomenon, orders) in kinds.items():
        for minutes, (before, seizing) in saved.items():
            rows += treat(people, name, phenomenon, orders, minutes=minutes, before=before, seizing=seizing)
    for minutes in (20, 60):
        rows += wean(people, minutes, *saved[minutes])
    return rows


def treat(people, name, phenomenon, orders, *, minutes, before: State, seizing) -> list[dict]:
    """Share quiet 15-30 min after the dose, of those seizing at it."""
    run = course(people, *orders, at=f"{minutes} min")
    start = run.start()._replace(whole=before.whole, sight=before.sight)
    first = run.steps(minutes * 60 - 20)
    _, record = run.advance(start, first, run.steps(minutes * 60 + 1800) - first)
    quiet = ~record["seizing"][-90:].any(axis=0)
    rows = [share(f"{name} at {minutes} min: quiet 15-30 min later", phenomenon, quiet, seizing)]
    if "propofol" in name and minutes in (20, 60):
        rows.append(
            span(f"  suppressed share of the EEG, {minutes} min", 6, record["suppression"][-90:].mean(0)[seizing], "")
        )
    return rows


def wean(people, minutes, before: State, seizing) -> list[dict]:
    """Phenomenon 6: propofol stopped after 60 min or after 15 min; who relapses in the hour after."""
    rows = []
    for hold in (15, 60):
        run = course(people, PROPOFOL.format(rate=6, hold=hold), at=f"{minutes} min")
        start = run.start()._replace(whole=before.whole, sight=before.sight)
        first = run.steps(minutes * 60 - 20)
        _, record = run.advance(start, first, run.steps((minutes + hold + 75) * 60.0) - first)
        end = (minutes + hold + 2) * 60.0
        under = ~record["seizing"][(record["time"] > end - 300) & (record["time"] <= end)].any(axis=0)
        back = record["seizing"][record["time"] > end].any(axis=0)
        what = f"relapse within 75 min after {hold} min of propofol 6 mg/kg/h started at {minutes} min"
        rows.append(share(what, 6, back, seizing & under))
    return rows


def healthy(people: People) -> list[dict]:
    """Phenomenon 12: no insult, 24 h; and a healthy brain under propofol sleeps and wakes."""
    some = People(
        people.ids[:256],
        {k: v[:256] for k, v in people.traits.items()},
        {k: v[:256] for k, v in people.persons.items()},
    )
    none = {"amplitude": 0.0, "floor": 0.0}
    run = build_course(some, compile_protocol(load_protocol("no_treatment")), study=STUDY, clocks=CLOCKS, onset=none)
    seized, rates = np.zeros(len(some.ids), bool), []
    for _, record in run.chunks(run.start(), 0, run.steps(86400.0), 1440):
        seized |= record["seizing"][5:].any(axis=0)
        rates.append(record["rate_E"].mean(axis=(0, 2)))
    rows = [
        share("no seizure in 24 h without insult (256 patients, window 0.4 s of 2 s)", 12, ~seized, clinic="1.0"),
        span("firing rate of pyramidal cells over 24 h", 12, np.mean(rates, axis=0), "Hz"),
    ]
    asleep = load_protocol("benzodiazepine_at", {"time": "10 min", "order": PROPOFOL.format(rate=8, hold=60)})
    step = asleep.step[0].model_copy(update={"when": ("at 10 min",)})
    run = build_course(
        some, compile_protocol(asleep.model_copy(update={"step": [step]})), study=STUDY, clocks=CLOCKS, onset=none
    )
    _, record = run.advance(run.start(), 0, run.steps(240 * 60.0))
    when = record["time"]
    under, after = (when > 3000) & (when < 4200), when > 225 * 60
    rows.append(span("responsiveness under propofol 8 mg/kg/h", 12, record["responsiveness"][under].mean(0), ""))
    rows.append(span("suppressed share of the EEG then", 12, record["suppression"][under].mean(0), ""))
    rows.append(span("suppressed share before", 12, record["suppression"][when < 500].mean(0), ""))
    rows.append(
        share("awake (responsiveness above 0.5) 2.5 h after the end", 12, record["responsiveness"][after].mean(0) > 0.5)
    )
    return rows


def exact_day(people: People) -> list[dict]:
    """Phenomenon 12 in full mode: every moment of the fast layer of all patients for 24 h, in blocks of 64."""
    none, seized = {"amplitude": 0.0, "floor": 0.0}, []
    untreated = compile_protocol(load_protocol("no_treatment"))
    for first in range(0, len(people.ids), 64):
        some = people.ids[first : first + 64]
        run = build_course(draw_people(STUDY, some), untreated, study=STUDY, clocks=Clocks(), onset=none)
        seized.append(np.zeros(len(some), bool))
        for _, record in run.chunks(run.start(), 0, run.steps(86400.0), 1440):
            seized[-1] |= record["seizing"][5:].any(axis=0)
        print(f"a day of {first + len(some)} in full mode: {sum(s.sum() for s in seized)} seized", flush=True)
    return [share("no seizure in 24 h without insult (full mode)", 12, ~np.concatenate(seized), clinic="1.0")]


def page(found: dict, rows: list[dict]) -> str:
    """The committed table."""
    lines = [
        "# What comes out, and what does not",
        "",
        f"Made on {found['date']} by `uv run python validation/phenomena.py {found['patients']}`"
        f" in {found['seconds']} s: {found['patients']} virtual adults of the frozen population, new noise,"
        " projective mode, 2 patches, 95 % Wilson intervals; spans are medians with the central 80 %."
        " What misses its number is shown beside what meets it.",
        "",
        "| phenomenon | what | simulated | clinic or bench |",
        "|---|---|---|---|",
    ]
    lines += [f"| {r['phenomenon']} | {r['what']} | {r['value']} | {r.get('clinic', '')} |" for r in rows]
    return "\n".join(lines) + "\n" + (HERE / "reading.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 512)
