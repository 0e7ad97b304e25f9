"""Orders in words: "lorazepam 0.1 mg/kg IV over 2 min, max 4 mg, repeat once at 5 min".

    order    = [drug] dose route [over TIME | at RATE] {, clause} [then RATE [for TIME]]
    clause   = max DOSE | max RATE | repeat COUNT at TIME
    dose     = NUMBER mg [PE] [/kg]          rate = NUMBER mg [PE] [/kg] /h

An order for an infusion alone starts with a rate: "midazolam 0.2 mg/kg/h IV for 24 h". A vapour is ordered by
strength: "isoflurane 1.2 % inhaled" is inspired, "sevoflurane 1 MAC inhaled" and "isoflurane 1 % end-tidal" are
what the lung gives back once it and the brain are filled; a MAC is that of the person's age (`vapour`). Inside,
amounts are mg and times are s. Amounts stay in the unit they were prescribed in (fosphenytoin: mg of phenytoin sodium
equivalents, PE), because caps act on the prescribed number. `order.words()` gives the order back in words, and reading
those words gives the same order, bit for bit.
"""

import re
from dataclasses import replace
from typing import Any

from quell.drugs import library
from quell.drugs.order import Infusion, Order, Rate, Segment
from quell.drugs.phrase import Phrase, read_phrase, read_time
from quell.ground.errors import InputError

__all__ = ["Infusion", "Order", "Rate", "Segment", "parse_order"]

COUNTS = {"once": 1, "twice": 2}


def parse_order(text: str, *, drug: str | None = None, file: str = "", line: int = 0, field: str = "") -> Order:
    """Read an order from words; `drug` names it where the words do not. Raises InputError with the place."""
    place = {"file": file, "line": line, "field": field}
    head, _, tail = (part.strip(" ,") for part in re.sub(r"\s+", " ", str(text)).strip().partition(" then "))
    name, head = library.split_name(head, drug, **place)
    first, *clauses = (clause.strip() for clause in head.split(","))
    made = _first_clause(first, name, place)
    for clause in clauses:
        made |= _clause(clause, made, place)
    if tail:
        if "infusion" in made:
            raise InputError(f"{text!r} has two infusions", allowed="a dose, then one infusion", **place)
        made["infusion"] = _infusion(tail, made, place)
    if made.get("over_s") is not None and made.get("rate") is not None:
        raise InputError(f"{text!r} has both a time and a rate", allowed="either 'over TIME' or 'at RATE'", **place)
    if "amount" not in made and (made.keys() & {"over_s", "rate", "max_mg", "repeats"}):
        raise InputError(f"{text!r} is an infusion", allowed="for an infusion: 'for TIME' and 'max RATE'", **place)
    made.pop("_entry", None)
    made["max_rates"] = tuple(made.get("max_rates", ()))
    return Order(drug=name, **made)


def _first_clause(text: str, drug: str, place: dict[str, Any]) -> dict[str, Any]:
    """Dose (or rate), route and, behind them, 'over', 'at' or 'for'."""
    phrase, rest = read_phrase(text, place, leading=True)
    _check_equivalents(phrase, drug, place)
    word, _, rest = rest.partition(" ")
    route = library.route_of(drug, word, **place)
    made: dict[str, Any] = {"route": route, "equivalents": phrase.equivalents}
    made["_entry"] = (library.entry(drug), word.lower() == "end-tidal")
    phrase = _as_prescribed(phrase, made, place)
    if phrase.is_rate:
        rest = rest.strip()
        made["infusion"] = Infusion(Rate(phrase.value, phrase.per_kg, phrase.macs), _for(rest, place))
        return made
    made |= {"amount": phrase.value, "per_kg": phrase.per_kg}
    return made | (_clause(rest.strip(), made, place) if rest.strip() else {})


def _clause(text: str, made: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    """One clause after the dose, as the fields it sets."""
    word, _, rest = text.removeprefix("may ").partition(" ")
    match word:
        case "over":
            found: dict[str, Any] = {"over_s": read_time(rest, place)}
        case "at":
            found = {"rate": _rate(rest, made, place)}
        case "for" if "infusion" in made and made["infusion"].for_s is None:
            return {"infusion": Infusion(made["infusion"].rate, read_time(rest, place))}
        case "max":
            phrase = _same_equivalents(read_phrase(rest, place)[0], made, place)
            if phrase.is_rate:
                return {"max_rates": (*made.get("max_rates", ()), Rate(phrase.value, phrase.per_kg, phrase.macs))}
            if phrase.per_kg:
                raise InputError(f"{text!r} is no cap", allowed="a cap in mg or in mg per time", **place)
            found = {"max_mg": phrase.value}
        case "repeat":
            found = _repeat(rest, place)
        case _:
            allowed = "'over TIME', 'at RATE', 'max DOSE', 'max RATE', 'repeat once at TIME', 'then RATE for TIME'"
            raise InputError(f"{text!r} is not understood", allowed=allowed, **place)
    if made.keys() & found.keys():
        raise InputError(f"{text!r} says something a second time", allowed="each clause once", **place)
    return found


def _repeat(text: str, place: dict[str, Any]) -> dict[str, Any]:
    words = re.fullmatch(r"(once|twice|(\d{1,3}) times?) (?:at|after|every) (.+)", text)
    if not words:
        allowed = "'repeat once at 5 min', 'repeat twice at 5 min', 'repeat 3 times at 5 min'"
        raise InputError(f"'repeat {text}' is not understood", allowed=allowed, **place)
    count = COUNTS.get(words[1]) or int(words[2])
    if count < 1:
        raise InputError(f"'repeat {text}' repeats nothing", allowed="once or more", **place)
    return {"repeats": count, "repeat_after_s": read_time(words[3], place)}


def _infusion(text: str, made: dict[str, Any], place: dict[str, Any]) -> Infusion:
    phrase, rest = read_phrase(text, place, leading=True)
    if not phrase.is_rate:
        raise InputError(f"'then {text}' is no rate", allowed="'then 3 mg/kg/h for 24 h'", **place)
    phrase = _same_equivalents(phrase, made, place)
    return Infusion(Rate(phrase.value, phrase.per_kg, phrase.macs), _for(rest, place))


def _for(text: str, place: dict[str, Any]) -> float | None:
    if text in ("", "until stopped"):
        return None
    if not text.startswith("for "):
        raise InputError(f"{text!r} is not understood", allowed="'for 24 h' or 'until stopped'", **place)
    return read_time(text.removeprefix("for "), place)


def _rate(text: str, made: dict[str, Any], place: dict[str, Any]) -> Rate:
    phrase = _same_equivalents(read_phrase(text, place)[0], made, place)
    if not phrase.is_rate:
        raise InputError(f"'at {text}' is no rate", allowed="'at 50 mg/min'; a moment is 'repeat once at'", **place)
    return Rate(phrase.value, phrase.per_kg, phrase.macs)


def _same_equivalents(phrase: Phrase, made: dict[str, Any], place: dict[str, Any]) -> Phrase:
    if phrase.equivalents != made["equivalents"]:
        raise InputError("dose and cap or rate differ in unit", allowed="mg PE in every number, or in none", **place)
    return _as_prescribed(phrase, made, place)


def _as_prescribed(phrase: Phrase, made: dict[str, Any], place: dict[str, Any]) -> Phrase:
    """Moles as mg of what is prescribed; a vapour's strength as per cent inspired (MAC and end-tidal come back)."""
    entry, measured = made["_entry"]
    if bool(phrase.strength) != bool(entry.mac):
        what = f"{entry.name} is {'a' if entry.mac else 'no'} vapour"
        raise InputError(what, allowed="'1.2 %' or '1 MAC', inhaled" if entry.mac else "a dose in mg or mg/kg", **place)
    times = entry.mg_per_mmol if phrase.moles else 1.0
    if entry.mac:
        times = entry.mac / entry.end_tidal if phrase.strength == "MAC" else 1.0 / entry.end_tidal if measured else 1.0
    macs = phrase.value if phrase.strength == "MAC" else 0.0
    return replace(phrase, value=phrase.value * times, moles=False, macs=macs)


def _check_equivalents(phrase: Phrase, drug: str, place: dict[str, Any]) -> None:
    wanted = library.entry(drug).equivalents
    if wanted and not phrase.equivalents:
        allowed = f"phenytoin sodium equivalents, such as '20 mg PE/kg' for {drug}"
        raise InputError(f"{drug} needs its dose in PE; plain mg is a known accident", allowed=allowed, **place)
    if phrase.equivalents and not wanted:
        raise InputError(f"{drug} is not ordered in PE", allowed=f"mg or mg/kg of {drug}", **place)
