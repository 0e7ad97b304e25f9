"""Phenomena of hours and days (7 and 8), lived in either mode, and those that have pages of their own (10 and 11)."""

import json
from pathlib import Path

import numpy as np
from phenomena_runs import BLOCK, NO_INSULT, PROPOFOL, STUDY, Found, Mode, Row, chosen, course, lived, share, span
from scipy.stats import binomtest

from quell.patient.person import People, draw_people

HERE = Path(__file__).parent
FIRE = {"cause": "norse", "inflammation": True}
COMA_H, WASHED_H, WATCH_H = 24, 3, 12
IMMUNE = ("methylprednisolone 1 g IV over 60 min", "anakinra 100 mg IV over 10 min then 33 mg/h for 36 h")
COMA = PROPOFOL.format(load=2, rate=6, hold=COMA_H * 60)
ARMS = {
    "attacked": (FIRE, (COMA,)),
    "attacked, immune treatment from 60 min": (FIRE, (COMA, *IMMUNE)),
    "the same people not attacked": (FIRE | {"overrides": {"inflammation.stimulus": 0.0}}, (COMA,)),
}
PART = 384  # people of whom a block or two seize at 60 min
CARRIED = {"phenytoin 20 mg/kg IV at 50 mg/min": "0.7 to 0.8", "levetiracetam 20 mg/kg IV over 10 min": "1.0"}


def slow_fire(mode: Mode, people: People) -> Found:
    """Phenomenon 7: a day of coma for status in an attacked brain, with and without immune treatment, and no attack."""
    return told({arm: joined([comatose(mode, some, arm) for some in split(people)]) for arm in ARMS})


def split(people: People) -> list[People]:
    """The people in parts of which about a block comes to a coma."""
    return [draw_people(STUDY, people.ids[first : first + PART]) for first in range(0, len(people.ids), PART)]


def comatose(mode: Mode, people: People, arm: str) -> dict[str, np.ndarray]:
    """Who seizes at 60 min, `[people]`, and what becomes of these after a day of coma, `[those]`."""
    how, orders = ARMS[arm]
    run = course(mode, people, **how)
    state, record = run.advance(run.start(), 0, run.steps(3580.0))
    ill = record["seizing"][-6:].all(axis=0)
    some, before, counted = chosen(people, state, np.flatnonzero(ill), -(-int(ill.sum()) // BLOCK) * BLOCK)
    record = lived(mode, some, before, orders, 60, (1 + COMA_H + WASHED_H + WATCH_H) * 3600.0, **how)
    hours = record["time"] / 3600.0 - 1.0
    later, at = hours > COMA_H + WASHED_H, np.searchsorted(hours, COMA_H + WASHED_H)
    found = {
        "quiet": ~record["seizing"][at - 60 : at].any(axis=0),
        "back": record["seizing"][later].any(axis=0),
        "spent": record["seizing"][later].mean(axis=0),
        "hot": record["il1"].max(axis=2)[at],
        "E_gaba": record["E_gaba"].max(axis=2)[at],
    }
    return {"ill": ill} | {name: values[counted] for name, values in found.items()}


def joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The parts one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def told(arms: dict[str, dict[str, np.ndarray]]) -> Found:
    """Rows of every arm, and the pairs of the first two."""
    rows, burning, since = [], {}, f"{WASHED_H} h after {COMA_H} h of coma"
    for name, one in arms.items():
        quiet = one["quiet"]
        rows.append(share(7, f"{name}: seizing at 60 min", one["ill"]))
        rows.append(span(7, f"{name}: E_GABA of the quiet {since}", one["E_gaba"][quiet], "mV"))
        rows.append(span(7, f"{name}: their IL-1b then (1: a full response)", one["hot"][quiet]))
        rows.append(share(7, f"{name}: of them seizing again in the next {WATCH_H} h", one["back"], quiet))
        burning[name] = rows[-1].share
        rows.append(span(7, f"{name}: share of these hours spent seizing, all who were in coma", one["spent"]))
    what = "attacked, seizing again: without immune treatment alone, with it alone"
    rows.append(paired(what, *((one["quiet"], one["back"]) for one in list(arms.values())[:2])))
    return rows, {"burning": burning}


def paired(what: str, one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> Row:
    """In how many of the same people, quiet in both arms before, only the one or only the other seized again."""
    both = one[0] & other[0]
    first, second = int((both & one[1] & ~other[1]).sum()), int((both & other[1] & ~one[1]).sum())
    chance = binomtest(first, first + second).pvalue if first + second else 1.0
    return Row(7, what, f"{first}, {second} of {int(both.sum())} (sign test p = {chance:.2g})")


def pumped_out(mode: Mode, people: People) -> Found:
    """Phenomenon 8: brain over free plasma level a day after status, over that of the same people without seizures."""
    run = course(mode, people)
    _, record = run.advance(run.start(), 0, run.steps(3600.0))
    lanes = np.flatnonzero(record["seizing"][-900:].mean(axis=0) > 0.9)  # half an hour of status at least
    some, _, counted = chosen(people, run.start(), lanes, -(-len(lanes) // 64) * 64)
    rows, ratio = [], {}
    for order, expected in CARRIED.items():
        drug, found = order.split()[0], {}
        for name, onset in (("ill", None), ("well", NO_INSULT)):
            run = course(mode, some, order, at="30 h", always=True, inflammation=True, onset=onset)
            record = run.advance(run.start(), 0, run.steps(36 * 3600.0))[1]
            free = record.get(f"free_{drug}", record[f"plasma_{drug}"])  # what is not bound is free
            found[name] = record[f"brain_{drug}"][-1] / free[-1]
        values = (found["ill"] / found["well"])[counted]
        rows.append(span(8, f"{drug} in the brain at 36 h, over that of the healthy", values, clinic=expected))
        ratio[drug] = [float(x) for x in np.percentile(values, [10, 50, 90])]
    return rows, {"ratio": ratio}


def from_their_pages() -> list[Row]:
    """Phenomena 10 and 11, whose runs are others': the thalamus is computed in full mode alone."""
    rows = []
    for phenomenon, name, tell in ((10, "thalamocortical", _coherence), (11, "tolerance", _tolerance)):
        path = HERE / f"{name}.json"
        if path.exists():
            rows += [Row(phenomenon, *told) for told in tell(json.loads(path.read_text(encoding="utf-8")))]
    return rows


def _coherence(found: dict) -> list[tuple[str, str]]:
    def told(row: dict) -> str:
        low, high = row["interval"]
        return f"{row['mean']:.2f} ({low:.2f} to {high:.2f}), {row['n']} people"

    return [(f"coherence of thalamus and cortex, {row['what'].strip()}", told(row)) for row in found["rows"]]


def _tolerance(found: dict) -> list[tuple[str, str]]:
    rows = []
    for circuit, does in (("chain", "arousal, a chain"), ("web", "seizure control, a web")):
        middle, low, high = (f"{100 * share:.0f}" for share in found["halved"][circuit])
        rows.append(
            (f"receptors lost at which half the drug's effect is gone: {does}", f"{middle} % ({low} to {high})")
        )
    for what, (first, then, both) in found["pairs"].items():
        rows.append((f"sedation halved before seizure control, by {what}", f"{first} of {both}, the reverse in {then}"))
    return rows


BLOCKS = (slow_fire, pumped_out)
