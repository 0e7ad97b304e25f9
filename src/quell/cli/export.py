"""`quell export sbml` and `quell.sbml`: the kinetics of a regimen in one person as a model for other tools."""

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from quell.cli.pk import by_state, card_or_library, doses_of, long_standing, persons
from quell.cli.pk_notes import notes
from quell.drugs import library
from quell.drugs.card import load
from quell.drugs.parameters import model_of, variant_of
from quell.drugs.regimen import Dose
from quell.drugs.standing import PUSH_S
from quell.drugs.standing import chosen as chosen_by
from quell.drugs.traits import traits
from quell.ground import compute
from quell.ground.errors import InputError

SIGN = "="


def sbml(
    regimen: str,
    *,
    drug: str | None = None,
    variant: str | Sequence[str] = (),
    card: Path | str | None = None,
    antimony: bool = False,
    body: bool = False,
    tissue: bool = False,
    confirm_overdose: bool = False,
    beside: Sequence[str] = (),
    temperature: float | None = None,
    state: str = "",
    pregnancy: bool = False,
    hepatic: str = "",
    alone: bool = False,
    **person: Any,
) -> str:
    """The drugs of a regimen in one person as SBML (Level 3 Version 2), or as Antimony text.

    Orders, person and `card` as in `quell.pk`, but the regimen may hold several drugs. `variant` names a structural
    model, or several as "DRUG=VARIANT". `body` and `tissue` add the body of a typical person and the slow tissue of
    one patch, fed by the drives of the drugs, and what they do to the kinetics. Drugs of the regimen act on each other
    unless `alone`. `state`, `pregnancy` and `hepatic` as there. Levels are in
    mg/L, amounts in mg, time in s. Raises InputError.
    """
    from quell.report.antimony_text import antimony as written
    from quell.report.antimony_text import block
    from quell.report.sbml import sbml as translated

    compute.prepare()
    with card_or_library(card, drug) as name:
        who = persons(**person)
        only = _only(variant) or by_state(regimen, name, who, state)
        given, _ = doses_of(regimen, name, who, variant=only, n=1, confirmed=confirm_overdose)
        active = list(dict.fromkeys(_delivered(dose.line) for dose in given))
        chosen = _by_state(given, active, state) | _variants(variant, active)
        if len(active) > 1 and beside:
            raise InputError("medicines of long standing are counted for one drug", field="beside", allowed="one drug")
        always = _standing(active, beside, temperature, pregnancy=pregnancy, hepatic=hepatic)
        lane = traits(who, None, [0], always)
        said = [f"Regimen: {regimen}", f"Person: {', '.join(f'{key} {float(v[0]):g}' for key, v in who.items())}"]
        for one in active:
            pushed = any(dose.lasts_s == 0 for dose in given if _delivered(dose.line) == one)
            said += [f"Note: {note}" for note in notes(load(one), chosen.get(one), who, pushed=pushed)]
        title = f"{', '.join(_named(one, chosen, who) for one in active)} by Quell {metadata.version('quell')}"
        parts = {"body": body, "tissue": tissue, "interacting": not alone}
        text = written(block(given, lane, variants=chosen, title=title, said=said, **parts))
    return text if antimony else translated(text)


def _standing(active: Sequence[str], beside: Sequence[str], temperature: float | None, **of: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in active:
        found |= long_standing(one, beside, temperature, **of)
    return found


def _by_state(given: Sequence[Dose], active: Sequence[str], state: str) -> dict[str, str]:
    """The model that a state of the person picks for each drug; none without a state."""
    if not state:
        return {}
    pushed = {one: any(d.lasts_s < PUSH_S for d in given if _delivered(d.line) == one) for one in active}
    return {one: chosen_by(load(one), state, pushed=pushed[one]).variant for one in active}


def _delivered(line: str) -> str:
    ordered = line.partition("/")[0]
    return load(ordered).delivers or ordered


def _only(variant: str | Sequence[str]) -> str | None:
    """The variant where one alone is named, as a target-controlled infusion needs it."""
    named = [variant] if isinstance(variant, str) else list(variant)
    return named[0].rpartition(SIGN)[2].strip() if len(named) == 1 else None


def _variants(variant: str | Sequence[str], active: Sequence[str]) -> dict[str, str]:
    """Structural models by drug, from "V" for the only drug or "DRUG=V"."""
    chosen: dict[str, str] = {}
    for words in [variant] if isinstance(variant, str) else variant:
        drug, sign, name = words.rpartition(SIGN)
        if not sign and len(active) != 1:
            raise InputError(f"{words!r} may be of {' or '.join(active)}", field="variant", allowed="DRUG=VARIANT")
        owner = library.entry(drug.strip(), field="variant").name if sign else active[0]
        if owner not in active:
            raise InputError(f"{owner} is not given", field="variant", allowed=", ".join(active))
        chosen[owner] = variant_of(load(owner), name)
    return chosen


def _named(drug: str, chosen: dict[str, str], who: dict[str, np.ndarray]) -> str:
    return f"{drug} ({model_of(load(drug), chosen.get(drug), float(who['age_y'][0]))})"
