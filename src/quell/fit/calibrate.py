"""The first calibration: draw members from the priors, let each live every arm, keep the plausible, weigh, freeze.

python -m quell.fit.calibrate draw FIRST COUNT OUT.npz       simulate members FIRST to FIRST + COUNT
python -m quell.fit.calibrate freeze TABLE.csv OUT.npz ...   weigh on the clinical table and write the population
"""

import csv
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.engine.clock import Clocks
from quell.fit import arms
from quell.fit.weigh import Target, Weighed, weigh
from quell.ground import compute
from quell.patient.person import FOLDER, People, draw_bodies, draw_prior

STUDY = 2026  # seed of the calibration's own draws
LANES = 256
HEALTHY_S = 12 * 3600.0
HEALTHY_CLOCKS = Clocks(window=0.1)
STRENGTH = 40.0  # of the pull towards equal weights; see weigh


def draw(first: int, count: int) -> dict[str, np.ndarray]:
    """Fates and traits of those of the members first .. first + count who stay healthy, arrays `[members]`."""
    healthy = []
    for start in range(first, first + count, LANES):
        ids = np.arange(start, start + LANES)
        healthy.append(ids[_stays_healthy(_people(ids))])
        print(f"members {start} to {start + LANES}: {len(healthy[-1])} stay healthy", flush=True)
    kept, pieces = np.concatenate(healthy), []
    for start in range(0, len(kept), LANES):
        ids = np.resize(kept[start : start + LANES], LANES)  # the last pack is padded with its own members
        own = min(LANES, len(kept) - start)
        pieces.append({name: values[:own] for name, values in _fates(_people(ids)).items()})
        print(f"{start + own} of {len(kept)} have lived every arm", flush=True)
    found = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    return found | {"member": kept, "drawn": np.array([count])}


def _people(ids: np.ndarray) -> People:
    return People(ids, draw_prior(STUDY, ids), draw_bodies(STUDY, ids))


def freeze(found: Mapping[str, np.ndarray], table: Sequence[Mapping[str, str]], name: str = "adult") -> Weighed:
    """Weigh the plausible members and write NAME.csv and NAME.toml beside the priors."""
    keep = found["plausible"]
    _, rows = arms.read()
    clinic = {row["id"]: row for row in table}
    targets = [
        Target(r.id, *(r.bench or (float(clinic[r.id]["n"]), float(clinic[r.id]["events"]))), r.weight)
        for r in rows.values()
    ]
    counts = {r: found[f"{r}.counts"][keep] for r in rows}
    success = {r: found[f"{r}.success"][keep] for r in rows}
    weighed = weigh(counts, success, targets, strength=STRENGTH)
    traits = {n.removeprefix("trait."): v[keep] for n, v in found.items() if n.startswith("trait.")}
    heavy = weighed.weights > 0.02 / len(weighed.weights)
    with (FOLDER / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["member", "weight", *traits])
        for k in np.flatnonzero(heavy):
            member = int(found["member"][keep][k])
            out.writerow([member, f"{weighed.weights[k]:.4e}", *(f"{v[k]:.5g}" for v in traits.values())])
    lines = _provenance(
        weighed, targets, counts, drawn=int(found["drawn"].sum()), kept=int(keep.sum()), frozen=int(heavy.sum())
    )
    (FOLDER / f"{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return weighed


def _fates(people: People) -> dict[str, np.ndarray]:
    _, rows = arms.read()
    found = {f"trait.{name}": values for name, values in people.traits.items()}
    plausible = np.ones(len(people.ids), bool)
    for arm, record in arms.simulate_all(people, STUDY):
        if arm.name == "natural":
            before = record["time"] < 0
            plausible &= ~record["seizing"][before][5:].any(axis=0)
            plausible &= record["seizing"].any(axis=0)
        plausible &= np.isfinite(record["E_gaba"]).all(axis=(0, 2))
        for row in rows.values():
            if row.arm == arm.name:
                found[f"{row.id}.counts"], found[f"{row.id}.success"] = arms.score(row, record)
    return found | {"plausible": plausible}


def _stays_healthy(people: People) -> np.ndarray:
    """Whether a member never seizes in twelve hours without an insult."""
    machine = compile_protocol(load_protocol("no_treatment"))
    none = {"amplitude": 0.0, "floor": 0.0}
    course = build_course(people, machine, study=STUDY + 1, clocks=HEALTHY_CLOCKS, onset=none)
    _, record = course.advance(course.start(), 0, course.steps(HEALTHY_S), watch=False)
    return ~record["seizing"][5:].any(axis=0)


def _provenance(weighed: Weighed, targets, counts, *, drawn: int, kept: int, frozen: int) -> list[str]:
    lines = [
        'about = "The frozen default population: weighted members of the priors."',
        'command = "python -m quell.fit.calibrate draw 0 N OUT; python -m quell.fit.calibrate freeze TABLE OUT"',
        f'date = "{date.today().isoformat()}"',
        f"study = {STUDY}",
        f"drawn = {drawn}",
        f"plausible = {kept}",
        f"frozen = {frozen}",
        f"effective = {weighed.effective:.1f}",
        f"strength = {STRENGTH}",
        'priors = "priors.toml"',
        'criteria = "no seizure before onset nor in twelve hours without insult; a seizure after it; states finite"',
        "",
        "[row]",
    ]
    for t in targets:
        lines.append(
            f"{t.id} = {{ clinic = {t.events / t.n:.3f}, n = {t.n:g}, weight = {t.weight}, members = "
            f"{int(counts[t.id].sum())}, prior = {weighed.before[t.id]:.3f}, weighted = {weighed.after[t.id]:.3f} }}"
        )
    return lines


def main(words: Sequence[str]) -> None:
    """The two commands of the caption."""
    compute.prepare()
    if words[0] == "draw":
        np.savez_compressed(words[3], allow_pickle=False, **draw(int(words[1]), int(words[2])))
        return
    with Path(words[1]).open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    parts = [dict(np.load(path)) for path in words[2:]]
    weighed = freeze({name: np.concatenate([p[name] for p in parts]) for name in parts[0]}, table)
    print(tomllib.loads((FOLDER / "adult.toml").read_text(encoding="utf-8"))["row"])
    print(f"effective members {weighed.effective:.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
