"""Lines that arrive late: what was ordered waits in a queue of fixed length, so that a compiled loop keeps its shapes.

    u(t - delay)    delay = whole steps + r: in each step one order acts until r, the order after it from then on

A delay is a person's, not a step's: the arrival is exact for orders that are constant over steps (see `scheme`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from quell.drugs.scheme import AFTER, BEFORE, Scheme, State


@jax.tree_util.register_static
@dataclass(frozen=True)
class Queue:
    """Where the orders of a line wait: the state's key, the line, and how many steps are kept."""

    key: str
    line: str
    slots: int


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Late:
    """Every late line of a run, by name: how many whole steps `[lanes]` it is behind, and the queue it reads."""

    steps: dict[str, jax.Array]
    reads: dict[str, Queue]

    @property
    def queues(self) -> tuple[Queue, ...]:
        """One queue for each line that has late ones."""
        return tuple(dict.fromkeys(self.reads.values()))

    def rest(self, lanes: int) -> State:
        """Nothing waits: mg/s `[lanes, slots]`, the newest first."""
        return {queue.key: jnp.zeros((lanes, queue.slots), jnp.float64) for queue in self.queues}

    def joined(self, state: Mapping[str, jax.Array], orders: Mapping[str, jax.Array]) -> tuple[State, State]:
        """The queues after this step's orders, and the orders with what arrives of earlier ones in this step."""
        kept: State = {}
        for queue in self.queues:
            old = state[queue.key]
            newest = jnp.broadcast_to(jnp.asarray(orders.get(queue.line, 0.0), old.dtype), old.shape[:1])
            kept[queue.key] = jnp.concatenate([newest[:, None], old[:, :-1]], axis=1)
        arrives: State = dict(orders)
        for name, steps in self.steps.items():
            waiting = kept[self.reads[name].key]
            for word, slot in ((AFTER, steps), (BEFORE, steps + 1)):
                arrives[name + word] = jnp.take_along_axis(waiting, slot[:, None], axis=1)[:, 0]
        return kept, arrives


def late_lines(schemes: Mapping[str, Scheme], step_s: float) -> Late:
    """The late lines of the drugs of a run, by drug, for one step length (s)."""
    steps, reads = {}, {}
    longest: dict[str, int] = {}
    for scheme in schemes.values():
        for name, (line, seconds) in scheme.late.items():
            steps[name] = np.asarray(seconds // step_s, np.int32)
            longest[line] = max(longest.get(line, 0), int(steps[name].max(initial=0)) + 2)
    for drug, scheme in schemes.items():
        for name, (line, _) in scheme.late.items():
            reads[name] = Queue(f"{drug}.queue_{line.replace('/', '_')}", line, longest[line])
    return Late({name: jnp.asarray(count) for name, count in steps.items()}, reads)
