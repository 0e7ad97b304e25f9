"""Episodes at addressed times: one in every stretch of time, at a place in it that only its address decides.

Nothing is remembered from one stretch to the next, so a record may be cut anywhere and begin anywhere.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from quell.ground.chance import Address, address, bits

DRAWS = 5  # uniform numbers of one episode
PACK = 128


class Episode(NamedTuple):
    """One episode: begin and end in s from the start of the record, and what else was drawn, uniform in (0, 1)."""

    start_s: float
    end_s: float
    draws: np.ndarray

    def pick(self, count: int) -> int:
        """One of `count` places."""
        return min(int(self.draws[0] * count), count - 1)

    def between(self, low: float, high: float, draw: int = 1) -> float:
        """A number between two bounds."""
        return low + (high - low) * float(self.draws[draw])


class Episodes:
    """Episodes of one kind: one in each `every` seconds, lasting `shortest` to `longest` seconds."""

    def __init__(self, stream: str, study: int, patient: int, *, every: float, shortest: float, longest: float):
        where = address(study, jnp.array([patient]), stream, DRAWS)
        self.where = Address(where.first[0], where.second[0])
        self._packs: dict[int, np.ndarray] = {}
        self.every, self.shortest, self.longest = every, min(shortest, every), min(longest, every)

    def within(self, start_s: float, end_s: float) -> list[Episode]:
        """Every episode that touches the time from `start_s` to `end_s`, in order; none before the record."""
        first, last = max(0, int(start_s // self.every) - 1), int(end_s // self.every)
        if last < first:
            return []
        found = [self._episode(number, self._row(number)) for number in range(first, last + 1)]
        return [one for one in found if one.end_s > start_s and one.start_s < end_s]

    def _episode(self, number: int, row: np.ndarray) -> Episode:
        length = self.shortest + (self.longest - self.shortest) * float(row[1])
        begin = number * self.every + float(row[0]) * (self.every - length)
        return Episode(begin, begin + length, row[2:])

    def _row(self, number: int) -> np.ndarray:
        """The uniform numbers of one episode; drawn by the hundred, since one call costs as much as many."""
        pack, place = divmod(number, PACK)
        if pack not in self._packs:
            steps = jnp.arange(pack * PACK, (pack + 1) * PACK, dtype=jnp.uint32)[:, None]
            self._packs[pack] = (np.asarray(bits(self.where, steps), dtype=float) + 0.5) / 2.0**32
        return self._packs[pack][place]
