"""Immune treatment over two weeks: who comes out of a coma, with it and without, in the causes that it is for.

    uv run python validation/norse.py [PEOPLE [CAUSE[:SEVERITY] ...]]

The scenario of examples/norse_srse.toml in other people and with each cause of STUDIES: all fall ill, those who are
given an anaesthetic in the first hours are lived for 14 days with immune treatment and without, same people and noise.
Writes validation/norse.json and docs/norse.md. Named causes alone are run again and put in their place.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from scipy.stats import binomtest  # noqa: E402

from quell.care.admission import admit  # noqa: E402
from quell.care.scenario import Scenario, load_scenario  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "norse_srse.toml"
ARMS = ("given", "none")
AIMS = {  # what the second immune treatments go for, and what all of them are
    "norse": ("cytokines", "steroid and immunoglobulin from 48 h and anakinra from day 5"),
    "autoimmune_nmdar": (
        "antibodies",
        "steroid and immunoglobulin from 48 h, five plasma exchanges from day 5 and rituximab three days later",
    ),
}
STUDIES = {"norse": 21, "autoimmune_nmdar": 61, "autoimmune_nmdar:3": 97}  # of each cause, ":severity" unless typical
FIRST_H, DAYS, LANES, HOURS_AT_ONCE = 4, 14, 16, 6
KEPT = ("time", "seizing", "responsiveness", "brain_propofol", "brain_ketamine")
ANSWERS, GONE_MG_L = 0.5, 1e-3  # responsiveness of somebody awake; free level at which an anaesthetic has left
SRSE_H = 24.0
ROWS = {
    "awake": "awake on day 14, no anaesthetic, no seizure on that day",
    "quiet": "no seizure from day 2 on",
    "super": "seizes after 24 h of treatment (super-refractory)",
    "seizing": "seizes for most of day 14",
}


def main(people: int, again: list[str]) -> None:
    """Of every cause, or of some again, find those who come to a coma, live both arms, write the page."""
    found = HERE / "norse.json"
    kept = json.loads(found.read_text(encoding="utf-8")) if again else {}
    for cause in again or STUDIES:
        began = time.monotonic()
        ids = comatose(cause, people)
        print(f"{cause}: {len(ids)} of {people} in coma, {time.monotonic() - began:.0f} s", flush=True)
        lived = {}
        for arm in ARMS:
            lived[arm] = fates(fortnight(cause, ids, arm))
            print(f"{arm}: {time.monotonic() - began:.0f} s", flush=True)
        kept[cause] = {
            "date": date.today().isoformat(),
            "people": people,
            "study": STUDIES[cause],
            "severity": severity(cause),
            "seconds": round(time.monotonic() - began),
            "rows": rows(lived),
        }
    found.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "norse.md").write_text(page(kept), encoding="utf-8")


def severity(cause: str) -> float:
    """How severe: what follows the name, or the typical case."""
    return float(cause.partition(":")[2] or 1.0)


def scenario(cause: str, *more: str) -> Scenario:
    """The example with a cause, as severe as here, in people of the cause's study."""
    name = cause.partition(":")[0]
    ill = [f"aetiology.name={name}", f"aetiology.severity={severity(cause)}", f"care.arms.aim={AIMS[name][0]}"]
    return load_scenario(EXAMPLE, [f"seed={STUDIES[cause]}", *ill, *more])


def comatose(cause: str, people: int) -> np.ndarray:
    """Ids of those who are given propofol in the first hours."""
    course = admit(scenario(cause), np.arange(people))
    given = np.zeros(people, bool)
    for _, record in course.chunks(course.start(), 0, course.steps(3600.0 * FIRST_H), 180):
        given |= np.asarray(record["log.rate.propofol"])[-1] > 0
    return np.flatnonzero(given)


def fortnight(cause: str, ids: np.ndarray, arm: str) -> dict[str, np.ndarray]:
    """The record of 14 days under one arm, arrays `[time, people]`; blocks are filled up, so that all are one shape."""
    filled = np.resize(ids, -(-len(ids) // LANES) * LANES)
    course = admit(scenario(cause, f"care.arms.immunotherapy={arm}"), filled)
    parts = []
    for _, record in course.chunks(course.start(), 0, course.steps(86400.0 * DAYS), 360 * HOURS_AT_ONCE):
        parts.append({name: np.asarray(record[name]) for name in KEPT})
    whole = {name: np.concatenate([part[name] for part in parts]) for name in KEPT}
    return {name: values if name == "time" else values[:, : len(ids)] for name, values in whole.items()}


def fates(record: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What became of each, bool `[people]`."""
    day, seizing = record["time"] / 86400.0, record["seizing"]
    last = seizing[day > DAYS - 1]
    free = (record["brain_propofol"][-1] < GONE_MG_L) & (record["brain_ketamine"][-1] < GONE_MG_L)
    answers = record["responsiveness"][day > DAYS - 0.1].mean(axis=0) > ANSWERS
    return {
        "awake": free & answers & ~last.any(axis=0),
        "quiet": ~seizing[day > 1.0].any(axis=0),
        "super": seizing[record["time"] > (SRSE_H + 1.0) * 3600.0].any(axis=0),
        "seizing": last.mean(axis=0) > 0.5,
    }


def rows(found: dict[str, dict[str, np.ndarray]]) -> list[dict]:
    """What became of them under either arm, and of whom it holds in the one arm alone."""
    given, none = (found[arm] for arm in ARMS)
    made = []
    for name, what in ROWS.items():
        one, other = given[name], none[name]
        first, second = int((one & ~other).sum()), int((other & ~one).sum())
        chance = binomtest(first, first + second).pvalue if first + second else 1.0
        shares = [[int(x.sum()), len(x)] for x in (one, other)]
        told = {"given": shares[0], "none": shares[1], "only": [first, second], "p": chance}
        made.append({"name": name, "what": what} | told)
    return made


def page(kept: dict[str, dict]) -> str:
    """A table per cause, then how they were read."""
    lines = [
        "# Immune treatment over two weeks",
        "",
        "Made by `uv run python validation/norse.py [PEOPLE [CAUSE[:SEVERITY] ...]]`: virtual adults with a cause that"
        " immune treatment is for, under the protocol of `examples/norse_srse.toml`. Those who come to propofol within"
        f" {FIRST_H} hours, after lorazepam and levetiracetam, are lived for {DAYS} days with immune treatment and"
        " without; the same people and noise. Shares with 95 % intervals (Wilson); last: people of whom it holds in the"
        " one arm alone.",
    ]
    for cause in STUDIES:
        lines += section(cause.partition(":")[0], kept[cause])
    return "\n".join(lines) + "\n" + (HERE / "norse_tail.md").read_text(encoding="utf-8")


def section(cause: str, kept: dict) -> list[str]:
    """The table of one cause, and what it was made from."""
    lines = [
        "",
        f"## `{cause}`, severity {kept['severity']:g}",
        "",
        f"Of {kept['people']} people (study {kept['study']}), {kept['rows'][0]['given'][1]} come to a coma. Immune"
        f" treatment: {AIMS[cause][1]}. {kept['date']}, {kept['seconds']} s.",
        "",
        "| of those in coma | immune treatment | none | only with, only without |",
        "|---|---|---|---|",
    ]
    for row in kept["rows"]:
        one, other = (str(wilson(*row[arm])) for arm in ARMS)
        only = f"{row['only'][0]}, {row['only'][1]} (sign test p = {row['p']:.2g})"
        lines.append(f"| {row['what']} | {one} | {other} | {only} |")
    return lines


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024, sys.argv[2:])
