"""The library: which drugs there are, what else they are called, and by which routes they can be given."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from quell.ground.errors import CardError, InputError

FOLDER = Path(__file__).parent / "library"
ROUTES = {
    "IV": ("iv", "intravenous", "intravenously"),
    "IM": ("im", "intramuscular", "intramuscularly"),
    "intranasal": ("in", "nasal", "intranasally"),
    "buccal": ("buccally",),
    "rectal": ("pr", "rectally"),
    "oral": ("po", "orally", "enteral", "enterally", "ng"),
    "subcutaneous": ("sc", "subcutaneously", "subcut"),
    "inhaled": ("inh", "inspired", "end-tidal"),
}
SPELLINGS = {name.lower(): name for name in ROUTES} | {other: name for name, all_ in ROUTES.items() for other in all_}


@dataclass(frozen=True)
class Entry:
    """What the index knows of a drug without reading its numbers."""

    name: str
    path: Path
    routes: tuple[str, ...]
    equivalents: bool
    mg_per_mmol: float = 1.0  # of what is prescribed, salt included
    mac: float = 0.0  # of a vapour: per cent end-tidal at 1 MAC, 40 y
    end_tidal: float = 1.0  # of a vapour: end-tidal over inspired once brain and lung are filled


_LENT: ContextVar[dict[str, Entry]] = ContextVar("lent", default={})  # noqa: B039 - never changed in place


@contextmanager
def lent(path: Path) -> Iterator[Entry]:
    """A card of the user's own stands in the library, before any of the same name, for as long as this lasts."""
    (mine,) = set(_entries([path]).values())
    token = _LENT.set(_LENT.get() | {name: mine for name in _entries([path])})
    try:
        yield mine
    finally:
        _LENT.reset(token)


def index() -> dict[str, Entry]:
    """Every drug of the library by its name and by its other names (lower case)."""
    return shipped() | _LENT.get()


@cache
def shipped() -> dict[str, Entry]:
    """The drugs that come with Quell, as `index` has them."""
    return _entries(sorted(FOLDER.glob("*.toml")))


def _entries(paths: Iterable[Path]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for path in paths:
        try:
            card = tomllib.loads(path.read_text(encoding="utf-8"))
            entry = Entry(
                card["name"],
                path,
                tuple(card["route"]),
                card.get("ordered_as") == "PE",
                _per_mmol(card),
                *_vapour(card),
            )
        except tomllib.TOMLDecodeError as error:
            raise CardError(f"{path.name}: {error}") from None
        except KeyError as missing:
            raise CardError(f"{path.name} has no {missing.args[0]}") from None
        for name in (entry.name, *card.get("aliases", ())):
            if name.lower() in found:
                raise CardError(f"{path.name}: {name} already names {found[name.lower()].name}")
            found[name.lower()] = entry
    return found


def _per_mmol(card: dict[str, Any]) -> float:
    """mg of the prescribed salt in a mmol of the active drug."""
    molar, salt = (float(card.get(row, {"value": "1"})["value"].split()[0]) for row in ("molar_mass", "salt"))
    return molar / salt


def _vapour(card: dict[str, Any]) -> tuple[float, ...]:
    return (float(card["mac"]["value"]), float(card["end_tidal"]["value"])) if "mac" in card else ()


def names() -> tuple[str, ...]:
    """The drugs of the library, in alphabetical order."""
    return tuple(sorted({entry.name for entry in index().values()}))


def entry(name: str, **place: str | int) -> Entry:
    """The drug of that name. Raises InputError with the nearest name."""
    found = index().get(str(name).strip().lower())
    if found is None:
        near = difflib.get_close_matches(str(name).strip().lower(), index(), n=1)
        guess = f"; did you mean {index()[near[0]].name}?" if near else ""
        raise InputError(f"{name!r} is no drug of the library{guess}", allowed=", ".join(names()), **place)  # type: ignore[arg-type]
    return found


def split_name(text: str, drug: str | None, **place: str | int) -> tuple[str, str]:
    """The drug an order names and the words behind it; `drug` stands in where the order names none."""
    words = text.split(" ")
    for count in range(min(3, len(words)), 0, -1):
        found = index().get(" ".join(words[:count]).lower())
        if found is not None:
            if drug is not None and entry(drug, **place).name != found.name:
                raise InputError(f"the order is for {found.name}, not for {drug}", **place)  # type: ignore[arg-type]
            return found.name, " ".join(words[count:])
    if drug is not None and not words[0][:1].isalpha():
        return entry(drug, **place).name, text
    if not words[0][:1].isalpha():
        raise InputError(f"{text!r} does not start with a drug", allowed=", ".join(names()), **place)  # type: ignore[arg-type]
    return entry(words[0], **place).name, ""


def route_of(drug: str, word: str, **place: str | int) -> str:
    """The route as the library spells it, checked against what the drug can take."""
    allowed = entry(drug).routes
    route = SPELLINGS.get(word.replace(".", "").strip().lower())
    if route in allowed:
        return route
    what = f"{drug} cannot be given {word!r}" if word else f"the order for {drug} names no route"
    raise InputError(what, allowed=", ".join(allowed), **place)  # type: ignore[arg-type]
