"""What can be measured on the body, in which units, fluids and blood purification in words."""

import re
from typing import Any, NamedTuple

from quell.care.span import seconds
from quell.drugs.removal import MACHINES
from quell.ground.errors import InputError
from quell.ground.units import convert

MONITOR = {"pressure": "mmHg", "heart rate": "/min", "spo2": "%", "temperature": "degC", "arrhythmia": ""}
LABORATORY = {
    "lactate": "mmol/L",
    "ck": "U/L",
    "triglycerides": "mmol/L",
    "paco2": "mmHg",
    "ph": "",
    "glucose": "mmol/L",
}
UNITS = MONITOR | LABORATORY
SPELLED = {"mM": "mmol/L", "°C": "degC", "bpm": "/min"}
ALLOWED = "'500 mL', '10 mL/kg' or either with 'over 15 min'"


class Fluids(NamedTuple):
    """Crystalloid: how much (mL or mL/kg) and over how long (s)."""

    mL: float
    per_kg: bool
    over_s: float

    def for_weight(self, weight_kg: Any) -> Any:
        """mL per kg for each weight."""
        return self.mL + 0.0 * weight_kg if self.per_kg else self.mL / weight_kg


def read_fluids(text: str) -> Fluids:
    """Fluids from words such as "500 mL over 15 min" (15 min unless said). Raises InputError."""
    found = re.fullmatch(r"(\d{1,5}(?:\.\d{0,4})?) ?(mL|L)(/kg)?(?: over (.+))?", re.sub(r"\s+", " ", text).strip())
    if not found or float(found[1]) <= 0:
        raise InputError(f"{text[:60]!r} is no amount of fluid", allowed=ALLOWED)
    over = seconds(found[4]) if found[4] else 900.0
    if over <= 0:
        raise InputError(f"{text[:60]!r} takes no time", allowed=ALLOWED)
    return Fluids(convert(f"{found[1]} {found[2]}", "mL"), bool(found[3]), over)


class Clearing(NamedTuple):
    """A machine that clears the blood, and how long it runs (s)."""

    machine: str
    lasts_s: float


def read_clearing(text: str) -> Clearing:
    """A machine and its time from words such as "haemodialysis for 4 h". Raises InputError."""
    machine, _, time = re.sub(r"\s+", " ", text).strip().partition(" for ")
    if machine not in MACHINES or not time or seconds(time) <= 0:
        what = f"{text[:60]!r} is no machine with a time"
        raise InputError(what, allowed=" or ".join(f"'{name} for 4 h'" for name in MACHINES))
    return Clearing(machine, seconds(time))


def read_level(quantity: str, number: str, unit: str) -> float:
    """A limit of something measured, its unit left out or the one it has. Raises InputError."""
    wanted = UNITS[quantity]
    if unit and SPELLED.get(unit, unit) != wanted:
        what = f"{quantity} is not measured in {unit}"
        raise InputError(what, allowed=f"{quantity} in {wanted}" if wanted else f"{quantity} without a unit")
    return float(number)
