"""Where in a TOML text a field stands: the line of a table, a key, or the nearest thing above it."""

import re

Place = tuple[str | int, ...]
TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def line_of(text: str, place: Place) -> int:
    """The line (from 1) of a field such as ("step", 2, "give"); of its table where the key is absent; 0 if none."""
    known = places(text)
    for length in range(len(place), 0, -1):
        if place[:length] in known:
            return known[place[:length]]
    return 0


def places(text: str) -> dict[Place, int]:
    """Every table and key of a TOML text with its line."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        header = TABLE.match(line)
        if header:
            table = _table(header[2], header[1] == "[[", counts)
            found.setdefault(table, number)
            found.setdefault(table[:-1] if isinstance(table[-1], int) else table, number)
        elif key := KEY.match(line):
            found.setdefault((*table, *_names(key[1])), number)
            closing = _opens_long_text(line)
    return found


def _table(words: str, is_list: bool, counts: dict[Place, int]) -> Place:
    """The full place of a table header; tables below a list of tables belong to its last entry."""
    place: Place = ()
    names = _names(words)
    for name in names[:-1]:
        place = (*place, name)
        place = (*place, counts[place] - 1) if place in counts else place
    place = (*place, names[-1])
    if not is_list:
        return (*place, counts[place] - 1) if place in counts else place
    counts[place] = counts.get(place, 0) + 1
    return (*place, counts[place] - 1)


def _names(words: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", words) if part.strip())


def _opens_long_text(line: str) -> str:
    for mark in ('"""', "'''"):
        if line.count(mark) == 1:
            return mark
    return ""
