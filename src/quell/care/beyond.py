"""Treatments beyond drugs in words, as a step of a protocol orders them.

cool       = "33 degC for 24 h, then rewarm 0.25 degC/h"     also "37 degC", against fever, to the end of the run
diet       = "ketogenic 4:1"                                 or "ketogenic 3:1 for 14 d"
stimulate  = "vagus"                                         or "thalamus", or either with "for 14 d"
shock      = "ECT once a day for 3 d"                        or "ECT once", "ECT every 48 h for 8 d"
resect     = "focus"                                         or a patch, or several: "temporal_L + frontal_L"
disconnect = "focus"
"""

import re
from typing import Any, NamedTuple

from quell.care.span import seconds, time_words
from quell.ground.errors import InputError

WORDS = ("cool", "diet", "stimulate", "shock", "resect", "disconnect")
COOL = "'33 degC for 24 h, then rewarm 0.25 degC/h', from 22 to 38 degC"
DIET = "'ketogenic 4:1' or 'ketogenic 3:1 for 14 d', from 1:1 to 5:1"
SITES = ("vagus", "thalamus")
STIMULATE = "'vagus' or 'thalamus', or either with 'for 14 d'"
SHOCK = "'ECT once', 'ECT once a day for 3 d' or 'ECT every 48 h for 8 d'"
PLACE = "'focus', or patches such as 'temporal_L' or 'temporal_L + frontal_L'"
COLDEST, WARMEST = 22.0, 38.0  # degC; colder needs a bypass, warmer is no treatment
REWARM_PER_H = 0.25
DAY_S = 86400.0
ENDLESS_S = 1e12


class Cooling(NamedTuple):
    """A temperature to hold (degC), for how long (s), and how fast it may rise after (K/s)."""

    target: float
    lasts_s: float
    rewarm: float


class Diet(NamedTuple):
    """Fat to anything else, relative to 4:1, and for how long (s)."""

    ratio: float
    lasts_s: float


class Stimulus(NamedTuple):
    """Which site, and for how long (s)."""

    site: str
    lasts_s: float


class Shocks(NamedTuple):
    """How often (s), and for how long (s)."""

    every_s: float
    lasts_s: float


class Beyond(NamedTuple):
    """What one step orders beyond drugs."""

    cool: Cooling | None = None
    diet: Diet | None = None
    stimulate: Stimulus | None = None
    shock: Shocks | None = None
    resect: str = ""
    disconnect: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """The parts of the brain these need, of `quell.patient.beyond.KINDS`."""
        made = {"temperature"} if self.cool else set()
        made |= {"diet"} if self.diet else set()
        made |= {self.stimulate.site} if self.stimulate else set()
        made |= {"shock"} if self.shock else set()
        return frozenset(made | ({"surgery"} if self.resect or self.disconnect else set()))


def read_cooling(text: str) -> Cooling:
    """A cooling from words such as "33 degC for 24 h, then rewarm 0.25 degC/h". Raises InputError."""
    unit = r" ?(?:degC|°C|C)"
    form = rf"(\d{{1,3}}(?:\.\d{{1,3}})?){unit}(?: for ([^,]+))?(?:, then rewarm (?:by )?(\d(?:\.\d{{1,4}})?){unit}/h)?"
    found = re.fullmatch(form, _plain(text))
    if not found or (found[3] and float(found[3]) <= 0):
        raise InputError(f"{text[:60]!r} is no cooling", allowed=COOL)
    target = float(found[1])
    if not COLDEST <= target <= WARMEST:
        raise InputError(f"nobody is cooled to {target:g} degC", allowed=f"{COLDEST:g} to {WARMEST:g} degC")
    lasts = _time(found[2], text, COOL)
    if found[3] and lasts >= ENDLESS_S:
        raise InputError(f"{text[:60]!r} rewarms, but does not say after what time", allowed=COOL)
    return Cooling(target, lasts, float(found[3] or REWARM_PER_H) / 3600.0)


def read_diet(text: str) -> Diet:
    """A diet from words such as "ketogenic 4:1 for 14 d". Raises InputError."""
    found = re.fullmatch(r"ketogenic (\d(?:\.\d{1,2})?):1(?: for (.+))?", _plain(text))
    if not found or not 1.0 <= float(found[1]) <= 5.0:
        raise InputError(f"{text[:60]!r} is no diet", allowed=DIET)
    return Diet(float(found[1]) / 4.0, _time(found[2], text, DIET))


def read_stimulus(text: str) -> Stimulus:
    """A stimulator from words such as "vagus for 14 d". Raises InputError."""
    site, _, time = _plain(text).partition(" for ")
    if site not in SITES:
        raise InputError(f"{text[:60]!r} is no site that can be stimulated", allowed=STIMULATE)
    return Stimulus(site, _time(time, text, STIMULATE))


def read_shocks(text: str) -> Shocks:
    """Shocks from words such as "ECT once a day for 3 d". Raises InputError."""
    words = _plain(text)
    if words == "ECT once":
        return Shocks(DAY_S, 1.0)
    found = re.fullmatch(r"ECT (?:(once|twice) a day|every (.+?)) for (.+)", words)
    if not found:
        raise InputError(f"{text[:60]!r} is no course of shocks", allowed=SHOCK)
    every = DAY_S / {"once": 1, "twice": 2}[found[1]] if found[1] else _time(found[2], text, SHOCK)
    if every < 3600.0:
        raise InputError(f"{text[:60]!r} shocks more often than every hour", allowed=SHOCK)
    return Shocks(every, _time(found[3], text, SHOCK))


def read_place(text: str) -> str:
    """What is taken out or cut off: "focus", or patches joined by plus signs. Raises InputError."""
    words = _plain(text).replace(" + ", "+")
    if not re.fullmatch(r"[A-Za-z][A-Za-z_]{0,30}(\+[A-Za-z][A-Za-z_]{0,30}){0,9}", words):
        raise InputError(f"{text[:60]!r} is no place in the brain", allowed=PLACE)
    return words


READ = {
    "cool": read_cooling,
    "diet": read_diet,
    "stimulate": read_stimulus,
    "shock": read_shocks,
    "resect": read_place,
    "disconnect": read_place,
}


def read_beyond(written: dict[str, str]) -> Beyond | None:
    """What a step orders, from its words by name; none where it orders nothing. Raises InputError."""
    read: dict[str, Any] = {name: READ[name](text) for name, text in written.items() if text}
    return Beyond(**read) if read else None


def beyond_words(ordered: Beyond) -> list[str]:
    """What is ordered, for reading."""
    made = []
    if ordered.cool:
        cool = ordered.cool
        after = f", then rewarming by {3600.0 * cool.rewarm:.3g} °C/h" if cool.lasts_s < ENDLESS_S else ""
        made.append(f"temperature held at {cool.target:g} °C{_for(cool.lasts_s)}{after}")
    if ordered.diet:
        made.append(f"ketogenic diet {4.0 * ordered.diet.ratio:g}:1{_for(ordered.diet.lasts_s)}")
    if ordered.stimulate:
        made.append(f"stimulation of the {ordered.stimulate.site}{_for(ordered.stimulate.lasts_s)}")
    if ordered.shock:
        every, lasts = ordered.shock
        often = "once" if lasts < every else f"every {time_words(every)} for {time_words(lasts)}"
        made.append(f"electroconvulsive therapy {often}")
    for place, what in ((ordered.resect, "resection"), (ordered.disconnect, "disconnection")):
        if place:
            made.append(f"{what} of {place_words(place)}")
    return made


def place_words(place: str) -> str:
    """A place for reading."""
    side = {"L": "left", "R": "right"}
    parts = [part.split("_") for part in place.split("+")]
    return "the " + " and ".join(f"{side[part[-1]]} {part[0]}" if part[-1] in side else part[0] for part in parts)


def _for(lasts_s: float) -> str:
    return "" if lasts_s >= ENDLESS_S else f" for {time_words(lasts_s)}"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _time(text: str | None, whole: str, allowed: str) -> float:
    if not text:
        return ENDLESS_S
    try:
        found = seconds(text)
    except InputError as error:
        raise InputError(f"{error.what} in {whole[:60]!r}", allowed=allowed) from None
    if found <= 0:
        raise InputError(f"{whole[:60]!r} takes no time", allowed=allowed)
    return found
