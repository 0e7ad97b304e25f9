"""Saturable elimination, for phenytoin: Michaelis-Menten, stepped by classical Runge-Kutta.

    dA/dt = ... - Vmax C / (Km + C),   C = (A / V1) (fu / usual fu)

C is total plasma at usual binding, so that a low albumin lowers the total and leaves the free level (a drug of low
extraction). The other doors are linear. The fourth-order step is cut to at most 5 s; the fastest exchange is
minutes, so levels are right to 1e-6 (tests/drugs/test_phenytoin.py compares with scipy).
Runge-Kutta keeps linear sums, so the mass balance holds to rounding.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from quell.drugs.scheme import Scheme, State

LONGEST_S = 5.0  # longest Runge-Kutta step; numerical choice, see the test of its error


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Saturable:
    """A scheme with one saturable door out of `central`; all arrays `[lanes]`."""

    doors: dict[str, dict[str, jax.Array]]
    inlets: dict[str, dict[str, jax.Array]]
    Vmax: jax.Array
    Km: jax.Array
    level_per_mg: jax.Array
    step_s: jax.Array
    central: "Names"

    def step(self, state: Mapping[str, jax.Array], orders: Mapping[str, jax.Array]) -> State:
        """Rooms after one step under constant orders (mg/s)."""
        start = {room: state[room] for room in self.doors}
        pieces = self.central.pieces
        length = self.step_s / pieces
        if pieces == 1:
            return self._piece(start, orders, length)
        return jax.lax.fori_loop(0, pieces, lambda _, now: self._piece(now, orders, length), start)

    def _piece(self, now: State, orders: Mapping[str, jax.Array], h: jax.Array) -> State:
        def ahead(rates: State, share: float) -> State:
            return {room: now[room] + share * h * rates[room] for room in now}

        k1 = self._rates(now, orders)
        k2 = self._rates(ahead(k1, 0.5), orders)
        k3 = self._rates(ahead(k2, 0.5), orders)
        k4 = self._rates(ahead(k3, 1.0), orders)
        return {r: now[r] + h / 6.0 * (k1[r] + 2.0 * k2[r] + 2.0 * k3[r] + k4[r]) for r in now}

    def _rates(self, now: State, orders: Mapping[str, jax.Array]) -> State:
        central, sink = self.central.room, self.central.sink
        level = now[central] * self.level_per_mg
        burnt = self.Vmax * level / (self.Km + level)
        rates: State = {}
        for room, entries in self.doors.items():
            parts = [rate * now[source] for source, rate in entries.items()]
            parts += [part * orders[line] for line, part in self.inlets[room].items() if line in orders]
            rates[room] = sum(parts, jnp.zeros_like(level))
        return rates | {central: rates[central] - burnt, sink: rates[sink] + burnt}


@jax.tree_util.register_static
@dataclass(frozen=True)
class Names:
    """Which room is saturated, where its drug goes, and how many pieces a step is cut into."""

    room: str
    sink: str
    pieces: int


def saturable_step(scheme: Scheme, step_s: float, *, longest_s: float = LONGEST_S, **constants) -> Saturable:
    """A scheme with a saturable door, by Runge-Kutta steps of at most `longest_s`.

    Constants: Vmax (mg/s), Km (mg/L), level_per_mg (1/L), room, sink.
    """
    doors: dict[str, dict[str, jax.Array]] = {room: {} for room in scheme.rooms}
    inlets: dict[str, dict[str, jax.Array]] = {room: {} for room in scheme.rooms}
    for into, source, rate in scheme.doors:
        doors[into][source] = doors[into].get(source, jnp.zeros(scheme.lanes)) + jnp.asarray(rate)
    for into, line, part in scheme.inlets:
        inlets[into][line] = jnp.asarray(part)
    names = Names(constants["room"], constants["sink"], max(1, math.ceil(step_s / longest_s)))
    numbers = {name: jnp.asarray(constants[name]) for name in ("Vmax", "Km", "level_per_mg")}
    return Saturable(doors=doors, inlets=inlets, step_s=jnp.asarray(float(step_s)), central=names, **numbers)
