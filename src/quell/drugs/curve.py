"""Levels over time after a regimen, exact at any moment: one drug, many people, no step of a clock.

    dx/dt = A x + B u    u constant between doses' starts and ends    x(t + h) by exp([[A, B], [0, 0]] h)

A dose without a time enters at once. Saturable elimination (phenytoin) is integrated by an eighth-order Runge-Kutta
pair with a local error of 1e-10, and so is a saturable binding under another albumin than usual (valproate), where
clearance goes by the level. `Pharmacy` of `pk.py` runs the same rooms and doors step by step inside a patient.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import jax
import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from quell.drugs import library
from quell.drugs.assembly import Plan, lay_out
from quell.drugs.binding import Bound, free
from quell.drugs.card import load
from quell.drugs.clearance import by_binding
from quell.drugs.regimen import Dose
from quell.drugs.scheme import Scheme
from quell.drugs.traits import Traits
from quell.ground.errors import InputError

TOLERANCE = 1e-10  # of one Runge-Kutta step, relative; numerical choice
CUMULATIVE = (".eliminated", ".lost", ".given", ".formed")  # rooms that only fill
MOST_TIMES = 200_000  # a longer table is a slip and would fill the memory


@dataclass(frozen=True)
class Curve:
    """Levels in mg/L `[times, lanes]`: total and free plasma, effect site (total-plasma equivalent), free there.

    `metabolites` has total plasma levels by name; `rooms` the amounts (mg) behind them by "drug.room".
    """

    time_s: np.ndarray
    plasma: np.ndarray
    free: np.ndarray
    site: np.ndarray
    brain: np.ndarray
    metabolites: dict[str, np.ndarray]
    rooms: dict[str, np.ndarray]


def curve(given: Sequence[Dose], who: Traits, times_s: np.ndarray, *, variant: str | None = None) -> Curve:
    """Levels at `times_s` (s, from the first dose on). Raises InputError for times or drugs that cannot be."""
    times = np.asarray(times_s, float)
    if not (np.isfinite(times).all() and (times >= 0).all() and len(times) <= MOST_TIMES):
        raise InputError("a time is negative, not finite, or there are too many", field="times", allowed="0 or later")
    active = {load(dose.line.partition("/")[0]).delivers or dose.line.partition("/")[0] for dose in given}
    if len(active) != 1:
        raise InputError(f"{' and '.join(sorted(active))} are more than one drug", field="regimen", allowed="one drug")
    (name,) = active
    name = library.entry(name).name
    lines = list(dict.fromkeys(dose.line for dose in given))
    plan = lay_out(name, lines, who, variant=variant)
    track = np.zeros((len(times), who.lanes, len(plan.scheme.rooms)))
    for alike in _alike(plan.scheme):
        some = who.only(alike)
        mine = plan if len(alike) == who.lanes else lay_out(name, lines, some, variant=variant)
        cut = [replace(dose, mg=np.broadcast_to(dose.mg, (who.lanes,))[alike]) for dose in given]
        track[:, alike] = _track(mine, arrivals(mine.scheme, cut), times, len(alike))
    return levels(name, plan, who, times, {room: track[:, :, k] for k, room in enumerate(plan.scheme.rooms)})


def levels(name: str, plan: Plan, who: Traits, times: np.ndarray, rooms: dict[str, np.ndarray]) -> Curve:
    """Levels of a drug from the amounts (mg `[times, lanes]`) in its rooms."""
    card = load(name)
    assert card.binding is not None and card.site is not None
    bound = free(card.binding, who, name, molar_mass=card.molar_mass.read("g/mol")[0])
    plasma, site = rooms[f"{name}.central"] / plan.V1[name], rooms[f"{name}.site"]
    share = who.value(card.site.kp_uu, name, "kp_uu")
    products = {one.name: rooms[f"{one.name}.central"] / plan.V1[one.name] for one in card.metabolite}
    return Curve(times, plasma, np.asarray(bound.of(plasma)), site, share * np.asarray(bound.of(site)), products, rooms)


def arrivals(scheme: Scheme, given: Sequence[Dose]) -> list[Dose]:
    """The doses and, on lines that are late, the same doses when they arrive; all lanes of one delay."""
    late = [
        replace(dose, line=name, start_s=dose.start_s + float(seconds[0]))
        for name, (line, seconds) in scheme.late.items()
        for dose in given
        if dose.line == line
    ]
    return [*given, *late]


def _alike(scheme: Scheme) -> list[np.ndarray]:
    """Lanes to whom every dose comes at the same moment, group by group."""
    if not scheme.late:
        return [np.arange(scheme.lanes)]
    delays = np.stack([seconds for _, seconds in scheme.late.values()])
    return [np.flatnonzero((delays == one[:, None]).all(axis=0)) for one in np.unique(delays, axis=1).T]


def _track(plan: Plan, given: Sequence[Dose], times: np.ndarray, lanes: int) -> np.ndarray:
    """Amounts in every room at every time, `[times, lanes, rooms]`."""
    A, B = plan.scheme.matrices()
    tube = {line: k for k, line in enumerate(plan.scheme.lines)}
    ends = [dose.start_s + dose.lasts_s for dose in given]
    moments = np.unique(np.concatenate([times, [dose.start_s for dose in given], [e for e in ends if np.isfinite(e)]]))
    x, now, found = np.zeros((lanes, A.shape[1])), 0.0, {}
    leap = leaper(plan, A, B)
    for moment in moments[moments <= max(times.max(initial=0.0), 0.0)]:
        if moment > now:
            x = leap(x, _input(given, tube, now, moment, lanes), moment - now)
        for dose in given:
            if dose.start_s == moment and dose.lasts_s == 0:
                x = x + B[:, :, tube[dose.line]] * dose.mg[:, None]
        now, found[moment] = moment, x
    return np.stack([found[t] for t in times])


def _input(given: Sequence[Dose], tube: Mapping[str, int], start: float, end: float, lanes: int) -> np.ndarray:
    """mg/s into each line between two moments, `[lanes, lines]`."""
    made = np.zeros((lanes, len(tube)))
    for dose in given:
        if dose.lasts_s > 0 and dose.start_s <= start and end <= dose.start_s + dose.lasts_s:
            made[:, tube[dose.line]] += dose.mg if dose.endless else dose.mg / dose.lasts_s
    return made


def leaper(plan: Plan, A: np.ndarray, B: np.ndarray):
    """From amounts, input and a length of time to the amounts then."""
    if not plan.linear:
        extra = _more_elimination(plan)
        return lambda x, u, h: _integrate(extra, A, B, x=x, u=u, h=h)
    lanes, rooms, lines = B.shape
    known: dict[float, np.ndarray] = {}

    def leap(x: np.ndarray, u: np.ndarray, h: float) -> np.ndarray:
        length = round(h, 9)  # even steps that differ by rounding alone share one exponential
        if length not in known:
            whole = np.zeros((lanes, rooms + lines, rooms + lines))
            whole[:, :rooms, :rooms], whole[:, :rooms, rooms:] = A * h, B * h
            known[length] = expm(whole)[:, :rooms]
        return np.einsum("lij,lj->li", known[length], np.concatenate([x, u], axis=1))

    return leap


Extra = Callable[[np.ndarray], np.ndarray]  # from amounts to their change per second that A does not have


def _more_elimination(plan: Plan) -> Extra:
    """Michaelis-Menten elimination, or what a saturable binding adds to clearance."""
    if plan.bound is not None:
        return _by_level(plan, plan.bound)
    rooms = plan.scheme.rooms
    numbers = {name: np.asarray(plan.saturates[name], float) for name in ("Vmax", "Km", "level_per_mg")}
    central, sink = rooms.index(str(plan.saturates["room"])), rooms.index(str(plan.saturates["sink"]))

    def burnt(now: np.ndarray) -> np.ndarray:
        level = now[:, central] * numbers["level_per_mg"]
        change = np.zeros_like(now)
        change[:, sink] = numbers["Vmax"] * level / (numbers["Km"] + level)
        change[:, central] = -change[:, sink]
        return change

    return burnt


def _by_level(plan: Plan, held: Bound) -> Extra:
    room = next(room for room in plan.scheme.rooms if room.endswith(".central"))
    name, central = room.removesuffix(".central"), plan.scheme.rooms.index(room)
    by = load(name).elimination
    assert by is not None
    usual, V1 = plan.scheme.part("CL"), np.asarray(plan.V1[name])
    factor = jax.jit(lambda total: by_binding(by, held.relative(total)))

    def more(now: np.ndarray) -> np.ndarray:
        times = np.asarray(factor(np.maximum(now[:, central], 0.0) / V1)) - 1.0
        return times[:, None] * np.einsum("lij,lj->li", usual, now)

    return more


def _integrate(extra: Extra, A: np.ndarray, B: np.ndarray, *, x: np.ndarray, u: np.ndarray, h: float) -> np.ndarray:
    """The same with elimination that is not linear."""
    feed = np.einsum("lij,lj->li", B, u)

    def rates(_: float, flat: np.ndarray) -> np.ndarray:
        now = flat.reshape(x.shape)
        return (np.einsum("lij,lj->li", A, now) + feed + extra(now)).ravel()

    made = solve_ivp(rates, (0.0, h), x.ravel(), method="DOP853", rtol=TOLERANCE, atol=TOLERANCE)
    return made.y[:, -1].reshape(x.shape)
