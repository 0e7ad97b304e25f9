"""`quell cite DIR`: the sources behind the numbers that a run used, and no others.

A run's manifest names the cards of constants that it read; of drugs those that were given count, each with the model of
its kinetics that the patient had. A run of an older Quell did not note its cards: then all constants are listed.
"""

import csv
import json
import textwrap
import tomllib
from pathlib import Path
from typing import Any

from quell.ground.errors import InputError
from quell.ground.sources import PACKAGE, bibliography, cards, is_honest, rows

WIDTH = 100
GIVEN = ("dose", "infusion")  # kinds of the timeline with which a drug goes in


def cited(folder: Path) -> dict[str, Any]:
    """What a run rests on: papers and honest words with the places of their numbers, drugs, protocol. InputError."""
    manifest = _manifest(folder)
    used, whole = _constants(manifest)
    found: dict[str, list[str]] = {}
    for card in used:
        for number in rows(card):
            for source in number.sources:
                found.setdefault(source, []).append(f"{card.relative_to(PACKAGE).as_posix()}: {number.place}")
    entries = bibliography()
    return {
        "run": str(folder),
        "all_constants": whole,
        "papers": {
            key: {"numbers": sorted(places), "bibtex": entries[key]}
            for key, places in sorted(found.items())
            if key in entries
        },
        "words": {key: len(places) for key, places in sorted(found.items()) if is_honest(key)},
        "drugs": [_drug(name, variant) for name, variant in _given(folder).items()],
        "protocol": _protocol(folder),
    }


def told(found: dict[str, Any]) -> str:
    """The same as a list to read: BibTeX of papers, then drugs and protocol in words."""
    admitted = ", ".join(f"{count} {word}" for word, count in found["words"].items())
    parts = [f"% {found['run']}: constants of the brain, the body and their care. Numbers without a paper: {admitted}."]
    if found["all_constants"]:
        parts.append("% This run did not note which cards it read; all constants of Quell are listed.")
    parts += [f"% {len(paper['numbers'])} numbers\n{paper['bibtex']}" for paper in found["papers"].values()]
    for drug in found["drugs"]:
        lines = [f"{key}: {text}" for key, text in drug["sources"].items()]
        lines += [f"without a paper: {', '.join(f'{n} {word}' for word, n in drug['words'].items())}"]
        parts.append(_listed(f"{drug['name']}, kinetics {drug['variant']} ({drug['numbers']} numbers)", lines))
    if found["protocol"]["sources"]:
        parts.append(_listed(f"protocol {found['protocol']['name']}", found["protocol"]["sources"]))
    return "\n\n".join(parts)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        allowed = "a folder that `quell run` has made; without a folder all sources are printed"
        raise InputError("no result of Quell is here", file=str(folder), allowed=allowed) from None
    except (ValueError, OSError) as error:
        raise InputError(f"the manifest cannot be read ({error})", file=str(folder / "manifest.json")) from None


def _constants(manifest: dict[str, Any]) -> tuple[list[Path], bool]:
    """The cards of constants of a run, and whether they are all there are for want of a note."""
    read = manifest.get("cards_read")
    if read is None:
        return cards(), True
    return [card for card in cards() if card.relative_to(PACKAGE).as_posix() in set(read)], False


def _given(folder: Path) -> dict[str, str]:
    """Active drugs that went in, or without a timeline those of the protocol, with their models of kinetics."""
    from quell.care.kinetics import models
    from quell.care.scenario import load_scenario
    from quell.drugs.card import load
    from quell.drugs.parameters import model_of

    scenario = load_scenario(folder / "scenario.toml")
    chosen = {drug: choice.variant for drug, choice in models(scenario).items()}
    named = _from_timeline(folder / "timeline.csv")
    if named is None:
        named = list(dict.fromkeys(order.drug for step in scenario.course.step for order in step.orders))
    age = scenario.patient.measures().get("age_y", 40.0)
    made: dict[str, str] = {}
    for name in named:
        card = load(name)
        active = load(card.delivers) if card.delivers else card
        asked = chosen.get(active.name)
        young = model_of(active, None, age) if active.pk else ""
        made[name] = asked if asked and asked != active.default else young
    return made


def _from_timeline(path: Path) -> list[str] | None:
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return sorted({row["drug"] for row in csv.DictReader(file) if row.get("drug") and row["kind"] in GIVEN})


def _drug(name: str, variant: str) -> dict[str, Any]:
    """The sources of a drug's card, the models of its kinetics that were not used left out."""
    from quell.drugs import library

    path = library.entry(name).path
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    numbers = [number for number in rows(path) if _used(number.place, variant)]
    counted: dict[str, int] = {}
    for number in numbers:
        for source in number.sources:
            counted[source] = counted.get(source, 0) + 1
    named = {key: text for key, text in raw.get("sources", {}).items() if key in counted}
    words = {key: count for key, count in sorted(counted.items()) if is_honest(key)}
    return {"name": name, "variant": variant or "none", "numbers": len(numbers), "sources": named, "words": words}


def _used(place: str, variant: str) -> bool:
    """Not of another model of kinetics, nor of a rule that picks one, nor of the card's own checks."""
    head, _, rest = place.partition(".")
    return rest.partition(".")[0] == variant if head == "pk" else not head.startswith(("when", "check"))


def _protocol(folder: Path) -> dict[str, Any]:
    from quell.care.scenario import load_scenario

    course = load_scenario(folder / "scenario.toml").course
    said = [course.source, *(step.source for step in course.step)]
    return {"name": course.name, "sources": list(dict.fromkeys(source for source in said if source))}


def _listed(title: str, lines: list[str]) -> str:
    wrapped = [textwrap.fill(line, WIDTH, initial_indent="%   ", subsequent_indent="%     ") for line in lines]
    return "\n".join([f"% {title}", *wrapped])
