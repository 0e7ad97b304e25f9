"""The two laws of the controller: PI in logit space with feed-forward, and a plan over the next minutes (MPC)."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quell.care import controller, response
from quell.care.controller import GUARD, SEIZURE, SHORT, Agent, Controller, Look, State, limits, logit
from quell.care.controller_belief import added, estimate, of, weights
from quell.care.response import Modes
from quell.ground.units import ratio, share

POINTS = 6  # moments of the plan that are weighed
GRID, REFINED = 9, 3  # rates compared at once, and how often around the best


def act(
    state: State, ctl: Controller, agent: Agent, *, law: str, target: share, most: Any, look: Look, step_s: float
) -> tuple[State, Any]:
    """The state with its new `rate` (mg/s) and `integral`, and the alarms as bits, int32 `[lanes]`; law pi or mpc."""
    goal = logit(jnp.clip(controller.spared(state, ctl, agent, target), ctl.lowest, ctl.highest))
    top = controller.cap(state, ctl, agent, most)
    low, high = limits(state, ctl, agent, most, look, step_s)
    wrong = goal - estimate(state, agent)
    if law == "pi":
        wanted = pi_rate(state, ctl, agent, goal, wrong)
        grows = wound(wanted, low, high, wrong)
        integral = state["integral"] + jnp.where(grows & look.known & ~look.seizing, step_s / ctl.reset * wrong, 0.0)
    else:
        wanted, integral = mpc_rate(state, ctl, agent, goal, most=most, top=top), state["integral"]
    rate = jnp.clip(wanted, low, high)
    shallow = logit(jnp.clip(target - ctl.tolerance, ctl.lowest, ctl.highest))
    found = controller.refused(state, ctl, look) | {
        SEIZURE: look.seizing,
        GUARD: top < most * (1.0 - 1e-9),
        SHORT: (rate >= 0.99 * top) & (estimate(state, agent) < shallow),
    }
    alarms = jnp.zeros(rate.shape, jnp.int32)
    for bit, there in found.items():
        alarms = alarms + jnp.where(there, bit, 0).astype(jnp.int32)
    return state | {"rate": rate, "integral": integral}, alarms


def ran(state: State, ctl: Controller, agent: Agent, flow: Any, step_s: float) -> State:
    """The state after `flow` mg/s of the drug ran in by any way: what the guard and the mean count.

    The mean is of rates that an EEG has led: while it is blind the mean stands still, or the fall towards a share of it
    would pull it along and never end.
    """
    part = jnp.where(state["blind"] > 0.0, 0.0, step_s / ctl.memory)
    mean = state["mean"] + part * (state["rate"] - state["mean"])
    dose = state["dose"] * jnp.exp(-step_s / agent.long_time) + flow * step_s
    return state | {"flow": flow, "mean": mean, "dose": dose}


def wound(wanted: Any, low: Any, high: Any, wrong: ratio) -> Any:
    """Where the integral may move: not further into a limit that already holds (anti-windup)."""
    return ~((wanted > high) & (wrong > 0.0)) & ~((wanted < low) & (wrong < 0.0))


def pi_rate(state: State, ctl: Controller, agent: Agent, goal: ratio, wrong: ratio) -> Any:
    """mg/s that brings the level asked for by feed-forward, error and integral within `arrive`, mean over twins.

    The feed-forward of each twin goes by its own `b`, so that what the EEG has told is not left to error and integral,
    and stays on the shallow side as the mpc does.
    """
    made, z = of(state)
    sure = goal - ctl.caution * jnp.sqrt(state["unsure"])
    log_level = (sure + ctl.pull * wrong + state["integral"] - state["b"]) / agent.steep
    rates = response.rate_for(made, z, jnp.exp(jnp.clip(log_level, -20.0, 20.0)), ctl.arrive)
    return added(weights(state) * rates)


class Course(NamedTuple):
    """Levels of the twins at the moments of the plan, `[moments, twins, lanes]`, which are linear in the rates."""

    free: Any  # without any infusion
    now: Any  # for each mg/s until `ahead`
    later: Any  # for each mg/s after it
    settle: tuple[Any, Any]  # the later rate is settle[0] - settle[1] times the rate now, `[twins, lanes]`


def mpc_rate(state: State, ctl: Controller, agent: Agent, goal: ratio, *, most: Any, top: Any) -> Any:
    """mg/s of the first move of the plan that is cheapest over all twins.

    A plan is one rate for `ahead`, the same for all, since nobody knows yet who is right; then for each twin the rate
    that brings it to its own goal, since by then the EEG has told.
    """
    made, z = of(state)
    doubt = ctl.caution * jnp.sqrt(state["unsure"])
    wanted = jnp.exp(jnp.clip((goal - state["b"] - doubt) / agent.steep, -20.0, 20.0))
    course = _course(made, z, ctl, wanted)
    low_end, high_end = jnp.zeros_like(most), top
    best = low_end
    for _ in range(REFINED):
        parts = jnp.arange(GRID)[:, None] / (GRID - 1)
        rates = low_end + (high_end - low_end) * parts
        costs = _cost(course, rates, goal, state=state, ctl=ctl, agent=agent, most=most)
        best = jnp.take_along_axis(rates, jnp.argmin(costs, axis=0)[None], axis=0)[0]
        width = (high_end - low_end) / (GRID - 1)
        low_end, high_end = jnp.maximum(best - width, 0.0), jnp.minimum(best + width, top)
    return best


def _course(made: Modes, z: tuple[Any, ...], ctl: Controller, wanted: Any) -> Course:
    """Everything that the costs of all rates share."""
    moments = [(i + 1) * ctl.plan / POINTS for i in range(POINTS)]
    at = jnp.asarray(moments)[:, None, None]
    since = jnp.maximum(at - ctl.ahead, 0.0)
    free, now, later = (jnp.zeros(()),) * 3
    for speed, gain, x in zip(made.speed, made.gain, z, strict=True):
        kept, kept_since = jnp.exp(-speed * at), jnp.exp(-speed * since)
        early = jnp.exp(-speed * (at - jnp.minimum(at, ctl.ahead)))
        free = free + gain * x * kept
        now = now + gain / speed * (early - kept)
        later = later + gain / speed * (1.0 - kept_since)
    reach = next(i for i, moment in enumerate(moments) if moment >= 3.0 * ctl.ahead - 1e-6)
    return Course(free, now, later, ((wanted - free[reach]) / later[reach], now[reach] / later[reach]))


def _cost(course: Course, rates: Any, goal: ratio, *, state: State, ctl: Controller, agent: Agent, most: Any) -> Any:
    """Squared logit errors along the plan, too deep weighed more, and the move itself; `[rates, lanes]`.

    Twin by twin, so that a large bank compiles to one short loop, and in float32: its logarithm is many times faster,
    and the cheapest of a few rates needs no more.
    """
    steep, over, least = (jnp.asarray(x, jnp.float32) for x in (agent.steep, ctl.over, 1e-4 * agent.half))
    at, top = rates.astype(jnp.float32)[:, None], most.astype(jnp.float32)  # [rates, moments, lanes]
    free, now, later = (jnp.moveaxis(x, 1, 0) for x in course[:3])
    wanted = goal - state["b"] - ctl.caution * jnp.sqrt(state["unsure"])
    twins = jax.tree.map(
        lambda x: x.astype(jnp.float32), (free, now, later, *course.settle, wanted, weights(state) / POINTS)
    )

    def one(total: Any, twin: Any) -> tuple[Any, None]:
        free, now, later, start, give, wanted, weight = twin
        then = jnp.clip(start - give * at, 0.0, top)
        wrong = steep * jnp.log(jnp.maximum(free + now * at + later * then, least)) - wanted
        worse = jnp.where(wrong > 0.0, over, 1.0) * wrong * wrong
        return total + weight * added(jnp.moveaxis(worse, 1, 0)), None

    total, _ = jax.lax.scan(one, jnp.zeros_like(rates, jnp.float32), twins)
    return total + ctl.moves * ((rates - state["rate"]) / most) ** 2
