"""`quell pk` and `quell.pk`: levels of one drug over time after a regimen, in one person or in many.

levels = quell.pk("2 mg/kg IV; 6 mg/kg/h IV for 1 h", drug="propofol", variant="marsh", weight=70, at=[1, 5, 10])
levels["plasma"]                                                    # xarray, mg/L
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from quell.cli.pk_band import band, why_none
from quell.cli.pk_notes import idle, notes
from quell.drugs import library
from quell.drugs.body import check_at_age, reference_persons, slack
from quell.drugs.card import DrugCard, load
from quell.drugs.clearance import cirrhotic, joined, pregnant
from quell.drugs.curve import MOST_TIMES, Curve, curve
from quell.drugs.interaction import Given, multipliers
from quell.drugs.order import check_weight
from quell.drugs.parameters import model_of
from quell.drugs.phrase import read_time
from quell.drugs.regimen import Dose, doses, read_regimen
from quell.drugs.removal import cooled
from quell.drugs.sense import check_orders, check_pump
from quell.drugs.standing import PUSH_S, chosen
from quell.drugs.target import read_target, target_doses
from quell.drugs.traits import traits
from quell.ground import compute
from quell.ground.errors import InputError

MEASURES = {
    "weight": "weight_kg",
    "age": "age_y",
    "height": "height_cm",
    "albumin": "albumin_g_L",
    "crcl": "crcl_mL_min",
}
CIRCUMSTANCES = {"apache": "apache_ii", "peep": "peep_mmHg"}
CYP2C9 = {"extensive": {}, "intermediate": {"cyp2c9_intermediate": 1.0}, "poor": {"cyp2c9_poor": 1.0}}
CYP2C19 = {"extensive": {}, "reduced": {"cyp2c19_reduced": 1.0}}
WORDS = (*CIRCUMSTANCES, "alcohol", "cyp2c9", "cyp2c19")
SEXES = {"m": 1.0, "male": 1.0, "f": 0.0, "female": 0.0, "w": 0.0}
LIMIT = "For research and teaching; not for bedside decisions."
UNTIL, EVERY = "6 h", "5 min"


def pk(
    regimen: str,
    *,
    drug: str | None = None,
    variant: str | None = None,
    card: Path | str | None = None,
    at: Sequence[float] | None = None,
    until: str = UNTIL,
    every: str = EVERY,
    n: int = 0,
    seed: int = 1,
    confirm_overdose: bool = False,
    beside: Sequence[str] = (),
    state: str = "",
    temperature: float | None = None,
    pregnancy: bool = False,
    hepatic: str = "",
    **person: Any,
) -> xr.Dataset:
    """Levels of one drug after a regimen in words, mg/L over `time` (min from the first dose).

    `at` are times in min, else every EVERY until UNTIL. `variant` is a structural model by its own name or its
    authors'; `card` a file of the user's own. The person: weight (kg), age (y), height (cm), sex (m, f), albumin
    (g/L), crcl (mL/min per 1.73 m2); `beside` are medicines of long standing, whose induction and displacement count.
    `state` "icu" picks the card's model for it where no `variant` is named; `temperature` (degC) is the core's,
    `pregnancy` its last third, `hepatic` a cirrhosis (child_a, child_b, child_c). With `n` people drawn, `..._low` and
    `..._high` hold nine tenths of them. `attrs["notes"]` says what to beware of. Raises InputError or CardError.
    """
    compute.prepare()
    drug, variant = own_drug(drug, variant)
    with card_or_library(card, drug) as name:
        who, times = persons(**person), at_times(at, until, every)
        variant = variant or by_state(regimen, name, who, state)
        given, many = doses_of(regimen, name, who, variant=variant, n=max(n, 1), confirmed=confirm_overdose)
        active = _active(given[0].line.partition("/")[0])
        factors = long_standing(active.name, beside, temperature, pregnancy=pregnancy, hepatic=hepatic)
        typical = curve(given, traits(who, None, [0], factors), times, variant=variant)
        made = _dataset(typical, active, _described(active, variant, regimen, who) | {"beside": list(beside)})
        without: list[str] = []
        if n:
            edges, without = band(curve(many, _drawn(who, n, seed, factors), times, variant=variant))
            made = made.assign(edges)
        said = notes(active, variant, who, pushed=any(dose.lasts_s == 0 for dose in given))
        made.attrs["notes"] = said + idle(active, variant, who, person)
        made.attrs["notes"] += why_none(active.name, made.attrs["variant"], without)
    return made


def own_drug(drug: str | None, variant: str | None) -> tuple[str | None, str | None]:
    """Drug and variant, where the variant that is named is a drug of its own: S of ketamine is esketamine."""
    if drug is None or variant is None:
        return drug, variant
    known = load(drug).elsewhere if drug.strip().lower() in library.index() else {}
    other = {key.lower(): name for key, name in known.items()}.get(variant.strip().lower())
    return (other, None) if other else (drug, variant)


def _active(drug: str) -> DrugCard:
    """The card of what arrives in plasma."""
    ordered = load(drug)
    return load(ordered.delivers) if ordered.delivers else ordered


def by_state(regimen: str, name: str | None, who: dict[str, np.ndarray], state: str) -> str | None:
    """The model that a state picks for what is given; a target starts with a push."""
    if not state:
        return None
    if (target := read_target(regimen)) is not None:
        return chosen(_active(target.drug or name or ""), state, pushed=True).variant
    given = doses(read_regimen(regimen, drug=name), who["weight_kg"])
    pushed = any(dose.lasts_s < PUSH_S for dose in given)
    return chosen(_active(given[0].line.partition("/")[0]), state, pushed=pushed).variant


def doses_of(
    regimen: str, name: str | None, who: dict[str, np.ndarray], *, variant: str | None, n: int, confirmed: bool
) -> tuple[list[Dose], list[Dose]]:
    """The doses for one person and for `n` of the same measures."""
    weight, age = float(who["weight_kg"][0]), float(who["age_y"][0])
    one, many = np.array([weight]), np.full(n, weight)
    if (target := read_target(regimen)) is not None:
        drug = library.entry(target.drug or name or "", field="drug").name
        library.route_of(drug, "IV", field="regimen")
        plain = traits(who, None, [0])
        first, others = (target_doses(target, drug, plain, variant=variant, weight_kg=x) for x in (one, many))
        check_pump(first, regimen, weight, age, confirmed=confirmed)
        return first, others
    orders = read_regimen(regimen, drug=name)
    check_orders(orders, weight, age, confirmed=confirmed)
    return doses(orders, one, age), doses(orders, many, age)


def long_standing(
    drug: str,
    beside: Sequence[str],
    temperature: float | None = None,
    *,
    pregnancy: bool = False,
    hepatic: str = "",
) -> dict[str, Any]:
    """What medicines of long standing, temperature (degC) of the core, late pregnancy and cirrhosis do to kinetics."""
    cold = {} if temperature is None else cooled([drug], temperature)
    cold = joined(cold, pregnant(drug)) if pregnancy else cold
    cold = joined(cold, cirrhotic(drug, hepatic)) if hepatic else cold
    if not beside:
        return cold
    met = multipliers([*(Given(library.entry(other).name, -np.inf) for other in beside), drug], 0.0)
    return joined(met, cold)


def persons(**person: Any) -> dict[str, np.ndarray]:
    """One person by measures, the rest from the reference person. Raises InputError."""
    known = [*MEASURES, "sex", *WORDS]
    if unknown := set(person) - set(known):
        raise InputError(f"a person has no {', '.join(sorted(unknown))}", field="person", allowed=", ".join(known))
    around = circumstances({name: person.pop(name, None) for name in WORDS})
    sex = str(person.pop("sex", None) or "m").strip().lower()
    if sex not in SEXES:
        raise InputError(f"{sex!r} is no sex that the models know", field="sex", allowed="m or f")
    said = {MEASURES[name]: float(value) for name, value in person.items() if value is not None}
    if "weight_kg" in said:
        check_weight(said["weight_kg"])
    if {"age_y", "weight_kg"} <= said.keys():
        check_at_age(said, slack=slack())
    return reference_persons(1, male=SEXES[sex], **said) | around


def circumstances(said: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What only some models ask for, as their covariates; nothing where nothing is said. Raises InputError."""
    made = {CIRCUMSTANCES[name]: float(said[name]) for name in CIRCUMSTANCES if said.get(name) is not None}
    made |= {"alcohol": 1.0} if said.get("alcohol") else {}
    for gene, kinds in (("cyp2c9", CYP2C9), ("cyp2c19", CYP2C19)):
        kind = str(said.get(gene) or "extensive").strip().lower()
        if kind not in kinds:
            raise InputError(f"{kind!r} is no kind of {gene.upper()}", field=gene, allowed=", ".join(kinds))
        made |= kinds[kind]
    return {name: np.array([value]) for name, value in made.items()}


def table(levels: xr.Dataset, *, wide: bool) -> list[tuple[str, np.ndarray]]:
    """Columns for a table: time, plasma and site; where `wide` also free levels, metabolites and the band."""
    columns = [("time_min", levels["time"].values), ("plasma_mg_per_L", levels["plasma"].values)]
    columns.append(("site_mg_per_L", levels["site"].values))
    if wide:
        rest = [str(name) for name in levels.data_vars if name not in ("plasma", "site")]
        columns += [(f"{name}_mg_per_L", levels[name].values) for name in rest]
    return columns


def evenly(until: str, count: int = 301) -> list[float]:
    """Times in min for a smooth picture from the first dose to `until`."""
    return list(np.linspace(0.0, read_time(until, {"field": "until"}) / 60.0, count))


@contextlib.contextmanager
def card_or_library(path: Path | str | None, drug: str | None) -> Iterator[str | None]:
    """The name of the drug: of the user's own card while this lasts, else of the library, else None."""
    if path is None:
        yield library.entry(drug).name if drug else None
        return
    if not Path(path).is_file():
        raise InputError("there is no such file", file=str(path), allowed="a drug card in TOML; see docs/drugs.md")
    with library.lent(Path(path)) as mine:
        card = load(mine.name)
        if drug is not None and library.entry(drug).name != card.name:
            raise InputError(f"the card is of {card.name}, not of {drug}", file=str(path), field="drug")
        yield card.name


def at_times(at: Sequence[float] | None, until: str, every: str) -> np.ndarray:
    if at is not None:
        times = np.asarray(list(at), float) * 60.0
        if not len(times) or not np.isfinite(times).all() or (times < 0).any():
            raise InputError("a time is negative or no number", field="at", allowed='minutes, such as "1,5,10"')
        return times
    last, step = read_time(until, {"field": "until"}), read_time(every, {"field": "every"})
    if last / step >= MOST_TIMES:
        what = f"every {every} until {until} is {last / step:.3g} times"
        raise InputError(what, field="until", allowed=f"up to {MOST_TIMES}: an earlier end or a longer step")
    return step * np.arange(int(np.floor(last / step * (1.0 + 1e-12))) + 1)


def _described(card: DrugCard, variant: str | None, regimen: str, who: dict[str, np.ndarray]) -> dict[str, Any]:
    key = model_of(card, variant, float(who["age_y"][0]))
    person = {name: float(values[0]) for name, values in who.items()}
    return {"drug": card.name, "variant": key, "regimen": regimen, "person": person, "limit": LIMIT}


def _dataset(found: Curve, card: DrugCard, attrs: dict[str, Any]) -> xr.Dataset:
    said = {
        "plasma": "total in plasma",
        "site": "at the site of action, total-plasma equivalent",
        "free": "free in plasma",
        "brain": "free at the site of action",
    }
    tracks = {name: (getattr(found, name)[:, 0], about) for name, about in said.items()}
    tracks |= {name: (level[:, 0], f"metabolite of {card.name}, total") for name, level in found.metabolites.items()}
    data = {
        name: ("time", level, {"units": "mg/L", "long_name": f"{card.name} {about}" if name in said else about})
        for name, (level, about) in tracks.items()
    }
    return xr.Dataset(data, coords={"time": ("time", found.time_s / 60.0, {"units": "min"})}, attrs=attrs)


def _drawn(who: dict[str, np.ndarray], n: int, seed: int, factors: dict[str, Any]):
    if not 2 <= n <= 100_000:
        raise InputError(f"{n} people cannot be drawn", field="n", allowed="2 to 100000")
    return traits({name: np.full(n, values[0]) for name, values in who.items()}, seed, np.arange(n), factors)
