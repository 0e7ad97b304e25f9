"""Drugs of a regimen in one person as an Antimony model: compartments, doses as events, levels, drives of ports.

Antimony is SBML that people can read. Amounts are species in mg, effect sites and levels in mg/L, time in s. A push
is an event that adds to the room behind its route; an infusion is an input (mg/s) that events set where it starts
and ends. What stays the same in a run (rates, volumes, doses) is a parameter with a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quell.drugs.assembly import Plan, lay_out
from quell.drugs.card import load
from quell.drugs.pk import Pharmacy
from quell.drugs.regimen import Dose
from quell.drugs.traits import Traits
from quell.ground.errors import InputError
from quell.report import antimony_body
from quell.report.antimony_doses import doses, pushed
from quell.report.antimony_factors import factors
from quell.report.antimony_levels import drives, levels
from quell.report.antimony_rooms import rooms

MODEL = "quell"
LIMIT = "for research and teaching, not for bedside decisions"
UNITS = """\
  unit substance = 1e-3 gram; unit extent = 1e-3 gram; unit volume = litre; unit time_unit = second;
  unit mg = 1e-3 gram; unit mg_per_s = 1e-3 gram / second; unit mg_per_litre = 1e-3 gram / litre;
  unit per_second = 1 / second; unit per_litre = 1 / litre; unit litre_per_mg = litre / 1e-3 gram;"""
TRIAL_STEP_S = 1.0  # the pharmacy is built for its constants and never stepped


@dataclass(frozen=True)
class Block:
    """What is to be written: plans and pharmacy of one person (one lane), doses, a title and lines said on top."""

    plans: dict[str, Plan]
    pharmacy: Pharmacy
    given: tuple[Dose, ...]
    title: str
    said: tuple[str, ...]
    more: tuple[str, ...] = ()  # of body and tissue
    body: bool = False  # so that organs act on the drugs
    tissue: bool = False  # so that its efflux does


def block(
    given: Sequence[Dose],
    who: Traits,
    *,
    variants: Mapping[str, str],
    title: str,
    said: Sequence[str] = (),
    body: bool = False,
    tissue: bool = False,
    interacting: bool = True,
) -> Block:
    """The drugs that the doses bring, in one person: `who` has one lane. Raises InputError for lines that cannot be.

    The drugs act on each other unless `interacting` is false; organs and tissue that are there act on them.
    """
    lines = list(dict.fromkeys(dose.line for dose in given))
    fed: dict[str, list[str]] = {}
    for line in lines:
        ordered = line.partition("/")[0]
        fed.setdefault(load(ordered).delivers or ordered, []).append(line)
    if unknown := set(variants) - set(fed):
        raise InputError(f"{' and '.join(sorted(unknown))} is not given", field="variant", allowed=", ".join(fed))
    plans = {name: lay_out(name, tubes, who, variant=variants.get(name)) for name, tubes in fed.items()}
    how = {"patients": who.patients, "step_s": TRIAL_STEP_S, "variants": variants, "factors": who.factors}
    pharmacy = Pharmacy.build(lines, who.persons, study=who.study, interacting=interacting, **how)
    ports = {touch.port for touch, _ in pharmacy.touches}
    more = ["", "  // the body", *antimony_body.body(ports, who.persons)] if body else []
    more += ["", "  // slow tissue of one patch of the brain", *antimony_body.tissue(ports)] if tissue else []
    return Block(plans, pharmacy, tuple(given), title, tuple(said), tuple(more), body, tissue)


def antimony(what: Block) -> str:
    """The whole model as text."""
    schemes = [plan.scheme for plan in what.plans.values()]
    first = pushed(0.0, schemes, what.given)
    organs = antimony_body.ORGANS | antimony_body.TEMPERATURE if what.body else None
    changes, times = factors(what.plans, what.pharmacy.meetings, organs)
    parts = [f"// {line}" for line in (f"{what.title}; {LIMIT}", *what.said)]
    parts += [
        f"model {MODEL}()",
        UNITS,
        "  compartment body = 1; body has litre;  // holds amounts; volumes are parameters",
    ]
    for name, plan in what.plans.items():
        parts += ["", f"  // {name}", *rooms(plan, first, times.get(name, {}))]
    parts += ["", "  // doses, in the unit that was prescribed", *doses(schemes, what.given)]
    parts += [
        "",
        "  // levels: total plasma, free plasma, free at the site",
        *levels(what.pharmacy, times, antimony_body.EFFLUX * what.tissue),
    ]
    parts += ["", "  // drive of each port: free level at the site over EC50, summed", *drives(what.pharmacy, times)]
    parts += ["", "  // factors on kinetics that change", *changes] if changes else []
    return "\n".join([*parts, *what.more, "end", f'{MODEL} is "{what.title}; {LIMIT}"', ""])
