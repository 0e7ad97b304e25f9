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
from quell.drugs import library
from quell.drugs.body import CIRCUMSTANCES as BODY_CIRCUMSTANCES
from quell.drugs.body import reference_persons
from quell.drugs.card import DrugCard, load
from quell.drugs.clearance import joined, pregnant
from quell.drugs.curve import Curve, curve
from quell.drugs.interaction import Given, multipliers
from quell.drugs.parameters import variant_of
from quell.drugs.phrase import read_time
from quell.drugs.regimen import Dose, check_sensible, doses, read_regimen
from quell.drugs.removal import cooled
from quell.drugs.rows import Row
from quell.drugs.standing import PUSH_S, chosen
from quell.drugs.structures import Model
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
    **person: Any,
) -> xr.Dataset:
    """Levels of one drug after a regimen in words, mg/L over `time` (min from the first dose).

    `at` are times in min, else every EVERY until UNTIL. `variant` is a structural model by its own name or its
    authors'; `card` a file of the user's own. The person: weight (kg), age (y), height (cm), sex (m, f), albumin
    (g/L), crcl (mL/min); `beside` are medicines of long standing, whose induction and displacement count. `state`
    "icu" picks the card's model for it where no `variant` is named; `temperature` (degC) is the core's, `pregnancy` its
    last third. With `n` people drawn, `..._low` and `..._high` hold nine tenths of them. `attrs["notes"]` says what to
    beware of. Raises InputError or CardError.
    """
    compute.prepare()
    drug, variant = own_drug(drug, variant)
    with card_or_library(card, drug) as name:
        who, times = persons(**person), _times(at, until, every)
        given, many = doses_of(regimen, name, who, variant=variant, n=max(n, 1), confirmed=confirm_overdose)
        ordered = load(given[0].line.partition("/")[0])
        active = load(ordered.delivers) if ordered.delivers else ordered
        if state and variant is None:
            pushed = any(dose.lasts_s < PUSH_S for dose in given)
            variant = chosen(active, state, pushed=pushed).variant
        factors = long_standing(active.name, beside, temperature, pregnancy=pregnancy)
        typical = curve(given, traits(who, None, [0], factors), times, variant=variant)
        made = _dataset(typical, active, _described(active, variant, regimen, who) | {"beside": list(beside)})
        without: list[str] = []
        if n:
            edges, without = band(curve(many, _drawn(who, n, seed, factors), times, variant=variant))
            made = made.assign(edges)
        made.attrs["notes"] = notes(active, variant, who, pushed=any(dose.lasts_s == 0 for dose in given))
        made.attrs["notes"] += unheard(active, made.attrs["variant"], who)
        made.attrs["notes"] += why_none(active.name, made.attrs["variant"], without)
    return made


def own_drug(drug: str | None, variant: str | None) -> tuple[str | None, str | None]:
    """Drug and variant, where the variant that is named is a drug of its own: S of ketamine is esketamine."""
    if drug is None or variant is None:
        return drug, variant
    known = load(drug).elsewhere if drug.strip().lower() in library.index() else {}
    other = {key.lower(): name for key, name in known.items()}.get(variant.strip().lower())
    return (other, None) if other else (drug, variant)


def doses_of(
    regimen: str, name: str | None, who: dict[str, np.ndarray], *, variant: str | None, n: int, confirmed: bool
) -> tuple[list[Dose], list[Dose]]:
    """The doses for one person and for `n` of the same measures."""
    weight = float(who["weight_kg"][0])
    one, many = np.array([weight]), np.full(n, weight)
    if (target := read_target(regimen)) is not None:
        drug = library.entry(target.drug or name or "", field="drug").name
        library.route_of(drug, "IV", field="regimen")
        plain = traits(who, None, [0])
        first, others = (target_doses(target, drug, plain, variant=variant, weight_kg=x) for x in (one, many))
        return first, others
    orders = read_regimen(regimen, drug=name)
    check_sensible(orders, weight, confirmed=confirmed)
    age = float(who["age_y"][0])
    return doses(orders, one, age), doses(orders, many, age)


def long_standing(
    drug: str, beside: Sequence[str], temperature: float | None = None, *, pregnancy: bool = False
) -> dict[str, Any]:
    """What medicines of long standing, temperature (degC) of the core and late pregnancy do to a drug's kinetics."""
    cold = {} if temperature is None else cooled([drug], temperature)
    cold = joined(cold, pregnant(drug)) if pregnancy else cold
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


def unheard(card: DrugCard, variant: str, who: Mapping[str, np.ndarray]) -> list[str]:
    """What was said of the person and no row of this model asks for."""
    rows = [getattr(card.pk[variant], name) for name in type(card.pk[variant]).model_fields]
    used = {key for row in rows if isinstance(row, Row) for key in (*row.linear, *row.power, *row.marked, *row.instead)}
    said = [name for name in BODY_CIRCUMSTANCES if name in who and name not in used]
    return [f"{card.name} {variant} does not ask for {', '.join(said)}"] if said else []


def notes(card: DrugCard, variant: str | None, who: dict[str, np.ndarray], *, pushed: bool) -> list[str]:
    """What to beware of: people that the model was not made in, pushes into a volume fitted to infusions."""
    key = variant_of(card, variant) if variant else card.default
    model: Model = card.pk[key]
    said = []
    for measure, (low, high) in model.made_in.items():
        value = float(np.atleast_1d(who[measure])[0])
        if not low <= value <= high:
            name, _, unit = measure.partition("_")
            said.append(
                f"{card.name} {key} was made in people of {name} {low:g} to {high:g} {unit}; {value:g} is outside"
            )
    if pushed and model.infusions_only:
        said.append(f"{card.name} {key} was fitted to infusions; its first minutes after a push mean nothing")
    return said


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


def _times(at: Sequence[float] | None, until: str, every: str) -> np.ndarray:
    if at is not None:
        times = np.asarray(list(at), float) * 60.0
        if not len(times) or not np.isfinite(times).all() or (times < 0).any():
            raise InputError("a time is negative or no number", field="at", allowed='minutes, such as "1,5,10"')
        return times
    last, step = read_time(until, {"field": "until"}), read_time(every, {"field": "every"})
    return step * np.arange(int(np.floor(last / step * (1.0 + 1e-12))) + 1)


def _described(card: DrugCard, variant: str | None, regimen: str, who: dict[str, np.ndarray]) -> dict[str, Any]:
    key = variant_of(card, variant) if variant else card.default
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
