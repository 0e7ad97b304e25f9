"""Staff and the body: the monitor, blood to the laboratory and back, fluids that run, machines that clear blood.

A laboratory value is known only from blood that was taken, and after the time the laboratory needs; a monitor shows its
value at once. Whoever gets an anaesthetic or a relaxant is on the ventilator unless the step says otherwise.
"""

from typing import Any

import jax.numpy as jnp

from quell.care.support import LABORATORY, MONITOR
from quell.drugs.removal import MACHINES, Removal
from quell.ground.card import from_card

State = dict[str, Any]
UNKNOWN = -1.0  # no measured value is negative
NEVER = 1e12  # s


def rest(lanes: int) -> State:
    """Nobody ventilated, nothing runs, no blood taken."""
    zero = jnp.zeros(lanes)
    made: State = {"ventilated": jnp.zeros(lanes, bool), "fluids.left": zero, "fluids.rate": zero, "labs.next": zero}
    made |= {f"clears.{name}": zero - NEVER for name in MACHINES}
    made |= {"labs.ready": jnp.full(lanes, NEVER)}
    return made | {f"labs.{kind}.{name}": zero + UNKNOWN for kind in ("drawn", "known") for name in LABORATORY}


def measure(state: State, sight: Any, *, wanted: Any, every_s: float, delay_s: float) -> tuple[State, State]:
    """The state after this look, and what staff know of each quantity. `wanted`: where blood is taken at all."""
    seen = {name.replace("_", " ").lower(): value for name, value in _shown(sight).items()}
    if not seen:
        return {}, {}
    time = sight.time_s
    ready = time >= state["labs.ready"]
    draws = wanted & (time >= state["labs.next"])
    made: State = {}
    for name in LABORATORY:
        known = jnp.where(ready, state[f"labs.drawn.{name}"], state[f"labs.known.{name}"])
        made[f"labs.known.{name}"] = known
        made[f"labs.drawn.{name}"] = jnp.where(draws, seen[name], state[f"labs.drawn.{name}"])
    made["labs.next"] = jnp.where(draws, time + every_s, state["labs.next"])
    made["labs.ready"] = jnp.where(draws, time + delay_s, jnp.where(ready, NEVER, state["labs.ready"]))
    return made, {name: seen[name] for name in MONITOR} | {name: made[f"labs.known.{name}"] for name in LABORATORY}


def run(state: State, step_s: float) -> tuple[State, Any]:
    """Fluids of one macro step: the state after it, and mL per kg and second."""
    flow = jnp.minimum(state["fluids.rate"], state["fluids.left"] / step_s)
    return {"fluids.left": jnp.maximum(state["fluids.left"] - flow * step_s, 0.0)}, flow


def filtered(state: State, time_s: Any) -> Any:
    """Plasma that machines clear of unbound drug now, L/s."""
    card = from_card(Removal)
    weight = state["person.weight_kg"]
    running = {name: (time_s < state[f"clears.{name}"]).astype(jnp.float64) for name in MACHINES}
    return card.haemodialysis * running["haemodialysis"] + card.haemofiltration * weight * running["haemofiltration"]


def _shown(sight: Any) -> dict[str, Any]:
    return dict(sight.measured._asdict()) if hasattr(sight.measured, "_asdict") else {}
