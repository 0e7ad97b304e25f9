"""The arms behind the phenomena that need cortex and drugs alone (1 to 6, 9 and 12), lived in either mode."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from quell.care.course import Course, State, build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import Protocol, load_protocol
from quell.engine.clock import Clocks
from quell.fit.arms import discharge, first_seizure
from quell.outcome.proportion import wilson
from quell.patient.person import People, draw_people

STUDY, BLOCK = 77, 64
MANY = {"projective": 16, "full": 8}  # times as many people for discharges, which few have
LORAZEPAM = "lorazepam 0.1 mg/kg IV over 2 min, max 4 mg"
KETAMINE = "ketamine 2 mg/kg IV over 1 min then 3 mg/kg/h for 50 min"
PROPOFOL = "propofol {load} mg/kg IV over 2 min then {rate} mg/kg/h for {hold} min"
PHENOBARBITAL = "phenobarbital 15 mg/kg IV at 100 mg/min"
NO_INSULT = {"amplitude": 0.0, "floor": 0.0}
MINUTES = (10, 20, 40, 60)
KINDS = {
    "no drug": (3, ()),
    "lorazepam 0.1 mg/kg": (3, (LORAZEPAM,)),
    "ketamine 2 mg/kg + 3 mg/kg/h": (5, (KETAMINE,)),
    "lorazepam + ketamine": (5, (LORAZEPAM, KETAMINE)),
    "phenobarbital 15 mg/kg": (4, (PHENOBARBITAL,)),
    "propofol 1 mg/kg + 2 mg/kg/h": (4, (PROPOFOL.format(load=1, rate=2, hold=50),)),
    "propofol 2 mg/kg + 4 mg/kg/h": (4, (PROPOFOL.format(load=2, rate=4, hold=50),)),
    "propofol 2 mg/kg + 8 mg/kg/h": (4, (PROPOFOL.format(load=2, rate=8, hold=50),)),
}


class Mode(NamedTuple):
    """How a run is computed: full, every moment of the fast layer, or projective, 0.4 s of every 2 s."""

    name: str
    clocks: Clocks


class Row(NamedTuple):
    """One line of the table, and what a figure needs of it: a share with its interval, or nothing."""

    phenomenon: int
    what: str
    value: str
    clinic: str = ""
    share: tuple[float, float, float] | None = None


Found = tuple[list[Row], dict[str, Any]]


def course(mode: Mode, people: People, *orders: str, at: str = "10 min", always: bool = False, **how: Any) -> Course:
    """Untreated, or with doses at a time if they still seize (`always`: whether they do or not)."""
    protocol = doses([(at, order) for order in orders], always=always)
    return build_course(people, compile_protocol(protocol), study=STUDY, clocks=mode.clocks, **how)


def doses(orders: Sequence[tuple[str, str]], *, always: bool = False) -> Protocol:
    """A protocol of (time, order) pairs, each given if the patient still seizes then; none: no treatment."""
    if not orders:
        return load_protocol("no_treatment")
    made = [load_protocol("benzodiazepine_at", {"time": at, "order": order}) for at, order in orders]
    steps = [
        one.step[0].model_copy(update={"id": f"dose_{k}"} | ({"when": (f"at {at}",)} if always else {}))
        for k, (one, (at, _)) in enumerate(zip(made, orders, strict=True))
    ]
    return made[0].model_copy(update={"step": steps})


def share(phenomenon: int, what: str, success: np.ndarray, counts: np.ndarray | None = None, clinic: str = "") -> Row:
    """A proportion with its Wilson interval."""
    counts = np.ones(len(success), bool) if counts is None else counts
    if not counts.any():
        return Row(phenomenon, what, "nobody to count", clinic)
    p = wilson(int(success[counts].sum()), int(counts.sum()))
    return Row(phenomenon, what, str(p), clinic, (p.share, p.low, p.high))


def span(phenomenon: int, what: str, values: np.ndarray, unit: str = "", clinic: str = "") -> Row:
    """Median and central 80 % of a quantity over patients."""
    if not len(values):
        return Row(phenomenon, what, "nobody to count", clinic)
    low, middle, high = np.percentile(values, [10, 50, 90])
    return Row(phenomenon, what, f"{middle:.3g} ({low:.3g} to {high:.3g}) {unit}".rstrip(), clinic)


def band(values: np.ndarray, who: np.ndarray | None = None) -> list[list[float]]:
    """10th, 50th and 90th percentile over patients of `values[time, patient]`, of those in `who[time, patient]`."""
    held = values if who is None else np.where(who, values, np.nan)
    enough = np.isfinite(held).sum(axis=1) > 4
    return [[float(x) for x in np.nanpercentile(held[k], [10, 50, 90])] if enough[k] else [] for k in range(len(held))]


def natural_course(mode: Mode, people: People) -> Found:
    """Phenomena 1, 2, 9: durations, E_GABA and injury of untreated seizures, two hours."""
    run = course(mode, people)
    _, record = run.advance(run.start(), 0, run.steps(7200.0))
    when, seizing = record["time"], record["seizing"]
    length, started = first_seizure(when, seizing)
    rows = [
        share(1, f"seizure still going on at {m} min, untreated", length > m * 60, started, c)
        for m, c in ((5, "0.501 (Shinnar)"), (10, "0.290"), (20, "0.160"), (30, "0.120"))
    ]
    strong, where = record["E_gaba"], record["rate_E"].mean(axis=0).argmax(axis=1)
    focus = strong[:, np.arange(strong.shape[1]), where]
    for m in (2, 5, 20, 60):
        alive = seizing[np.searchsorted(when, m * 60) - 6 : np.searchsorted(when, m * 60)].all(axis=0)
        at = focus[np.searchsorted(when, m * 60) - 1]
        rows.append(span(2, f"E_GABA (strongly shifted) of those seizing at {m} min", at[alive], "mV"))
        rows.append(share(2, f"  above rest (-65 mV) at {m} min", at > -65, alive))
        rows.append(share(2, f"  above threshold (-50 mV) at {m} min", at > -50, alive))
        rows.append(share(2, f"  at or above the sources' -42 mV at {m} min", at >= -42, alive))
    still = seizing[-30:].all(axis=0) & (length > 5400)
    dead = record["injury"].max(axis=2)
    for m, wanted in ((30, "under 0.02"), (60, ""), (120, "0.10 to 0.20 at 1-2 h")):
        at = dead[np.searchsorted(when, m * 60) - 1]
        rows.append(span(9, f"dead share of the worst patch after {m} min of SE", at[still], "", wanted))
    thin = np.searchsorted(when, np.arange(0, 7201, 120.0)[1:]) - 1
    minutes = [float(m) for m in when[thin] / 60]
    going = [float((length[started] > m * 60).mean()) for m in minutes]
    everyone = np.broadcast_to(still, dead[thin].shape)
    curves = {"minutes": minutes, "going": going, "E_gaba": band(focus[thin], seizing[thin])}
    return rows, curves | {"dead": band(dead[thin], everyone)}


def insults(mode: Mode, people: People) -> Found:
    """Phenomenon 1: what an insult leaves behind, by its length."""
    rows, outlived = [], {}
    for minutes in (0.5, 2.0, 4.0, 6.6, 10.0, 20.0):
        record = insulted(mode, people, minutes, 31 * 60.0)  # one length for all: compiled once
        when, seizing = record["time"], record["seizing"]
        during = seizing[(when > minutes * 60 - 30) & (when <= minutes * 60)].any(axis=0)
        after = seizing[(when > (minutes + 6) * 60) & (when <= (minutes + 11) * 60)].any(axis=0)
        clinic = "ends by itself" if minutes == 0.5 else ""
        rows.append(share(1, f"seizing 6-11 min after an insult of {minutes:g} min (8 mV)", after, during, clinic))
        outlived[minutes] = rows[-1].share
    return rows, {"outlived": outlived}


def discharges(mode: Mode, people: People) -> Found:
    """Phenomenon 1: how far a discharge goes that outlives a brief insult; many times as many people, as few do."""
    length, brief = [], 30.0
    for first in range(0, MANY[mode.name] * len(people.ids), len(people.ids)):
        record = insulted(mode, draw_people(STUDY, first + people.ids), brief / 60.0, 32 * 60.0)
        length.append(discharge(record["time"], record["seizing"], brief + 6.0))
    lasted, rows, reached = np.concatenate(length), [], {}
    for m in (0.5, 1.0, 2.0, 4.0, 6.6):
        clinic = {4.0: "0.50 (Rafiq, slices)", 6.6: "0.95"}.get(m, "")
        what = f"discharges that outlive an insult of 0.5 min by {m:g} min: last half an hour"
        rows.append(share(1, what, lasted >= 1800.0, lasted > m * 60, clinic))
        reached[m] = rows[-1].share
    return rows, {"reached": reached}


def insulted(mode: Mode, people: People, minutes: float, until: float) -> dict[str, np.ndarray]:
    """The record of an insult of 8 mV that is held for some minutes and then ends."""
    run = course(mode, people, onset={"hold": minutes * 60.0, "decay": 5.0, "floor": 0.0, "amplitude": 8.0})
    return run.advance(run.start(), 0, run.steps(until))[1]


def still_seizing(mode: Mode, people: People) -> dict[int, tuple[People, State, np.ndarray]]:
    """Those who seize shortly before each time, their state, and who of them counts (they fill whole blocks)."""
    run = course(mode, people)
    state, first, saved = run.start(), 0, {}
    for minutes in MINUTES:
        stop = run.steps(minutes * 60 - 20)
        state, record = run.advance(state, first, stop - first)
        first = stop
        saved[minutes] = state, np.flatnonzero(record["seizing"][-6:].all(axis=0))
    blocks = -(-max(len(lanes) for _, lanes in saved.values()) // BLOCK)  # one shape for all times: compiled once
    return {m: chosen(people, state, lanes, blocks * BLOCK) for m, (state, lanes) in saved.items()}


def chosen(people: People, state: State, lanes: np.ndarray, count: int) -> tuple[People, State, np.ndarray]:
    """These lanes of people and state, repeated to a count, and which of them count."""
    filled = np.resize(lanes, count)
    some = People(
        people.ids[filled],
        {name: values[filled] for name, values in people.traits.items()},
        {name: values[filled] for name, values in people.persons.items()},
    )
    kept = jax.tree.map(lambda leaf: leaf[filled], (state.whole, state.sight))
    return some, state._replace(whole=kept[0], sight=kept[1]), np.arange(count) < len(lanes)


def drugs(mode: Mode, people: People) -> Found:
    """Phenomena 3, 4, 5, 6: the same doses at 10, 20, 40 and 60 min in those who still seize."""
    saved = still_seizing(mode, people)
    rows, quiet, suppressed = [], {}, {}
    for name, (phenomenon, orders) in KINDS.items():
        for minutes, (some, before, counted) in saved.items():
            record = lived(mode, some, before, orders, minutes, minutes * 60 + 1800.0)
            calm = ~record["seizing"][-90:].any(axis=0)
            rows.append(share(phenomenon, f"{name} at {minutes} min: quiet 15-30 min later", calm, counted))
            quiet.setdefault(name, {})[minutes] = rows[-1].share
            if "propofol" in name and minutes in (20, 60):
                flat = record["suppression"][-90:].mean(0)[counted]
                rows.append(span(6, f"suppressed share of the EEG under {name} from {minutes} min", flat))
                suppressed[f"{name} from {minutes} min"] = [float(x) for x in np.percentile(flat, [10, 50, 90])]
    for minutes in (20, 60):
        rows += wean(mode, minutes, *saved[minutes])
    return rows, {"quiet": quiet, "suppressed": suppressed}


def lived(mode: Mode, people: People, before: State, orders, minutes: float, until: float, **how) -> dict[str, Any]:
    """The record from shortly before a dose on, of people who go on from a state without drugs."""
    run = course(mode, people, *orders, at=f"{minutes} min", **how)
    start = run.start()._replace(whole=before.whole, sight=before.sight)
    first = run.steps(minutes * 60 - 20)
    return run.advance(start, first, run.steps(until) - first)[1]


def wean(mode: Mode, minutes: int, people: People, before: State, counted: np.ndarray) -> list[Row]:
    """Phenomenon 6: propofol stopped after 15 min or after 60 min; who relapses in the hour after."""
    rows = []
    for hold in (15, 60):
        orders = (PROPOFOL.format(load=2, rate=6, hold=hold),)
        record = lived(mode, people, before, orders, minutes, (minutes + hold + 75) * 60.0)
        end = (minutes + hold + 2) * 60.0
        under = ~record["seizing"][(record["time"] > end - 300) & (record["time"] <= end)].any(axis=0)
        back = record["seizing"][record["time"] > end].any(axis=0)
        what = f"relapse within 75 min after {hold} min of propofol 6 mg/kg/h started at {minutes} min"
        rows.append(share(6, what, back, counted & under))
    return rows


def healthy_day(mode: Mode, people: People) -> Found:
    """Phenomenon 12: no insult, 24 h, in blocks of 64."""
    untreated = compile_protocol(load_protocol("no_treatment"))
    seized, rates = [], []
    for first in range(0, len(people.ids), BLOCK):
        some = draw_people(STUDY, people.ids[first : first + BLOCK])
        run = build_course(some, untreated, study=STUDY, clocks=mode.clocks, onset=NO_INSULT)
        seized.append(np.zeros(len(some.ids), bool))
        hours = []
        for _, record in run.chunks(run.start(), 0, run.steps(86400.0), 1440):
            seized[-1] |= record["seizing"][5:].any(axis=0)
            hours.append(record["rate_E"].mean(axis=(0, 2)))
        rates.append(np.mean(hours, axis=0))
        print(f"  a day of {first + len(some.ids)}: {sum(s.sum() for s in seized)} seized", flush=True)
    calm = share(12, "no seizure in 24 h without insult", ~np.concatenate(seized), clinic="1.0")
    return [calm, span(12, "firing rate of pyramidal cells over 24 h", np.concatenate(rates), "Hz")], {}


def asleep(mode: Mode, people: People) -> Found:
    """Phenomenon 12: a healthy brain under an hour of propofol sleeps, bursts and wakes."""
    order = PROPOFOL.format(load=2, rate=8, hold=60)
    run = course(mode, people, order, always=True, onset=NO_INSULT)
    _, record = run.advance(run.start(), 0, run.steps(240 * 60.0))
    when, answers, flat = record["time"], record["responsiveness"], record["suppression"]
    under, after = (when > 3000) & (when < 4200), when > 225 * 60
    rows = [
        span(12, "responsiveness under propofol 8 mg/kg/h", answers[under].mean(0)),
        span(12, "suppressed share of the EEG then", flat[under].mean(0)),
        span(12, "suppressed share before", flat[when < 500].mean(0)),
        share(12, "awake (responsiveness above 0.5) 2.5 h after the end", answers[after].mean(0) > 0.5),
    ]
    steps = len(when) // 120
    minutes = when[: steps * 120].reshape(steps, 120).mean(1) / 60

    def smoothed(values: np.ndarray) -> list[list[float]]:
        return band(values[: steps * 120].reshape(steps, 120, -1).mean(axis=1))

    return rows, {"sleep": {"minutes": minutes.tolist(), "answers": smoothed(answers), "flat": smoothed(flat)}}


BLOCKS = (natural_course, insults, discharges, drugs, asleep, healthy_day)
