"""Immune treatment in new-onset refractory status: who comes out of a coma within two weeks, with it and without.

    uv run python validation/norse.py [PEOPLE]

The scenario of examples/norse_srse.toml in other people: all are attacked, those who are given an anaesthetic in the
first hours are lived for 14 days with immune treatment and without, same people and noise. Writes
validation/norse.json and docs/norse.md.
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
from quell.care.scenario import load_scenario  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "norse_srse.toml"
ARMS = ("given", "none")
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


def main(people: int) -> None:
    """Find those who come to a coma, live both arms, write the page."""
    began = time.monotonic()
    ids = comatose(people)
    print(f"{len(ids)} of {people} in coma, {time.monotonic() - began:.0f} s", flush=True)
    lived = {}
    for arm in ARMS:
        lived[arm] = fortnight(ids, arm)
        print(f"{arm}: {time.monotonic() - began:.0f} s", flush=True)
    write(people, {arm: fates(record) for arm, record in lived.items()}, round(time.monotonic() - began))


def comatose(people: int) -> np.ndarray:
    """Ids of those who are given propofol in the first hours."""
    course = admit(load_scenario(EXAMPLE), np.arange(people))
    given = np.zeros(people, bool)
    for _, record in course.chunks(course.start(), 0, course.steps(3600.0 * FIRST_H), 180):
        given |= np.asarray(record["log.rate.propofol"])[-1] > 0
    return np.flatnonzero(given)


def fortnight(ids: np.ndarray, arm: str) -> dict[str, np.ndarray]:
    """The record of 14 days under one arm, arrays `[time, people]`; blocks are filled up, so that all are one shape."""
    filled = np.resize(ids, -(-len(ids) // LANES) * LANES)
    course = admit(load_scenario(EXAMPLE, [f"care.arms.immunotherapy={arm}"]), filled)
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


def write(people: int, found: dict[str, dict[str, np.ndarray]], seconds: int) -> None:
    """The committed numbers and the page."""
    given, none = (found[arm] for arm in ARMS)
    rows = []
    for name, what in ROWS.items():
        one, other = given[name], none[name]
        first, second = int((one & ~other).sum()), int((other & ~one).sum())
        chance = binomtest(first, first + second).pvalue if first + second else 1.0
        shares = [[int(x.sum()), len(x)] for x in (one, other)]
        rows.append({"what": what, "given": shares[0], "none": shares[1], "only": [first, second], "p": chance})
    kept = {"date": date.today().isoformat(), "people": people, "seconds": seconds, "rows": rows}
    (HERE / "norse.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "norse.md").write_text(page(kept), encoding="utf-8")


def page(kept: dict) -> str:
    """The table, then how it was read."""
    coma = kept["rows"][0]["given"][1]
    lines = [
        "# Immune treatment in new-onset refractory status",
        "",
        f"Made on {kept['date']} by `uv run python validation/norse.py {kept['people']}` in {kept['seconds']} s:"
        f" {kept['people']} virtual adults with the cause `norse` under the protocol of `examples/norse_srse.toml`."
        f" {coma} of them come to propofol within {FIRST_H} hours, after lorazepam and levetiracetam. These are lived"
        f" for {DAYS} days, with steroid and immunoglobulin from 48 h and anakinra from day 5, and without; the same"
        " people and noise. Shares with 95 % intervals (Wilson); last: people of whom it holds in the one arm alone.",
        "",
        "| of those in coma | immune treatment | none | only with, only without |",
        "|---|---|---|---|",
    ]
    for row in kept["rows"]:
        one, other = (str(wilson(*row[arm])) for arm in ARMS)
        only = f"{row['only'][0]}, {row['only'][1]} (sign test p = {row['p']:.2g})"
        lines.append(f"| {row['what']} | {one} | {other} | {only} |")
    return "\n".join(lines) + "\n" + (HERE / "norse_tail.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024)
