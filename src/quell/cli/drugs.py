"""Drug cards as text for a terminal."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from quell.drugs.card import DrugCard
from quell.drugs.interaction import table
from quell.drugs.standing import STATES
from quell.ground.errors import InputError

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
        f"{card.name} ({card.kind}){_also(card.aliases)}, {_code(card)}",
        textwrap.fill(card.about, WIDTH),
        _part("Routes", [", ".join(card.route)]),
        _part("Becomes", [card.delivers] if card.delivers else []),
        _part("Acts on", acts),
        _part("Doses", doses),
        _part("Kinetics", _kinetics(card)),
        _part("With others", _with_others(card.name)),
        _part("Harms", [f"{said.what} ({said.source})" for said in card.harm]),
        _part("Watch", [f"{said.what} ({said.source})" for said in card.monitor]),
        _part("Sources", [f"{key}: {what}" for key, what in card.sources.items()]),
    ]
    return "\n\n".join(part for part in parts if part)


def _code(card: DrugCard) -> str:
    return f"ATC {' '.join(card.atc)}" if card.atc else f"no ATC code: {card.no_atc}"


def _kinetics(card: DrugCard) -> list[str]:
    """Every structural model with what it is for, then which one a state of the patient picks."""
    made = []
    for name, model in card.pk.items():
        also = f", also {', '.join(model.also)}" if model.also else ""
        young = f" (below {card.young[name]:g} years)" if name in card.young else ""
        mark = " (default)" if name == card.default else young
        made.append(f"{name}{mark}{also}: {model.about} ({model.V1.source}, grade {model.V1.grade})")
    for rule in card.when:
        pushed = f", {rule.pushed} where boluses are given" if rule.pushed else ""
        made.append(f"in {STATES[rule.state]}: {rule.variant}{pushed}; {rule.says} ({rule.source}, grade {rule.grade})")
    return made


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


def compared(card: DrugCard, regimen: str = "", until: str = "12 h", n: int = 0) -> tuple[dict[str, Any], str, str]:
    """Levels (`quell.pk`) by variant after one regimen in the reference person, the regimen, and a table as text.

    With `n` people drawn the levels have their interval. Without a regimen it is the first dose of the card. Raises
    InputError for a prodrug, which has no variants.
    """
    from quell.cli.pk import evenly, pk

    if not card.pk:
        raise InputError(f"{card.name} has no kinetics of its own", field="drug", allowed=f"such as {card.delivers}")
    if not regimen and not card.form:
        raise InputError(f"the card of {card.name} gives no dose", field="--regimen", allowed="such as '1 mg/kg IV'")
    words = regimen or card.form[0].words
    levels = {name: pk(words, drug=card.name, variant=name, at=evenly(until), n=n) for name in card.pk}
    rows = [("variant", "highest", f"at {until}", "made from")]
    for name, one in levels.items():
        plasma, mark = one["plasma"].values, " (default)" if name == card.default else ""
        rows.append((f"{name}{mark}", f"{plasma.max():.4g}", f"{plasma[-1]:.3g}", card.pk[name].V1.source))
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    text = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return levels, words, "\n".join(line.rstrip() for line in text.splitlines())
