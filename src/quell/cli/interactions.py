"""`quell interactions A B C`: what these drugs do to each other, in words or for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from quell.drugs.interaction import multipliers, present
from quell.drugs.phrase import read_time
from quell.drugs.warning import findings, said

LIMIT = "Data from the literature with their grades; not for bedside decisions."


def asked(drugs: Sequence[str], after: str | None) -> dict[str, Any]:
    """Findings and combined factors for drugs given together; `after` such as "24 h", none full effect. InputError."""
    after_s = read_time(after, {"field": "--after"}) if after else None
    found = findings(drugs, after_s)
    at = float("inf") if after_s is None else after_s
    together = multipliers(drugs, at)
    return {
        "drugs": sorted(present(drugs)),
        "after": after or "full effect",
        "interactions": [asdict(one) | {"words": one.words()} for one in found],
        "multipliers": {drug: {name: float(x) for name, x in factors.items()} for drug, factors in together.items()},
    }


def told(answer: dict[str, Any]) -> str:
    """The answer as text."""
    if not answer["interactions"]:
        return f"No interaction among {', '.join(answer['drugs'])} is in the table.\n{LIMIT}"
    lines = [one["words"] for one in answer["interactions"]]
    lines += ["", f"Together, {'after ' + answer['after'] if answer['after'] != 'full effect' else 'at full effect'}:"]
    for drug, factors in answer["multipliers"].items():
        lines.append(f"  {drug}: " + ", ".join(f"{said(name)} x {value:.3g}" for name, value in factors.items()))
    return "\n".join([*(lines if answer["multipliers"] else lines[:-2]), "", LIMIT])
