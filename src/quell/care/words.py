"""What a step waits for, in words that name only what staff can see, know or have done.

    seen      seizing | convulsing | eeg seizing | no seizure | responsive | unresponsive
              suppression above 50 % | suppression below 50 %                    each may end "for 5 min"
    done      after step first_line | 20 min after step first_line | step first_line not given
              seizing 10 min after the last dose | seizing 5 min after step first_line
    infusion  24 h after the start of step X | step X at its most | step X relapsed | step X relapsed twice
              step X controlled | step X off
    clock     at 60 min | before 60 min
    body      pressure below 65 mmHg for 5 min | spo2 below 90 % | temperature above 39 degC | arrhythmia   (monitor)
              lactate above 5 mmol/L | ck above 5000 U/L | triglycerides above 5 mmol/L | ph below 7.2      (laboratory)
    person    weight above 40 kg | weight up to 40 kg | age above 18 years | age up to 18 years

Conditions join with "and" and "or" ("and" binds closer). `read_condition(text).words()` gives them back.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from quell.care.span import seconds
from quell.care.support import LABORATORY, UNITS, read_level
from quell.drugs.phrase import time_words
from quell.ground.errors import InputError
from quell.ground.units import convert

SEEN = ("seizing", "convulsing", "eeg seizing", "no seizure", "responsive", "unresponsive")
NAME = r"[A-Za-z][A-Za-z0-9_-]*"
ALLOWED = (
    "'seizing for 5 min', 'eeg seizing for 10 min', 'no seizure for 24 h', 'suppression above 50 % for 10 min', "
    "'seizing 10 min after the last dose', 'after step NAME', '20 min after step NAME', 'step NAME relapsed', "
    "'at 60 min', 'pressure below 65 mmHg for 5 min', 'lactate above 5 mmol/L', 'weight above 40 kg'"
)
LONGEST = 1000  # characters
COUNTS = {"": 1, " once": 1, " twice": 2, " three times": 3}


@dataclass(frozen=True)
class Seen:
    """Something visible that has lasted `for_s`; `level` is the share for suppression."""

    sign: str
    for_s: float = 0.0
    level: float = 0.0

    @property
    def base(self) -> str:
        """The sign without its duration: conditions on the same sign share one clock."""
        return f"{self.sign} {100 * self.level:g} %" if self.sign.startswith("suppression") else self.sign

    def words(self) -> str:
        """The condition in words."""
        return f"{self.base} for {time_words(self.for_s)}" if self.for_s else self.base


@dataclass(frozen=True)
class Done:
    """Something that was done: `fact` about `step` ("" is any dose), at least `wait_s` ago, `count` times."""

    fact: str
    step: str = ""
    wait_s: float = 0.0
    count: int = 1

    def words(self) -> str:
        """The condition in words."""
        wait = f"{time_words(self.wait_s)} " if self.wait_s else ""
        count = next(word for word, number in COUNTS.items() if number == self.count and word != " once")
        return {
            "given": f"{wait}after {f'step {self.step}' if self.step else 'the last dose'}",
            "started": f"{wait}after the start of step {self.step}",
            "not given": f"step {self.step} not given",
            "relapsed": f"step {self.step} relapsed{count}",
        }.get(self.fact, f"step {self.step} {self.fact}")


@dataclass(frozen=True)
class Clock:
    """The time since seizure onset: from `at_s` on, or before it."""

    at_s: float
    before: bool = False

    def words(self) -> str:
        """The condition in words."""
        return f"{'before' if self.before else 'at'} {time_words(self.at_s)}"


@dataclass(frozen=True)
class Is:
    """What the person is: `trait` above (or up to) a limit in its internal unit (kg, years)."""

    trait: str
    limit: float
    above: bool

    def words(self) -> str:
        """The condition in words."""
        unit = {"weight_kg": "kg", "age_y": "years"}[self.trait]
        return f"{self.trait.split('_')[0]} {'above' if self.above else 'up to'} {self.limit:g} {unit}"


@dataclass(frozen=True)
class Measured:
    """Something measured on the body that lies above (or below) a limit, in its usual unit, and has for `for_s`."""

    quantity: str
    limit: float
    above: bool
    for_s: float = 0.0

    @property
    def base(self) -> str:
        """The fact without its duration."""
        if self.quantity == "arrhythmia":
            return self.quantity
        unit = UNITS[self.quantity]
        side = "above" if self.above else "below"
        return f"{self.quantity} {side} {self.limit:.10g}{f' {unit}' if unit else ''}"

    def words(self) -> str:
        """The condition in words."""
        return f"{self.base} for {time_words(self.for_s)}" if self.for_s else self.base


Fact = Seen | Done | Clock | Is | Measured


@dataclass(frozen=True)
class Condition:
    """Any of several alternatives, each of them all of its facts."""

    alternatives: tuple[tuple[Fact, ...], ...]

    def words(self) -> str:
        """The condition in words, which read back as the same condition."""
        return " or ".join(" and ".join(fact.words() for fact in facts) for facts in self.alternatives)

    def facts(self) -> tuple[Fact, ...]:
        """Every fact that is asked about."""
        return tuple(fact for facts in self.alternatives for fact in facts)

    def at_once(self) -> "Condition":
        """The same condition without the time its signs must have lasted."""
        bare = tuple(
            tuple(replace(fact, for_s=0.0) if isinstance(fact, Seen | Measured) else fact for fact in facts)
            for facts in self.alternatives
        )
        return Condition(bare)

    def asks_for_eeg(self) -> bool:
        """Whether an answer needs an EEG."""
        return any(isinstance(f, Seen) and (f.sign == "eeg seizing" or f.level) for f in self.facts())

    def asks_for_labs(self) -> bool:
        """Whether an answer needs blood in the laboratory."""
        return any(isinstance(f, Measured) and f.quantity in LABORATORY for f in self.facts())

    def asks_for_body(self) -> bool:
        """Whether an answer needs a body."""
        return any(isinstance(f, Measured) for f in self.facts())


def read_condition(text: Any) -> Condition:
    """Read a condition from words. Raises InputError that lists what can be asked."""
    words = re.sub(r"\s+", " ", str(text)).strip()
    if len(words) > LONGEST:
        raise InputError(f"a condition has {len(words)} characters", allowed=f"at most {LONGEST}")
    if not isinstance(text, str) or not words:
        raise InputError(f"{str(text)[:60]!r} is no condition", allowed=ALLOWED)
    alternatives = [
        tuple(fact for part in choice.split(" and ") for fact in _facts(part.strip())) for choice in words.split(" or ")
    ]
    return Condition(tuple(alternatives))


def all_of(conditions: tuple[Condition, ...]) -> Condition:
    """One condition that holds where every one of several holds."""
    made: list[tuple[Fact, ...]] = [()]
    for condition in conditions:
        made = [(*left, *right) for left in made for right in condition.alternatives]
    return Condition(tuple(made))


def any_of(conditions: tuple[Condition, ...]) -> Condition:
    """One condition that holds where any of several holds; of none, never."""
    return Condition(tuple(facts for condition in conditions for facts in condition.alternatives))


def _facts(words: str) -> tuple[Fact, ...]:
    for pattern, build in FORMS:
        found = re.fullmatch(pattern, words)
        if found:
            return build(found)
    raise InputError(f"{words[:80]!r} is not a condition", allowed=ALLOWED)


def _seen(found: re.Match[str]) -> tuple[Fact, ...]:
    return (Seen(found[1], seconds(found[2]) if found[2] else 0.0),)


def _suppression(found: re.Match[str]) -> tuple[Fact, ...]:
    level = float(found[2]) / 100.0
    if not 0 < level < 1:
        raise InputError(f"{found[2]} % is no share of suppression", allowed="more than 0 % and less than 100 %")
    return (Seen(f"suppression {found[1]}", seconds(found[3]) if found[3] else 0.0, level),)


def _after(found: re.Match[str]) -> tuple[Fact, ...]:
    seen = (Seen(found["sign"]),) if found["sign"] else ()
    wait = seconds(found["wait"]) if found["wait"] else 0.0
    return (*seen, Done("started" if found["start"] else "given", found["step"] or "", wait))


def _state(found: re.Match[str]) -> tuple[Fact, ...]:
    return (Done(found[2], found[1]),)


def _relapsed(found: re.Match[str]) -> tuple[Fact, ...]:
    return (Done("relapsed", found[1], count=COUNTS[found[2]]),)


def _clock(found: re.Match[str]) -> tuple[Fact, ...]:
    return (Clock(seconds(found[2]), found[1] == "before"),)


def _is(found: re.Match[str]) -> tuple[Fact, ...]:
    trait, unit = {"weight": ("weight_kg", "kg"), "age": ("age_y", "year")}[found[1]]
    if trait == "age_y":
        limit = seconds(found[3]) / convert("1 year", "s")
    else:
        number = re.fullmatch(r"(\d{1,4}(?:\.\d{0,6})?) ?(kg|g)", found[3])
        if not number:
            raise InputError(f"{found[3]!r} is not a weight", allowed="a number with kg, such as '40 kg'")
        limit = convert(f"{number[1]} {number[2]}", unit)
    return (Is(trait, round(limit, 9), found[2] in ("above", "over")),)


def _measured(found: re.Match[str]) -> tuple[Fact, ...]:
    limit = read_level(found[1], found[3], (found[4] or "").strip())
    return (Measured(found[1], limit, found[2] == "above", seconds(found[5]) if found[5] else 0.0),)


def _arrhythmia(found: re.Match[str]) -> tuple[Fact, ...]:
    return (Measured("arrhythmia", 0.5, True, seconds(found[1]) if found[1] else 0.0),)


SIGNS = "|".join(sorted(SEEN, key=len, reverse=True))
FORMS = (
    (rf"({SIGNS})(?: for (.+))?", _seen),
    (r"suppression (above|below) (\d{1,3}(?:\.\d{0,4})?) ?%(?: for (.+))?", _suppression),
    (
        rf"(?:(?P<sign>{SIGNS}) )?(?:(?P<wait>[\d.][^()]*?) )?after "
        rf"(?:(?P<start>the start of )?step (?P<step>{NAME})|the last dose)",
        _after,
    ),
    (rf"step ({NAME}) (not given|at its most|controlled|off)", _state),
    (rf"step ({NAME}) relapsed({'|'.join(COUNTS)})", _relapsed),
    (r"(at|before) (.+)", _clock),
    (rf"({'|'.join(UNITS)}) (above|below) (\d{{1,6}}(?:\.\d{{0,4}})?)( ?[^\d\s]\S*)??(?: for (.+))?", _measured),
    (r"arrhythmia(?: for (.+))?", _arrhythmia),
    (r"(weight|age) (above|over|up to|below) (.+)", _is),
)
