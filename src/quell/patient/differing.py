"""Constants of an organ that differ between people, drawn where the card gives a spread."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from quell.ground import chance
from quell.ground.card import from_card, rows_of

WIDEST = 2.5  # a draw this many spreads from the middle is cut, as for body measures


def drawn[T](kind: type[T], name: str, study: int, ids: np.ndarray) -> T:
    """An organ with its card's constants; those with a spread are float64 `[lanes]`, log-normal, one per person."""
    organ = from_card(kind)
    for row in rows_of(kind).values():
        if row.between:
            normal = np.asarray(chance.normal(study, ids, f"physiology.{name}.{row.name}"))[:, 0]
            values = row.value * np.exp(np.sqrt(np.log1p(row.between**2)) * np.clip(normal, -WIDEST, WIDEST))
            organ = replace(organ, **{row.name: jnp.asarray(values)})  # type: ignore[type-var]
    return organ
