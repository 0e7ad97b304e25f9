"""Harm of treatment beside the rows of harm that calibration was allowed to see.

    uv run python validation/harm.py [PATIENTS] [PEOPLE]

PATIENTS bodies without a brain seize as long as the row says; of PEOPLE adults of the default population those who
seize at the row's minute are treated (harm_people.py). Writes validation/harm.json and docs/harm.md: each row observed
and simulated with intervals, misses shown.
"""

import json
import sys
import tomllib
from datetime import date
from pathlib import Path

from quell.ground import compute

compute.prepare()

import harm_people  # noqa: E402
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

from quell.care import organs  # noqa: E402
from quell.care.bedside import FAR  # noqa: E402
from quell.care.scenario import Bodily  # noqa: E402
from quell.drugs.pk import Pharmacy  # noqa: E402
from quell.outcome.proportion import wilson  # noqa: E402
from quell.patient.person import draw_bodies  # noqa: E402

STUDY, STEP = 98, 10.0
HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "harm.md"
CHILD = {"age_y": 6.0, "weight_kg": 20.0, "height_cm": 115.0}


def main(patients: int, people: int) -> None:
    """Run every row and write the page."""
    read = tomllib.loads((HERE / "harm.toml").read_text(encoding="utf-8"))["row"]
    adults = [row for row in read if not row.get("child")]
    seizing = harm_people.candidates(STUDY, people, tuple(sorted({row["at"] for row in adults})))
    rows = []
    for row in read:
        hurt = int(signs(*course(row, patients), STEP)[row["sign"]].sum())
        made = row | {"simulated": [hurt, patients]}
        if row in adults:
            ids = seizing[row["at"]]
            made |= {"whole": [int(signs(*harm_people.course(row, STUDY, ids))[row["sign"]].sum()), len(ids)]}
        rows.append(made)
        print(row["id"], made["simulated"], made.get("whole"), file=sys.stderr, flush=True)
    made = {"study": STUDY, "patients": patients, "people": people, "date": date.today().isoformat(), "rows": rows}
    (HERE / "harm.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    head = (HERE / "harm_head.md").read_text(encoding="utf-8")
    PAGE.write_text(head + page(rows, patients, people), encoding="utf-8")


def signs(pressure: np.ndarray, PaCO2: np.ndarray, step_s: float) -> dict[str, np.ndarray]:
    """Who shows which sign, `[people]` each, of pressure and carbon dioxide (mmHg `[time, people]`)."""
    return {
        "breath": lasting(PaCO2 > 60.0, 5.0, step_s),
        "threat": (pressure < 60.0).any(axis=0),
        "low": lasting(pressure < 65.0, 5.0, step_s),
    }


def course(row: dict, patients: int) -> tuple[np.ndarray, ...]:
    """Pressure and carbon dioxide `[time, people]` from the end of the first dose on."""
    ids = np.arange(patients)
    who = draw_bodies(STUDY, ids)
    who = who | {name: np.full(patients, value) for name, value in CHILD.items()} if row.get("child") else who
    weight, line = who["weight_kg"], row["line"]
    alive = organs.living(Bodily(), STUDY, ids, who)
    pharmacy = Pharmacy.build([line], who, study=STUDY, patients=ids, step_s=STEP)
    load = np.minimum(row["per_kg"] * weight if "per_kg" in row else row["mg"], row.get("most", np.inf)) + 0.0 * weight
    start, end = row["at"], row["at"] + row["over"]
    minutes = np.arange(round((row["at"] + 60.0 * row["hours"]) * 60.0 / STEP)) * STEP / 60.0
    given = np.where(((minutes >= start) & (minutes < end))[:, None], load / (60.0 * row["over"]), 0.0)
    given += np.where((minutes >= end)[:, None], row.get("then", 0.0) * weight / 3600.0, 0.0)
    held = row.get("ventilated", False)

    def step(carry, now):
        (body, drugs), (minute, dose) = carry, now
        drugs = pharmacy.step(drugs, {line: dose})
        there, seizing = jnp.full(patients, minute >= start), jnp.full(patients, minute < row["until"]) * 1.0
        care = {"ventilated": there & held, "dose.end": jnp.where(there, 0.0, FAR)}
        seen = {"activity": seizing, "convulsing": seizing, "held": there & held}
        acting = organs.inputs(alive, pharmacy.ports(drugs), care, lanes=patients, **seen)
        body, shown, _ = organs.live(alive, body, acting, STEP)
        return (body, drugs), (shown.pressure, shown.PaCO2)

    begin = (organs.start(alive, patients)[0], pharmacy.rest(patients))
    _, found = jax.jit(lambda carry: jax.lax.scan(step, carry, (minutes, given)))(begin)
    return tuple(np.asarray(values)[minutes >= end] for values in found)


def lasting(there: np.ndarray, minutes: float, step_s: float) -> np.ndarray:
    """In whom something lasted so long, `[people]`."""
    length = round(minutes * 60.0 / step_s)
    total = np.cumsum(there, axis=0)
    return ((total[length:] - total[:-length]) == length).any(axis=0)


def page(rows: list[dict], patients: int, people: int) -> str:
    """The table, then what misses."""
    lines = [
        "| row | what | observed | whole people | body alone | sign | |",
        "|---|---|---|---|---|---|---|",
    ]
    missed = []
    for row in rows:
        seen, body = wilson(*row["observed"]), wilson(*row["simulated"])
        whole = wilson(*row["whole"]) if "whole" in row else None
        judged = whole or body
        inside = seen.low <= judged.high and judged.low <= seen.high
        missed += [] if inside else [row["id"]]
        kind = " (recalled, no test)" if row.get("recalled") else ""
        told = f"{percent(whole)} of {row['whole'][1]}" if whole else "children: none"
        lines.append(
            f"| {row['id']}{kind} | {row['what']} | {percent(seen)} | {told} | {percent(body)} | {row['sign']} | "
            f"{'intervals meet' if inside else '**missed**'} |"
        )
    said = f"Missed: {', '.join(missed)}." if missed else "No row is missed."
    counts = (
        f"{patients} bodies; whole people are those of {people} adults who seize at the row's minute; study {STUDY}"
    )
    return "\n".join(lines) + f"\n\n{counts}, {date.today().isoformat()}. {said}\n"


def percent(share) -> str:
    """A share with its interval."""
    return f"{share.share:.0%} ({share.low:.0%} to {share.high:.0%})"


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    main(*(asked + [512, 2048][len(asked) :]))
