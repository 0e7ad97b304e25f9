"""Correlations of what differs between people: a card's [[correlation]] rows, and the draws mixed by Cholesky.

    z = L w,  L L' = R        w independent standard normals, one per parameter, each at its own address

The first parameter of a group keeps its own draw, and so does every parameter that no correlation names.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from pydantic import Field, model_validator

from quell.drugs.rows import Row, Strict

Name = tuple[str, str]  # drug (or metabolite) and parameter
Mixing = Mapping[Name, tuple[tuple[Name, float], ...]]


class Correlation(Strict):
    """Between two parameters on the log scale: "V1" of the drug, "hydroxymidazolam V1" of a metabolite."""

    between: tuple[str, str]
    r: Row
    variants: tuple[str, ...] = Field(default=())  # none: all of the card

    @model_validator(mode="after")
    def _possible(self) -> "Correlation":
        if not -1.0 < self.r.read("")[0] < 1.0:
            raise ValueError("a correlation lies between -1 and 1")
        if self.between[0] == self.between[1]:
            raise ValueError(f"{self.between[0]} correlates with itself")
        return self

    def names(self, drug: str) -> tuple[Name, Name]:
        """Whose and which the two parameters are."""
        first, second = (_name(words, drug) for words in self.between)
        return first, second


def mixing(drug: str, rows: Sequence[Correlation], variant: str) -> Mixing:
    """How each correlated parameter is drawn: weights of independent draws. ValueError where no people could be so."""
    here = [row for row in rows if not row.variants or variant in row.variants]
    if not here:
        return {}
    members = list(dict.fromkeys(name for row in here for name in row.names(drug)))
    matrix = np.eye(len(members))
    for row in here:
        i, j = (members.index(name) for name in row.names(drug))
        matrix[i, j] = matrix[j, i] = row.r.read("")[0]
    try:
        lower = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ValueError(f"the correlations of {_listed(members)} exclude each other") from None
    weights = (zip(members, line, strict=True) for line in lower.tolist())
    return {name: tuple((other, w) for other, w in line if w) for name, line in zip(members, weights, strict=True)}


def _name(words: str, drug: str) -> Name:
    owner, _, parameter = words.rpartition(" ")
    return owner or drug, parameter


def _listed(members: Iterable[Name]) -> str:
    return ", ".join(" ".join(name) for name in members)
