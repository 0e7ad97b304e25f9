"""Drug cards as text for a terminal."""

import textwrap
from collections.abc import Iterable, Sequence

from quell.drugs.card import DrugCard

WIDTH = 100


def listed(cards: Sequence[DrugCard]) -> str:
    """One line per drug: name, kind, routes."""
    name = max(len(card.name) for card in cards)
    kind = max(len(card.kind) for card in cards)
    return "\n".join(f"{card.name:<{name}}  {card.kind:<{kind}}  {', '.join(card.route)}" for card in cards)


def shown(card: DrugCard) -> str:
    """A card as a page: what it does, where it acts, how it is given, what it harms, on what that rests."""
    acts = [f"{act.port} at {act.EC50.value} ({act.EC50.source}, grade {act.EC50.grade})" for act in card.acts_on]
    doses = [f"{form.words}{f' [{form.use}]' if form.use else ''} ({form.source})" for form in card.form]
    parts = [
        f"{card.name} ({card.kind}){_also(card.aliases)}",
        textwrap.fill(card.about, WIDTH),
        _part("Routes", [", ".join(card.route)]),
        _part("Becomes", [card.delivers] if card.delivers else []),
        _part("Acts on", acts),
        _part("Doses", doses),
        _part("Harms", [f"{said.what} ({said.source})" for said in card.harm]),
        _part("Watch", [f"{said.what} ({said.source})" for said in card.monitor]),
        _part("Sources", [f"{key}: {what}" for key, what in card.sources.items()]),
    ]
    return "\n\n".join(part for part in parts if part)


def _also(names: Iterable[str]) -> str:
    said = ", ".join(names)
    return f", also {said}" if said else ""


def _part(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    wrapped = (textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ") for line in lines)
    return "\n".join([title, *wrapped])
