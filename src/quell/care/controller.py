"""A controller that holds a burst suppression probability p by an infusion, from what the EEG shows and nothing else.

    belief  of how deep the brain is and how fast the drug arrives (`controller_belief`)
    pi      log level wanted = (logit target - b + pull e + I) / steep;   I' = e / reset unless a limit holds
    mpc     the rate now and the rate after it whose course over the next minutes costs least within the limits

Safety is the same for both: `limits` may only take away. A seizure is no shallow coma: while one is believed nothing is
learnt from the share, and an alarm is raised. Numbers: controller.toml and, for each drug, controller.DRUG.toml.
"""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import jax.numpy as jnp

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
    twins: ratio  # how many of them the bank holds
    forget: second  # in which the credit of the twins fades
    drift: per_second  # variance of b per second
    lag: ratio  # variance of b per squared step of the modelled log level: speed of the person unlike the typical
    misses: share  # suppression read as burst
    invents: share  # burst read as suppression
    pull: ratio
    reset: second
    arrive: second  # after which the pi is to reach the level wanted
    ahead: second  # for which the mpc keeps its first rate
    plan: second  # how far the mpc looks
    over: ratio  # how much worse too deep is than too shallow
    caution: ratio  # how many standard deviations of b both laws stay on the shallow side
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
    spare_for: second  # before the guard would be reached, the coma is allowed to grow lighter
    spare: share  # of the tolerance, by how much in the end
    spare_from: share  # of the long dose; before it the rate is that of loading and tells nothing
    highest: share  # target that can still be told from flat
    lowest: share


def agent_of(drug: str) -> Agent:
    """The card of a drug. Raises InputError for one that is not led by its EEG here."""
    known = sorted(path.name.split(".")[1] for path in HERE.glob("controller.*.toml"))
    if drug not in known:
        raise InputError(f"{drug} is not led by a controller", allowed=", ".join(known))
    return from_card(Agent, HERE / f"controller.{drug}.toml")


def rest(agent: Agent, made: Modes, most: Any, weight_kg: Any) -> State:
    """Before the infusion, `[lanes]`, what is believed `[twins, lanes]`; `most` is the highest rate in mg/s."""
    none, twins = jnp.zeros_like(most), jnp.zeros_like(made.speed[0])
    state: State = {f"speed.{i}": speed for i, speed in enumerate(made.speed)}
    state |= {f"gain.{i}": gain for i, gain in enumerate(made.gain)}
    state |= {f"mode.{i}": twins for i in range(len(made.speed))}
    state |= {"b": twins + b_of(agent), "unsure": twins + agent.unsure, "credit": twins}
    return state | {
        "long": agent.long_rate * weight_kg,
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


def logit(p: Any) -> Any:
    """Logarithm of the odds."""
    return jnp.log(p) - jnp.log1p(-p)


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


def spared(state: State, ctl: Controller, agent: Agent, target: Any) -> Any:
    """The share to aim at: the target; lighter, within its tolerance, the sooner this rate would come to the guard.

    A coma a little lighter lasts longer than one that the guard breaks off. `mean` is the rate of the last hour; of it
    and of the dose so far, which fades in `long_time`, follows when the guard would be reached.
    """
    full, steady = state["long"] * agent.long_time, state["mean"] * agent.long_time
    reaches = steady > full
    over = jnp.where(reaches, steady - full, 1.0)
    left = agent.long_time * jnp.log(jnp.maximum(jnp.where(reaches, steady - state["dose"], 1.0) / over, 1.0))
    soon = jnp.where(reaches, jnp.clip(1.0 - left / ctl.spare_for, 0.0, 1.0), 0.0)
    given = jnp.clip(state["dose"] / (ctl.spare_from * full) - 1.0, 0.0, 1.0)
    return target - ctl.spare * ctl.tolerance * soon * given


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
