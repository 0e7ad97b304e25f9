"""Treatments beyond drugs inside the compiled loop: what is running, and what is asked of body and brain now.

State and log are there only for what some step of the protocol orders. The later order replaces the earlier one.
"""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from quell.care.beyond import Beyond
from quell.cell.temperature import Temperature
from quell.ground.card import from_card
from quell.ground.errors import InputError

State = dict[str, Any]
NEVER = 1e12  # s
LOG = "beyond."


def rest(ordered: Sequence[Beyond], lanes: int) -> State:
    """Nothing runs."""
    never, none = jnp.full(lanes, -NEVER), jnp.zeros(lanes)
    made: State = {}
    for one in ordered:
        if one.cool:
            made |= {"cool.until": never, "cool.target": none, "cool.rewarm": none + 1.0, "cool.on": none}
        if one.diet:
            made |= {"diet.until": never, "diet.ratio": none}
        if one.stimulate:
            made[f"{one.stimulate.site}.until"] = never
        if one.shock:
            made |= {"shock.until": never, "shock.next": none, "shock.every": none + 1.0}
        made |= {f"{what}.{place}": none for what, place in _cuts(one)}
    return {LOG + name: value for name, value in made.items()}


def begun(ordered: Beyond, state: State, now: Any, stopped: Any, time: Any) -> State:
    """What changes where the step begins `now`, and where it was `stopped` for good."""

    def given(name: str, value: Any) -> Any:
        return jnp.where(now, value, state[LOG + name])

    def until(name: str, lasts_s: float) -> Any:
        return jnp.where(stopped, jnp.minimum(state[LOG + name], time), given(name, time + lasts_s))

    made: State = {}
    if cool := ordered.cool:
        made |= {"cool.until": until("cool.until", cool.lasts_s), "cool.target": given("cool.target", cool.target)}
        made |= {"cool.rewarm": given("cool.rewarm", cool.rewarm), "cool.on": given("cool.on", 1.0)}
    if ordered.diet:
        made |= {
            "diet.until": until("diet.until", ordered.diet.lasts_s),
            "diet.ratio": given("diet.ratio", ordered.diet.ratio),
        }
    if ordered.stimulate:
        name = f"{ordered.stimulate.site}.until"
        made[name] = until(name, ordered.stimulate.lasts_s)
    if ordered.shock:
        made |= {"shock.until": until("shock.until", ordered.shock.lasts_s), "shock.next": given("shock.next", time)}
        made["shock.every"] = given("shock.every", ordered.shock.every_s)
    made |= {f"{what}.{place}": given(f"{what}.{place}", 1.0) for what, place in _cuts(ordered)}
    return {LOG + name: value for name, value in made.items()}


def run(state: State, time: Any) -> tuple[State, State]:
    """One macro step: the state after it, and what is asked for now, `[lanes]` by name.

    `cooled` (0 or 1) and `target` (degC); `diet` relative to 4:1; `vagus`, `thalamus` (0 or 1); `shock` (1 in the step
    of a shock); `resect.PLACE`, `disconnect.PLACE`. A device lets go once it has rewarmed to the usual temperature.
    """
    made: State = {}
    normal = from_card(Temperature).T_rest
    asked: State = {}
    mine = {name.removeprefix(LOG): value for name, value in state.items() if name.startswith(LOG)}
    if "cool.until" in mine:
        target = mine["cool.target"] + mine["cool.rewarm"] * jnp.maximum(time - mine["cool.until"], 0.0)
        rewarmed = (time > mine["cool.until"]) & (target >= normal)
        made[LOG + "cool.on"] = on = jnp.where(rewarmed, 0.0, mine["cool.on"])
        asked |= {"cooled": on, "target": jnp.where(on > 0.0, target, normal)}
    if "diet.until" in mine:
        asked["diet"] = jnp.where(time < mine["diet.until"], mine["diet.ratio"], 0.0)
    for site in ("vagus", "thalamus"):
        if f"{site}.until" in mine:
            asked[site] = (time < mine[f"{site}.until"]).astype(jnp.float64)
    if "shock.until" in mine:
        now = (time >= mine["shock.next"]) & (time < mine["shock.until"])
        made[LOG + "shock.next"] = jnp.where(now, mine["shock.next"] + mine["shock.every"], mine["shock.next"])
        asked["shock"] = now.astype(jnp.float64)
    asked |= {name: value for name, value in mine.items() if name.startswith(("resect.", "disconnect."))}
    return made, asked


def kinds(plans: Sequence[Any]) -> frozenset[str]:
    """Kinds of treatment that some plan orders, of `quell.patient.beyond.KINDS`."""
    return frozenset().union(*(plan.beyond.kinds for plan in plans if plan.beyond))


def places(plans: Sequence[Any]) -> list[str]:
    """Every place that some plan takes out or cuts off."""
    return [place for plan in plans if plan.beyond for _, place in _cuts(plan.beyond)]


def check(plans: Sequence[Any], atlas: Any, *, thalamus: bool, warm: bool, body: Any) -> None:
    """Raises InputError where a treatment acts through a part that is off, or on a place that is not there."""
    if "thalamus" in kinds(plans) and not thalamus:
        what = "stimulation of the thalamus acts on a thalamus, which is off"
        raise InputError(what, field="parts.thalamus", allowed="true")
    if warm and not (body and body.on):
        what = "fever and cooling act through the body, which is off"
        raise InputError(what, field="body.on", allowed="true")
    for place in places(plans):
        for name in place.split("+") if place != "focus" else ():
            if name not in atlas.names:
                what = f"no patch is called {name!r}, so it can neither be taken out nor cut off"
                raise InputError(what, field="resect", allowed=f"focus, {', '.join(atlas.names)}")


def masks(atlas: Any, site: Any) -> Any:
    """A function from a place to its patches, 0 or 1 `[lanes, patches]`; the focus is where `site` is irritated."""

    def found(place: str) -> Any:
        if place == "focus":
            return (site > 0.0).astype(jnp.float64)
        wanted = {atlas.index(name) for name in place.split("+")}
        return jnp.asarray([float(number in wanted) for number in range(len(atlas.names))])[None, :]

    return found


def logged(asked: State) -> State:
    """What is asked for, as the log keeps it."""
    return {LOG + name: value for name, value in asked.items()}


def asked_in(log: State, none: Any) -> State:
    """What is asked for, from the log of a step; diet and stimulators are off where no step orders them."""
    found = {name.removeprefix(LOG): value for name, value in log.items() if name.startswith(LOG)}
    return {name: none for name in ("diet", "vagus", "thalamus", "shock")} | found


def _cuts(ordered: Beyond) -> list[tuple[str, str]]:
    return [(what, place) for what in ("resect", "disconnect") if (place := getattr(ordered, what))]
