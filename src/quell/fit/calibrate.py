"""The calibration: members drawn, every arm lived, the plausible kept, weighed on the clinical table, frozen.

python -m quell.fit.calibrate draw FIRST COUNT OUT.npz [PROPOSAL.toml]     live the members FIRST to FIRST + COUNT
python -m quell.fit.calibrate propose TABLE.csv PROPOSAL.toml OUT.npz ...  say where to draw next
python -m quell.fit.calibrate freeze TABLE.csv OUT.npz ...                 weigh, and write the populations
python -m quell.fit.calibrate again ROW LIVES LEAST MOST OUT.npz ...       fresh lives of those who count at ROW
python -m quell.fit.calibrate renew TABLE.csv ROW OUT.npz ...              draw anew who counts at ROW
python -m quell.fit.calibrate relive                                       the rows of the frozen members, lived anew
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from quell.care.course import build_course
from quell.care.machine import compile_protocol
from quell.care.protocol import load_protocol
from quell.fit import arms, propose
from quell.fit.freeze import freeze, relived, weigh_rows
from quell.fit.propose import Component
from quell.fit.renew import renew
from quell.ground import compute
from quell.patient.person import FOLDER, People, draw_bodies, frozen

Found = dict[str, np.ndarray]
RARE = {  # fates that few members have and that their population is about
    # seizing for half an hour, after a benzodiazepine too, and on their own seven minutes after a brief insult
    "adult": ("PHTSE_PBO.counts", "ESETT_LEV.counts", "RAFIQ_7.counts"),
}


def draw(first: int, count: int, proposal: Sequence[Component]) -> Found:
    """Fates and traits of those of the members first .. first + count who are plausible, arrays `[members]`."""

    study = int(arms.constants()["study"])

    def packs(ids: np.ndarray, what: str):
        return _packs(
            ids, lambda some: People(some, propose.draw(proposal, study, some), draw_bodies(study, some)), what
        )

    ids = np.arange(first, first + count)
    ids = ids[np.concatenate([stays_healthy(p)[:own] for p, own in packs(ids, "an hour under stress")])]
    early = _join([_own(early_fates(p), own) for p, own in packs(ids, "untreated and insults")])
    plausible = early.pop("plausible")
    ids, early = ids[plausible], _own(early, plausible)
    late = np.flatnonzero(early.pop("late"))
    treated = _join([_own(late_fates(p), own) for p, own in packs(ids[late], "treatments")])
    for name, values in treated.items():
        early[name] = np.zeros(len(ids), np.float32)
        early[name][late] = values
    return early | {"member": ids, "drawn": np.array(count), "proposal": np.array(_text(proposal))}


def again(found: Found, row: str, lives: int, *, least: float = 0.0, most: float = 1.0) -> Found:
    """The rows of the arm of `row`, for those who count there taken from so many fresh lives and from none before.

    Who counts was picked among many by the luck of few lives; only lives that picked nobody tell what each is like.
    Who counts in less than `least` of the lives, or succeeds in more than `most` of those that count, is left as it is.
    """
    study, every = int(arms.constants()["study"]), arms.read()
    arm = every[0][every[1][row].arm]
    counts, success = found[f"{row}.counts"], found[f"{row}.success"]
    chosen = np.flatnonzero((counts > 0) & (counts >= least) & (np.minimum(counts, success) <= most * counts))
    traits = {n.removeprefix("trait."): v for n, v in found.items() if n.startswith("trait.")}

    def people(places: np.ndarray) -> People:
        ids = found["member"][places]
        return People(ids, {n: v[places] for n, v in traits.items()}, draw_bodies(study, ids))

    fresh = []
    for pack, own in _packs(chosen, people, f"{lives} more lives"):
        one: Found = {}
        for turn in range(arm.repeats, arm.repeats + lives):
            _score(one, arm, arms.alone(arm, pack, study + arms.TURN * turn), lives)
        fresh.append(_own(one, own))
    for name, values in _join(fresh).items():
        found[name] = found[name].astype(np.float32)
        found[name][chosen] = values
    return found


def relive(name: str = "adult") -> dict[str, tuple[float, float]]:
    """The fates of the members of a frozen population as they live now, written as its rows."""
    traits, weights = frozen(name)
    with (FOLDER / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        members = np.array([int(line["member"]) for line in csv.DictReader(file)])
    study = int(arms.constants()["study"])

    def people(places: np.ndarray) -> People:
        ids = members[places]
        return People(ids, {n: values[places] for n, values in traits.items()}, draw_bodies(study, ids))

    places = np.arange(len(members))
    found = _join([_own(early_fates(p), own) for p, own in _packs(places, people, "untreated and insults")])
    late = np.flatnonzero(found["late"])
    treated = _join([_own(late_fates(p), own) for p, own in _packs(late, people, "treatments")])
    for fate, values in treated.items():
        found[fate] = np.zeros(len(places), np.float32)
        found[fate][late] = values
    print(f"plausible still: {weights[found['plausible']].sum() / weights.sum():.4f} of the weight")
    return relived(found, weights, name=name)


def _packs(ids: np.ndarray, people: Callable[[np.ndarray], People], what: str) -> Iterator[tuple[People, int]]:
    """People in packs of one size, the last padded with its own members, and how many of each are its own."""
    lanes = int(arms.constants()["lanes"])
    for start in range(0, len(ids), lanes):
        own = min(lanes, len(ids) - start)
        yield people(np.resize(ids[start : start + lanes], lanes)), own
        print(f"{what}: {start + own} of {len(ids)}", flush=True)


def early_fates(people: People) -> Found:
    """Traits, plausibility and the rows of the arms that everybody lives."""
    found: Found = {f"trait.{name}": values for name, values in people.traits.items()}
    plausible = np.ones(len(people.ids), bool)
    for arm, record in arms.simulate_all(people, int(arms.constants()["study"]), late=False):
        if arm.name == "natural":
            before = record["time"] < 0
            plausible &= ~record["seizing"][before][5:].any(axis=0) & record["seizing"].any(axis=0)
            found["late"] = record["seizing"][record["time"] > arms.constants()["late"]].any(axis=0)
        plausible &= np.isfinite(record["E_gaba"]).all(axis=(0, 2))
        _score(found, arm, record)
    return found | {"plausible": plausible}


def late_fates(people: People) -> Found:
    """The rows of the arms of treatment."""
    found: Found = {}
    for arm, record in arms.simulate_all(people, int(arms.constants()["study"])):
        if arms.is_late(arm):
            _score(found, arm, record)
    return found


def stays_healthy(people: People) -> np.ndarray:
    """Whether a member never seizes in an hour of raised noise without an insult, bool `[lanes]`."""
    machine = compile_protocol(load_protocol("no_treatment"))
    noise = people.traits["wiring.noise"] * arms.constants()["stress"]
    people = People(people.ids, people.traits | {"wiring.noise": noise}, people.persons)
    study = int(arms.constants()["study"]) + 1
    none = {"amplitude": 0.0, "floor": 0.0}
    course = build_course(people, machine, study=study, clocks=arms.CLOCKS, onset=none)
    _, record = course.advance(course.start(), 0, course.steps(arms.constants()["healthy"]), watch=False)
    return ~record["seizing"][5:].any(axis=0)


def pool(paths: Sequence[Path]) -> tuple[Found, np.ndarray, list[tuple[int, list[Component]]]]:
    """Members of several draws, their base weights, and what was drawn from where."""
    parts = [dict(np.load(path)) for path in paths]
    drawn = [(int(p.pop("drawn")), _from_text(str(p.pop("proposal")))) for p in parts]
    found = _join(parts)
    traits = {n.removeprefix("trait."): v for n, v in found.items() if n.startswith("trait.")}
    return found, propose.base_weights(traits, drawn), drawn


def next_proposal(found: Found, base: np.ndarray, table: Sequence[Mapping[str, str]]) -> list[Component]:
    """Part prior; the rest each population as weighed, and those of it whose fate is rare and decides."""
    traits = {n.removeprefix("trait."): v for n, v in found.items() if n.startswith("trait.")}
    proposal = [propose.from_prior()[0]._replace(share=0.3)]
    for population, rare in RARE.items():
        _, weighed = weigh_rows(found, base, table, population)
        proposal.append(propose.fit(traits, weighed.weights, 0.1))
        proposal += [propose.fit(traits, weighed.weights * found[fate], 0.6 / len(rare)) for fate in rare]
    return proposal


def _score(found: Found, arm: arms.Arm, record: Mapping[str, np.ndarray], lives: int = 0) -> None:
    """Add the rows of an arm: who counts, and who counts and succeeds; in which share of `lives` (those of the arm)."""
    for row in arms.read()[1].values():
        if row.arm == arm.name:
            counts, success = arms.score(row, record)
            for what, values in (("counts", counts), ("success", counts & success)):
                name = f"{row.id}.{what}"
                found[name] = found.get(name, np.zeros(len(counts), np.float32)) + values / np.float32(
                    lives or arm.repeats
                )


def _own(found: Found, which) -> Found:
    keep = slice(which) if isinstance(which, int) else which
    return {name: values[keep] for name, values in found.items()}


def _join(parts: Sequence[Found]) -> Found:
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]} if parts else {}


def _text(proposal: Sequence[Component]) -> str:
    return json.dumps([c._asdict() for c in proposal])


def _from_text(text: str) -> list[Component]:
    return [Component(**c) for c in json.loads(text)]


def main(words: Sequence[str]) -> None:
    """The commands of the caption."""
    compute.prepare()
    if words[0] == "draw":
        proposal = propose.load(Path(words[4])) if len(words) > 4 else propose.from_prior()
        np.savez_compressed(words[3], allow_pickle=False, **draw(int(words[1]), int(words[2]), proposal))
        return
    if words[0] == "relive":
        for row, (before, now) in relive().items():
            print(f"  {row}: {before:.3f} -> {now:.3f}")
        return
    if words[0] == "again":
        least, most = float(words[3]), float(words[4])
        for path in words[5:]:
            fresh = again(dict(np.load(path)), words[1], int(words[2]), least=least, most=most)
            np.savez_compressed(path, allow_pickle=False, **fresh)
        return
    with Path(words[1]).open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    if words[0] == "propose":
        found, base, _ = pool([Path(p) for p in words[3:]])
        propose.save(Path(words[2]), next_proposal(found, base, table))
        return
    if words[0] == "renew":
        found, base, drawn = pool([Path(p) for p in words[3:]])
        for row, (before, now) in renew(found, base, table, words[2], name="adult", drawn=drawn).items():
            print(f"  {row}: {before:.3f} -> {now:.3f}")
        return
    found, base, drawn = pool([Path(p) for p in words[2:]])
    for name in sorted({row.population for row in arms.read()[1].values()}):
        weighed = freeze(found, base, table, name=name, drawn=drawn)
        print(f"{name}: effective members {weighed.effective:.0f}")
        for row in weighed.after:
            print(f"  {row}: {weighed.before[row]:.3f} -> {weighed.after[row]:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
