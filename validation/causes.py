"""Each cause under the treatment that works and the one that does not, in paired people, with intervals.

    uv run python validation/causes.py [PATIENTS [CAUSE ...]]

Writes validation/causes.json and docs/causes.md. Named causes alone are run again and put in their place. Slow time
alone, two patches, new people and new noise (study 97).
"""

import json
import sys
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from quell.care.contrast import Ward, told, told_in_days  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient import aetiology  # noqa: E402

STUDY, ARM = 97, "nothing"
HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "causes.md"


def main(patients: int, again: list[str]) -> None:
    """Run every cause, or some again, and write the page."""
    began, wards, found = time.monotonic(), {}, HERE / "causes.json"
    kept = {each["cause"]: each for each in json.loads(found.read_text(encoding="utf-8"))["rows"]} if again else {}
    for cause, treatment in told().items():
        if again and cause not in again:
            continue
        kind = (treatment.minute, treatment.brain)
        if kind not in wards:
            wards[kind] = Ward(np.arange(patients), study=STUDY, at_min=treatment.minute, brain=treatment.brain)
        contrast = wards[kind].compare(cause, (treatment.works, treatment.fails, ARM))
        kept[cause] = {"patients": patients} | row(cause, treatment, contrast)
        print(f"{time.monotonic() - began:6.0f} s  {cause}", file=sys.stderr)
    rows = [kept[cause] for cause in told()]
    made = {"study": STUDY, "date": date.today().isoformat(), "rows": rows}
    found.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    head = (HERE / "causes_head.md").read_text(encoding="utf-8")
    PAGE.write_text(head + table(rows) + in_days() + reasons(rows), encoding="utf-8")


def row(cause: str, treatment: aetiology.Treatment, contrast) -> dict:
    """Who was stopped under either treatment and under none, and the pairs in which only one worked."""
    ill, one, other = contrast.seizing, contrast.quiet[treatment.works], contrast.quiet[treatment.fails]
    return {
        "cause": cause,
        "works": treatment.works,
        "fails": treatment.fails,
        "minute": treatment.minute,
        "brain": treatment.brain,
        "because": treatment.because,
        "source": treatment.source,
        "grade": treatment.grade,
        "seizing": int(ill.sum()),
        "stopped_works": contrast.stopped(treatment.works)[0],
        "stopped_fails": contrast.stopped(treatment.fails)[0],
        "stopped_nothing": contrast.stopped(ARM)[0],
        "only_works": int((ill & one & ~other).sum()),
        "only_fails": int((ill & other & ~one).sum()),
    }


def table(rows: list[dict]) -> str:
    """The table, a row per cause; shares with Wilson intervals."""
    lines = [
        "Treated at that minute if they still seize; stopped: no seizure from 15 to 25 min after. Share, 95 %",
        "interval. Last column: pairs in which one alone worked.",
        "",
        "| Cause | Minute | Seizing | Works | Stopped | Does not | Stopped | Nothing | Only the one, only the other |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in rows:
        one, other, none = (said(each[f"stopped_{arm}"], each["seizing"]) for arm in ("works", "fails", "nothing"))
        works, fails = (each[arm].replace("_", " ") for arm in ("works", "fails"))
        pairs = f"{each['only_works']}, {each['only_fails']}"
        cause = each["cause"].replace("_", " ")
        ill = f"{each['minute']:g} | {each['seizing']} of {each['patients']}"
        lines.append(f"| {cause} | {ill} | {works} | {one} | {fails} | {other} | {none} | {pairs} |")
    return "\n".join(lines) + "\n"


def in_days() -> str:
    """The causes whose treatment is one of days, from the numbers of `validation/norse.py`."""
    lines = [
        "",
        "## Where treatment takes days",
        "",
        "Seizures are treated alike in both arms; those who come to a coma are lived for two weeks ([page](norse.md)).",
        "Awake: on day 14, no anaesthetic, no seizure that day. Share, 95 % interval; p: sign test over pairs.",
        "",
        "| Cause | Severity | In coma | Immune treatment: awake | None: awake | Only one, only other | Differs |",
        "|---|---|---|---|---|---|---|",
    ]
    named = told_in_days()
    for cause, kept in json.loads((HERE / "norse.json").read_text(encoding="utf-8")).items():
        awake = next(each for each in kept["rows"] if each["name"] == "awake")
        one, other = (said(*awake[arm]) for arm in ("given", "none"))
        pairs = f"{awake['only'][0]}, {awake['only'][1]} (p = {awake['p']:.2g})"
        name, _, severe = cause.partition(":")
        shown = "yes" if name in named else "no"
        ill = f"{severe or 1} | {awake['given'][1]} of {kept['people']}"
        lines.append(f"| {name.replace('_', ' ')} | {ill} | {one} | {other} | {pairs} | {shown} |")
    return "\n".join(lines) + "\n"


def reasons(rows: list[dict]) -> str:
    """Why, with where it is from."""
    lines = ["", "## Why", "", "| Cause | Reason | Source of the contrast | Grade |", "|---|---|---|---|"]
    for each in [*rows, *({"cause": cause} | asdict(named) for cause, named in told_in_days().items())]:
        lines.append(f"| {each['cause'].replace('_', ' ')} | {each['because']} | {each['source']} | {each['grade']} |")
    return "\n".join(lines) + "\n"


def said(count: int, of: int) -> str:
    """A share with its interval, in per cent."""
    if not of:
        return "none seized"
    found = wilson(count, of)
    return f"{found.share:.0%} ({found.low:.0%} to {found.high:.0%})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 256, sys.argv[2:])
