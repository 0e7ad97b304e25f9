"""What a controller believes: a bank of twins of the person, weighed by how well each foretells the EEG.

    logit p = steep log level + b       level: of one twin under what the pump gave (`response`); b: learnt for each
    b       a slow walk, seen through the share of suppression that the reader reports (binomial filter)
    weight  grows with the chance that the twin gave to what was then seen; fades slowly to an even one

People differ in how fast a drug spreads and reaches the brain as much as in how deep it takes them, and one reading of
the EEG cannot tell the two apart: a rise can. Arrays are `[twins, lanes]`; sums over twins run twin by twin, so that no
person's numbers depend on who is computed beside.
"""

from typing import Any

import jax.numpy as jnp
from jax.nn import sigmoid

from quell.care import response
from quell.care.controller import Agent, Controller, Look, State
from quell.care.response import Modes

NEWTON_STEPS = 8


def of(state: State) -> tuple[Modes, tuple[Any, ...]]:
    """The modes of the twins in a state and how full they are."""
    count = sum(name.startswith("mode.") for name in state)
    speed, gain, z = (tuple(state[f"{kind}.{i}"] for i in range(count)) for kind in ("speed", "gain", "mode"))
    return Modes(speed, gain), z


def added(values: Any) -> Any:
    """The sum over twins, always in the same order."""
    total = values[0]
    for one in values[1:]:
        total = total + one
    return total


def weights(state: State) -> Any:
    """How much each twin is believed, `[twins, lanes]`, sum 1."""
    odds = jnp.exp(state["credit"] - state["credit"].max(axis=0))
    return odds / added(odds)


def foreseen(state: State, agent: Agent) -> Any:
    """The logit of the suppression probability as each twin has it, `[twins, lanes]`."""
    made, z = of(state)
    return agent.steep * jnp.log(jnp.maximum(response.level(made, z), 1e-4 * agent.half)) + state["b"]


def estimate(state: State, agent: Agent) -> Any:
    """The logit of the suppression probability as it is believed to be, `[lanes]`."""
    return added(weights(state) * foreseen(state, agent))


def learn(state: State, ctl: Controller, agent: Agent, look: Look, step_s: float) -> State:
    """The twins moved on by what ran in (`flow`), then b, its variance and the credit of each after this look."""
    made, z = of(state)
    least = 0.1 * agent.half  # below this the share says nothing of how the brain takes the drug
    before = jnp.log(jnp.maximum(response.level(made, z), least))
    z = response.after(made, z, state["flow"], step_s)
    moved = jnp.log(jnp.maximum(response.level(made, z), least)) - before
    read = (look.share - ctl.invents) / (1.0 - ctl.misses - ctl.invents)
    told = look.known & ~look.seizing & (response.level(made, z)[0] > least)
    state = state | {f"mode.{i}": x for i, x in enumerate(z)}
    walk = ctl.drift * step_s + ctl.lag * (agent.steep * moved) ** 2
    unsure = jnp.minimum(state["unsure"] + jnp.where(told, walk, 0.0), agent.unsure)
    ahead, count = foreseen(state, agent), jnp.where(told, ctl.looks * step_s, 0.0)
    x, left, chance = seen(ahead, unsure, read, count)
    credit = state["credit"] * (1.0 - jnp.where(told, step_s / ctl.forget, 0.0)) + chance
    part = 1.0 - jnp.exp(-step_s / ctl.flat_after)
    flat = jnp.where(look.known, state["flat"] + part * (read - state["flat"]), state["flat"])
    blind = jnp.where(look.known, 0.0, state["blind"] + step_s)
    learnt = {"b": state["b"] + (x - ahead), "unsure": left, "credit": credit - credit.max(axis=0)}
    return state | learnt | {"flat": flat, "blind": blind}


def seen(ahead: Any, unsure: Any, read: Any, count: Any) -> tuple[Any, Any, Any]:
    """A normal belief (mean, variance) of a logit after `count` looks of which `read` were suppressed.

    Gives the mean and variance after them, and the logarithm of the chance that such looks had (Laplace).
    """
    x = ahead
    for _ in range(NEWTON_STEPS):
        p = sigmoid(x)
        wrong = x - ahead - unsure * count * (read - p)
        x = x - jnp.clip(wrong / (1.0 + unsure * count * p * (1.0 - p)), -1.0, 1.0)
    p = sigmoid(x)
    spread = 1.0 + unsure * count * p * (1.0 - p)
    chance = count * (read * x - jnp.logaddexp(0.0, x)) - 0.5 * (x - ahead) ** 2 / unsure - 0.5 * jnp.log(spread)
    return x, unsure / spread, chance
