"""Times and shares as people write them: "90 min", "1 h 30 min", or a spread between patients.

delay = "3 min"                                        the same in everyone
delay = { median = "16 min", iqr = ["5 min", "45 min"] }   log-normal; most = "4 h" caps it
delay = { low = "1 min", mode = "2 min", high = "6 min" }  triangular; without mode, uniform
"""

import math
import re
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from quell.care.reading import Written, refuse
from quell.ground.errors import InputError
from quell.ground.units import convert

PART = re.compile(r"((?:\d+(?:\.\d*)?|\.\d+)(?:e-?\d{1,2}(?![\d.]))?)\s*([a-z]+)")
UNITS = {
    "s": ("s", "sec", "second", "seconds"),
    "min": ("min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "day": ("d", "day", "days"),
    "week": ("w", "week", "weeks"),
    "month": ("month", "months"),
    "year": ("y", "year", "years"),
}
SPELLINGS = {word: unit for unit, words in UNITS.items() for word in words}
LONGEST = 200 * 366 * 86400.0
TIMES = 'a time with a unit, such as "90 min", "1 h 30 min" or "24 h"'
COOLEST, HOTTEST = 35.0, 42.0  # degC that fever may set
QUARTILE = 0.6744897501960817  # of the standard normal


def seconds(text: Any) -> float:
    """A time in s, not negative. Raises InputError."""
    words = str(text).strip().lower()
    parts = PART.findall(words)
    if not isinstance(text, str) or not parts or PART.sub("", words).strip(" ,"):
        raise InputError(f"{text!r} is not a time", allowed=TIMES)
    total = 0.0
    for number, word in parts:
        unit = SPELLINGS.get(word)
        if unit is None:
            raise InputError(
                f"{word!r} in {text!r} is not a unit of time", allowed="s, min, h, d, weeks, months, years"
            )
        total += convert(f"{number} {unit}", "s")
    if total > LONGEST:
        raise InputError(f"{text!r} is longer than a life", allowed="at most 200 years")
    return total


def time_words(value_s: float) -> str:
    """A time for reading: "45 s", "10 min", "1 h 30 min", "2 d 6 h"."""
    if value_s < 0:
        return f"-{time_words(-value_s)}"
    if value_s < 120 and value_s % 60:
        return f"{value_s:.3g} s"
    minutes = round(value_s / 60)
    if minutes < 120:
        return f"{minutes} min" if minutes != 60 else "1 h"
    days, rest = (0, minutes) if minutes < 48 * 60 else divmod(minutes, 1440)
    parts = [(days, "d"), (rest // 60, "h"), (0 if days else rest % 60, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def _seconds_field(value: Any) -> float:
    try:
        return seconds(value)
    except InputError as error:
        raise refuse(error.what, error.allowed) from None


def _share_field(value: Any) -> float:
    number = value
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,3}(\.\d{0,6})?\s*%\s*", value):
        number = float(value.strip().rstrip("% ")) / 100.0
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 10:
        raise refuse(f"{value!r} is not a share", 'a number from 0 (nothing) over 1 (all of it) to 10, or "50 %"')
    return float(number)


def _heat_field(value: Any) -> float:
    found = re.fullmatch(r"\s*(\d{2}(?:\.\d{1,3})?) ?(?:degC|°C|C)\s*", value) if isinstance(value, str) else None
    if not found or not COOLEST <= float(found[1]) <= HOTTEST:
        raise refuse(f"{value!r} is no temperature of a living body", f'{COOLEST:g} to {HOTTEST:g}, as "39.5 degC"')
    return float(found[1])


Heat = Annotated[float, BeforeValidator(_heat_field), WithJsonSchema({"type": "string", "examples": ["39.5 degC"]})]
Seconds = Annotated[
    float, BeforeValidator(_seconds_field), WithJsonSchema({"type": "string", "examples": ["90 min", "1 h 30 min"]})
]
Share = Annotated[
    float, BeforeValidator(_share_field), WithJsonSchema({"type": ["number", "string"], "examples": [0.5, "50 %"]})
]


class _Spread(Written):
    """How a quantity differs between patients; `at` turns uniform numbers into draws."""

    def at(self, chance: Any) -> np.ndarray:
        """The quantity at uniform numbers in (0, 1), any shape, float64."""
        chance = np.clip(np.asarray(chance, np.float64), 1e-12, 1 - 1e-12)
        made: Any = self
        if made.median is not None:
            return _lognormal(made.median, made.iqr, made.most, chance)
        return _triangular(made.low, made.mode, made.high, chance)

    @model_validator(mode="after")
    def _one_shape(self) -> "_Spread":
        made: Any = self
        lognormal = [made.median, made.iqr]
        corners = [made.low, made.high]
        if all(part is not None for part in lognormal) and not any(p is not None for p in (*corners, made.mode)):
            low, high = made.iqr
            if not 0 < low <= made.median <= high or low == high:
                raise refuse(
                    "the quartiles must lie around the median", "0 < first quartile <= median <= third quartile"
                )
            if made.most is not None and made.most <= made.median:
                raise refuse("the most lies below the median", "a most above the median")
            return self
        if all(part is not None for part in corners) and all(p is None for p in (*lognormal, made.most)):
            mode = made.low if made.mode is None else made.mode
            if not made.low <= mode <= made.high or made.low == made.high:
                raise refuse("low, mode and high are not in order", "low <= mode <= high, low < high")
            return self
        raise refuse("this is no spread", "median and iqr (and most), or low and high (and mode)")


class TimeSpread(_Spread):
    """A time that differs between patients."""

    median: Seconds | None = None
    iqr: tuple[Seconds, Seconds] | None = Field(default=None, strict=False)
    most: Seconds | None = None
    low: Seconds | None = None
    mode: Seconds | None = None
    high: Seconds | None = None

    def words(self) -> str:
        """The spread for reading."""
        if self.median is not None and self.iqr is not None:
            low, high = self.iqr
            return f"about {time_words(self.median)} (half of patients {time_words(low)} to {time_words(high)})"
        return f"{time_words(self.low or 0.0)} to {time_words(self.high or 0.0)}"


class ShareSpread(_Spread):
    """A share of what was ordered that differs between patients."""

    median: Share | None = None
    iqr: tuple[Share, Share] | None = Field(default=None, strict=False)
    most: Share | None = None
    low: Share | None = None
    mode: Share | None = None
    high: Share | None = None

    def words(self) -> str:
        """The spread for reading."""
        if self.median is not None and self.iqr is not None:
            return f"about {self.median:.0%} (half of patients {self.iqr[0]:.0%} to {self.iqr[1]:.0%})"
        return f"{self.low or 0.0:.0%} to {self.high or 0.0:.0%}"


def _kind(value: Any) -> str:
    return "<table>" if isinstance(value, dict | _Spread) else "<value>"


Delay = Annotated[Annotated[Seconds, Tag("<value>")] | Annotated[TimeSpread, Tag("<table>")], Discriminator(_kind)]
Delivered = Annotated[Annotated[Share, Tag("<value>")] | Annotated[ShareSpread, Tag("<table>")], Discriminator(_kind)]


def drawn(quantity: float | _Spread, chance: Any) -> np.ndarray:
    """A fixed quantity or a spread, at uniform numbers in (0, 1): float64 of their shape."""
    if isinstance(quantity, _Spread):
        return quantity.at(chance)
    return np.full(np.shape(chance), float(quantity))


def spread_words(quantity: float | TimeSpread) -> str:
    """A time or its spread, for reading."""
    return quantity.words() if isinstance(quantity, TimeSpread) else time_words(quantity)


def _lognormal(median: float, iqr: tuple[float, float], most: float | None, chance: np.ndarray) -> np.ndarray:
    """Log-normal with the median and the ratio of the quartiles of `iqr`; what lies above `most` becomes `most`."""
    from scipy.special import ndtri

    width = math.log(iqr[1] / iqr[0]) / (2 * QUARTILE)
    return np.minimum(median * np.exp(width * ndtri(chance)), np.inf if most is None else most)


def _triangular(low: float, mode: float | None, high: float, chance: np.ndarray) -> np.ndarray:
    if mode is None:
        return low + (high - low) * chance
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(chance * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - chance) * (high - low) * (high - mode))
    return np.where(chance < turn, rising, falling)
