"""Elimination that saturates or changes within a run: Runge-Kutta steps for what is not linear and constant.

    dA/dt = ... - Vmax C / (Km + C),   C = (A / V1) (fu / usual fu)

C is total plasma at usual binding, so that a low albumin lowers the total and leaves the free level (a drug of low
extraction). The other doors are linear; factors on CL, Q2, Q3, Vmax, Km and fu hold over one step. The fourth-order
step is cut to 20, 5 or 1 s by the fastest exchange of the drug: levels are right to 1e-6 (tests/drugs/test_phenytoin.py
and test_meetings.py compare with scipy and with the exact step). Runge-Kutta keeps linear sums, so the mass balance
holds to rounding.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quell.drugs.scheme import AFTER, BEFORE, Scheme, State
from quell.ground.errors import QuellError

LENGTHS_S = (20.0, 5.0, 1.0)  # of a Runge-Kutta step; the longest is for slow drugs, the last for norepinephrine
FINE = 0.05  # share of a room that leaves in one step, in the typical person: an error of FINE^4 / 120
REMOVAL = "removal"  # doors that stand open only as far as a machine clears (L/min)
ABSORPTION = "absorption"  # doors by which what is swallowed is taken up
MOST = 2.0  # share of a room that may leave in one step before the scheme is unstable (2.78)
NONE: Mapping[str, jax.Array] = MappingProxyType({})


def product_clearance(product: str) -> str:
    """Under which name a factor on the clearance of a metabolite goes."""
    return f"CL of {product}"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Saturable:
    """A scheme stepped by Runge-Kutta, with a saturable door out of `central` where `saturates` has its constants.

    All arrays `[lanes]`. `ruled` holds the doors that go by a parameter (CL, Q2, Q3), which are in `doors` too, and
    those of removal, which are not.
    """

    doors: dict[str, dict[str, jax.Array]]
    inlets: dict[str, dict[str, jax.Array]]
    saturates: dict[str, jax.Array]
    ruled: dict[str, dict[str, dict[str, jax.Array]]]
    step_s: jax.Array
    central: "Names"
    changes: dict[str, jax.Array]  # of late lines: at which share of a step, `[lanes]`

    def step(
        self, state: Mapping[str, jax.Array], orders: Mapping[str, jax.Array], factors: Mapping[str, jax.Array] = NONE
    ) -> State:
        """Rooms after one step under constant orders (mg/s) and factors on parameters."""
        start = {room: state[room] for room in self.doors}
        pieces = self.central.pieces
        length = self.step_s / pieces
        if pieces == 1:
            return self._piece(start, self._arriving(orders, 0), factors, length)
        return jax.lax.fori_loop(
            0, pieces, lambda k, now: self._piece(now, self._arriving(orders, k), factors, length), start
        )

    def _arriving(self, orders: Mapping[str, jax.Array], piece: Any) -> Mapping[str, jax.Array]:
        """Orders with the mean of late lines over one piece of the step: all of it arrives, within the piece."""
        means = {}
        for name, share in self.changes.items():
            if name + BEFORE in orders:
                part = jnp.clip(share * self.central.pieces - piece, 0.0, 1.0)
                means[name] = part * orders[name + BEFORE] + (1.0 - part) * orders[name + AFTER]
        return {**orders, **means} if means else orders

    def _piece(
        self, now: State, orders: Mapping[str, jax.Array], factors: Mapping[str, jax.Array], h: jax.Array
    ) -> State:
        def ahead(rates: State, share: float) -> State:
            return {room: now[room] + share * h * rates[room] for room in now}

        k1 = self._rates(now, orders, factors)
        k2 = self._rates(ahead(k1, 0.5), orders, factors)
        k3 = self._rates(ahead(k2, 0.5), orders, factors)
        k4 = self._rates(ahead(k3, 1.0), orders, factors)
        return {r: now[r] + h / 6.0 * (k1[r] + 2.0 * k2[r] + 2.0 * k3[r] + k4[r]) for r in now}

    def _rates(self, now: State, orders: Mapping[str, jax.Array], factors: Mapping[str, jax.Array]) -> State:
        rates: State = {}
        for room, entries in self.doors.items():
            parts = [rate * now[source] for source, rate in entries.items()]
            parts += [part * orders[line] for line, part in self.inlets[room].items() if line in orders]
            for name, rooms in self.ruled.items():
                if name in factors and room in rooms:
                    more = factors[name] - (name != REMOVAL)
                    parts += [more * rate * now[source] for source, rate in rooms[room].items()]
            rates[room] = sum(parts, jnp.zeros_like(now[room]))
        if not self.saturates:
            return rates
        central, sink = self.central.room, self.central.sink
        level = now[central] * self.saturates["level_per_mg"] * factors.get("fu", 1.0)
        Vmax, Km = self.saturates["Vmax"] * factors.get("CL", 1.0), self.saturates["Km"] * factors.get("Km", 1.0)
        burnt = Vmax * level / (Km + level)
        return rates | {central: rates[central] - burnt, sink: rates[sink] + burnt}


def longest(fastest: float) -> float:
    """The length (s) of a step for a drug whose fastest exchange in the typical person is `fastest` (1/s)."""
    return next((h for h in LENGTHS_S if fastest * h <= FINE), LENGTHS_S[-1])


@jax.tree_util.register_static
@dataclass(frozen=True)
class Names:
    """Which room is saturated, where its drug goes, and how many pieces a step is cut into."""

    room: str
    sink: str
    pieces: int


def saturable_step(scheme: Scheme, step_s: float, *, longest_s: float, **constants: Any) -> Saturable:
    """A scheme stepped by Runge-Kutta in steps of at most `longest_s`, with a saturable door where constants are given.

    Constants: Vmax (mg/s), Km (mg/L), level_per_mg (1/L), room, sink. Raises QuellError where an exchange is too fast.
    """
    doors: dict[str, dict[str, jax.Array]] = {room: {} for room in scheme.rooms}
    inlets: dict[str, dict[str, jax.Array]] = {room: {} for room in scheme.rooms}
    ruled: dict[str, dict[str, dict[str, jax.Array]]] = {}
    pieces = max(1, math.ceil(step_s / longest_s))
    for number, (into, source, rate) in enumerate(scheme.doors):
        if np.max(np.abs(rate), initial=0.0) * step_s / pieces > MOST:
            raise QuellError(f"a step of the drugs is too long for {source}; shorten it")
        by = scheme.ruled.get(number, "")
        places = [] if by == REMOVAL else [doors]
        if by:
            places.append(ruled.setdefault(by, {room: {} for room in scheme.rooms}))
        for place in places:
            place[into][source] = place[into].get(source, jnp.zeros(scheme.lanes)) + jnp.asarray(rate)
    for into, line, part in scheme.inlets:
        inlets[into][line] = jnp.asarray(part)
    names = Names(str(constants.get("room", "")), str(constants.get("sink", "")), pieces)
    numbers = {name: jnp.asarray(constants[name]) for name in ("Vmax", "Km", "level_per_mg") if name in constants}
    changes = {name: jnp.asarray(seconds % step_s / step_s) for name, (_, seconds) in scheme.late.items()}
    return Saturable(doors, inlets, numbers, ruled, jnp.asarray(float(step_s)), names, changes)
