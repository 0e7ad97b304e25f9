"""Target-controlled infusion: the doses that bring plasma, or the effect site, to a target and hold it there.

    plasma   a push that fills the central volume to the target, then each step the rate that ends it at the target
    site     the push whose effect-site level peaks at the target, nothing until that peak, then as for plasma

At its peak the effect site equals plasma, so holding plasma holds the site. Exact for linear kinetics of the typical
patient; a person whose kinetics differ gets the same doses and another level, as at the bedside.
"""

import re
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from quell.drugs.assembly import lay_out
from quell.drugs.curve import leaper
from quell.drugs.phrase import NUMBER, TIME, read_time
from quell.drugs.regimen import Dose
from quell.drugs.traits import Traits
from quell.ground.errors import InputError
from quell.ground.units import convert

STEP_S = 10.0  # of pumps; between steps the level strays by what one step lets it
LONGEST_PEAK_S = 7200.0
WORDS = re.compile(
    rf"(?:(?P<drug>[A-Za-z-]+)\s+)?TCI\s+(?P<level>{NUMBER}\s*[A-Za-zµμ]+\s*/\s*[A-Za-z]+)\s+(?P<where>plasma|site)"
    rf"\s+for\s+(?P<time>{TIME.pattern})",
    re.I,
)
EXAMPLE = '"TCI 3 mg/L plasma for 1 h" or "TCI 3 mg/L site for 1 h"'


@dataclass(frozen=True)
class Target:
    """A level (mg/L) to hold in plasma or at the site for a time (s)."""

    mg_per_L: float
    site: bool
    for_s: float
    drug: str = ""


def read_target(text: str) -> Target | None:
    """A target in words, or None where the words are no target at all. Raises InputError."""
    if not re.search(r"\bTCI\b", text, re.I):
        return None
    found = WORDS.fullmatch(text.strip())
    if not found:
        raise InputError(f"{text!r} is no target that can be read", field="regimen", allowed=EXAMPLE)
    level, place = convert(found["level"], "mg/L"), {"field": "regimen"}
    if not (np.isfinite(level) and level > 0):
        raise InputError(f"{found['level']!r} is not positive", field="regimen", allowed=EXAMPLE)
    return Target(level, found["where"].lower() == "site", read_time(found["time"], place), found["drug"] or "")


def target_doses(target: Target, name: str, who: Traits, *, variant: str | None, weight_kg: np.ndarray) -> list[Dose]:
    """Doses into the vein that hold the target in the typical patient `who` (one lane), for these weights' lanes."""
    line = f"{name}/IV"
    plan = lay_out(name, [line], who, variant=variant)
    if not plan.linear:
        what = "eliminated by a saturable path" if plan.saturates else "bound by sites that this albumin lets fill up"
        raise InputError(f"{name} is {what}", field="regimen", allowed="TCI of a linear drug")
    A, B = plan.scheme.matrices()
    leap, central = leaper(plan, A, B), plan.scheme.rooms.index(f"{name}.central")
    nothing, one = np.zeros((1, 1)), np.ones((1, 1))
    V1, start_s = float(plan.V1[name][0]), 0.0
    push = target.mg_per_L * V1
    x = B[:, :, 0] * push
    if target.site:
        where = plan.scheme.rooms.index(f"{name}.site")

        def level(seconds: float) -> float:
            return -float(leap(B[:, :, 0], nothing, seconds)[0, where])

        peak = minimize_scalar(level, bounds=(1e-3, LONGEST_PEAK_S), method="bounded", options={"xatol": 1e-6})
        start_s = float(np.ceil(peak.x / STEP_S) * STEP_S)
        push = target.mg_per_L / -peak.fun
        x = leap(B[:, :, 0] * push, nothing, start_s)
    full = np.ones(len(weight_kg))
    made = [Dose(line, 0.0, 0.0, push * full)]
    by_one = float(leap(np.zeros_like(x), one, STEP_S)[0, central])
    for k in range(max(0, int(np.ceil((target.for_s - start_s) / STEP_S)))):
        short = target.mg_per_L * V1 - float(leap(x, nothing, STEP_S)[0, central])
        rate = max(short / by_one, 0.0)
        x = leap(x, one * rate, STEP_S)
        made.append(Dose(line, start_s + k * STEP_S, STEP_S, rate * STEP_S * full))
    return made
