"""Drugs of a protocol that touch each other: sentences for those that can meet in one patient and matter in time."""

from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement

from quell.care.step import Step
from quell.drugs.warning import warnings


def cautions(steps: Sequence[Step], duration_s: float) -> list[str]:
    """One sentence per interaction between steps that the same patient can meet, within `duration_s` of the run."""
    said: list[str] = []
    for one, other in combinations_with_replacement(steps, 2):
        if _meet(one, other):
            said += warnings(sorted({*_drugs(one), *_drugs(other)}), duration_s)
    return list(dict.fromkeys(said))


def _meet(one: Step, other: Step) -> bool:
    """Whether no draw sends a patient to one of the two steps only."""
    shared = one.arms.keys() & other.arms.keys()
    return all(set(_list(one.arms[name])) & set(_list(other.arms[name])) for name in shared)


def _drugs(step: Step) -> Iterable[str]:
    return (order.drug for order in step.orders)


def _list(arms: str | list[str]) -> list[str]:
    return [arms] if isinstance(arms, str) else list(arms)
