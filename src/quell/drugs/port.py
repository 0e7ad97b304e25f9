"""Ports: the places where drugs touch the body, what each means, and which module feels it (`port.toml`)."""

import tomllib
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field


class Meaning(NamedTuple):
    """What a port is, its role, the module that feels it ("" none), whether every run records it, a part it needs."""

    about: str
    role: str
    read_by: str
    always: bool = False
    needs: str = ""


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
MEANINGS: dict[str, Meaning] = {port: Meaning(**row) for port, row in _TABLE.items()}
PORTS: tuple[str, ...] = tuple(MEANINGS)
ROLES = ("neurons", "finer", "side", "immune", "against", "cause")
NEURONS = frozenset(port for port, meaning in MEANINGS.items() if meaning.role == "neurons")
CAUSES = frozenset(port for port, meaning in MEANINGS.items() if meaning.role == "cause")


def recorded(touched: set[str]) -> tuple[str, ...]:
    """Ports a run keeps: those that every run records, and those its drugs touch."""
    return tuple(port for port in PORTS if MEANINGS[port].always or port in touched)


def _known(port: str) -> str:
    if port not in MEANINGS:
        raise ValueError(f"{port!r} is no port; the ports are {', '.join(PORTS)}")
    return port


Port = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(PORTS)})]
