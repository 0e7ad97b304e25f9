"""Observed and simulated: every row of the clinical table, weighed, lived without weight, or why it is neither.

    uv run python validation/calibration.py TABLE.csv [PATIENTS]
    uv run python validation/calibration.py TABLE.csv page           the page again from what is kept

Rows that weigh the frozen adult population are read from its provenance; a few more are lived here by that many new
people of it (study 78, projective). Writes validation/calibration.json and docs/calibration.md.
"""

import csv
import json
import sys
import tomllib
from datetime import date
from pathlib import Path

import numpy as np

from quell.ground import compute

compute.prepare()

from phenomena_runs import PROPOFOL, chosen, doses  # noqa: E402

from quell.care.course import build_course  # noqa: E402
from quell.care.machine import compile_protocol  # noqa: E402
from quell.engine.clock import Clocks  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient.person import FOLDER, People, draw_people  # noqa: E402

STUDY, HERE = 78, Path(__file__).parent
KEPT = HERE / "calibration.json"
LORAZEPAM = "lorazepam 4 mg IV over 2 min, repeat once at 10 min"
LEVETIRACETAM = "levetiracetam 60 mg/kg IV over 10 min, max 4500 mg"
MIDAZOLAM = "midazolam 0.2 mg/kg IV over 2 min then 0.2 mg/kg/h for 48 h"
SECOND_DOSE, DAY = 3600.0, 86400.0


def course(people: People, *orders: tuple[str, str]):
    """Doses at their times, each only if the patient still seizes."""
    return build_course(people, compile_protocol(doses(orders)), study=STUDY, clocks=Clocks(window=0.4))


def lived(patients: int) -> dict[str, tuple[int, int] | float]:
    """Events and number, or a time, of the rows that weigh nobody."""
    people = draw_people(STUDY, np.arange(patients))
    return early(people) | refractory(people)


def early(people: People) -> dict[str, tuple[int, int] | float]:
    """Lorazepam at 20 min: how soon it works, and who seizes again in the next 12 h."""
    run = course(people, ("20 min", LORAZEPAM.split(",", maxsplit=1)[0]))
    _, record = run.advance(run.start(), 0, run.steps(20 * 60 + 12.5 * 3600))
    when, seizing = record["time"], record["seizing"]
    treated = record["log.fired.dose_0"].any(axis=0)
    after = seizing[(when > 1200) & (when <= 2400)]
    calm = treated & ~after[-60:].any(axis=0)
    last = np.array([np.flatnonzero(lane)[-1] if lane.any() else 0 for lane in after.T])
    again = calm & seizing[when > 2400].any(axis=0)
    median = float(np.median(last[calm])) * float(when[1] - when[0]) / 60.0
    return {"RAMP_IV_T50": median, "RAMP_IV_RECUR": (int(again.sum()), int(treated.sum()))}


def refractory(people: People) -> dict[str, tuple[int, int] | float]:
    """Those who seize at half an hour: first and second drug, a day after, and two days of anaesthesia."""
    run = course(people)
    state, record = run.advance(run.start(), 0, run.steps(1780.0))
    lanes = np.flatnonzero(record["seizing"][-6:].all(axis=0))
    some, before, counted = chosen(people, state, lanes, -(-len(lanes) // 64) * 64)
    first, drugs = run.steps(1780.0), (("30 min", LORAZEPAM), ("60 min", LEVETIRACETAM))

    def record_of(*more: tuple[str, str], hours: float) -> dict[str, np.ndarray]:
        run = course(some, *drugs, *more)
        start = run.start()._replace(whole=before.whole, sight=before.sight)
        return run.advance(start, first, run.steps(hours * 3600.0) - first)[1]

    plain = record_of(hours=27.0)
    when, seizing, moving = plain["time"], plain["seizing"], plain["convulsing"]
    failed = counted & seizing[(when > 7000) & (when <= 7200)].any(axis=0)
    over = counted & ~moving[(when > 7000) & (when <= 10800)].any(axis=0)
    later = seizing[when > 10800].any(axis=0)
    found = {
        "SENSE_RSE": (int(failed.sum()), int(counted.sum())),
        "AFTERCSE_ESZ": (int((over & later).sum()), int(over.sum())),
    }
    coma = PROPOFOL.format(load=2, rate=8, hold=40 * 60)
    propofol, midazolam = record_of(("120 min", coma), hours=67.0), record_of(("120 min", MIDAZOLAM), hours=99.0)
    for name, kept, hold in (("ROSS_PRO", propofol, 40.0), ("FERN_LOW_WD", midazolam, 48.0)):
        since = (kept["time"] - 7200.0) / 3600.0 - hold
        window = (since > 2.0) & (since <= 24.0) if name == "ROSS_PRO" else (since > 0.1) & (since <= 48.0)
        back = kept["seizing"][window].any(axis=0)
        events = ~back if name == "ROSS_PRO" else back
        found[name] = int((failed & events).sum()), int(failed.sum())
    broken = [
        r["seizing"][(r["time"] > 7200 + 6 * 3600) & (r["time"] < 7200 + 39 * 3600)].any(axis=0)
        for r in (propofol, midazolam)
    ]
    found["CLAAS_MDPR_BREAK"] = sum(int((failed & b).sum()) for b in broken), 2 * int(failed.sum())
    return found


def weighed_line(name: str, row: dict, table: dict[str, dict]) -> str:
    """A weighed row: clinic and population with intervals; the population's from its effective members."""
    clinic = table.get(row.get("clinic_row", name), {})
    n = round(row["effective"])
    simulated = wilson(round(row["weighted"] * n), n)
    observed = wilson(round(row["clinic"] * row["n"]), round(row["n"]))
    inside = simulated.low <= observed.high and observed.low <= simulated.high
    what = f"{clinic.get('arm', 'bench')}; {clinic.get('endpoint', 'see arms.toml')}"
    cells = (name, what, _share(observed), _share(simulated), f"{row['weight']:g}", "meets" if inside else "MISSES")
    return f"| {' | '.join(cells)} |"


def lived_line(name: str, found, row: dict, reason: str) -> str:
    """A row that weighs nobody."""
    if isinstance(found, float):
        return f"| {name} | {reason} | {float(row['endpoint_time_min'] or 'nan'):g} min | {found:.1f} min | 0 | |"
    observed = wilson(round(float(row["events"])), round(float(row["n"])))
    simulated = wilson(*found)
    inside = simulated.low <= observed.high and observed.low <= simulated.high
    cells = (name, reason, _share(observed), _share(simulated), "0", "meets" if inside else "MISSES")
    return f"| {' | '.join(cells)} |"


def _share(p) -> str:
    return f"{p.share:.0%} ({p.low:.0%} to {p.high:.0%})"


def main(path: Path, patients: int) -> None:
    """Live what can be lived, and write the page."""
    found = lived(patients)
    kept = {"date": date.today().isoformat(), "patients": patients, "lived": found}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    page(path, kept)


def page(path: Path, kept: dict) -> None:
    """The committed page from the frozen rows and those that were lived."""
    with path.open(newline="", encoding="utf-8") as file:
        table = {row["id"]: row for row in csv.DictReader(file)}
    reasons = tomllib.loads((HERE / "calibration_unused.toml").read_text(encoding="utf-8"))
    frozen = tomllib.loads((FOLDER / "adult.toml").read_text(encoding="utf-8"))
    found = kept["lived"]
    lines = [weighed_line(name, row, table) for name, row in frozen["row"].items()]
    lines += [lived_line(name, found[name], table[name], why) for name, why in reasons["lived"].items()]
    head = (HERE / "calibration_head.md").read_text(encoding="utf-8")
    lived_anew = f", its rows lived anew on {frozen['relived']}" if "relived" in frozen else ""
    if "renewed" in frozen:
        lived_anew = f", those whose discharges outlive a brief insult drawn anew on {frozen['renewed']}" + lived_anew
    head += f"\nPopulation of {frozen['date']}, {frozen['frozen']} members ({frozen['effective']:.0f} effective) of "
    head += (
        f"{frozen['plausible']} plausible of {frozen['drawn']} drawn{lived_anew}; rows of weight 0 lived by "
        f"{kept['patients']} people on "
    )
    head += f"{kept['date']}. {sum('MISSES' in line for line in lines)} of {len(lines)} rows miss.\n\n"
    head += "| row | what | observed | simulated | weight | |\n|---|---|---|---|---|---|\n"
    known = {
        *frozen["row"],
        *reasons["lived"],
        *reasons["not_lived"],
        *(r.get("clinic_row") for r in frozen["row"].values()),
    }
    left = [f"| {name} | {why} |" for name, why in reasons["not_lived"].items()]
    left += [f"| {name} | not judged |" for name in table if name not in known]
    tail = "\n\n## Rows that are not lived\n\n| row | why |\n|---|---|\n" + "\n".join(left) + "\n"
    (HERE.parent / "docs" / "calibration.md").write_text(head + "\n".join(lines) + tail, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[2:] == ["page"]:
        page(Path(sys.argv[1]), json.loads(KEPT.read_text(encoding="utf-8")))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1024)
