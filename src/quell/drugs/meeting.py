"""Interactions inside a run: what the drugs of one body do to each other as their levels come and go.

    x1' = (s - x1) k,  x2' = (x1 - x2) k          k = 2 / onset, s how much of the perpetrator is there
    x2' = (x1 - x2) / offset                      once the drive has fallen below the effect

s is the plasma level over the usual one where the table has one (at most twice it), else over the level that counts
as full presence, at most 1. Under a steady level x2 is the course of `interaction.Interaction.progress` exactly,
whatever the step; after it the drive fades as it rose and the effect follows with its own time constant. A row without
onset acts at once. Factors hold over one step.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from quell.drugs.interaction import Interaction, between, furthest, presence, present
from quell.drugs.well_stirred import induced

Levels = Mapping[str, jax.Array]
Factors = dict[str, dict[str, jax.Array]]


@dataclass(frozen=True)
class Act:
    """One row of the table at work between two drugs of the run; levels in mg/L, times in s."""

    of: str
    on: str
    parameter: str
    through: str
    times: float
    usual: float
    full_from: float
    onset_s: float
    offset_s: float

    @property
    def key(self) -> str:
        """Under which its drive and effect are kept in the state."""
        return f"{self.of}>{self.on}.{self.parameter}.{self.through}"

    def here(self, level: jax.Array) -> jax.Array:
        """How much of the perpetrator is there, for a plasma level in mg/L."""
        if self.usual:
            return jnp.minimum(level / self.usual, furthest())
        return jnp.minimum(level / self.full_from, 1.0)

    def factor(self, effect: jax.Array) -> jax.Array:
        """The factor at this effect (1 is full)."""
        if self.usual and self.times < 1.0:
            return jnp.exp(math.log(self.times) * effect)
        return 1.0 + (self.times - 1.0) * effect


@jax.tree_util.register_static
@dataclass(frozen=True)
class Meetings:
    """Every interaction that can act among the drugs of a run; nothing where none does."""

    acts: tuple[Act, ...] = ()
    step_s: float = 1.0

    @property
    def parameters(self) -> dict[str, tuple[str, ...]]:
        """What may change in the run, by drug."""
        made: dict[str, dict[str, None]] = {}
        for act in self.acts:
            made.setdefault(act.on, {})["CL" if act.parameter == "CLint" else act.parameter] = None
        return {drug: tuple(names) for drug, names in made.items()}

    @property
    def perpetrators(self) -> tuple[str, ...]:
        """Drugs whose plasma level is needed."""
        return tuple(dict.fromkeys(act.of for act in self.acts))

    def rest(self, lanes: int) -> dict[str, jax.Array]:
        """No effect of anything yet."""
        none = jnp.zeros(lanes, jnp.float64)
        return {f"{act.key}.{part}": none for act in self.acts if act.onset_s for part in ("drive", "effect")}

    def step(self, state: Mapping[str, jax.Array], levels: Levels) -> dict[str, jax.Array]:
        """Drives and effects after one step at these plasma levels (mg/L)."""
        new: dict[str, jax.Array] = {}
        for act in self.acts:
            if not act.onset_s:
                continue
            k = 2.0 / act.onset_s * self.step_s
            here, drive, effect = act.here(levels[act.of]), state[f"{act.key}.drive"], state[f"{act.key}.effect"]
            left = math.exp(-k)
            rising = here + (effect - here + (drive - here) * k) * left
            falling = drive + (effect - drive) * (math.exp(-self.step_s / act.offset_s) if act.offset_s else 0.0)
            new[f"{act.key}.drive"] = here + (drive - here) * left
            new[f"{act.key}.effect"] = jnp.where((drive < effect), falling, rising)
        return new

    def rates(self, state: Mapping[str, jax.Array], levels: Levels) -> dict[str, jax.Array]:
        """The same law as rates (1/s), for other solvers; `step` is its solution under constant levels."""
        made: dict[str, jax.Array] = {}
        for act in self.acts:
            if not act.onset_s:
                continue
            k = 2.0 / act.onset_s
            drive, effect = state[f"{act.key}.drive"], state[f"{act.key}.effect"]
            fades = 1.0 / act.offset_s if act.offset_s else k  # no row has an onset alone
            made[f"{act.key}.drive"] = k * (act.here(levels[act.of]) - drive)
            made[f"{act.key}.effect"] = (drive - effect) * jnp.where(drive < effect, fades, k)
        return made

    def factors(self, state: Mapping[str, jax.Array], levels: Levels) -> Factors:
        """Factors on parameters of each drug now `[lanes]`: the strongest of each path, paths multiplied."""
        strongest: dict[tuple[str, str], dict[str, jax.Array]] = {}
        for act in self.acts:
            effect = state[f"{act.key}.effect"] if act.onset_s else act.here(levels[act.of])
            factor = act.factor(effect)
            paths = strongest.setdefault((act.on, act.parameter), {})
            known = paths.get(act.through, jnp.ones_like(factor))
            paths[act.through] = jnp.where(jnp.abs(jnp.log(factor)) > jnp.abs(jnp.log(known)), factor, known)
        made: Factors = {}
        for (on, parameter), paths in strongest.items():
            factor = math.prod(paths.values(), start=jnp.float64(1.0))
            entered = {"CL": induced(on, factor)["CL"]} if parameter == "CLint" else {parameter: factor}
            mine = made.setdefault(on, {})
            for name, value in entered.items():
                mine[name] = mine.get(name, 1.0) * value
        return made


def meetings(drugs: Iterable[str], variants: Mapping[str, str], step_s: float) -> Meetings:
    """The interactions among active drugs of a run; those without a number say something and change nothing."""
    rows = between(present(drugs), variants)
    return Meetings(tuple(_act(of, on, row) for of, on, row in rows if row.times is not None), step_s)


def _act(of: str, on: str, row: Interaction) -> Act:
    def seconds(part: Any) -> float:
        return part.read("s")[0] if part else 0.0

    assert row.times is not None
    usual = row.usual.read("mg/L")[0] if row.usual else 0.0
    full = 0.0 if usual else presence(of)
    times, onset, offset = row.times.read("")[0], seconds(row.onset), seconds(row.offset)
    return Act(of, on, row.parameter, row.through, times, usual, full, onset, offset)
