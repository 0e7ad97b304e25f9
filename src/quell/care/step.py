"""One step of a protocol: what it waits for, how long it takes to reach the arm, what is given, when to stop."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from quell.care.beyond import READ, Beyond, read_beyond
from quell.care.beyond import WORDS as BEYOND
from quell.care.holding import DEEPEST, HOLD, SHALLOWEST, held
from quell.care.reading import Written, refuse
from quell.care.span import Delay, Delivered, Seconds, Share
from quell.care.support import read_clearing, read_fluids
from quell.care.words import Condition, all_of, any_of, read_condition
from quell.drugs.dose import Order, Rate, parse_order
from quell.ground.errors import InputError

ROLES = ("first_line", "second_line", "anaesthetic", "rescue", "other")


def _lines(read: Any) -> Any:
    """A check for one text or a list of texts, each read by `read`; kept as a tuple of texts."""

    def checked(value: Any) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or len(texts) > 50 or not all(isinstance(text, str) for text in texts):
            raise refuse(f"{str(value)[:60]!r} is neither a text nor a list of texts", '"text" or ["text", "text"]')
        for text in texts:
            try:
                read(text)
            except InputError as error:
                raise refuse(error.what, error.allowed) from None
        return tuple(texts)

    return checked


TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Conditions = Annotated[tuple[str, ...], BeforeValidator(_lines(read_condition)), WithJsonSchema(TEXTS)]
Orders = Annotated[tuple[str, ...], BeforeValidator(_lines(parse_order)), WithJsonSchema(TEXTS)]
Named = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,40}$")]
Grade = Literal["A", "B", "C", "D"]


class Titration(Written):
    """How an infusion is led: raised until the target is met, held, weaned, restarted on recurrence.

    By a controller where `hold` names a depth: "burst suppression 0.8 for 24 h, then wean 20 % every 3 h". Then the
    EEG sets the rate up to `most`, and target, raises and (said in the words) the wean need not be written.
    """

    control: Literal["", "pi", "mpc"] = ""
    depth: float = 0.0  # burst suppression probability that the controller holds; read from `hold`
    target: Conditions = ()  # all must hold before raising ends and holding begins
    raise_by: str = ""
    raise_every: Seconds = 0.0
    most: str  # the highest rate
    raise_while: Conditions = ()  # all must hold for a raise; empty: while the sign of the target is seen to be absent
    bolus: str = ""  # an extra dose with every raise
    hold: Delay
    hold_on_if: Conditions = ()  # any of these puts the wean off
    wean_by: Share = 0.0  # share of the rate at which weaning began, per stage
    wean_every: Delay = 0.0
    relapse_if: Conditions = ("seizing",)
    restarts: int = Field(default=1, ge=0, le=20)  # weans tried again; then the rate is kept to the end
    watch: Seconds  # after the end of the infusion, a recurrence this soon is a relapse

    @property
    def target_met(self) -> Condition:
        """When raising ends."""
        return all_of(tuple(read_condition(text) for text in self.target))

    @property
    def raising(self) -> Condition | None:
        """When the rate may be raised; None: while staff see that the sign of the target is absent."""
        return all_of(tuple(read_condition(text) for text in self.raise_while)) if self.raise_while else None

    @property
    def holding_on(self) -> Condition:
        """When weaning is put off."""
        return any_of(tuple(read_condition(text) for text in self.hold_on_if))

    @property
    def relapse(self) -> Condition:
        """When a wean (or the time after it) has failed."""
        return all_of(tuple(read_condition(text) for text in self.relapse_if))

    @model_validator(mode="before")
    @classmethod
    def _read_depth(cls, raw: Any) -> Any:
        return held(raw) if isinstance(raw, dict) else raw

    @model_validator(mode="after")
    def _sensible(self) -> "Titration":
        if self.control and not SHALLOWEST <= self.depth <= DEEPEST:
            raise refuse(f"burst suppression {self.depth:g} cannot be held", f"{SHALLOWEST} to {DEEPEST}", ("depth",))
        for name in () if self.control else ("target", "raise_by", "raise_every"):
            if not getattr(self, name) and name not in self.model_fields_set:
                raise refuse(f"{name} is missing", f"{name}, or a hold such as {HOLD!r}")
        if not self.target or not self.relapse_if:
            raise refuse("target and relapse_if need a condition", "one condition or more")
        if not 0 < self.wean_by <= 1:
            raise refuse(f"{self.wean_by:g} of the rate cannot be taken away", "0.2 to 0.25 is usual", ("wean_by",))
        if self.raise_every <= 0 and not self.control:
            raise refuse("the rate cannot be raised all the time", "a time above zero", ("raise_every",))
        return self


class Step(Written):
    """One thing that is done once its trigger holds, its delay has passed and nothing forbids it."""

    id: Named
    about: str = ""
    role: Literal["first_line", "second_line", "anaesthetic", "rescue", "other"] = "other"
    when: Conditions  # all must hold
    delay: Delay = 0.0  # from the first time the trigger held to the drug at hand
    give: Orders = ()  # several are given together; none: the step is only a mark in time
    arms: dict[str, str | list[str]] = Field(default={})  # draw -> the arm or arms this step belongs to
    do_not_if: Conditions = ()  # any forbids, as long as it holds
    stop_if: Conditions = ()  # any ends what is running, for good
    repeat_if: Conditions = ("seizing",)  # all must hold for a repeat
    delivered: Delivered = 1.0  # share of the order that is really given
    paralyse: Seconds = 0.0  # a muscle relaxant hides movement for so long
    ventilate: bool | None = None  # none: an anaesthetic or a relaxant does; false takes the ventilator away
    fluids: str = ""  # crystalloid, such as "500 mL over 15 min"
    clears: str = ""  # a machine that takes drugs out, such as "haemodialysis for 4 h"
    cool: str = ""  # a temperature, such as "33 degC for 24 h, then rewarm 0.25 degC/h"
    diet: str = ""  # such as "ketogenic 4:1"
    stimulate: str = ""  # "vagus" or "thalamus"
    shock: str = ""  # such as "ECT once a day for 3 d"
    resect: str = ""  # "focus", or a patch: what the surgeon takes out
    disconnect: str = ""  # or cuts off
    infusion: Titration | None = None
    source: str = Field(min_length=1)
    grade: Grade

    @property
    def trigger(self) -> Condition:
        """When the step is wanted."""
        return all_of(tuple(read_condition(text) for text in self.when))

    @property
    def forbidden(self) -> Condition:
        """When the step must not be begun."""
        return any_of(tuple(read_condition(text) for text in self.do_not_if))

    @property
    def stopped(self) -> Condition:
        """When what is running is stopped."""
        return any_of(tuple(read_condition(text) for text in self.stop_if))

    @property
    def repeating(self) -> Condition:
        """When an allowed repeat is given."""
        return all_of(tuple(read_condition(text) for text in self.repeat_if))

    @property
    def ventilates(self) -> bool | None:
        """Whether the step puts the person on the ventilator (or takes it away, false); none: neither."""
        if self.ventilate is None and (self.role == "anaesthetic" or self.paralyse > 0):
            return True
        return self.ventilate

    @property
    def beyond(self) -> Beyond | None:
        """What is ordered beyond drugs."""
        return read_beyond({name: getattr(self, name) for name in BEYOND})

    @property
    def orders(self) -> tuple[Order, ...]:
        """What is given, in mg and s."""
        return tuple(parse_order(text) for text in self.give)

    @property
    def led(self) -> Order | None:
        """The order whose infusion is led by `infusion`."""
        return next((order for order in self.orders if order.infusion is not None), None)

    def rate(self, text: str) -> Rate:
        """A rate of the led infusion, from words such as "0.05 mg/kg/h"."""
        assert self.led is not None
        order = parse_order(f"{self.led.drug} {text} {self.led.route}")
        if order.infusion is None:
            raise InputError(f"{text!r} is not a rate", allowed="a rate such as '0.05 mg/kg/h'")
        return order.infusion.rate

    def bolus(self) -> Order | None:
        """The extra dose with every raise."""
        return parse_order(self.infusion.bolus) if self.infusion and self.infusion.bolus else None

    @model_validator(mode="after")
    def _fits_together(self) -> "Step":
        infusions = [order for order in self.orders if order.infusion is not None]
        for name, read in (("fluids", read_fluids), ("clears", read_clearing), *READ.items()):
            try:
                if words := getattr(self, name):
                    read(words)
            except InputError as error:
                raise refuse(error.what, error.allowed, (name,)) from None
        if not self.when:
            raise refuse("the step waits for nothing", "one condition or more, such as 'seizing for 5 min'", ("when",))
        if len(infusions) > 1:
            raise refuse("two infusions in one step", "one infusion per step", ("give",))
        if self.infusion is None:
            return self
        if len(infusions) != 1:
            raise refuse("there is no infusion to lead", "one order with 'then RATE' or 'RATE ROUTE'", ("give",))
        for name in ("most",) if self.infusion.control else ("raise_by", "most"):
            self._check_infusion(name, getattr(self.infusion, name))
        if self.infusion.bolus:
            self._check_infusion("bolus", self.infusion.bolus)
        return self

    def _check_infusion(self, name: str, text: str) -> None:
        try:
            read = parse_order(text) if name == "bolus" else self.rate(text)
        except InputError as error:
            raise refuse(error.what, error.allowed, ("infusion", name)) from None
        if isinstance(read, Order) and (read.infusion is not None or read.repeats or not read.amount):
            raise refuse(
                f"{text!r} is not a single dose", "one dose such as 'midazolam 0.1 mg/kg IV'", ("infusion", name)
            )
