"""Drug cards as text for a terminal."""

import textwrap
from collections.abc import Iterable, Sequence

from quell.drugs.card import DrugCard
from quell.drugs.interaction import table
from quell.drugs.port import MEANINGS

WIDTH = 100


def listed(cards: Sequence[DrugCard]) -> str:
    """One line per drug: name, kind, routes."""
    name = max(len(card.name) for card in cards)
    kind = max(len(card.kind) for card in cards)
    return "\n".join(f"{card.name:<{name}}  {card.kind:<{kind}}  {', '.join(card.route)}" for card in cards)


def shown(card: DrugCard) -> str:
    """A card as a page: what it does, where it acts, how it is given, what it harms, on what that rests."""
    acts = [
        f"{act.port} at {act.EC50.value} ({act.EC50.source}, grade {act.EC50.grade}){_unfelt(act.port)}"
        for act in card.acts_on
    ]
    doses = [f"{form.words}{f' [{form.use}]' if form.use else ''} ({form.source})" for form in card.form]
    parts = [
        f"{card.name} ({card.kind}){_also(card.aliases)}{f', ATC {chr(32).join(card.atc)}' if card.atc else ''}",
        textwrap.fill(card.about, WIDTH),
        _part("Routes", [", ".join(card.route)]),
        _part("Becomes", [card.delivers] if card.delivers else []),
        _part("Acts on", acts),
        _part("Doses", doses),
        _part("With others", _with_others(card.name)),
        _part("Harms", [f"{said.what} ({said.source})" for said in card.harm]),
        _part("Watch", [f"{said.what} ({said.source})" for said in card.monitor]),
        _part("Sources", [f"{key}: {what}" for key, what in card.sources.items()]),
    ]
    return "\n\n".join(part for part in parts if part)


def _unfelt(port: str) -> str:
    return "" if MEANINGS[port].read_by else "; recorded, but no part of the model feels this port yet"


def _with_others(drug: str) -> list[str]:
    """What the drug does to others and others to it, one line per row of the table of interactions."""
    made = []
    for row in table():
        if drug in row.of:
            made.append(f"on {', '.join(row.on)}: {row.says}")
        elif drug in row.on:
            made.append(f"from {', '.join(row.of)}: {row.says}")
    return list(dict.fromkeys(made))


def _also(names: Iterable[str]) -> str:
    said = ", ".join(names)
    return f", also {said}" if said else ""


def _part(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    wrapped = (textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ") for line in lines)
    return "\n".join([title, *wrapped])
