"""Rooms and doors: the compartments of one drug, put together door by door, then solved exactly per step.

    dx/dt = A x + B u        x(t + h) = Phi x(t) + Gamma u        exp([[A, B], [0, 0]] h) = [[Phi, Gamma], [0, 1]]

u (mg/s per line) is constant over the step, so the step is exact. Every entry of Phi and Gamma is one array
`[lanes]`, computed once per patient when the pharmacy is built. A line that arrives late changes once inside a step,
at r = its delay less whole steps: what was given one step earlier acts until then (Phi(h - r) Gamma(r)), then the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np

from quell.ground.errors import QuellError

HALVINGS = 6  # the exponential is taken of h/64 and squared six times, for every patient alike
TERMS = 18  # Taylor terms: below rounding while the norm of A h / 64 stays under 1

State = dict[str, jax.Array]
BEFORE, AFTER = " before", " after"  # a late line inside one step: until its change, and from then on


@dataclass
class Scheme:
    """One drug under construction: rooms (amounts, mg), doors (1/s `[lanes]`) and inlets (share of a line).

    `ruled` says of a door (by its number) which parameter it goes by, such as CL, so that it may change in a run;
    `late` of a line that it is another one, so many seconds (`[lanes]`) later.
    """

    lanes: int
    rooms: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    doors: list[tuple[str, str, np.ndarray]] = field(default_factory=list)
    inlets: list[tuple[str, str, np.ndarray]] = field(default_factory=list)
    gathers: dict[str, list[str]] = field(default_factory=dict)
    ruled: dict[int, str] = field(default_factory=dict)
    late: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)

    def room(self, *names: str) -> None:
        """Add rooms that are not there yet."""
        self.rooms.extend(name for name in names if name not in self.rooms)

    def flow(self, source: str, into: str, rate: np.ndarray, by: str = "") -> None:
        """Amount leaves one room for another at `rate` (1/s) of what is there."""
        self.room(source, into)
        self._rule(by, 2)
        self.doors += [(source, source, -rate), (into, source, rate)]

    def copy(self, source: str, into: str, rate: np.ndarray, by: str = "") -> None:
        """A room gains `rate` of what is in another, which loses nothing (formation, effect sites)."""
        self.room(source, into)
        self._rule(by, 1)
        self.doors.append((into, source, rate))

    def fade(self, room: str, rate: np.ndarray) -> None:
        """A room without mass fades at `rate`."""
        self.doors.append((room, room, -rate))

    def inlet(self, line: str, into: str, part: np.ndarray) -> None:
        """A line (mg/s) feeds `part` of itself into a room."""
        self.room(into)
        if line not in self.lines:
            self.lines.append(line)
        self.inlets.append((into, line, part))

    def later(self, line: str, word: str, seconds: np.ndarray) -> str:
        """The same line `seconds` later, as a line with a name of its own."""
        name = f"{line}.{word}"
        self.late[name] = (line, np.broadcast_to(np.asarray(seconds, np.float64), (self.lanes,)))
        return name

    def _rule(self, by: str, doors: int) -> None:
        if by:
            self.ruled |= dict.fromkeys(range(len(self.doors), len(self.doors) + doors), by)

    def part(self, by: str) -> np.ndarray:
        """What of A `[lanes, rooms, rooms]` goes by a parameter."""
        place = {name: i for i, name in enumerate(self.rooms)}
        A = np.zeros((self.lanes, len(self.rooms), len(self.rooms)))
        for number, (into, source, rate) in enumerate(self.doors):
            if self.ruled.get(number) == by:
                A[:, place[into], place[source]] += rate
        return A

    def matrices(self) -> tuple[np.ndarray, np.ndarray]:
        """A `[lanes, rooms, rooms]` and B `[lanes, rooms, lines]`."""
        place = {name: i for i, name in enumerate(self.rooms)}
        tube = {name: i for i, name in enumerate(self.lines)}
        A = np.zeros((self.lanes, len(self.rooms), len(self.rooms)))
        B = np.zeros((self.lanes, len(self.rooms), len(self.lines)))
        for into, source, rate in self.doors:
            A[:, place[into], place[source]] += rate
        for into, line, part in self.inlets:
            B[:, place[into], tube[line]] += part
        return A, B


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Exact:
    """One step of a linear scheme: new room = sum of entries times old rooms and lines, each entry `[lanes]`."""

    keep: dict[str, dict[str, jax.Array]]
    gain: dict[str, dict[str, jax.Array]]

    def step(self, state: Mapping[str, jax.Array], orders: Mapping[str, jax.Array]) -> State:
        """Rooms after one step under constant orders (mg/s)."""
        new: State = {}
        for room, entries in self.keep.items():
            parts = [entry * state[source] for source, entry in entries.items()]
            parts += [entry * orders[line] for line, entry in self.gain[room].items() if line in orders]
            new[room] = sum(parts[1:], parts[0])
        return new


def exact_step(scheme: Scheme, step_s: float) -> Exact:
    """Solve a scheme for one step length (s). What is eliminated or given closes the balance to rounding."""
    A, B = scheme.matrices()
    rooms = len(scheme.rooms)
    full = _propagated(A, B, np.full(scheme.lanes, step_s))
    for sink, members in scheme.gathers.items():
        _close_balance(full, scheme, sink, members, step_s)
    columns = {name: full[:, :, rooms + j] for j, name in enumerate(scheme.lines) if name not in scheme.late}
    for name, (_, seconds) in scheme.late.items():
        columns |= _parted(A, B, scheme.lines.index(name), name, seconds % step_s, step_s, full)
    keep: dict[str, dict[str, jax.Array]] = {}
    gain: dict[str, dict[str, jax.Array]] = {}
    for i, room in enumerate(scheme.rooms):
        entries = {name: full[:, i, j] for j, name in enumerate(scheme.rooms) if i == j or np.any(full[:, i, j])}
        tubes = {name: column[:, i] for name, column in columns.items() if np.any(column[:, i])}
        keep[room] = {name: jnp.asarray(entry) for name, entry in entries.items()}
        gain[room] = {name: jnp.asarray(entry) for name, entry in tubes.items()}
    return Exact(keep, gain)


def _propagated(A: np.ndarray, B: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Phi and, beside it, Gamma `[lanes, rooms, rooms + lines]` over `seconds` `[lanes]`."""
    lanes, rooms, lines = B.shape
    h = seconds[:, None, None]
    augmented = np.zeros((lanes, rooms + lines, rooms + lines))
    augmented[:, :rooms, :rooms], augmented[:, :rooms, rooms:] = A * h, B
    full = exponential(augmented)[:, :rooms]
    full[:, :, rooms:] *= h
    return full


def _parted(
    A: np.ndarray, B: np.ndarray, j: int, name: str, r: np.ndarray, step_s: float, full: np.ndarray
) -> dict[str, np.ndarray]:
    """The gain `[lanes, rooms]` of a late line before and after its change, r seconds (`[lanes]`) into a step.

    The second is what the whole step would have gained less the first, so that both keep the balance of the whole.
    """
    rooms = A.shape[1]
    first, rest = _propagated(A, B, r), _propagated(A, B, step_s - r)
    before = np.einsum("lij,lj->li", rest[:, :, :rooms], first[:, :, rooms + j])
    return {name + BEFORE: before, name + AFTER: full[:, :, rooms + j] - before}


def exponential(matrix: np.ndarray) -> np.ndarray:
    """exp of each matrix `[lanes, n, n]` by a fixed Taylor sum and fixed squarings: no lane sees another."""
    small = matrix / 2.0**HALVINGS
    norm = np.abs(small).sum(axis=-2).max(initial=0.0)
    if not norm < 1.0:
        raise QuellError(f"a step of the drugs is too long for the fastest exchange (norm {norm:g}); shorten it")
    total = np.broadcast_to(np.eye(matrix.shape[-1]), matrix.shape).copy()
    for k in range(TERMS, 0, -1):
        total = np.eye(matrix.shape[-1]) + small @ total / k
    for _ in range(HALVINGS):
        total = total @ total
    return total


def _close_balance(full: np.ndarray, scheme: Scheme, sink: str, members: list[str], step_s: float) -> None:
    """Set the sink's entries so that each column of the drug's rooms sums to what is conserved."""
    place = {name: i for i, name in enumerate(scheme.rooms)}
    inside = [place[name] for name in members]
    for name in (*members, sink):
        full[:, place[sink], place[name]] = 1.0 - full[:, inside, place[name]].sum(axis=1) if name != sink else 1.0
    for j, line in enumerate(scheme.lines):
        brought = sum(part for into, tube, part in scheme.inlets if tube == line and into in (*members, sink))
        column = len(scheme.rooms) + j
        full[:, place[sink], column] = brought * step_s - full[:, inside, column].sum(axis=1)
