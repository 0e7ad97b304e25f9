"""Burst suppression of healthy virtual adults under every agent that makes it: rising doses, and who wakes after.

    uv run python validation/burst_agents.py [PEOPLE]
    uv run python validation/burst_agents.py page        write page and figure again from what is kept

Two patches of the frozen adult population in projective mode (0.4 s of every 2 s), no irritation, drugs given by
their cards' own kinetics. Bursts are counted in full mode in the first people alone, over the last ten minutes of the
hold, which go on from the state of the projective run. Writes docs/burst_agents.md, validation/burst_agents.json and
docs/figures/burst_agents.png.
"""

import itertools
import json
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quell.ground import compute

compute.prepare()

import jax  # noqa: E402

from quell.care.course import SETTLE_S, Course, State, build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.care.protocol import Protocol, load_protocol, read_protocol  # noqa: E402
from quell.care.scenario import Bodily  # noqa: E402
from quell.eeg.suppression import SUPPRESSED, Suppression, spans  # noqa: E402
from quell.engine.clock import FULL, PROJECTIVE  # noqa: E402
from quell.ground.card import from_card  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient.person import draw_people  # noqa: E402

STUDY, FEW, FS = 79, 16, 200.0
CHUNK = 60  # macro steps: ten minutes
BEGIN_MIN, HOLD_MIN = 8, 60  # the first chunk ends at 8 min from onset
NO_INSULT = {"amplitude": 0.0, "floor": 0.0}
SOME, FLAT, AWAKE, SLACK = 0.1, 0.95, 0.5, 0.05
DEPTHS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
HERE = Path(__file__).parent
KEPT, DOCS = HERE / "burst_agents.json", HERE.parent / "docs"
HEAD = """
name = "burst_agents"
about = "One agent, its dose by arm."
source = "assumed"
grade = "D"
[eeg]
when = "at 0 min"
source = "assumed"
grade = "D"
"""
STEP = """
[[step]]
id = "{arm}"
role = "anaesthetic"
when = "at {begin} min"
arms = {{ dose = "{arm}" }}
{words}
source = "assumed"
grade = "D"
"""


class Dose(NamedTuple):
    """One column of an agent: its size on the axis, its words, and how it is ordered or set."""

    size: float
    said: str
    words: str = ""  # of the step
    overrides: dict[str, float] | None = None  # of traits
    hold_min: int = HOLD_MIN  # from BEGIN_MIN on


class Agent(NamedTuple):
    """One agent with rising doses."""

    name: str
    axis: str
    doses: list[Dose]
    usual: tuple[float, float] | None = None  # doses of practice on the axis, by the card or from memory
    drug: str = ""  # whose level is told
    after_h: tuple[int, ...] = (3,)  # when waking is looked for, from the end of the hold
    cause: str = "unprovoked"
    body: bool = False
    colder: bool = False  # a smaller size is the larger dose
    passing: bool = False  # a length, seen at one time: no dose of half suppression


def infused(drug: str, load: float, minutes: int, rate: float) -> Dose:
    """A load and an infusion for an hour."""
    order = f"{drug} {load:g} mg/kg IV over {minutes} min then {rate:g} mg/kg/h for {HOLD_MIN} min"
    return Dose(round(load + rate, 3), f"{load:g} mg/kg + {rate:g} mg/kg/h", f'give = "{order}"')


def breathed(drug: str, macs: float) -> Dose:
    """A vapour for an hour."""
    return Dose(macs, f"{macs:g} MAC", f'give = "{drug} {macs:g} MAC inhaled for {HOLD_MIN} min"')


def cooled(degrees: float, hours: int) -> Dose:
    """A device set to a temperature for so many hours, muscles relaxed, then rewarming."""
    words = f'cool = "{degrees:g} degC for {hours} h, then rewarm 2 degC/h"\nparalyse = "{hours + 9} h"'
    return Dose(degrees, f"{degrees:g} °C, {hours} h", words, hold_min=60 * hours)


def short(missing: float) -> Dose:
    """Oxygen and glucose that lack for an hour in a brain without injury."""
    held = {"shortage.deepest": missing, "shortage.hold": 60.0 * (BEGIN_MIN + HOLD_MIN), "shortage.recovery": 600.0}
    return Dose(missing, f"{missing:.0%} missing", overrides=held)


def arrested(minutes: float, lasting: float, size: float, said: str) -> Dose:
    """After an arrest, as the cause has it but without the coma that is only told: what the cortex itself allows."""
    set_to = {"shortage.hold": 60.0 * minutes, "shortage.lasting": lasting, "shortage.coma": 0.0}
    return Dose(size, said, overrides=set_to)


AGENTS = [
    Agent(
        "propofol",
        "mg/kg/h after 2 mg/kg",
        [infused("propofol", 2, 2, rate)._replace(size=rate) for rate in (2, 4, 8, 12, 20)],
        (2, 5),
        "propofol",
    ),
    Agent(
        "thiopental",
        "mg/kg in the first hour",
        [infused("thiopental", *how) for how in ((3, 5, 3), (7, 5, 5), (10, 10, 10), (20, 20, 20), (40, 30, 40))],
        (2.5, 12),
        "thiopental",
        (3, 12),
    ),
    Agent(
        "pentobarbital",
        "mg/kg in the first hour",
        [infused("pentobarbital", *how) for how in ((5, 10, 1), (10, 20, 2), (15, 20, 5), (30, 30, 5), (50, 30, 10))],
        (5.5, 20),
        "pentobarbital",
        (3, 12),
    ),
    Agent(
        "midazolam",
        "mg/kg in the first hour",
        [infused("midazolam", *how) for how in ((0.2, 2, 0.2), (0.4, 5, 0.6), (1, 5, 1), (2, 10, 2), (4, 10, 4))],
        (0.25, 4),
        "midazolam",
        (3, 8),
    ),
    Agent("isoflurane", "MAC", [breathed("isoflurane", m) for m in (0.5, 1.0, 1.5, 2.0, 3.0)], (1.0, 1.5)),
    Agent("sevoflurane", "MAC", [breathed("sevoflurane", m) for m in (0.5, 1.0, 1.5, 2.0, 3.0)], (0.5, 1.5)),
    Agent(
        "cold",
        "°C of the body",
        [cooled(*how) for how in ((27, 8), (25, 10), (23, 11), (22, 12))],
        after_h=(9,),
        body=True,
        colder=True,
    ),
    Agent("want of oxygen", "share missing for an hour", [short(part) for part in (0.4, 0.45, 0.5, 0.55, 0.7)]),
    Agent(
        "after an arrest of 6 min",
        "share that stays missing",
        [arrested(6.0, part, part, f"{part:.0%} stays missing") for part in (0.12, 0.4, 0.45, 0.5, 0.6)],
        cause="post_anoxic",
    ),
    Agent(
        "arrest, 12 % stays missing",
        "minutes of arrest",
        [arrested(m, 0.12, m, f"{m:g} min") for m in (2.0, 6.0, 20.0, 40.0, 55.0)],
        cause="post_anoxic",
        passing=True,
    ),
]


def protocol(agent: Agent) -> Protocol:
    """All doses of an agent as arms of one protocol, so that one program serves them."""
    if not agent.doses[0].words:
        return load_protocol("no_treatment")
    arms = [f"dose_{k}" for k in range(len(agent.doses))]
    drawn = f"[draw.dose]\nchoices = {json.dumps(arms)}\n"
    steps = [STEP.format(arm=a, begin=BEGIN_MIN, words=d.words) for a, d in zip(arms, agent.doses, strict=True)]
    return read_protocol(HEAD + drawn + "".join(steps))


def course(agent: Agent, number: int, people: int, *, full: bool, programs: dict) -> Course:
    """The course of the first people under one dose."""
    dose = agent.doses[number]
    machine = compile_protocol(protocol(agent), {"dose": f"dose_{number}"} if dose.words else {})
    run = build_course(
        draw_people(STUDY, np.arange(people)),
        machine,
        study=STUDY,
        clocks=FULL if full else PROJECTIVE,
        cause=agent.cause,
        overrides=dose.overrides,
        body=Bodily() if agent.body else None,
        onset=NO_INSULT,
        eeg=full,
    )
    return replace(run, programs=programs)


def lived(agent: Agent, number: int, people: int, programs: tuple[dict, dict]) -> dict[str, Any]:
    """One dose in everybody: suppressed share and level at the end of the hold, bursts, waking, seizures, injury."""
    run, dose = course(agent, number, people, full=False, programs=programs[0]), agent.doses[number]
    last = (BEGIN_MIN + dose.hold_min + int(SETTLE_S) // 60) * 60 // 10 // CHUNK - 1  # chunk that ends with the hold
    state, seized, deepest, found = run.start(), np.zeros(people, bool), np.zeros(people), {}
    for chunk in range(last + 6 * agent.after_h[-1] + 1):
        before = state
        state, record = run.advance(state, chunk * CHUNK, CHUNK)
        seized |= record["seizing"].any(axis=0)
        hours = (chunk - last) / 6
        if chunk <= last:
            minutes = record["suppression"].reshape(CHUNK // 6, 6, people).mean(axis=1)
            deepest = np.maximum(deepest, minutes.max(axis=0))
        if chunk == last:
            found["share"] = record["suppression"].mean(axis=0)
            if agent.drug:
                found["level"] = record[f"plasma_{agent.drug}"][-1]
            if agent.body:
                found["temperature"] = record["temperature"][-1]
            found["bursts"] = bursts(agent, number, before, last * CHUNK, programs[1])
        if hours in agent.after_h:
            found[f"awake_{hours:g}"] = record["responsiveness"].mean(axis=0) > AWAKE
            found[f"still_{hours:g}"] = record["suppression"].mean(axis=0)
            found[f"seizing_{hours:g}"] = record["seizing"].mean(axis=0) > 0.5
    return found | {"deepest": deepest, "seized": seized, "injury": record["injury"][-1].max(axis=1)}


def bursts(agent: Agent, number: int, state: State, first: int, programs: dict) -> list[tuple[float, float, float]]:
    """Share, bursts per minute and middle suppression (s) of the first people over ten minutes in full mode.

    The source's local deviation is cut where it gives the share that the model itself calls suppressed.
    """
    run = course(agent, number, FEW, full=True, programs=programs)
    _, record = run.advance(jax.tree.map(lambda leaf: leaf[:FEW], state), first, CHUNK)
    source = record["source"].reshape(-1, FEW, len(run.atlas.names)).astype(np.float32)
    made, reader = [], replace(from_card(Suppression), dead=0.0)
    for lane, share in enumerate(record["suppression"].mean(axis=0)):
        signals = np.ascontiguousarray(source[:, lane].T)
        deviation = reader.settled_deviation(signals - signals.mean(axis=1, keepdims=True), FS)
        level = float(np.quantile(deviation, share))
        marks = replace(reader, enter=level, leave=1.5 * level).states(deviation, FS)
        seen = [span for span in spans(marks, FS) if span.whole]
        flat = [span.stop_s - span.start_s for span in seen if span.state == SUPPRESSED]
        rate = sum(span.state != SUPPRESSED for span in seen) * 60.0 * FS / len(deviation)
        made.append((float(share), rate, float(np.median(flat)) if flat else np.nan))
    return made


def row(agent: Agent, number: int, found: dict[str, Any]) -> dict[str, Any]:
    """One line of the table."""
    share, dose = found["share"], agent.doses[number]
    some = np.array([one for one in found["bursts"] if SOME < one[0] < FLAT]).reshape(-1, 3)
    silence = some[np.isfinite(some[:, 2]), 2]
    made = {
        "said": dose.said,
        "size": dose.size,
        "share": np.quantile(share, [0.1, 0.5, 0.9]).round(3).tolist(),
        "deepest": np.quantile(found["deepest"], [0.1, 0.5, 0.9]).round(3).tolist(),
        "mean": round(float(share.mean()), 3),
        "some": int((share > SOME).sum()),
        "flat": int((share > FLAT).sum()),
        "counted": len(some),
        "per_min": round(float(np.median(some[:, 1])), 1) if len(some) > 2 else None,
        "silence_s": round(float(np.median(silence)), 1) if len(silence) > 2 else None,
        "first": [[None if np.isnan(x) else round(x, 3) for x in one] for one in found["bursts"]],
        "seized": int(found["seized"].sum()),
        "injury": round(float(np.median(found["injury"])), 4),
    }
    for name in ("level", "temperature"):
        if name in found:
            made[name] = np.quantile(found[name], [0.1, 0.5, 0.9]).round(3).tolist()
    made["awake"] = {f"{h}": int(found[f"awake_{h}"].sum()) for h in agent.after_h}
    made["seizing"] = {f"{h}": int(found[f"seizing_{h}"].sum()) for h in agent.after_h}
    made["still"] = {f"{h}": round(float(np.median(found[f"still_{h}"])), 3) for h in agent.after_h}
    return made


def rising(shares: np.ndarray) -> dict[str, Any]:
    """Whether the share rises with the dose `[doses, people]`: in the middle, and in each person."""
    middle = np.median(shares, axis=1)
    own = (np.diff(shares, axis=0) > -SLACK).all(axis=0)
    return {"middle": bool((np.diff(middle) >= -0.005).all()), "people": int(own.sum())}


def half(rows: list[dict]) -> float | None:
    """The dose at which the middle person is half suppressed, between two doses; none where it is not passed."""
    middle = [one["share"][1] for one in rows]
    for k in range(1, len(rows)):
        if middle[k - 1] < 0.5 <= middle[k]:
            part = (0.5 - middle[k - 1]) / (middle[k] - middle[k - 1])
            return rows[k - 1]["size"] + part * (rows[k]["size"] - rows[k - 1]["size"])
    return None


def main(people: int) -> None:
    """Every agent and dose, then page and figure."""
    began = time.monotonic()
    kept: dict[str, Any] = {"date": date.today().isoformat(), "study": STUDY, "people": people, "agents": []}
    without_drug: tuple[dict, dict] = ({}, {})  # one program for all that no step orders
    for agent in AGENTS:
        rows, shares = [], []
        programs = ({}, {}) if agent.doses[0].words else without_drug
        for number in range(len(agent.doses)):
            found = lived(agent, number, people, programs)
            shares.append(found["share"])
            rows.append(row(agent, number, found))
            print(f"{time.monotonic() - began:5.0f} s  {agent.name}", rows[-1], flush=True)
        kept["agents"].append({"name": agent.name, "rows": rows, "rising": rising(np.array(shares))})
        kept["seconds"] = round(time.monotonic() - began)
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    write(kept)


def write(kept: dict) -> None:
    """Page and figure from what is kept."""
    draw(kept)
    (DOCS / "burst_agents.md").write_text(page(kept), encoding="utf-8")


def page(kept: dict) -> str:
    """The committed page."""
    people = kept["people"]
    text = f"""# Burst suppression by agent

Made on {kept["date"]} by `uv run python validation/burst_agents.py {people}` in {kept["seconds"]} s:
{people} healthy virtual adults of the frozen population (study {kept["study"]}), two patches, projective mode, nothing
that irritates. Drugs are given as a load and an infusion for {HOLD_MIN} min, through the kinetics of their cards;
vapours for {HOLD_MIN} min; the cold by a device and a relaxed body, then rewarming by 2 °C/h. After an arrest the
coma that the cause only tells is left out.

- Suppressed share: of the last ten minutes of the hold, median and central 80 % of people; after an arrest of
  minutes 58 to 68 from its beginning. Deepest minute: of everything up to then, median. Flat: a share above {FLAT:g}.
- Bursts: counted in the first {FEW} people, whose last ten minutes are lived again in full mode; median of those
  whose share lies between {SOME:g} and {FLAT:g} (their number in brackets), with the middle length of their
  suppressions. Fewer than three are not told.
- Awake: responsiveness above {AWAKE:g} over ten minutes, so long after the end of the hold (of minute 68 after an
  arrest), with the 95 % interval (Wilson).

![Suppressed share by dose, for each agent](figures/burst_agents.png)

Line: median; band: central 80 % of people; grey: doses of practice, by the cards or recalled, also in the table.
No step falls: people whose share never falls by {SLACK:g} from one dose to the next. Seized: lives in which the
record calls a seizure at any moment; on at the end: lives that seize at the last look for waking.

| agent | half suppressed at | doses of practice | middle rises with dose | no step falls | seized | on at the end |
|---|---|---|---|---|---|---|
"""
    for agent, found in zip(AGENTS, kept["agents"], strict=True):
        passed, rows = half(found["rows"]), found["rows"]
        at = "" if agent.passing else "not reached" if passed is None else f"{passed:.3g} {agent.axis}"
        usual = "" if agent.usual is None else f"{agent.usual[0]:g} to {agent.usual[1]:g}"
        sure = "yes" if found["rising"]["middle"] else "no"
        seized = sum(one["seized"] for one in rows)
        on = sum(one["seizing"][f"{agent.after_h[-1]}"] for one in rows)
        cells = [agent.name, at, usual, sure, f"{found['rising']['people']} of {people}"]
        text += f"| {' | '.join([*cells, f'{seized} of {people * len(rows)}', str(on)])} |\n"
    text += by_depth(kept) + (HERE / "burst_agents_tail.md").read_text(encoding="utf-8")
    for agent, found in zip(AGENTS, kept["agents"], strict=True):
        text += f"\n### {agent.name[0].upper()}{agent.name[1:]}\n\n" + table(agent, found["rows"], people)
    return text


def by_depth(kept: dict) -> str:
    """Bursts and suppressions by suppressed share, all agents and doses together."""
    ones = [one for agent in kept["agents"] for row in agent["rows"] for one in row["first"] if one[2] is not None]
    text = f"""
Bursts by depth: the first {FEW} people in full mode under every agent and dose, by the share they were suppressed.

| suppressed share | records | bursts/min | suppression, s |
|---|---|---|---|
"""
    for low, high in itertools.pairwise(DEPTHS):
        here = np.array([one for one in ones if low <= one[0] < high])
        rate, silence = (spread(np.quantile(here[:, k], [0.1, 0.5, 0.9]).tolist(), 2) for k in (1, 2))
        text += f"| {low:g} to {high:g} | {len(here)} | {rate} | {silence} |\n"
    return text


def table(agent: Agent, rows: list[dict], people: int) -> str:
    """The doses of one agent."""
    level = "plasma, mg/L | " if agent.drug else "core, °C | " if agent.body else ""
    waking = " | ".join(f"awake after {h} h" for h in agent.after_h)
    text = f"| dose | {level}suppressed share | deepest minute | above {SOME:g} | flat | bursts/min | suppression, s"
    text += f" | {waking} |\n"
    text += "|" + "---|" * (text.count("|") - 1) + "\n"
    for one in rows:
        cells = [one["said"], *(spread(one[name], 3) for name in ("level", "temperature") if name in one)]
        cells += [
            spread(one["share"]),
            f"{one['deepest'][1]:.2f}",
            f"{one['some']} of {people}",
            f"{one['flat']} of {people}",
        ]
        none = one["per_min"] is None
        cells += [""] if none else [f"{one['per_min']:.1f} ({one['counted']})"]
        cells += [""] if one["silence_s"] is None else [f"{one['silence_s']:.1f}"]
        cells += [str(wilson(one["awake"][f"{h}"], people)) for h in agent.after_h]
        text += f"| {' | '.join(cells)} |\n"
    return text


def spread(three: list[float], digits: int = 0) -> str:
    """Median and central 80 %."""
    low, middle, high = (f"{value:.{digits}g}" if digits else f"{value:.2f}" for value in three)
    return f"{middle} ({low} to {high})"


def draw(kept: dict) -> None:
    """Suppressed share against dose, one panel for each agent."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 5, figsize=(13, 5.6), sharey=True, layout="constrained")
    for axis, agent, found in zip(axes.flat, AGENTS, kept["agents"], strict=True):
        sizes = [one["size"] for one in found["rows"]]
        low, middle, high = (np.array([one["share"][k] for one in found["rows"]]) for k in range(3))
        if agent.usual:
            axis.axvspan(*agent.usual, color="0.92", lw=0)
        axis.fill_between(sizes, low, high, color="#2f6db5", alpha=0.22, lw=0)
        axis.plot(sizes, middle, "o-", color="#2f6db5", ms=4)
        axis.axhline(0.5, color="0.6", lw=0.6, ls=":")
        axis.set_title(agent.name, loc="left", fontsize=10)
        axis.set_xlabel(agent.axis, fontsize=9)
        axis.set_ylim(-0.02, 1.02)
        if agent.colder:
            axis.invert_xaxis()
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
    for axis in axes[:, 0]:
        axis.set_ylabel("suppressed share", fontsize=9)
    figure.savefig(DOCS / "figures" / "burst_agents.png", dpi=100)


if __name__ == "__main__":
    if sys.argv[1:] == ["page"]:
        write(json.loads(KEPT.read_text(encoding="utf-8")))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 128)
