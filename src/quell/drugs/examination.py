"""The examination of a card: its own checks, run in the reference person with typical values."""

import re
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from quell.drugs.bedside import Check
from quell.drugs.body import reference_persons
from quell.drugs.card import DrugCard
from quell.drugs.dose import parse_order
from quell.drugs.events import Piece, rates
from quell.drugs.phrase import read_time
from quell.drugs.pk import Pharmacy
from quell.ground.errors import CardError
from quell.ground.units import convert

STEP_S = 10.0


@dataclass(frozen=True)
class Finding:
    """One expectation of a card and what came out, in mg/L."""

    given: str
    what: str
    expected: float
    found: float
    within: float

    @property
    def holds(self) -> bool:
        return abs(self.found - self.expected) <= self.within * abs(self.expected)


def examine(card: DrugCard) -> list[Finding]:
    """Run every check of a card; levels are read at the end of the macro step that holds the time."""
    return [finding for check in card.check for finding in _run(card, check)]


def _run(card: DrugCard, check: Check) -> list[Finding]:
    order = parse_order(check.given, drug=card.name, file=f"{card.name}.toml", field="check")
    persons = reference_persons(1, **check.person)
    pieces = [
        Piece(0, order.line, float(part.start_s), float(part.duration_s), float(part.mg_per_s))
        for part in order.segments(float(persons["weight_kg"][0]), push_s=STEP_S, age_y=float(persons["age_y"][0]))
    ]
    active = card.delivers or card.name
    wanted = {text: _moment(text, active) for text in check.expect}
    steps = max(round(time / STEP_S) for _, _, time in wanted.values())
    pharmacy = Pharmacy.build(
        [order.line],
        persons,
        study=None,
        patients=np.zeros(1, int),
        step_s=STEP_S,
        variants={active: check.variant} if check.variant else None,
        interacting=False,  # a card speaks of its drug as its paper saw it
    )
    orders = rates(pieces, [0], start_s=0.0, step_s=STEP_S, steps=steps)
    states = course(pharmacy, {line: jnp.asarray(table) for line, table in orders.items()})
    within = convert(check.within, "")
    findings = []
    for text, (kind, substance, time) in wanted.items():
        levels = pharmacy.levels({room: track[round(time / STEP_S) - 1] for room, track in states.items()})
        found = float(getattr(levels[substance], kind)[0])
        findings.append(Finding(order.words(), text, convert(check.expect[text], "mg/L"), found, within))
    return findings


def course(pharmacy: Pharmacy, orders: dict[str, jax.Array]) -> dict[str, jax.Array]:
    """States after every step, each room `[steps, lanes]`, for orders `[steps, lanes]` in mg/s."""
    lanes = next(iter(orders.values())).shape[1]

    def step(state, order):
        state = pharmacy.step(state, order)
        return state, state

    return jax.lax.scan(step, pharmacy.rest(lanes), orders)[1]


def _moment(text: str, active: str) -> tuple[str, str, float]:
    found = re.fullmatch(r"(plasma|free|brain)(?: (\w+))? at (.+)", text)
    if not found:
        raise CardError(f"{active}.toml: check: {text!r} is not like 'plasma at 10 min' or 'free nordiazepam at 2 h'")
    return found[1], found[2] or active, read_time(found[3], {"file": f"{active}.toml", "field": "check"})
