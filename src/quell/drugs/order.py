"""An order: what is given, how much, how fast, how often; frozen, in mg and s.

Amounts stay in the unit they were prescribed in (fosphenytoin: mg of phenytoin sodium equivalents, PE), because
caps act on the prescribed number; of a vapour they are per cent inspired, held as a rate. `order.words()` gives the
order in words, which `dose.parse_order` reads back.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from quell.drugs.phrase import rate_words, time_words
from quell.drugs.vapour import mac_share
from quell.ground.errors import InputError

LIGHTEST_KG, HEAVIEST_KG = 0.3, 400.0  # outside this no person has lived; a slip of the pen, not a patient


@dataclass(frozen=True)
class Rate:
    """A speed of giving: mg/s, or mg/s per kg of body weight; `macs` where a vapour was asked for in MAC."""

    mg_per_s: float
    per_kg: bool = False
    macs: float = 0.0

    def for_weight(self, weight_kg: Any, age_y: Any = None) -> Any:
        """mg/s for a body weight in kg (number or array); of a vapour in MAC for an age in years (none: 40)."""
        speed = self.mg_per_s * weight_kg if self.per_kg else self.mg_per_s + 0.0 * np.asarray(weight_kg)[()]
        return speed * mac_share(age_y) if self.macs and age_y is not None else speed


@dataclass(frozen=True)
class Infusion:
    """A continuous infusion after (or without) a loading dose; `for_s` None runs until it is stopped."""

    rate: Rate
    for_s: float | None = None


@dataclass(frozen=True)
class Segment:
    """One stretch of constant input: from `start_s`, for `duration_s`, at `mg_per_s` (prescribed unit)."""

    start_s: Any
    duration_s: Any
    mg_per_s: Any


@dataclass(frozen=True)
class Order:
    """One order: amounts in mg of the prescribed unit (per kg where `per_kg`), times in s."""

    drug: str
    route: str
    amount: float = 0.0
    per_kg: bool = False
    equivalents: bool = False
    over_s: float | None = None
    rate: Rate | None = None
    max_mg: float | None = None
    max_rates: tuple[Rate, ...] = ()
    repeats: int = 0
    repeat_after_s: float | None = None
    infusion: Infusion | None = None

    @property
    def line(self) -> str:
        """The tube the dose goes through: "drug/route"."""
        return f"{self.drug}/{self.route}"

    def mg(self, weight_kg: Any) -> Any:
        """The amount of one dose in mg (prescribed unit) for a weight in kg, after the cap. Numbers or arrays."""
        check_weight(weight_kg)
        amount = self.amount * weight_kg if self.per_kg else self.amount + 0.0 * np.asarray(weight_kg)[()]
        return amount if self.max_mg is None else np.minimum(amount, self.max_mg)

    def lasts_s(self, weight_kg: Any) -> Any:
        """How long one dose takes to give, s: 0 for a push without a time; rate caps can only lengthen it."""
        amount = self.mg(weight_kg)
        time = amount * 0.0 + (self.over_s or 0.0)
        if self.rate is not None:
            time = amount / self.rate.for_weight(weight_kg)
        for cap in self.max_rates:
            time = np.maximum(time, amount / cap.for_weight(weight_kg))
        return time

    def segments(self, weight_kg: Any, start_s: Any = 0.0, *, push_s: float = 10.0, age_y: Any = None) -> list[Segment]:
        """The dose, then its infusion, as stretches of constant input; repeats are the bedside's decision.

        A push without a time is spread over `push_s` (one macro step). An infusion without an end gets inf.
        """
        check_weight(weight_kg)
        made, start = [], start_s
        if self.amount > 0:
            time = np.maximum(self.lasts_s(weight_kg), push_s)
            made.append(Segment(start, time, self.mg(weight_kg) / time))
            start = start + time
        if self.infusion is not None:
            speed = self.infusion.rate.for_weight(weight_kg, age_y)
            for cap in self.max_rates:
                speed = np.minimum(speed, cap.for_weight(weight_kg, age_y))
            lasting = np.inf if self.infusion.for_s is None else self.infusion.for_s
            made.append(Segment(start, lasting, speed))
        return made

    def words(self) -> str:
        """The order in words; reading them gives this order again."""
        infusion = self.infusion
        unit = "mg PE" if self.equivalents else "mg"
        if self.amount > 0:
            text = f"{self.drug} {number_words(self.amount)} {unit}{'/kg' if self.per_kg else ''} {self.route}"
        else:
            assert infusion is not None
            text = f"{self.drug} {self._rate_words(infusion.rate)} {self.route}{_for_words(infusion)}"
        if self.over_s is not None:
            text += f" over {time_words(self.over_s)}"
        if self.rate is not None:
            text += f" at {self._rate_words(self.rate)}"
        if self.max_mg is not None:
            text += f", max {number_words(self.max_mg)} {unit}"
        for cap in self.max_rates:
            text += f", max {self._rate_words(cap)}"
        if self.repeats and self.repeat_after_s is not None:
            count = {1: "once", 2: "twice"}.get(self.repeats, f"{self.repeats} times")
            text += f", repeat {count} at {time_words(self.repeat_after_s)}"
        if self.amount > 0 and infusion is not None:
            text += f" then {self._rate_words(infusion.rate)}{_for_words(infusion)}"
        return text

    def _rate_words(self, rate: Rate) -> str:
        if self.route == "inhaled":
            return f"{number_words(rate.macs)} MAC" if rate.macs else f"{number_words(rate.mg_per_s)} %"
        return rate_words(rate.mg_per_s, per_kg=rate.per_kg, equivalents=self.equivalents)


def number_words(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value)).removesuffix(".0")


def _for_words(infusion: Infusion) -> str:
    return "" if infusion.for_s is None else f" for {time_words(infusion.for_s)}"


def check_weight(weight_kg: Any) -> None:
    """Raise InputError unless every weight is one a person can have."""
    weight = np.asarray(weight_kg, float)
    if not np.all((weight >= LIGHTEST_KG) & (weight <= HEAVIEST_KG)):
        wrong = weight[~((weight >= LIGHTEST_KG) & (weight <= HEAVIEST_KG))].flat[0]
        raise InputError(
            f"{wrong:g} kg is no body weight", field="weight_kg", allowed=f"{LIGHTEST_KG:g} to {HEAVIEST_KG:g} kg"
        )
