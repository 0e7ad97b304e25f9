"""Treatments beyond drugs in people whose status has outlasted two drugs, each against the same people without it.

    uv run python validation/beyond_drugs.py [PEOPLE]

Writes validation/beyond_drugs.json, docs/figures/beyond_drugs.png and docs/beyond_drugs.md. Slow time alone, two
patches, new people and new noise (study 131). Everyone has an acute structural cause; those who still seize an hour
after onset, lorazepam and levetiracetam given, are the people of the table.
"""

import json
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from quell.care.course import Course, build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import read_protocol  # noqa: E402
from quell.care.scenario import Bodily  # noqa: E402
from quell.engine.clock import PROJECTIVE  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402

STUDY, HOUR = 131, 3600.0
CHUNKS, STEPS = 4, 373  # hours of 373 macro steps: the treatment comes in the last step of the first
DRAWN = 4096  # people from whom the refractory ones are taken
ILL = {"cause": "acute_structural", "severity": 1.5, "onset": {"hold": 300.0}}
HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
DRUGS = """
name = "two_drugs"
about = "Lorazepam, levetiracetam, and what is studied."
source = "assumed"
grade = "D"
[eeg]
when = "at 0 min"
source = "assumed"
grade = "D"
[[step]]
id = "first"
when = ["at 10 min", "seizing"]
give = "lorazepam 4 mg IV over 2 min"
source = "assumed"
grade = "D"
[[step]]
id = "second"
when = ["at 20 min", "seizing"]
give = "levetiracetam 60 mg/kg IV over 10 min, max 4500 mg"
source = "assumed"
grade = "D"
"""
THIRD = """
[[step]]
id = "{name}"
when = ["at 60 min", "seizing"]
arms = {{ third = "{name}" }}
{words}
source = "assumed"
grade = "D"
"""
WORDS = {
    "nothing": 'about = "nothing"',
    "cool_33": 'cool = "33 degC"',
    "cool_30": 'cool = "30 degC"',
    "relaxed": 'paralyse = "4 h"',
    "cool_33_relaxed": 'cool = "33 degC"\nparalyse = "4 h"',
    "cool_30_relaxed": 'cool = "30 degC"\nparalyse = "4 h"',
    "diet": 'diet = "ketogenic 4:1"',
    "vagus": 'stimulate = "vagus"',
    "shock": 'shock = "ECT once"',
    "resect": 'resect = "focus"',
    "disconnect": 'disconnect = "focus"',
}
ARMS = {  # name: (arm of the third step, how the course is built, states that count as settled)
    "nothing": ("nothing", {}, {}),
    "cooling to 33 °C": ("cool_33", {}, {}),
    "cooling to 30 °C": ("cool_30", {}, {}),
    "muscles relaxed alone": ("relaxed", {}, {}),
    "cooling to 33 °C, muscles relaxed": ("cool_33_relaxed", {}, {}),
    "cooling to 30 °C, muscles relaxed": ("cool_30_relaxed", {}, {}),
    "fever of 39.5 °C": ("nothing", {"fever": 39.5}, {}),
    "ketogenic diet, as after ten days": ("diet", {}, {"ketosis": {"ketones": 3.87}}),
    "vagus, first hours": ("vagus", {}, {}),
    "vagus, as after four weeks": ("vagus", {}, {"vagus": {"settled": 0.86}}),
    "electroconvulsive therapy, one shock": ("shock", {}, {}),
    "resection of the focus": ("resect", {}, {}),
    "disconnection of the focus": ("disconnect", {}, {}),
    "with a thalamus: nothing": ("nothing", {"thalamus": True}, {}),
    "with a thalamus: its stimulation": ("deep", {"thalamus": True}, {}),
}
CONTROL = {"with a thalamus: its stimulation": "with a thalamus: nothing"}
DEGREES = (37.0, 35.0, 33.0, 30.0, 27.0, 25.0, 23.0, 39.0, 40.0)
PROGRAMS: dict[bool, dict] = {False: {}, True: {}}  # compiled once, with a thalamus and without


def course(ids: np.ndarray, arm: str, *, fever: float = 37.0, thalamus: bool = False) -> Course:
    """The course of these people under two drugs and one arm of a third step; all arms share a program."""
    words = {"nothing": WORDS["nothing"], "deep": 'stimulate = "thalamus"'} if thalamus else WORDS
    drawn = f"[draw.third]\nchoices = {json.dumps(list(words))}\n"
    steps = "".join(THIRD.format(name=name, words=text) for name, text in words.items())
    machine = compile_protocol(read_protocol(DRUGS + steps + drawn), {"third": arm})
    people, body = draw_people(STUDY, ids), Bodily(fever=f"{fever} degC")
    how = {"study": STUDY, "clocks": PROJECTIVE, "body": body, "thalamus": thalamus}
    return replace(build_course(people, machine, **how, **ILL), programs=PROGRAMS[thalamus])


def refractory(people: int) -> np.ndarray:
    """Numbers of the first people who still seize an hour after onset, two drugs given."""
    ids = np.arange(DRAWN)
    run = build_course(
        draw_people(STUDY, ids), compile_protocol(read_protocol(DRUGS)), study=STUDY, clocks=PROJECTIVE, **ILL
    )
    _, record = run.advance(run.start(), 0, run.steps(HOUR))
    return ids[record["seizing"][-6:].all(axis=0)][:people]


def lived(ids: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """What became of them: quiet in the last hour, and means of it."""
    arm, how, settled = ARMS[name]
    run = course(ids, arm, **how)
    state, record = run.advance(run.start(), 0, STEPS)
    for part, values in settled.items():
        now = getattr(state.beyond, part)
        there = {key: np.full_like(np.asarray(getattr(now, key)), value) for key, value in values.items()}
        state = state._replace(beyond=state.beyond._replace(**{part: now._replace(**there)}))
    for chunk in range(1, CHUNKS):
        state, record = run.advance(state, chunk * STEPS, STEPS)
    return {
        "quiet": ~record["seizing"].any(axis=0),
        "share": record["seizing"].mean(axis=0),
        "dead": record["injury"][-1].mean(axis=1),
        "temperature": record["temperature"][-1],
    }


def by_temperature(people: int) -> list[dict]:
    """A brain without insult or drug at fixed temperatures: firing, suppression, ATP used; one program."""
    rows, programs = [], {}
    for degrees in sorted(DEGREES):
        fixed = Bodily(constants={"metabolism.temperature_rest": degrees, "metabolism.cooled": 0.0})
        run = build_course(
            draw_people(STUDY, np.arange(people)),
            compile_protocol(read_protocol(DRUGS)),
            study=STUDY,
            clocks=PROJECTIVE,
            body=fixed,
            temperature=True,
            onset={"amplitude": 0.0, "floor": 0.0},
        )
        run = replace(run, programs=programs)
        _, record = run.advance(run.start(), 0, run.steps(600.0))
        late = record["time"] > 120.0
        suppressed = record["suppression"][late].mean(axis=0)
        rows.append(
            {
                "degrees": degrees,
                "rate": float(record["rate_E"][late].mean()),
                "suppression": [float(q) for q in np.quantile(suppressed, [0.25, 0.5, 0.75])],
                "metabolic": float(np.median(record["metabolic_rate"][late].mean(axis=(0, 2)))),
                "seized": int(record["seizing"][late].any(axis=0).sum()),
            }
        )
    return rows


def row(name: str, found: dict[str, dict[str, np.ndarray]]) -> dict:
    """Quiet, and the pairs in which only one arm was."""
    mine, other = found[name], found[CONTROL.get(name, "nothing")]
    return {
        "name": name,
        "quiet": int(mine["quiet"].sum()),
        "people": len(mine["quiet"]),
        "only_with": int((mine["quiet"] & ~other["quiet"]).sum()),
        "only_without": int((other["quiet"] & ~mine["quiet"]).sum()),
        "share": float(mine["share"].mean()),
        "dead": float(mine["dead"].mean()),
        "temperature": float(mine["temperature"].mean()),
    }


def table(made: dict) -> str:
    """Both tables of the page."""
    lines = [
        f"{made['people']} people who still seize after two drugs, of {DRAWN}; treated at 60 min, watched to 4 h.",
        "Quiet: no electrographic seizure in the fourth hour; share, 95 % interval (Wilson). Injury: dead share of",
        "cells, mean over patches, and temperature at 4 h. Last: people quiet with it alone, and without it alone.",
        "",
        "| Treatment | Quiet | Seizing in the fourth hour | Injury | Temperature | With it alone, without it alone |",
        "|---|---|---|---|---|---|",
    ]
    for each in made["rows"]:
        part = wilson(each["quiet"], each["people"])
        quiet = f"{part.share:.0%} ({part.low:.0%} to {part.high:.0%})"
        pairs = "" if each["name"].endswith("nothing") else f"{each['only_with']}, {each['only_without']}"
        heat = f"{each['temperature']:.1f} °C"
        lines.append(f"| {each['name']} | {quiet} | {each['share']:.0%} | {each['dead']:.1%} | {heat} | {pairs} |")
    lines += [
        "",
        f"{made['healthy']} people without insult or drug at fixed temperatures, ten minutes:",
        "",
        "| Temperature | Firing of pyramidal cells | Suppressed (quartiles) | ATP used, of 37 °C | Seized |",
        "|---|---|---|---|---|",
    ]
    for each in made["temperature"]:
        low, middle, high = each["suppression"]
        said = f"{middle:.0%} ({low:.0%} to {high:.0%})"
        cells = f"{each['rate']:.2f} Hz | {said} | {each['metabolic']:.2f} | {each['seized']}"
        lines.append(f"| {each['degrees']:g} °C | {cells} |")
    return "\n".join(lines) + "\n"


def picture(made: dict) -> None:
    """Quiet with intervals, and the brain by temperature."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), width_ratios=(3, 2), layout="constrained")
    for number, each in enumerate(reversed(made["rows"])):
        part = wilson(each["quiet"], each["people"])
        colour = "#8a8f98" if each["name"].endswith("nothing") else "#2f6db5"
        left.plot([100 * part.low, 100 * part.high], [number, number], color=colour, lw=3, solid_capstyle="butt")
        left.plot(100 * part.share, number, "o", color=colour, ms=7)
    left.set_yticks(range(len(made["rows"])), [each["name"] for each in reversed(made["rows"])])
    left.set_xlim(0, 100)
    left.set_xlabel("quiet in the fourth hour, % (95 % interval)")
    left.set_title("Refractory status, treated at 60 min", loc="left")
    heat = [each["degrees"] for each in made["temperature"]]
    low, middle, high = (np.array([each["suppression"][k] for each in made["temperature"]]) for k in range(3))
    right.fill_between(heat, 100 * low, 100 * high, color="#2f6db5", alpha=0.2, lw=0)
    right.plot(heat, 100 * middle, color="#2f6db5", label="suppressed, % of time (quartiles)")
    right.plot(heat, [100 * each["metabolic"] for each in made["temperature"]], color="#c8553d", label="ATP used, %")
    right.set_xlabel("temperature of the brain, °C")
    right.set_ylim(0, 170)
    right.legend(frameon=False, loc="upper left")
    right.set_title("Without insult or drug", loc="left")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / "figures" / "beyond_drugs.png", dpi=90)


def main(people: int) -> None:
    """Run every arm and write table, figure and page."""
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    ids = refractory(people)
    say(f"{len(ids)} refractory people")
    found = {}
    for name in ARMS:
        found[name] = lived(ids, name)
        say(f"{name}: {found[name]['quiet'].mean():.0%} quiet")
    healthy = min(people, 48)
    made = {"study": STUDY, "date": date.today().isoformat(), "people": len(ids), "healthy": healthy}
    made |= {"rows": [row(name, found) for name in ARMS], "temperature": by_temperature(healthy)}
    (HERE / "beyond_drugs.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    write(made)
    say("done")


def write(made: dict) -> None:
    """Figure and page from what was found."""
    picture(made)
    head, tail = ((HERE / f"beyond_drugs_{part}.md").read_text(encoding="utf-8") for part in ("head", "tail"))
    (DOCS / "beyond_drugs.md").write_text(f"{head}\n{table(made)}\n{tail}", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["page"]:
        write(json.loads((HERE / "beyond_drugs.json").read_text(encoding="utf-8")))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
