"""A protocol: steps that react to what staff can see, as data. `library()` lists those that ship.

name, about, source, grade, applies        what it is, where it comes from, for whom
[parameters.time]  default = "10 min"      words that may stand as {time} in any step
[draw.agent]       choices = [...]         a randomised arm, drawn per patient, or forced by the scenario
[eeg]              when, delay, reading_lag
[labs]             when, every, delay: blood for lactate, ck, triglycerides, ph, paco2, glucose
[[step]]           see quell.care.step
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from quell.care.reading import Written, check, nearest, parse_toml, read_text, refuse
from quell.care.span import Delay, Seconds
from quell.care.step import Conditions, Grade, Named, Step
from quell.care.words import Condition, Done, any_of, read_condition
from quell.ground.errors import InputError

LIBRARY = Path(__file__).parent / "library"
UNFILLED = ("about", "source", "note")
LED_FACTS = ("at its most", "controlled", "relapsed", "off")


class Draw(Written):
    """A randomised choice: one arm per patient, by weight."""

    about: str = ""
    choices: tuple[Named, ...] = Field(min_length=1, max_length=20, strict=False)
    weights: tuple[float, ...] | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _one_weight_each(self) -> "Draw":
        weights = self.weights
        if len(set(self.choices)) < len(self.choices):
            raise refuse("an arm is named twice", "different names", ("choices",))
        if weights is not None and (
            len(weights) != len(self.choices) or not all(0 <= w < 1e9 for w in weights) or sum(weights) <= 0
        ):
            raise refuse("the weights do not fit", "one number from 0 on for each choice", ("weights",))
        return self


class Parameter(Written):
    """A word of the protocol that a scenario may set."""

    default: str
    about: str = ""
    source: str = ""


class Eeg(Written):
    """When an EEG is asked for, how long until it runs, and how long a change goes unread."""

    when: Conditions
    delay: Delay = 0.0
    reading_lag: Seconds = 0.0
    source: str = Field(min_length=1)
    grade: Grade

    @property
    def wanted(self) -> Condition:
        """When the EEG is asked for: any of the conditions."""
        return any_of(tuple(read_condition(text) for text in self.when))


class Labs(Written):
    """When blood goes to the laboratory, how often, and how long an answer takes."""

    when: Conditions = ("at 0 min",)
    every: Seconds = 21600.0
    delay: Seconds = 0.0
    source: str = Field(min_length=1)
    grade: Grade

    @property
    def wanted(self) -> Condition:
        """When blood is taken: any of the conditions."""
        return any_of(tuple(read_condition(text) for text in self.when))


class Protocol(Written):
    """Steps in the order they are considered, and what they need."""

    name: Named
    about: str = Field(min_length=1)
    applies: str = ""
    source: str = Field(min_length=1)
    grade: Grade
    note: str = ""
    pause: Seconds = 0.0  # a gap in a seizure that staff do not take for its end
    stop_if: Conditions = ()  # any: no step begins any more
    parameters: dict[str, Parameter] = Field(default={})
    draw: dict[Named, Draw] = Field(default={})
    eeg: Eeg | None = None
    labs: Labs | None = None
    step: tuple[Step, ...] = Field(default=(), max_length=60, strict=False)

    @property
    def stopped(self) -> Condition:
        """When no step begins any more."""
        return any_of(tuple(read_condition(text) for text in self.stop_if))

    @model_validator(mode="after")
    def _holds_together(self) -> "Protocol":
        ids = [step.id for step in self.step]
        for number, step in enumerate(self.step):
            if step.id in ids[:number]:
                raise refuse(
                    f"two steps are called {step.id}", "a name of its own for each step", ("step", number, "id")
                )
            _check_arms(step, number, self.draw)
        for place, condition in conditions_of(self):
            _check_condition(condition, place, self)
        stuck = _never_begin(self)
        if stuck:
            number = ids.index(stuck[0])
            what = f"{' and '.join(stuck)} wait for each other" if len(stuck) > 1 else f"{stuck[0]} waits for itself"
            raise refuse(f"{what}, so they can never begin", "a trigger that can come first", ("step", number, "when"))
        return self


def conditions_of(protocol: Protocol) -> list[tuple[tuple[str | int, ...], Condition]]:
    """Every condition of a protocol with its place."""
    found: list[tuple[tuple[str | int, ...], Condition]] = [(("stop_if",), protocol.stopped)]
    if protocol.eeg:
        found.append((("eeg", "when"), protocol.eeg.wanted))
    if protocol.labs:
        found.append((("labs", "when"), protocol.labs.wanted))
    for number, step in enumerate(protocol.step):
        at = ("step", number)
        found += [((*at, "when"), step.trigger), ((*at, "do_not_if"), step.forbidden)]
        found += [((*at, "stop_if"), step.stopped), ((*at, "repeat_if"), step.repeating)]
        led = step.infusion
        if led:
            inside = (*at, "infusion")
            found += [((*inside, "target"), led.target_met), ((*inside, "relapse_if"), led.relapse)]
            found += [((*inside, "hold_on_if"), led.holding_on)]
            found += [((*inside, "raise_while"), led.raising)] if led.raising else []
    return found


def library() -> dict[str, Path]:
    """The protocols that ship, by name."""
    return {path.stem: path for path in sorted(LIBRARY.glob("*.toml"))}


def load_protocol(name_or_path: str | Path, parameters: Mapping[str, str] | None = None) -> Protocol:
    """A protocol of the library by name, or of a file by path. Raises InputError."""
    shelf = library()
    path = shelf.get(str(name_or_path)) or Path(name_or_path)
    if path.suffix != ".toml" and not path.exists():
        what = f"there is no protocol {str(name_or_path)!r}{nearest(str(name_or_path), list(shelf))}"
        raise InputError(what, field="protocol", allowed=f"{', '.join(shelf)}, or the path of a TOML file")
    return read_protocol(read_text(path), parameters, file=path.name if path in shelf.values() else str(path))


def read_protocol(text: str, parameters: Mapping[str, str] | None = None, *, file: str = "") -> Protocol:
    """A protocol from its TOML text. Raises InputError with file, line and field."""
    return protocol_from(parse_toml(text, file), parameters, text=text, file=file)


def protocol_from(
    raw: dict[str, Any],
    parameters: Mapping[str, str] | None = None,
    *,
    text: str = "",
    file: str = "",
) -> Protocol:
    """A protocol from its raw tables, its {parameters} filled in. Raises InputError."""
    declared = raw.get("parameters", {})
    if not isinstance(declared, dict) or not all(isinstance(row, dict) for row in declared.values()):
        return check(Protocol, raw, text=text, file=file)
    for name in parameters or {}:
        if name not in declared:
            what = f"the protocol has no parameter {name!r}{nearest(name, list(declared))}"
            raise InputError(what, file=file, field="parameters", allowed=", ".join(declared) or "none")
    words = {name: str(row.get("default", "")) for name, row in declared.items()} | dict(parameters or {})
    filled = {key: part if key == "parameters" else _fill(part, words, key, file) for key, part in raw.items()}
    return check(Protocol, filled, text=text, file=file)


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of a protocol file."""
    return Protocol.model_json_schema()


def _fill(value: Any, words: Mapping[str, str], key: str, file: str) -> Any:
    if isinstance(value, dict):
        return {inner: _fill(part, words, inner, file) for inner, part in value.items()}
    if isinstance(value, list):
        return [_fill(part, words, key, file) for part in value]
    if not isinstance(value, str) or key in UNFILLED:
        return value

    def replace(found: re.Match[str]) -> str:
        if found[1] not in words:
            what = f"{{{found[1]}}} names no parameter{nearest(found[1], list(words))}"
            raise InputError(what, file=file, field=key, allowed=", ".join(words) or "no {parameter} at all")
        return str(words[found[1]])

    return re.sub(r"\{([^{}]*)\}", replace, value)


def _check_arms(step: Step, number: int, draws: dict[str, Draw]) -> None:
    for name, arms in step.arms.items():
        place = ("step", number, "arms", name)
        if name not in draws:
            raise refuse(f"there is no draw {name!r}{nearest(name, list(draws))}", ", ".join(draws) or "none", place)
        for arm in [arms] if isinstance(arms, str) else arms:
            if arm not in draws[name].choices:
                guess = nearest(arm, draws[name].choices)
                raise refuse(f"{name} has no arm {arm!r}{guess}", ", ".join(draws[name].choices), place)


def _check_condition(condition: Condition, place: tuple[str | int, ...], protocol: Protocol) -> None:
    steps = {step.id: step for step in protocol.step}
    if condition.asks_for_eeg() and protocol.eeg is None:
        raise refuse("the condition needs an EEG, but the protocol orders none", "an [eeg] table", place)
    if condition.asks_for_labs() and protocol.labs is None:
        raise refuse("the condition needs the laboratory, but the protocol sends no blood", "a [labs] table", place)
    for fact in condition.facts():
        if not isinstance(fact, Done) or not fact.step:
            continue
        if fact.step not in steps:
            raise refuse(f"there is no step {fact.step!r}{nearest(fact.step, list(steps))}", ", ".join(steps), place)
        if fact.fact in LED_FACTS and steps[fact.step].infusion is None:
            led = [name for name, step in steps.items() if step.infusion]
            what = f"step {fact.step} has no infusion that is led, so it cannot be {fact.fact}"
            raise refuse(what, f"a step with an infusion: {', '.join(led) or 'there is none'}", place)


def _never_begin(protocol: Protocol) -> list[str]:
    """Steps whose every alternative waits for a step that can never begin (they wait in a ring)."""
    possible: set[str] = set()
    while True:
        more = {step.id for step in protocol.step if step.id not in possible and _can_begin(step, possible)}
        if not more:
            return [step.id for step in protocol.step if step.id not in possible]
        possible |= more


def _can_begin(step: Step, possible: set[str]) -> bool:
    def met(fact: Any) -> bool:
        if not isinstance(fact, Done) or fact.fact == "not given":
            return True
        return fact.step in possible if fact.step else bool(possible - {step.id})

    return any(all(met(fact) for fact in facts) for facts in step.trigger.alternatives)
