"""From findings to probabilities: soft limits taken from the definitions, then the disagreement of experts.

Every limit is a Hill curve, x^n / (x^n + limit^n), with one steepness n for all: at its limit a finding counts half.
Limits that must all be met are multiplied; ways that lead to the same name are joined as 1 - (1 - a)(1 - b). The order
is that of reading: voltage and suppression first, then seizure, then discharges, then rhythmic delta; the rest is
`other`. What comes out is what the definitions say. Experts who look at one page agree in about two thirds, so the
result is spread as they spread (Jing 2023), and none is called certain. Numbers: pattern_belief.toml.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import numpy as np

from quell.eeg.pattern_finding import Findings
from quell.ground.card import from_card
from quell.ground.units import Hz, Unit, ratio, second, share

CLASSES = ("seizure", "lpd", "gpd", "lrda", "grda", "burst_suppression", "low_voltage", "other")
uV = Annotated[Any, Unit("uV")]
uV_per_s = Annotated[Any, Unit("uV/s")]


@dataclass(frozen=True, kw_only=True)
class Belief:
    """The limits, each where a finding counts half."""

    steepness: ratio
    voltage: uV
    suppressed: share
    bursting: ratio
    bursts: share
    clear: ratio
    enough: ratio
    between: ratio
    explained: share
    width: second
    strained: ratio
    regularity: share
    delta: uV
    fastest_delta: Hz
    ictal_hz: Hz
    fast_regularity: share
    fast: uV
    line_length: uV_per_s
    line_weight: share
    muscle: ratio
    alpha_low: Hz
    alpha_high: Hz
    back: share
    kept: share
    machine_regularity: share
    hands: Hz
    alpha_size: uV
    quick: uV
    quick_even: share
    quick_slow: share
    discharge_lean: share
    delta_lean: share
    spread: share
    lost: share

    def over(self, value: float, limit: float, times: float = 1.0) -> float:
        """0 far below the limit, a half at it, 1 far above; `times` as steep as the rest."""
        if value <= 0:
            return 0.0
        return 1.0 / (1.0 + math.exp(-min(max(times * self.steepness * math.log(value / limit), -50.0), 50.0)))

    def evidence(self, found: Findings) -> dict[str, float]:
        """How far each description is met, 0 to 1."""
        train, delta = found.main.train, found.beat.delta
        periodic = self.over(train.clear(self.enough), self.clear) * self.over(train.contrast, self.between)
        periodic *= self.over(train.explained, self.explained) * (1.0 - self.over(train.width, self.width))
        periodic *= 1.0 - self.over(found.main.strained, self.strained)
        calm = 1.0 - self.over(found.strained, self.muscle)
        rhythmic = self.over(delta.regularity, self.regularity) * self.over(delta.size, self.delta)
        rhythmic *= (1.0 - self.over(delta.hz, self.fastest_delta, 3.0)) * (1.0 - self.machine(found))
        pace = self.over(found.fast_regularity * (found.fast_size / self.fast) ** 0.5, self.fast_regularity) * calm
        pace *= self.over(found.fast_hz, self.ictal_hz, 2.0)
        slow = max(periodic * (1.0 - self.over(train.hz, self.ictal_hz, 2.0)), rhythmic)
        pace *= 1.0 - slow
        pace *= (1.0 - self.alpha(found)) * (1.0 - self.machine(found))
        ways = (
            pace,
            periodic * self.over(train.hz, self.ictal_hz, 3.0),
            self.quickly(found, slow),
            self.over(found.line_length, self.line_length) * calm * self.line_weight,
        )
        return {
            "low": (1.0 - self.over(found.voltage, self.voltage)) * (1.0 - max(periodic, rhythmic)),
            "suppressed": self.over(found.bsr, self.suppressed)
            * self.over(found.contrast, self.bursting)
            * self.over(found.bursts, self.bursts)
            * (1.0 - periodic),
            "ictal": 1.0 - float(np.prod([1.0 - way for way in ways])),
            "periodic": periodic,
            "rhythmic": rhythmic,
            "discharges_lean": self.over(abs(found.discharge_lean), self.discharge_lean),
            "delta_leans": self.over(abs(found.delta_lean), self.delta_lean),
        }

    def quickly(self, found: Findings, slow: float) -> float:
        """How far large discharges average more than 2.5 Hz, however irregular; alpha, muscle, a shaken head do not.

        Where `slow` discharges or delta return (0-1), small peaks may be their phases and must be even to count.
        """
        alpha = self.over(found.quick_hz, self.alpha_low, 3.0) * (1.0 - self.over(found.quick_hz, self.alpha_high, 3.0))
        alpha *= self.over(found.quick_back, self.back) * (1.0 - self.over(found.quick_size, self.alpha_size))
        calm = (1.0 - self.over(found.quick_strained, self.muscle)) * (1.0 - self.machine(found))
        large = self.over(found.quick_size, self.quick) * self.over(found.quick_even, self.quick_even)
        large *= 1.0 - slow * (1.0 - self.over(found.quick_even, self.quick_slow))
        return large * (1.0 - alpha) * calm

    def alpha(self, found: Findings) -> float:
        """How far the fast rhythm is the alpha of a healthy person: at the back, in its band, not large."""
        inside = self.over(found.fast_hz, self.alpha_low, 3.0) * (1.0 - self.over(found.fast_hz, self.alpha_high, 3.0))
        return inside * self.over(found.fast_back, self.back) * (1.0 - self.over(found.fast_size, self.alpha_size))

    def machine(self, found: Findings) -> float:
        """How far the fast rhythm is a shaken head: too regular for a brain, of one pace, where the head lies."""
        steady = self.over(found.fast_kept, self.kept) * self.over(found.fast_hz, self.hands, 2.0)
        return (
            steady
            * self.over(found.fast_regularity, self.machine_regularity, 3.0)
            * self.over(found.fast_back, self.back)
        )

    def said(self, evidence: dict[str, float]) -> np.ndarray:
        """The eight classes in the order of reading, `[8]`, sum 1, before experts disagree."""
        left = 1.0
        out: dict[str, float] = {name: 0.0 for name in CLASSES}

        def take(name: str, part: float) -> float:
            nonlocal left
            share, left = left * part, left * (1.0 - part)
            out[name] = out.get(name, 0.0) + share
            return share

        take("burst_suppression", evidence["suppressed"])
        take("low_voltage", evidence["low"])
        take("seizure", evidence["ictal"])
        periodic, rhythmic = take("pd", evidence["periodic"]), take("rda", evidence["rhythmic"])
        out["lpd"], out["gpd"] = (periodic * side for side in _both(evidence["discharges_lean"]))
        out["lrda"], out["grda"] = (rhythmic * side for side in _both(evidence["delta_leans"]))
        out["other"] = left
        return np.array([out[name] for name in CLASSES])


def beliefs(found: Findings) -> tuple[np.ndarray, float | None]:
    """Probabilities of CLASSES, `[8]`, and the frequency of the pattern in Hz (None where none is likely)."""
    belief = _card()
    evidence = belief.evidence(found)
    said = belief.said(evidence)
    probabilities = (1.0 - belief.spread) * said + belief.spread * said @ disagreement()
    probabilities = (1.0 - belief.lost) * probabilities + belief.lost / len(CLASSES)
    return probabilities / probabilities.sum(), _frequency(belief, found, said)


def unknown() -> np.ndarray:
    """Probabilities where no electrode shows anything: artefact, which is `other`, and little else said, `[8]`."""
    part = _card().lost / len(CLASSES)
    return np.array([part if name != "other" else 1.0 - part * (len(CLASSES) - 1) for name in CLASSES])


def _frequency(belief: Belief, found: Findings, said: np.ndarray) -> float | None:
    of = dict(zip(CLASSES, said, strict=True))
    periodic, rhythmic = of["lpd"] + of["gpd"], of["lrda"] + of["grda"]
    if max(periodic, rhythmic, of["seizure"]) < max(of["burst_suppression"], of["low_voltage"], 0.2):
        return None
    if of["seizure"] > max(periodic, rhythmic):
        counted = found.quick_hz if found.quick_size > belief.quick else found.main.train.hz
        regular = found.fast_regularity > belief.fast_regularity and found.fast_hz > belief.ictal_hz
        hz = found.fast_hz if regular else counted
    else:
        hz = found.main.train.hz if periodic >= rhythmic else found.beat.delta.hz
    return float(hz) if hz > 0 else None


def disagreement() -> np.ndarray:
    """How experts vote, `[majority, vote]`, rows sum to 1: the card's table, the rest of each row to `other`."""
    return _table()


@cache
def _card() -> Belief:
    return from_card(Belief)


@cache
def _table() -> np.ndarray:
    from quell.ground.card import card_path, tables

    rows = tables(card_path(Belief))["votes"]
    made = np.eye(len(CLASSES))
    for majority, row in rows.items():
        k = CLASSES.index(majority)
        made[k] = [float(row["value"].get(vote, 0.0)) for vote in CLASSES]
        made[k] /= made[k].sum()
    return made


def _both(lean: float) -> tuple[float, float]:
    return lean, 1.0 - lean
