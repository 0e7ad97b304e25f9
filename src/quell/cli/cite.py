"""`quell cite`: the papers behind the numbers, as BibTeX, and the words that admit where there is none."""

from collections import Counter
from typing import Any

from quell.ground.sources import PACKAGE, bibliography, cards, is_honest, rows


def cite() -> str:
    """BibTeX of every paper that a constant of Quell rests on, under a comment that counts the rest."""
    return bibtex()


def cited() -> dict[str, Any]:
    """By source: the numbers that rest on it, as "room/card: Table.constant"."""
    found: dict[str, list[str]] = {}
    for card in cards():
        for number in rows(card):
            for source in number.sources:
                where = f"{card.relative_to(PACKAGE).as_posix()}: {number.place}"
                found.setdefault(source, []).append(where)
    return dict(sorted(found.items()))


def bibtex() -> str:
    """Entries in the order of their keys; the count of honest words comes first."""
    found = cited()
    entries = bibliography()
    words = Counter({source: len(places) for source, places in found.items() if is_honest(source)})
    told = ", ".join(f"{count} {word}" for word, count in words.most_common())
    head = f"% {sum(map(len, found.values()))} numbers with a source; {told}."
    papers = [f"% {len(found[key])} numbers\n{entries[key]}" for key in found if key in entries]
    return "\n\n".join([head, *papers])
