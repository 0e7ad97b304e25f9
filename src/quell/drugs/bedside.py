"""The bedside part of a drug card: doses in words, adequacy, harms and the card's own checks."""

from typing import Literal

from pydantic import Field, model_validator

from quell.drugs.rows import Grade, Row, Strict


class Form(Strict):
    """A dose as guidelines word it, with the weights and ages it is meant for."""

    words: str
    source: str
    grade: Grade
    use: str = ""
    from_kg: float = 0.0
    to_kg: float = 1000.0
    from_y: float = 0.0
    to_y: float = 1000.0


class Adequate(Strict):
    """The least dose that counts as an adequate trial of the drug by this route."""

    route: str
    at_least: str
    rule: str
    source: str
    grade: Grade
    from_kg: float = 0.0
    to_kg: float = 1000.0
    from_y: float = 0.0
    to_y: float = 1000.0


class Window(Strict):
    """The usual range of a level in plasma: below it often too little, above it often harm."""

    of: Literal["total", "free"]
    low: Row
    high: Row

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if not self.low.read("mg/L")[0] < self.high.read("mg/L")[0]:
            raise ValueError("low must lie below high")
        return self


class Said(Strict):
    """One harm or one thing to watch, with where it is said."""

    what: str
    source: str
    grade: Grade


class When(Strict):
    """Which structural model a state of the patient picks; `pushed` where boluses are given too, and why."""

    state: Literal["icu"]
    variant: str
    pushed: str = ""
    says: str
    source: str
    grade: Grade


class Check(Strict):
    """The card's own examination: after this order in the reference person, levels at these times."""

    given: str
    person: dict[str, float] = Field(default={})
    variant: str = ""
    expect: dict[str, str]
    within: str
    source: str = "computed"
