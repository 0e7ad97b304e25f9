"""Causes as data: where the irritation sits, how strong it is, how it wanes, and which states it moves.

drive(t)  = [floor + amplitude exp(-max(0, t - hold) / decay)] (1 - spastic relaxed - hungry fed)   mV, from t = 0
supply(t) = 1 - short(t) (1 - glucose fed)
short(t)  = lasting + (deepest - lasting) exp(-max(0, t - hold) / recovery)

`relaxed` and `fed` are 0 to 1: how far a drug has opened tightened vessels, and how far blood sugar is made up.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from quell.ground.contract import process
from quell.ground.errors import CardError, InputError
from quell.ground.units import mV, ratio, second, share
from quell.patient.exposure import Exposure

LIBRARY = Path(__file__).parent / "library"


@process
class Insult:
    """The irritative drive on the patches of the focus; constants `[lanes, 1]`, `site` `[lanes, patches]`."""

    amplitude: mV
    hold: second
    decay: second
    floor: mV
    site: Any  # share of the drive that each patch receives
    spastic: share = 0.0  # of the drive, what comes from vessels that a drug can relax
    hungry: share = 0.0  # of the drive, what comes from cells that glucose feeds

    def at(self, time: second, relaxed: share = 0.0, fed: share = 0.0) -> mV:
        """The drive at a time from onset (mV, `[lanes, patches]`)."""
        waning = jnp.exp(-jnp.maximum(time - self.hold, 0.0) / self.decay)
        left = 1.0 - self.spastic * relaxed - self.hungry * fed
        return jnp.where(time > 0.0, self.floor + self.amplitude * waning, 0.0) * left * self.site


@process
class Shortage:
    """Want of oxygen or glucose in the whole brain, and how it passes; constants `[lanes, 1]`, none by default."""

    deepest: share = 0.0  # of the usual supply, what is missing at first
    lasting: share = 0.0  # what is missing in the end
    hold: second = 0.0
    recovery: second = 60.0
    glucose: share = 0.0  # of what is missing, what glucose makes up
    coma: share = 0.0  # of answering, what it takes for as long as a run lasts

    def supply(self, time: second, fed: share = 0.0) -> share:
        """Oxygen and glucose at a time from onset, 1 = normal."""
        waning = jnp.exp(-jnp.maximum(time - self.hold, 0.0) / self.recovery)
        short = self.lasting + (self.deepest - self.lasting) * waning
        left = 1.0 - jnp.where(time > 0.0, short, 0.0) * (1.0 - self.glucose * fed)
        return jnp.maximum(left, 0.0)

    def answering(self, time: second) -> share:
        """Share of answering when spoken to that is left at a time from onset."""
        return 1.0 - self.coma * jnp.where(time > 0.0, 1.0, 0.0)


@process
class Fever:
    """Fever: K by which the set point of the body lies higher, `[lanes, 1]`; none by default."""

    rise: ratio = 0.0


OUTSIDE = {  # what acts on the brain from outside, and may be a trait
    "insult": Insult,
    "shortage": Shortage,
    "exposure": Exposure,
    "fever": Fever,
}


@dataclass(frozen=True)
class Treatment:
    """What stops seizures of a cause and what does not, as arms of a protocol, and why.

    Minutes are compared with `cause_and_cure`; where days decide, another protocol is named, and a page that shows it.
    """

    works: str
    fails: str
    because: str
    source: str
    grade: str
    minute: float = 10.0  # when it is given in the comparison
    brain: int = 2  # patches of the brain it is compared in
    protocol: str = "cause_and_cure"
    page: str = ""  # of the documentation, where the comparison is one of days


@dataclass(frozen=True)
class Aetiology:
    """One cause: factors and shifts on traits, the sites it prefers, parts of the brain it needs, sources."""

    name: str
    about: str
    factors: Mapping[str, float]
    shifts: Mapping[str, float]
    sites: tuple[str, ...]
    source: str
    grade: str
    needs: tuple[str, ...] = ()
    treatment: Treatment | None = None


def names() -> list[str]:
    """The causes that ship."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))


@cache
def load(name: str) -> Aetiology:
    """A cause by name. Raises InputError for an unknown one, CardError for a broken file."""
    if name not in names():
        raise InputError(f"no aetiology is called {name!r}", field="aetiology.name", allowed=", ".join(names()))
    table = tomllib.loads((LIBRARY / f"{name}.toml").read_text(encoding="utf-8"))
    try:
        factors = {trait: float(row["factor"]) for trait, row in table.get("traits", {}).items() if "factor" in row}
        shifts = {trait: float(row["shift"]) for trait, row in table.get("traits", {}).items() if "shift" in row}
        rows = table.get("traits", {}).values()
        if any(not {"source", "grade"} <= set(row) for row in rows):
            raise KeyError("source and grade of every trait")
        sites, needs = tuple(table["sites"]), tuple(table.get("needs", ()))
        told = Treatment(**table["treatment"]) if "treatment" in table else None
        return Aetiology(name, table["about"], factors, shifts, sites, table["source"], table["grade"], needs, told)
    except (KeyError, ValueError, TypeError) as error:
        raise CardError(f"{name}.toml: {error}") from None


def wanted(cause: Aetiology, part: str, asked: bool | None) -> bool:
    """Whether a part that may be off runs: as asked, else where the cause needs it. Raises InputError if denied it."""
    if asked is False and part in cause.needs:
        what = f"the cause {cause.name} acts through {part}, which is switched off"
        raise InputError(what, field=f"parts.{part}", allowed="true, or leave it out")
    return part in cause.needs if asked is None else asked


def apply(cause: Aetiology, traits: Mapping[str, np.ndarray], severity: float = 1.0) -> dict[str, np.ndarray]:
    """Traits of patients with this cause; severity 0 is none of it, 1 the typical case."""
    moved = {name: np.asarray(values) * 1.0 for name, values in traits.items()}
    for name, factor in cause.factors.items():
        moved[name] = moved[name] * factor**severity
    for name, shift in cause.shifts.items():
        moved[name] = moved[name] + shift * severity
    return moved


def sites(cause: Aetiology, patches: tuple[str, ...], chosen: np.ndarray) -> np.ndarray:
    """Where the drive acts, `[lanes, patches]`; `chosen` in (0, 1) picks among the cause's sites."""
    if "focus" in patches:
        return np.tile(np.array([1.0 if name == "focus" else 0.0 for name in patches]), (len(chosen), 1))
    index = np.minimum((chosen * len(cause.sites)).astype(int), len(cause.sites) - 1)
    found = np.zeros((len(chosen), len(patches)))
    for lane, number in enumerate(index):
        for site in cause.sites[number].split("+"):
            found[lane, patches.index(site)] = 1.0
    return found
