"""Freezing: members weighed on the rows of a population, written as data with their provenance."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from quell.fit import arms, propose
from quell.fit.propose import Component
from quell.fit.weigh import Target, Weighed, weigh
from quell.patient.person import FOLDER


def weigh_rows(
    found: Mapping[str, np.ndarray], base: np.ndarray, table: Sequence[Mapping[str, str]], population: str
) -> tuple[list[Target], Weighed]:
    """The rows that a population is weighed on, and the weights of its members."""
    clinic = {row["id"]: row for row in table}
    rows = [row for row in arms.read()[1].values() if row.population == population]
    targets = [Target(r.id, *r.target(clinic), r.weight) for r in rows]
    counts = {r.id: found[f"{r.id}.counts"] for r in rows}
    success = {r.id: found[f"{r.id}.success"] for r in rows}
    pull = {name: arms.constants()[name] for name in ("strength", "within")}
    return targets, weigh(counts, success, targets, base=base, **pull)


def freeze(
    found: Mapping[str, np.ndarray],
    base: np.ndarray,
    table: Sequence[Mapping[str, str]],
    *,
    name: str,
    drawn: Sequence[tuple[int, list[Component]]],
) -> Weighed:
    """Weigh the members on the rows of population NAME; write NAME.csv, NAME.toml and where they were drawn."""
    targets, weighed = weigh_rows(found, base, table, name)
    traits = {n.removeprefix("trait."): v for n, v in found.items() if n.startswith("trait.")}
    heavy = weighed.weights > arms.constants()["least"] / len(weighed.weights)
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["member", "weight", *traits])
        for k in np.flatnonzero(heavy):
            member = int(found["member"][k])
            out.writerow([member, f"{weighed.weights[k]:.4e}", *(f"{v[k]:.5g}" for v in traits.values())])
    when = [f'date = "{date.today().isoformat()}"']
    describe(found, weighed, targets, name=name, drawn=drawn, frozen=int(heavy.sum()), when=when)
    return weighed


def describe(
    found: Mapping[str, np.ndarray],
    weighed: Weighed,
    targets: Sequence[Target],
    *,
    name: str,
    drawn: Sequence[tuple[int, list[Component]]],
    frozen: int,
    when: Sequence[str],
) -> None:
    """Write NAME.toml, the provenance of a population, and the proposals it was drawn from; `when` are lines of it."""
    lines = [*when, f"drawn = {sum(count for count, _ in drawn)}"]
    prior, places = propose.from_prior(), 0
    for k, (_, proposal) in enumerate(drawn):
        if any(proposal == earlier for _, earlier in drawn[:k]):
            continue
        count = sum(n for n, other in drawn if other == proposal)
        if proposal == prior:
            lines.append(f"drawn_from_prior = {count}")
            continue
        places += 1
        place = "drawn_from" if places == 1 else f"drawn_from_{places}"
        propose.save(FOLDER / f"{place}.toml", proposal)
        lines.append(f"{place} = {count}  # {place}.toml")
    text = "\n".join(_provenance(found, weighed, targets, frozen=frozen, drawn=lines)) + "\n"
    (FOLDER / f"{name}.toml").write_text(text, encoding="utf-8")


def _provenance(found, weighed: Weighed, targets: Sequence[Target], *, frozen: int, drawn: Sequence[str]) -> list[str]:
    stress = arms.constants()["stress"]
    hours = arms.constants()["healthy"] / 3600.0
    lines = [
        'about = "A frozen population: weighted members of the priors."',
        'command = "python -m quell.fit.calibrate draw | propose | freeze, see its caption"',
        f"study = {int(arms.constants()['study'])}",
        *drawn,
        f"plausible = {len(weighed.weights)}",
        f"frozen = {frozen}",
        f"effective = {weighed.effective:.1f}",
        f"strength = {arms.constants()['strength']}",
        f"within = {arms.constants()['within']}",
        'priors = "priors.toml"',
        f'criteria = "no seizure before onset nor in {hours:g} h of {stress:g} times the noise without insult; '
        'a seizure after the insult; states finite"',
        "",
        "[row]",
    ]
    for t in targets:
        told = _lived(found[f"{t.id}.counts"], weighed.weights, weighed.after[t.id])
        lines.append(
            f'{t.id} = {{ clinic_row = "{arms.read()[1][t.id].clinic}", clinic = {t.events / t.n:.3f}, n = {t.n:g}, '
            f"weight = {t.weight}, prior = {weighed.before[t.id]:.3f}, {told} }}"
        )
    return lines


def relived(found: Mapping[str, np.ndarray], weights: np.ndarray, *, name: str) -> dict[str, tuple[float, float]]:
    """Write into NAME.toml what the members of a frozen population come to as they live now, their weights kept.

    For changes of the model that move the fates of few members. Returns each row's share as frozen, and as lived now.
    """
    path = FOLDER / f"{name}.toml"
    text, moved = path.read_text(encoding="utf-8"), {}
    for row in arms.read()[1].values():
        if row.population != name:
            continue
        counts, success = found[f"{row.id}.counts"], found[f"{row.id}.success"]
        share = float((weights @ np.minimum(counts, success)) / (weights @ counts))
        line = re.search(rf"^{row.id} = .*$", text, re.MULTILINE)
        assert line, f"{path.name} has no row {row.id}"
        moved[row.id] = float(re.findall(r"weighted = ([\d.]+)", line[0])[0]), share
        kept = re.sub(r"(, )?(members|effective|weighted) = [\d.]+", "", line[0]).removesuffix(" }")
        text = text.replace(line[0], f"{kept}, {_lived(counts, weights, share)} }}")
    text = re.sub(r"^relived = .*\n", "", text, flags=re.MULTILINE)
    told = (
        f'relived = "{date.today().isoformat()}"  # rows below: the frozen members and weights in the model of that day'
    )
    path.write_text(re.sub(r"^(study = )", told + r"\n\1", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    return moved


def _lived(counts: np.ndarray, weights: np.ndarray, share: float) -> str:
    """Of a row: members who counted, how many of equal weight they are worth, and their weighted share."""
    w = weights * counts
    return f"members = {int((counts > 0).sum())}, effective = {w.sum() ** 2 / (w**2).sum():.0f}, weighted = {share:.3f}"
