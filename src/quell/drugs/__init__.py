"""The pharmacy: `quell.drugs["propofol"]` is a card; `quell.drugs` lists the names."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quell.drugs.card import DrugCard


class _Shelf(ModuleType):
    """The room, which answers to the names of its drugs as a mapping does."""

    def __getitem__(self, name: str) -> "DrugCard":
        """The card of a drug by any of its names. Raises InputError with the nearest name."""
        from quell.drugs.card import load

        return load(name)

    def __iter__(self) -> Iterator[str]:
        from quell.drugs.library import names

        return iter(names())

    def __len__(self) -> int:
        return sum(1 for _ in self)


sys.modules[__name__].__class__ = _Shelf
