"""Renewing a part of a frozen population: those who count at one row are drawn anew, everybody else stays who they are.

A row that concerns one person in a hundred can be met better by drawing more of those, without making every patient
somebody else. All members, old and new, are weighed on all rows. Of that weighing only what it says of those who count
at the row is taken: how heavy they are together, and which of them. In the file they take the lines of those who
counted there until now and, as far as they are heavier, lines of others chosen by lot. No line moves and none changes
its weight, so whoever is drawn from another line is who they were.
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from quell.fit import arms
from quell.fit.freeze import describe, weigh_rows
from quell.fit.propose import Component
from quell.ground import chance
from quell.ground.errors import InputError
from quell.patient.person import FOLDER


def renew(
    found: Mapping[str, np.ndarray],
    base: np.ndarray,
    table: Sequence[Mapping[str, str]],
    row: str,
    *,
    name: str,
    drawn: Sequence[tuple[int, list[Component]]],
) -> dict[str, tuple[float, float]]:
    """Renew those of population NAME who count at `row`; write its files. Returns each row's share before and after."""
    path = FOLDER / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    held = places(lines, found, path.name)
    weight = np.array([float(line["weight"]) for line in lines])
    targets, weighed = weigh_rows(found, base, table, name)
    again = replaced(held, weight, weighed.weights, found[f"{row}.counts"] > 0, found[f"{row}.success"])
    traits = {n: v for n, v in found.items() if n.startswith("trait.")}
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(lines[0].keys())
        for line, before, now in zip(lines, held, again, strict=True):
            new = [f"{v[now]:.5g}" for v in traits.values()]
            out.writerow(line.values() if before == now else [int(found["member"][now]), line["weight"], *new])
    old, weights = (np.bincount(who, weight, len(base)) / weight.sum() for who in (held, again))
    shares = {}
    for target in targets:
        counts, success = found[f"{target.id}.counts"], found[f"{target.id}.success"]
        shares[target.id] = tuple(float(w @ np.minimum(counts, success) / (w @ counts)) for w in (old, weights))
    after = {row_id: share for row_id, (_, share) in shares.items()}
    said = weighed._replace(weights=weights, effective=float(1 / (weights**2).sum()), after=after)
    first = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))["date"]
    changed = int((held != again).sum())
    when = [
        f'date = "{first}"',
        f'renewed = "{date.today().isoformat()}"  # {changed} lines, {row}: see quell.fit.renew; rows as lived then',
    ]
    describe(found, said, targets, name=name, drawn=drawn, frozen=len(lines), when=when)
    return shares


def places(lines: Sequence[Mapping[str, str]], found: Mapping[str, np.ndarray], where: str) -> np.ndarray:
    """Which member of the draws each line holds, `[lines]`.

    Two proposals give one number to two members, so a trait decides too. Raises InputError for a line that is in none.
    """
    first = next(name for name in found if name.startswith("trait."))
    known = {(int(m), f"{x:.5g}"): k for k, (m, x) in enumerate(zip(found["member"], found[first], strict=True))}
    held = [known.get((int(line["member"]), line[first.removeprefix("trait.")]), -1) for line in lines]
    for line, place in zip(lines, held, strict=True):
        if place < 0:
            what = f"member {line['member']} of {where} is in none of the draws"
            raise InputError(what, allowed="all draws that it came from")
    return np.array(held)


def replaced(
    held: np.ndarray, weight: np.ndarray, weighed: np.ndarray, counts: np.ndarray, order: np.ndarray
) -> np.ndarray:
    """Which member each line holds now, `[lines]`: those who count are replaced by the new ones of their kind.

    Parameters
    ----------
    held, weight : member and weight of each line until now
    weighed, counts, order : per member: its new weight, whether it counts, and what the new ones are sorted by, so that
        lines, which are few, carry their share of it
    """
    inside = np.flatnonzero(counts)
    wanted = float(weighed[inside].sum() / weighed.sum()) * weight.sum()
    luck = np.asarray(chance.uniform(int(arms.constants()["study"]), held, "population.renewed"))[:, 0]
    ranked = np.lexsort((luck, ~counts[held]))  # first who counted until now, then the others by lot
    heap = np.cumsum(weight[ranked])
    count = max(int(np.searchsorted(heap, wanted)), int(counts[held].sum()))
    lines = ranked[:count]
    inside = inside[np.argsort(order[inside], kind="stable")]
    edge = np.cumsum(weighed[inside])
    middle = heap[:count] - 0.5 * weight[lines]
    picked = np.minimum(np.searchsorted(edge / edge[-1], middle / heap[count - 1]), len(inside) - 1)
    again = held.copy()
    again[lines] = inside[picked]
    return again
