"""Reading what people write: TOML checked by a pydantic model, and one clear sentence when it cannot be used."""

import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from quell.care.lines import Place, line_of
from quell.ground.errors import InputError

LARGEST = 1_000_000  # characters; a protocol is a page, not a data file


class Written(BaseModel):
    """A table a person writes: nothing unknown, nothing silently converted, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def refuse(what: str, allowed: str = "", place: Place = ()) -> PydanticCustomError:
    """The error a check raises; `check` adds file, line and field (`place` below the model that checks)."""
    return PydanticCustomError("refused", "{what}", {"what": what, "allowed": allowed, "place": list(place)})


def read_text(path: Path) -> str:
    """The text of a file. Raises InputError where it is missing, unreadable or far too long."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*.toml")], n=1)
        guess = f"; did you mean {path.parent / near[0]}?" if near else ""
        raise InputError(f"there is no such file{guess}", file=str(path), allowed="the path of a TOML file") from None
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(f"the file cannot be read ({error})", file=str(path), allowed="a TOML text in UTF-8") from None
    if len(text) > LARGEST:
        raise InputError(f"the file has {len(text)} characters", file=str(path), allowed=f"at most {LARGEST}")
    return text


def parse_toml(text: str, file: str = "") -> dict[str, Any]:
    """The raw tables of a TOML text. Raises InputError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)|\(at end of document\)", str(error))
        line = int(found[1]) if found and found[1] else len(text.splitlines())
        what = str(error).split(" (at ")[0]
        raise InputError(f"this is not complete TOML: {what}", file=file, line=line, allowed="TOML 1.0") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is not TOML: {error}", file=file, allowed="TOML 1.0") from None


def check[T: BaseModel](model: type[T], raw: Any, *, text: str = "", file: str = "", written: Sequence[str] = ()) -> T:
    """The raw tables as a checked model. Raises one InputError that names file, line, field and what is allowed.

    `written` holds fields that came from `--set` (dotted), so that an error there does not blame the file.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _input_error(model, first, len(error.errors()), text, file, written) from None


def override(raw: dict[str, Any], settings: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The tables with `a.b=c` settings applied, and the fields they touched. The tables given are not changed."""
    made, touched = _copy(raw), []
    for setting in settings:
        field, equals, value = setting.partition("=")
        names = [name.strip() for name in field.split(".")]
        if not equals or not all(names):
            raise InputError(f"{setting!r} sets nothing", file="--set", allowed="field.name=value, such as seed=7")
        _place_value(made, names, _value(value.strip()), setting)
        touched.append(".".join(names))
    return made, touched


def nearest(name: str, allowed: Sequence[str]) -> str:
    """A guess at what was meant, as the end of a sentence; empty where nothing is near."""
    near = difflib.get_close_matches(name, allowed, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _input_error(
    model: type[BaseModel], first: Any, count: int, text: str, file: str, written: Sequence[str]
) -> InputError:
    place: Place = tuple(part for part in first["loc"] if not str(part).startswith("<"))
    context = first.get("ctx", {})
    place += tuple(context.get("place", ())) if first["type"] == "refused" else ()
    field = ".".join(str(part) for part in place)
    what, allowed = first["msg"], ""
    match first["type"]:
        case "refused":
            what, allowed = context["what"], context["allowed"]
        case "extra_forbidden":
            names = fields_at(model, place[:-1])
            what = f"there is no such field here{nearest(str(place[-1]), names)}"
            allowed = ", ".join(names)
        case "missing":
            what, allowed = f"{place[-1]} is missing", "a value for it"
        case "literal_error" | "enum":
            what = f"{first['input']!r} is not one of the choices{nearest(str(first['input']), _choices(context))}"
            allowed = str(context.get("expected", ""))
        case _:
            what, allowed = f"{_short(first['input'])} does not fit", what.removeprefix("Input should be ")
    if count > 1:
        what = f"{what.rstrip('.')} (and {count - 1} more)"
    if any(field == name or field.startswith(f"{name}.") for name in written):
        return InputError(what, file="--set", field=field, allowed=allowed)
    return InputError(what, file=file, line=line_of(text, place), field=field, allowed=allowed)


def fields_at(model: type[BaseModel], place: Place) -> list[str]:
    """The fields a table may have, given its place inside the model."""
    current: Any = model
    for part in place:
        if isinstance(part, str) and part in current.model_fields:
            current = next(iter(_models(current.model_fields[part].annotation)), current)
    return list(current.model_fields)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]


def _choices(context: dict[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", str(context.get("expected", "")))


def _short(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:57]}..."


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return [_copy(part) for part in value] if isinstance(value, list) else value


def _value(words: str) -> Any:
    """A TOML value where the words are one, else the words themselves ("40 min" needs no quotes)."""
    try:
        found = tomllib.loads(f"value = {words}")
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return words
    return found["value"] if set(found) == {"value"} else words


def _place_value(tables: Any, names: list[str], value: Any, setting: str) -> None:
    current = tables
    for depth, name in enumerate(names):
        last = depth == len(names) - 1
        if isinstance(current, list):
            index = _index(current, name, setting)
            if last:
                current[index] = value
            else:
                current = current[index]
        elif isinstance(current, dict):
            if last:
                current[name] = value
            else:
                current = current.setdefault(name, {})
        else:
            reached = ".".join(names[:depth])
            raise InputError(
                f"{reached} is a value, not a table", file="--set", field=setting, allowed=f"{reached}=..."
            )


def _index(entries: list[Any], name: str, setting: str) -> int:
    """An entry of a list by its number (from 0) or by its id."""
    known = [
        str(entry["id"]) if isinstance(entry, dict) and "id" in entry else str(i) for i, entry in enumerate(entries)
    ]
    if name in known:
        return known.index(name)
    if name.isdecimal() and len(name) < 6 and int(name) < len(entries):
        return int(name)
    raise InputError(
        f"{name!r} is not in the list{nearest(name, known)}", file="--set", field=setting, allowed=", ".join(known)
    )
