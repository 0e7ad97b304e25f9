"""Quantities inside an order: "0.1 mg/kg", "20 mg PE/kg", "3 mg/kg/h", "5 min", and back to words."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from quell.ground.errors import InputError
from quell.ground.units import convert

NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
DOSE = re.compile(
    rf"({NUMBER}|[-+]?nan|[-+]?inf(?:inity)?)\s*(%|(?:[A-Za-zµμ]+)(?:\s+PE\b)?(?:\s*/\s*[A-Za-z]+)*)", re.I
)
TIME = re.compile(rf"({NUMBER}|nan|inf)\s*([A-Za-z]+)", re.I)
NOT_UNITS = ("iv", "im", "in", "po", "pr", "intranasal", "buccal", "rectal", "oral", "nasal", "sc", "ng", "per")
EXAMPLES = "a positive number with a unit, such as '0.1 mg/kg', '10 mg' or '3 mg/kg/h'"
TIMES = {"h": 3600.0, "min": 60.0, "s": 1.0}
STRENGTHS = ("%", "MAC")
MASSES = {"mg": 1.0, "ug": 1e-3}
RATE_TIMES = {"min": 60.0, "h": 3600.0, "s": 1.0}


@dataclass(frozen=True)
class Phrase:
    """A dose (mg) or, where `is_rate`, a speed (mg/s); per kg of body weight where `per_kg`.

    A vapour has a `strength` instead: "%" or "MAC", held as a rate. Where `moles`, the value is in mmol for mg.
    """

    value: float
    per_kg: bool
    is_rate: bool
    equivalents: bool
    strength: str = ""
    moles: bool = False
    macs: float = 0.0


def read_phrase(text: str, place: dict[str, Any], *, leading: bool = False) -> tuple[Phrase, str]:
    """The dose or rate at the start of `text` and the words behind it (none allowed unless `leading`)."""
    found = DOSE.match(text)
    if not found or (found.end() < len(text) and (not leading or text[found.end()] != " ")):
        bare = re.match(rf"{NUMBER}(?=\s|$)", text)
        what = f"{text!r} has a dose without a unit" if bare else f"{text!r} has no dose that can be read"
        raise InputError(what, allowed=EXAMPLES, **place)
    if found[2].upper() in STRENGTHS:
        value = _positive(f"{found[1]} mg", "mg", found[0], place)
        return Phrase(value, False, True, False, found[2].upper()), text[found.end() :].strip()
    mass, *per = (part.strip() for part in found[2].split("/"))
    mass, _, suffix = mass.partition(" ")
    equivalents = bool(suffix)
    if mass.lower() in NOT_UNITS:
        raise InputError(f"{text!r} has a dose without a unit", allowed=EXAMPLES, **place)
    per_kg = "kg" in per
    times = [part for part in per if part != "kg"]
    if len(times) > 1 or len(per) - len(times) > 1:
        raise InputError(f"{found[0]!r} is not a dose or a rate", allowed=EXAMPLES, **place)
    moles = mass.endswith("mol")
    amount = "mmol" if moles else "mg"
    unit, target = (f"{mass}/{times[0]}", f"{amount}/s") if times else (mass, amount)
    value = _positive(f"{found[1]} {unit}", target, found[0], place)
    return Phrase(value, per_kg, bool(times), equivalents, moles=moles), text[found.end() :].strip()


def read_time(text: str, place: dict[str, Any]) -> float:
    """A positive time in s."""
    if not TIME.fullmatch(text.strip()):
        raise InputError(f"{text!r} is not a time", allowed="a positive number with s, min, h or d", **place)
    return _positive(text.strip(), "s", text, place)


def time_words(seconds: float) -> str:
    """A time in the largest unit that gives it back exactly, whole numbers first."""
    return _shortest(seconds, [(unit, factor, unit, "s") for unit, factor in TIMES.items()], f"{seconds!r} s")


def rate_words(mg_per_s: float, *, per_kg: bool, equivalents: bool) -> str:
    """A rate in the time unit that gives it back exactly, whole numbers first."""
    middle = (" PE" if equivalents else "") + ("/kg" if per_kg else "")
    for mass, mg in MASSES.items():
        units = [(f"{mass}{middle}/{unit}", mg / time, f"{mass}/{unit}", "mg/s") for unit, time in RATE_TIMES.items()]
        if words := _shortest(mg_per_s, units, ""):
            return words
    return f"{mg_per_s!r} mg{middle}/s"


def _shortest(value: float, units: list[tuple[str, float, str, str]], exact: str) -> str:
    choices = []
    for shown, factor, read, target in units:
        number = f"{value / factor:.12g}"
        if read_exactly(f"{number} {read}", target) == value:
            choices.append((number, f"{number} {shown}"))
    whole = next((text for number, text in choices if number.isdigit() and number != "0"), None)
    return whole or (min(choices, key=lambda pair: len(pair[0]))[1] if choices else exact)


@cache
def read_exactly(text: str, unit: str) -> float | None:
    """The quantity in `unit`, or None where it cannot be read."""
    try:
        return convert(text, unit)
    except InputError:
        return None


def _positive(text: str, unit: str, shown: str, place: dict[str, Any]) -> float:
    if re.match(r"[-+]?(nan|inf)", text, re.I):
        raise InputError(f"{shown!r} is not finite", allowed=EXAMPLES, **place)
    try:
        value = convert(text, unit)
    except InputError as error:
        kind = "finite" if "finite" in error.what else f"a quantity in {unit}"
        raise InputError(f"{shown!r} is not {kind}", allowed=EXAMPLES, **place) from None
    if not value > 0:
        raise InputError(f"{shown!r} is not positive", allowed=EXAMPLES, **place)
    return value
