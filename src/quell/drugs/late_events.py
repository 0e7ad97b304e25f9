"""NONMEM records on lines that arrive late (ALAG) or are taken up over a time of their own: what is on its way.

Steady state: after as many intervals as the longest way in, what is on its way repeats itself; the rooms that empty by
themselves then obey x = K x + c, which is solved. Rooms that only a later arrival empties are what they are by then.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from quell.drugs.events import Event
from quell.drugs.scheme import Scheme
from quell.ground.errors import InputError

HELD = (".lag_", ".window_")  # rooms that empty by an arrival, not by themselves


def behind(scheme: Scheme, event: Event, now: float) -> list[tuple[float, Event]]:
    """The same dose on every late line of its line, with the time of its arrival (s). All lanes share one delay."""
    found = []
    for name, (line, seconds) in scheme.late.items():
        if line == event.line:
            if np.ptp(seconds) > 0.0:
                raise InputError("people of one table differ in a lag", field="CMT", allowed="one typical person")
            found.append((now + float(seconds[0]), replace(event, line=name)))
    return found


def is_late(scheme: Scheme, line: str) -> bool:
    """Whether a line has doses on their way."""
    return any(source == line for source, _ in scheme.late.values())


def late_steady(body: Any, other: Any, event: Event, lasting: Sequence[int]) -> np.ndarray:
    """Amounts just before a dose given every II for ever; `body` takes what is on its way in the empty `other`."""
    scheme, period = body.plan.scheme, event.interval_s
    _linear(body.plan)
    longest = max(_delays(scheme, event.line).values())
    lasts = event.amount_mg / event.rate_mg_s if event.rate_mg_s else 0.0
    once = Event(0, 0.0, event.amount_mg, event.rate_mg_s, line=event.line)
    other.now, before = 0.0, other.x
    for _ in range(int(np.ceil((longest + lasts) / period)) + 1):
        before = other.x
        other._give(once)
        other._run(other.now + period)
    own = _empty_by_themselves(scheme, lasting)
    nothing = np.zeros((len(body.x), len(scheme.lines)))
    units = []
    for k in own:
        unit = np.zeros_like(body.x)
        unit[:, k] = 1.0
        units.append(body.leap(unit, nothing, period))
    keep = np.stack(units, axis=-1)[:, own]
    more = other.x[:, own] - np.einsum("lij,lj->li", keep, before[:, own])
    solved = np.zeros_like(body.x)
    solved[:, lasting] = other.x[:, lasting]
    solved[:, own] = np.linalg.solve(np.eye(len(own)) - keep, more[..., None])[..., 0]
    body.running += [(body.now + end - other.now, rate) for end, rate in other.running]
    body.late += [(body.now + when - other.now, one) for when, one in other.late]
    return solved


def late_endless(body: Any, other: Any, event: Event, lasting: Sequence[int]) -> np.ndarray:
    """Amounts under an infusion that has run for ever and stops now; what is on its way goes on into `body`."""
    scheme = body.plan.scheme
    _linear(body.plan)
    delays = _delays(scheme, event.line)
    longest = max(delays.values())
    other.now = 0.0
    other._give(Event(0, 0.0, 2.0 * longest * event.rate_mg_s, event.rate_mg_s, line=event.line))
    other._run(longest)
    own = _empty_by_themselves(scheme, lasting)
    held = [k for k in lasting if k not in own]
    rates = np.zeros((len(body.x), len(scheme.lines)))
    rates[:, [scheme.lines.index(line) for line in (event.line, *delays)]] = event.rate_mg_s
    feed = np.einsum("lij,lj->li", body.B, rates) + np.einsum("lij,lj->li", body.A[:, :, held], other.x[:, held])
    solved = np.zeros_like(body.x)
    solved[:, held] = other.x[:, held]
    solved[:, own] = np.linalg.solve(body.A[:, own][:, :, own], -feed[:, own, None])[..., 0]
    for line, seconds in delays.items():
        rate = np.zeros_like(rates)
        rate[:, scheme.lines.index(line)] = event.rate_mg_s
        body.running.append((body.now + seconds, rate))
    return solved


def _delays(scheme: Scheme, line: str) -> dict[str, float]:
    """The late lines of a line and how late each is (s)."""
    return {name: float(seconds[0]) for name, (source, seconds) in scheme.late.items() if source == line}


def _empty_by_themselves(scheme: Scheme, lasting: Sequence[int]) -> list[int]:
    """Rooms that need no later arrival to empty."""
    held = {room.replace(".window_", ".depot_") for room in scheme.rooms if ".window_" in room}
    return [k for k in lasting if not any(part in scheme.rooms[k] for part in HELD) and scheme.rooms[k] not in held]


def _linear(plan: Any) -> None:
    if not plan.linear:
        raise InputError("a saturable drug with a lag has no solved steady state", field="SS", allowed="SS 0")
