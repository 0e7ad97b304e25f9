"""`quell pk` and `quell.pk`: levels of one drug over time after a regimen, in one person or in many.

levels = quell.pk("2 mg/kg IV; 6 mg/kg/h IV for 1 h", drug="propofol", variant="marsh", weight=70, at=[1, 5, 10])
levels["plasma"]                                                    # xarray, mg/L
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from quell.drugs import library
from quell.drugs.body import reference_persons, with_measures
from quell.drugs.card import DrugCard, load
from quell.drugs.clearance import cirrhotic, joined, pregnant
from quell.drugs.curve import MOST_TIMES, Curve, curve
from quell.drugs.interaction import Given, multipliers
from quell.drugs.parameters import model_of
from quell.drugs.phrase import read_time
from quell.drugs.regimen import Dose, doses, read_regimen
from quell.drugs.removal import cooled
from quell.drugs.sense import check_orders, check_pump, unjudged
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
SEXES = {"m": 1.0, "male": 1.0, "f": 0.0, "female": 0.0, "w": 0.0}
INTERVAL = (5.0, 95.0)  # per cent of people between the two edges of the band
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
    with card_or_library(card, drug) as name:
        who, times = persons(**person), at_times(at, until, every)
        variant = variant or by_state(regimen, name, who, state)
        given, many = doses_of(regimen, name, who, variant=variant, n=max(n, 1), confirmed=confirm_overdose)
        active = _active(given[0].line.partition("/")[0])
        factors = long_standing(active.name, beside, temperature, pregnancy=pregnancy, hepatic=hepatic)
        typical = curve(given, traits(who, None, [0], factors), times, variant=variant)
        made = _dataset(typical, active, _described(active, variant, regimen, who) | {"beside": list(beside)})
        if n:
            made = made.assign(_band(curve(many, _drawn(who, n, seed, factors), times, variant=variant)))
        said = notes(active, variant, who, pushed=any(dose.lasts_s == 0 for dose in given))
        made.attrs["notes"] = said + idle(active, variant, who, person)
    return made


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
    return doses(orders, one), doses(orders, many)


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
    if unknown := set(person) - {*MEASURES, "sex"}:
        raise InputError(
            f"a person has no {', '.join(sorted(unknown))}", field="person", allowed=", ".join([*MEASURES, "sex"])
        )
    sex = str(person.pop("sex", None) or "m").strip().lower()
    if sex not in SEXES:
        raise InputError(f"{sex!r} is no sex that the models know", field="sex", allowed="m or f")
    said = {MEASURES[name]: float(value) for name, value in person.items() if value is not None}
    return reference_persons(1, male=SEXES[sex], **said)


def notes(card: DrugCard, variant: str | None, who: dict[str, np.ndarray], *, pushed: bool) -> list[str]:
    """What to beware of: people that the model was not made in, pushes into a volume fitted to infusions, no dose."""
    key = _key(card, variant, who)
    model: Model = card.pk[key]
    said = [unjudged(card.name)] if unjudged(card.name) else []
    measured = with_measures(who)
    for measure, (low, high) in model.made_in.items():
        value = float(np.atleast_1d(measured[measure])[0])
        if not low <= value <= high:
            name, _, unit = measure.replace("ideal", "ideal weight").partition("_")
            unit = unit.replace("_", "/")
            said.append(
                f"{card.name} {key} was made in people of {name} {low:g} to {high:g} {unit}; {value:g} is outside"
            )
    if pushed and model.infusions_only:
        said.append(f"{card.name} {key} was fitted to infusions; its first minutes after a push mean nothing")
    return said


def idle(card: DrugCard, variant: str | None, who: dict[str, np.ndarray], given: dict[str, Any]) -> list[str]:
    """Creatinine clearance or albumin that somebody took the trouble to give and that change nothing here."""
    used = card.pk[_key(card, variant, who)].covariates()
    by, binding = card.elimination, card.binding
    if (by and by.renal) or (binding and binding.crcl_limit) or any(one.filtered for one in card.metabolite):
        used |= {"crcl_mL_min"}
    if binding and (binding.model != "constant"):
        used |= {"albumin_g_L"}
    said = [name for name in ("crcl", "albumin") if given.get(name) is not None and MEASURES[name] not in used]
    return [f"{name} changes nothing here: no number for it is on the card of {card.name}" for name in said]


def _key(card: DrugCard, variant: str | None, who: dict[str, np.ndarray]) -> str:
    return model_of(card, variant, float(who["age_y"][0]))


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
    key = _key(card, variant, who)
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


def _band(found: Curve) -> dict[str, tuple[str, np.ndarray, dict[str, str]]]:
    made = {}
    for name in ("plasma", "site"):
        for edge, percent in zip(("low", "high"), INTERVAL, strict=True):
            about = {"units": "mg/L", "long_name": f"{percent:g} % of people are below"}
            made[f"{name}_{edge}"] = ("time", np.percentile(getattr(found, name), percent, axis=1), about)
    return made
