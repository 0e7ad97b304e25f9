"""The contract every mechanism keeps: a frozen record of constants with three verbs.

A *process* says what it needs, remembers a state and gives outputs. It is written for one scalar
compartment in plain arithmetic, so the same lines run for one neuron, `[lanes]` or `[lanes, patches]`:
arrays broadcast. Its constants come from the card beside it; any of them may be replaced by an array
`[lanes, 1]` when patients differ (`dataclasses.replace`).
"""

from dataclasses import dataclass, fields
from typing import Any, Protocol, dataclass_transform


class Process(Protocol):
    """What the engine knows of a mechanism: rest, rates of change, and what it gives to others."""

    def rest(self) -> Any: ...

    def rates(self, state: Any, needs: Any) -> Any: ...

    def gives(self, state: Any) -> Any: ...


@dataclass_transform(frozen_default=True, kw_only_default=True)
def process[T](cls: type[T]) -> type[T]:
    """Make a class a frozen, keyword-only record that JAX sees as a tree of its constants."""
    import jax

    made = dataclass(frozen=True, kw_only=True)(cls)
    names = [field.name for field in fields(made)]  # type: ignore[arg-type]
    return jax.tree_util.register_dataclass(made, data_fields=names, meta_fields=[])
