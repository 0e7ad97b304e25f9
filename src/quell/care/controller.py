"""A controller that holds a burst suppression probability p by an infusion, from what the EEG shows and nothing else.

    logit p = steep log level + b       level: the pump's own model of the drug (`response`); b: this brain, learnt
    b       a slow walk, seen through the share of suppression that the reader reports (binomial filter)
    pi      log level wanted = feed-forward(target) + (pull e + I) / steep;   I' = e / reset unless a limit holds
    mpc     the rate now and the rate after it whose course over the next minutes costs least within the limits

Safety is the same for both: `limits` may only take away. A seizure is no shallow coma: while one is believed nothing is
learnt from the share, and an alarm is raised. Numbers: controller.toml and, for each drug, controller.DRUG.toml.
"""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import jax.numpy as jnp
from jax.nn import sigmoid

from quell.care import response
from quell.care.response import Modes
from quell.ground.card import from_card
from quell.ground.contract import process
from quell.ground.errors import InputError
from quell.ground.units import Unit, mg_per_L, mmHg, per_second, ratio, second, share

State = dict[str, Any]
HERE = Path(__file__).parent
SEIZURE, BLIND, FLAT, PRESSURE, GUARD, SHORT = (1 << bit for bit in range(6))
ALARMS = {
    SEIZURE: "seizure on the EEG",
    BLIND: "EEG cannot be read",
    FLAT: "flat EEG",
    PRESSURE: "pressure below the floor",
    GUARD: "cumulative dose at its guard",
    SHORT: "target out of reach at the highest rate",
}
NEWTON_STEPS = 8


class Look(NamedTuple):
    """What staff see now, `[lanes]`: share suppressed as read, whether there is an EEG, seizure, mmHg (< 0 unknown)."""

    share: Any
    known: Any
    seizing: Any
    pressure: Any


@process
class Agent:
    """What the population says of one drug, and how long it may be given at which rate."""

    steep: ratio  # logit of p per natural logarithm of the level
    half: mg_per_L  # free at the site of action where half of the time is suppressed
    unsure: ratio  # variance between people of the logit at one level
    long_rate: Annotated[Any, Unit("mg/kg/s")]  # that may be given without end
    long_time: second  # the time over which more than that adds up


@process
class Controller:
    """Estimator, both laws, and limits."""

    looks: per_second  # independent looks that a second of EEG is worth
    drift: per_second  # variance of b per second
    lag: ratio  # variance of b per squared step of the modelled log level: speed of the person unlike the typical
    misses: share  # suppression read as burst
    invents: share  # burst read as suppression
    pull: ratio
    reset: second
    ahead: second  # after which the level wanted is to be reached
    plan: second  # how far the mpc looks
    over: ratio  # how much worse too deep is than too shallow
    caution: ratio  # how many standard deviations of b the mpc stays on the shallow side
    moves: ratio  # cost of a change of rate, squared share of the highest
    raise_in: second  # from nothing to the highest rate
    lower_in: second  # and back
    tolerance: share  # either side of the target
    flat_above: share
    flat_after: second
    blind_after: second
    fade: second  # of the rate once the EEG has been blind for so long
    fallback: share  # of the last hour's mean rate, where the fading ends
    memory: second  # of that mean
    floor: mmHg
    ease: second  # of the rate while the pressure is below its floor
    guard_from: share  # of the long dose, from which the highest rate comes down to the long rate
    highest: share  # target that can still be told from flat
    lowest: share


def agent_of(drug: str) -> Agent:
    """The card of a drug. Raises InputError for one that is not led by its EEG here."""
    known = sorted(path.name.split(".")[1] for path in HERE.glob("controller.*.toml"))
    if drug not in known:
        raise InputError(f"{drug} is not led by a controller", allowed=", ".join(known))
    return from_card(Agent, HERE / f"controller.{drug}.toml")


def rest(agent: Agent, made: Modes, most: Any, weight_kg: Any) -> State:
    """Before the infusion, `[lanes]`; `most` is the highest rate in mg/s, at which the cap begins."""
    none = jnp.zeros_like(most)
    state: State = {f"speed.{i}": speed for i, speed in enumerate(made.speed)}
    state |= {f"gain.{i}": gain for i, gain in enumerate(made.gain)}
    state |= {f"mode.{i}": none for i in range(len(made.speed))}
    state |= {"long": agent.long_rate * weight_kg, "b": none + b_of(agent), "unsure": none + agent.unsure}
    return state | {
        "integral": none,
        "last": none,
        "flow": none,
        "mean": none,
        "dose": none,
        "flat": none,
        "blind": none,
    }


def b_of(agent: Agent) -> Any:
    """b of the middle of the population."""
    return -agent.steep * jnp.log(agent.half)


def of(state: State) -> tuple[Modes, tuple[Any, ...]]:
    """The modes in a state and how full they are."""
    count = sum(name.startswith("mode.") for name in state)
    speed, gain, z = (tuple(state[f"{kind}.{i}"] for i in range(count)) for kind in ("speed", "gain", "mode"))
    return Modes(speed, gain), z


def logit(p: Any) -> Any:
    """Logarithm of the odds."""
    return jnp.log(p) - jnp.log1p(-p)


def estimate(state: State, agent: Agent) -> Any:
    """The logit of the suppression probability as it is believed to be."""
    made, z = of(state)
    return agent.steep * jnp.log(jnp.maximum(response.level(made, z), 1e-4 * agent.half)) + state["b"]


def learn(state: State, ctl: Controller, agent: Agent, look: Look, step_s: float) -> State:
    """The pump's model moved on by what ran in (`flow`), then b and its variance after this look."""
    made, z = of(state)
    before = response.level(made, z)
    z = response.after(made, z, state["flow"], step_s)
    least = 0.1 * agent.half  # below this the share says nothing of how the brain takes the drug
    moved = jnp.log(jnp.maximum(response.level(made, z), least) / jnp.maximum(before, least))
    read = (look.share - ctl.invents) / (1.0 - ctl.misses - ctl.invents)
    told = look.known & ~look.seizing & (response.level(made, z) > least)
    state = state | {f"mode.{i}": x for i, x in enumerate(z)}
    count = jnp.where(told, ctl.looks * step_s, 0.0)
    ahead = estimate(state, agent)
    unsure = state["unsure"] + jnp.where(told, ctl.drift * step_s + ctl.lag * (agent.steep * moved) ** 2, 0.0)
    unsure = jnp.minimum(unsure, agent.unsure)
    x = ahead
    for _ in range(NEWTON_STEPS):
        p = sigmoid(x)
        wrong = x - ahead - unsure * count * (read - p)
        x = x - jnp.clip(wrong / (1.0 + unsure * count * p * (1.0 - p)), -1.0, 1.0)
    p = sigmoid(x)
    part = 1.0 - jnp.exp(-step_s / ctl.flat_after)
    seen = jnp.where(look.known, state["flat"] + part * (read - state["flat"]), state["flat"])
    blind = jnp.where(look.known, 0.0, state["blind"] + step_s)
    learnt = {"b": state["b"] + (x - ahead), "unsure": unsure / (1.0 + unsure * count * p * (1.0 - p))}
    return state | learnt | {"flat": seen, "blind": blind}


def refused(state: State, ctl: Controller, look: Look) -> dict[int, Any]:
    """Why the infusion may not be raised now, by alarm, bool `[lanes]` each."""
    return {
        BLIND: ~look.known,
        FLAT: state["flat"] > ctl.flat_above,
        PRESSURE: (look.pressure >= 0.0) & (look.pressure < ctl.floor),
    }


def cap(state: State, ctl: Controller, agent: Agent, most: Any) -> Any:
    """The highest rate the cumulative dose still allows: `most`, down to the long rate as the dose nears its guard."""
    full = state["long"] * agent.long_time
    left = jnp.clip((1.0 - state["dose"] / full) / (1.0 - ctl.guard_from), 0.0, 1.0)
    return jnp.minimum(most, state["long"] + left * jnp.maximum(most - state["long"], 0.0))


def limits(state: State, ctl: Controller, agent: Agent, most: Any, look: Look, step_s: float) -> tuple[Any, Any]:
    """Lowest and highest rate that may follow the last one (mg/s); refusals and caps win over how fast one may fall."""
    last, top = state["rate"], cap(state, ctl, agent, most)
    high = jnp.minimum(top, last + most * step_s / ctl.raise_in)
    why = refused(state, ctl, look)
    high = jnp.where(why[BLIND] | why[FLAT] | why[PRESSURE], jnp.minimum(high, last), high)
    eased = last * jnp.exp(-step_s / ctl.ease)
    high = jnp.where(why[PRESSURE], jnp.minimum(high, eased), high)
    faded = jnp.maximum(last * jnp.exp(-step_s / ctl.fade), jnp.minimum(last, ctl.fallback * state["mean"]))
    high = jnp.where(state["blind"] > ctl.blind_after, jnp.minimum(high, faded), high)
    low = jnp.maximum(last - most * step_s / ctl.lower_in, 0.0)
    return jnp.minimum(low, high), high
