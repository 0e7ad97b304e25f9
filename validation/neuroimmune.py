"""The days and weeks of the slow fire against the published neuroimmune model (Batulin 2022), written anew here.

    uv run python validation/neuroimmune.py

Both start from the same injuries: an opening of the barrier (input to B), a loss of neurons (input to D), for so many
days. The published model is written from its equations (its code has no licence and is not used) and first held to
values printed by a run of that code. Ours are the mechanisms of `quell.tissue`; how often the tissue seizes is not
theirs to say, so both are closed by the published seizure burden S(I, R). Writes docs/neuroimmune.md and a JSON.
"""

import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from quell.ground import compute

compute.prepare()

from quell.ground.card import from_card  # noqa: E402
from quell.tissue import barrier, inflammation, remodelling  # noqa: E402
from quell.tissue.barrier import Barrier  # noqa: E402
from quell.tissue.inflammation import Inflammation  # noqa: E402
from quell.tissue.remodelling import Remodelling  # noqa: E402

HERE, DAY = Path(__file__).parent, 86400.0
STEP_D = 0.02
PRINTED = {  # a run of the published code, pilocarpine protocol: day -> I, B, D, R, S
    2: (0.176, 0.304, 0.200, 0.029, 0.053),
    7: (0.252, 0.246, 0.229, 0.122, 0.161),
    30: (0.242, 0.244, 0.229, 0.223, 0.240),
    60: (0.327, 0.331, 0.631, 0.299, 0.337),
    90: (0.482, 0.488, 0.989, 0.431, 0.508),
}
NAMES = ("inflammation", "barrier leak", "slow loss", "sprouting", "seizure burden")
TOLERANCE = 0.2


class Injury(NamedTuple):
    """What starts it: input to the barrier and to the loss of neurons, for `days`."""

    barrier: float
    loss: float
    days: float


PILOCARPINE = Injury(1.65, 1.0, 2.0)


def burden(I: float, R: float) -> float:
    """Seizure burden S of the published model."""
    return 0.875 * np.tanh(I**2 + R)  # (e^x - 1) / (e^x + 1) of x = 2 I^2 + 2 R


def published(injury: Injury, days: float) -> np.ndarray:
    """I, B, D, R, S of the published model at every step, `[steps + 1, 5]`."""

    def rates(x: np.ndarray, day: float) -> np.ndarray:
        I, B, D, R = x
        on = day < injury.days
        return np.array([
            -I + B,
            (-B + 0.1 * I + burden(I, R) + injury.barrier * on) / 10.0,
            ((1.0 - D) * 8.0 * max(0.0, I - 0.25) + injury.loss * on) / 10.0,
            (-R + B + 5e-4 * D) / 10.0,
        ])  # fmt: skip

    found = _march(rates, np.zeros(4), days)
    return np.column_stack([found, [burden(I, R) for I, _, _, R in found]])


def ours(injury: Injury, days: float) -> np.ndarray:
    """Inflammation, leak, slow loss, sprouting and burden of `quell.tissue` at every step, `[steps + 1, 5]`."""
    fire, wall, slow = from_card(Inflammation), from_card(Barrier), from_card(Remodelling)
    calm = inflammation.Needs(*(0.0,) * len(inflammation.Needs._fields))
    cuts = np.cumsum([len(inflammation.State._fields), len(barrier.State._fields)])

    def split(x: np.ndarray) -> tuple:
        one, two, three = np.split(x, cuts)
        return inflammation.State(*one), barrier.State(*two), remodelling.State(*three)

    def felt(state: inflammation.State) -> float:
        return 0.5 * (state.il1 + state.tnf)

    def rates(x: np.ndarray, day: float) -> np.ndarray:
        lit, leaking, changed = split(x)
        on, I = day < injury.days, felt(lit)
        activity = burden(I, changed.sprouted) / wall.by_seizing
        one = fire.rates(lit, calm._replace(activity=activity, albumin=leaking.albumin))
        two = wall.rates(leaking, barrier.Needs(activity, I))
        three = slow.rates(changed, remodelling.Needs(I, leaking.leak))
        two = two._replace(leak=two.leak + injury.barrier * on / wall.tau_healing)
        three = three._replace(lost=three.lost + injury.loss * on / slow.tau_loss)
        return np.array([*one, *two, *(float(rate) for rate in three)]) * DAY

    start = np.array([*fire.rest(), *wall.rest(), *slow.rest()], float)
    rows = []
    for x in _march(rates, start, days):
        lit, leaking, changed = split(x)
        rows.append((felt(lit), leaking.leak, changed.lost, changed.sprouted, burden(felt(lit), changed.sprouted)))
    return np.array(rows)


def _march(rates, x: np.ndarray, days: float) -> np.ndarray:
    """Heun steps of `STEP_D` days."""
    path = [x]
    for k in range(round(days / STEP_D)):
        day = k * STEP_D
        first = rates(x, day)
        x = x + 0.5 * STEP_D * (first + rates(x + STEP_D * first, day))
        path.append(x)
    return np.array(path)


def compare() -> list[dict]:
    """Every row: quantity, oracle, ours, tolerance, verdict."""
    theirs, mine, rows = published(PILOCARPINE, 90), ours(PILOCARPINE, 90), []
    for day, printed in PRINTED.items():
        for k, value in enumerate(printed):
            again = theirs[round(day / STEP_D), k]
            rows.append(_row(f"equations anew, {NAMES[k]} on day {day}", value, again, absolute=0.01))
    for day in PRINTED:
        for k, name in enumerate(NAMES):
            pair = theirs[round(day / STEP_D), k], mine[round(day / STEP_D), k]
            rows.append(_row(f"pilocarpine, {name} on day {day}", *pair, relative=TOLERANCE))
    for days in (1.75, 3.5, 7.0, 10.5):
        injury = Injury(0.25, 0.0, days)
        pair = [_fate(run(injury, 180)) for run in (published, ours)]
        rows.append({
            "quantity": f"barrier opened for {days:g} d: inflammation from day 30 to 180", "oracle": pair[0][0],
            "ours": pair[1][0], "tolerance": "same direction",
            "verdict": "agrees" if pair[0][1] == pair[1][1] else "MISSES",
        })  # fmt: skip
    return rows


def _fate(path: np.ndarray) -> tuple[str, bool]:
    early, late = path[round(30 / STEP_D), 0], path[-1, 0]
    return f"{early:.3f} to {late:.3f}", bool(late > early)


def _row(quantity: str, oracle: float, mine: float, *, absolute: float = 0.0, relative: float = 0.0) -> dict:
    near = abs(mine - oracle) <= max(absolute, relative * abs(oracle))
    tolerance = f"{absolute:g}" if absolute else f"{relative:.0%}"
    values = {"oracle": f"{oracle:.3f}", "ours": f"{mine:.3f}", "tolerance": tolerance}
    return {"quantity": quantity, **values, "verdict": "agrees" if near else "MISSES"}


def page(rows: list[dict]) -> str:
    """The table as a page."""
    agree = sum(row["verdict"] == "agrees" for row in rows)
    head = (HERE / "neuroimmune_head.md").read_text(encoding="utf-8").format(agree=agree, rows=len(rows))
    columns = ("quantity", "oracle", "ours", "tolerance", "verdict")
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    lines += ["| " + " | ".join(row[name] for name in columns) + " |" for row in rows]
    return head + "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    made = compare()
    record = {"date": date.today().isoformat(), "rows": made}
    (HERE / "neuroimmune.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (HERE.parent / "docs" / "neuroimmune.md").write_text(page(made), encoding="utf-8")
    print("\n".join(f"{row['verdict']:7} {row['quantity']}: {row['oracle']} / {row['ours']}" for row in made))
