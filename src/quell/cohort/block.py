"""Blocks: patients cut into groups of fixed size, so that every compiled program has one shape.

Block k holds patients lanes*k to lanes*k + lanes - 1. A cohort that does not fill its last block is padded with the
patients who would follow: real ids with their own draws, calculated like the rest and left out of every answer. A
larger cohort later finds them already done.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from quell.ground.errors import InputError

LANES = 64  # the size at which 64 patients cost about as much as 5 single ones
MOST_PATIENTS = 2**32  # the address of a random number has 32 bits for the patient


class Block(NamedTuple):
    """One group of patients calculated together."""

    number: int
    lanes: int  # patients calculated
    kept: int  # patients of the cohort among them, the first ones; the rest is padding

    @property
    def first(self) -> int:
        """The id of the first patient."""
        return self.number * self.lanes

    @property
    def ids(self) -> np.ndarray:
        """The ids of all lanes, padding included, int64 `[lanes]`."""
        return np.arange(self.first, self.first + self.lanes, dtype=np.int64)

    def __str__(self) -> str:
        return f"block {self.number} (patients {self.first} to {self.first + self.kept - 1})"


def split(patients: int, lanes: int = LANES) -> list[Block]:
    """All blocks of a cohort of patients 0 to `patients` - 1."""
    if not 1 <= patients <= MOST_PATIENTS - lanes:
        what = f"a cohort of {patients} patients cannot be drawn"
        raise InputError(what, field="patients", allowed=f"1 to {MOST_PATIENTS - lanes}")
    if lanes < 1:
        raise InputError(
            f"blocks of {lanes} patients cannot be made", field="block", allowed=f"1 or more, best {LANES}"
        )
    count = -(-patients // lanes)
    return [Block(number, lanes, min(lanes, patients - number * lanes)) for number in range(count)]


def in_order(blocks: list[Block], order: Iterable[int] | None) -> list[Block]:
    """The blocks in the order asked for: every number once."""
    if order is None:
        return blocks
    numbers = [int(number) for number in order]
    if sorted(numbers) != [block.number for block in blocks]:
        what = f"the order {numbers} does not name every block once"
        raise InputError(what, field="order", allowed=f"0 to {len(blocks) - 1} in any order")
    return [blocks[number] for number in numbers]
