"""A drug card: everything Quell knows of one drug, in one TOML file of the library.

Names, ports it acts on, structural models with covariates, binding, routes, site transfer, metabolites, doses in
words, harms and the card's own checks; each number with unit, source and grade.
Models of body handling are in `structures.py`, rows in `rows.py`.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from quell.drugs import library
from quell.drugs.bedside import Adequate, Check, Form, Said, When, Window
from quell.drugs.correlation import Correlation, mixing
from quell.drugs.port import PORTS, Port
from quell.drugs.rows import UNITS, Row, Strict, check_units
from quell.drugs.structures import Compartments, Structure
from quell.ground.card import HONEST_WORDS
from quell.ground.errors import CardError, QuellError

__all__ = ["PORTS", "ActsOn", "DrugCard", "Port", "load", "read_card", "schema"]
CONCENTRATIONS = ("mg/L", "mmol/L")
RATES = ("mg/s", "mg/s/kg")


class Checked(Strict):
    """A table whose rows must carry the unit of their name."""

    @model_validator(mode="after")
    def _units(self) -> "Checked":
        check_units(self)
        return self


class ActsOn(Strict):
    """A port and the level that drives it to 1: free at the site, total plasma (times usual fu), or rate given."""

    port: Port
    EC50: Row
    basis: Literal["free", "total", "rate"] = "free"

    @model_validator(mode="after")
    def _unit(self) -> "ActsOn":
        self.EC50.read(*(RATES if self.basis == "rate" else CONCENTRATIONS))
        return self


class Route(Checked):
    """A way in: bioavailability; absorption by ka, or evenly over a duration, or at once; all of it after a lag.

    `presystemic` is the rate, of what waits in the depot, at which the card's first metabolite is formed on the way
    in, out of what never arrives as drug.
    """

    F: Row | None = None
    ka: Row | None = None
    presystemic: Row | None = None
    duration: Row | None = None
    lag: Row | None = None

    @model_validator(mode="after")
    def _one_absorption(self) -> "Route":
        if self.duration is not None and self.ka is not None:
            raise ValueError("duration and ka exclude each other")
        if self.presystemic is not None and self.ka is None:
            raise ValueError("presystemic without ka")
        for name in ("lag", "duration"):
            row = getattr(self, name)
            if row is not None and row.read("s")[0] <= 0.0:
                raise ValueError(f"{name} must be longer than nothing")
        return self


class Binding(Checked):
    """Free fraction: constant, following albumin, the phenytoin formula, or saturable (valproate)."""

    model: Literal["constant", "albumin", "sheiner_tozer", "saturable"] = "constant"
    fu: Row
    albumin: Row | None = None
    affinity_share: Row | None = None
    uraemic_share: Row | None = None
    crcl_limit: Row | None = None
    affinity: Row | None = None
    sites_per_albumin: Row | None = None
    albumin_mass: Row | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Binding":
        needed = {
            "albumin": ("albumin",),
            "sheiner_tozer": ("albumin", "affinity_share", "uraemic_share", "crcl_limit"),
            "saturable": ("affinity", "sites_per_albumin", "albumin_mass"),
        }.get(self.model, ())
        if missing := [name for name in needed if getattr(self, name) is None]:
            raise ValueError(f"model {self.model} needs {', '.join(missing)}")
        return self


class Site(Checked):
    """Transfer from plasma to the site of action, unbound partition into brain, carriage by P-glycoprotein."""

    half_time: Row | None = None
    ke0: Row | None = None
    kp_uu: Row
    pgp_substrate: bool
    pgp_source: str = "recalled"

    @model_validator(mode="after")
    def _one_speed(self) -> "Site":
        if (self.half_time is None) == (self.ke0 is None):
            raise ValueError("needs half_time or ke0, and not both")
        return self


class ChildPugh(Checked):
    """What cirrhosis leaves of clearance, by class; a class that nobody measured is left out."""

    a: Row | None = None
    b: Row | None = None
    c: Row | None = None


class Elimination(Checked):
    """Shares of clearance by kidney and by liver, whether the liver's are enzymes that cold slows, and its extraction.

    `extraction` is the share of the blood's drug that the liver takes out in one passage: clearance follows the free
    share where it is low and the flow where it is high. It is needed where binding goes by albumin.
    """

    renal: Row | None = None
    liver: Row | None = None
    cytochromes: bool = False
    extraction: Row | None = None
    pregnancy: Row | None = None  # factor on clearance in the last third of pregnancy
    child_pugh: ChildPugh | None = None

    def shares(self) -> tuple[float, float]:
        """By the kidney, by the liver."""
        renal, liver = (row.read("")[0] if row else 0.0 for row in (self.renal, self.liver))
        return renal, liver

    @model_validator(mode="after")
    def _shares(self) -> "Elimination":
        if not all(0.0 <= share <= 1.0 for share in self.shares()) or sum(self.shares()) > 1.0 + 1e-9:
            raise ValueError("shares of clearance must lie in 0 to 1 and add up to 1 at most")
        if self.cytochromes and not self.liver:
            raise ValueError("cytochromes need a share of the liver")
        if self.extraction and not 0.0 < self.extraction.read("")[0] < 1.0:
            raise ValueError("extraction must lie between 0 and 1")
        return self


class Metabolite(Checked):
    """An active product: share of the parent's elimination that forms it (molar), handling, binding, action."""

    name: str
    molar_mass: Row
    formed: Row
    fu: Row
    pk: Compartments
    elimination: Elimination | None = None
    acts_on: tuple[ActsOn, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether creatinine clearance changes how it leaves."""
        by_kidney = self.elimination is not None and self.elimination.renal is not None
        return by_kidney or "crcl_mL_min" in self.pk.covariates()


class DrugCard(Strict):
    """One drug. Rows are text with units; `pk.Pharmacy` turns them into numbers per patient."""

    name: str
    kind: str
    about: str
    aliases: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    no_atc: str = ""  # why there is no code
    ordered_as: Literal["mg", "PE", "%"] = "mg"
    delivers: str = ""
    molar_mass: Row
    salt: Row | None = None
    mac: Row | None = None
    end_tidal: Row | None = None
    conversion: Row | None = None
    sources: dict[str, str] = Field(default={})
    route: dict[str, Route] = Field(min_length=1)
    default: str = ""
    young: dict[str, float] = Field(default={})
    elsewhere: dict[str, str] = Field(default={})  # what sounds like a variant and is a drug of its own
    pk: dict[str, Structure] = Field(default={})
    binding: Binding | None = None
    elimination: Elimination | None = None
    site: Site | None = None
    metabolite: tuple[Metabolite, ...] = ()
    correlation: tuple[Correlation, ...] = ()
    acts_on: tuple[ActsOn, ...] = ()
    form: tuple[Form, ...] = ()
    most: tuple[Form, ...] = ()  # the largest load and infusion that guidelines or trials name
    adequate: tuple[Adequate, ...] = ()
    window: tuple[Window, ...] = ()
    harm: tuple[Said, ...] = ()
    monitor: tuple[Said, ...] = ()
    check: tuple[Check, ...] = ()
    when: tuple[When, ...] = ()

    @model_validator(mode="after")
    def _coded(self) -> "DrugCard":
        if self.atc and self.no_atc:
            raise ValueError("atc and no_atc exclude each other")
        return self

    @model_validator(mode="after")
    def _whole(self) -> "DrugCard":
        check_units(self, UNITS)
        if unknown := set(self.route) - set(library.ROUTES):
            raise ValueError(f"route {', '.join(sorted(unknown))} is not one of {', '.join(library.ROUTES)}")
        if (self.ordered_as == "%") != (
            self.mac is not None and self.end_tidal is not None and set(self.route) == {"inhaled"}
        ):
            raise ValueError("a vapour is ordered as %, inhaled only, and has mac and end_tidal")
        if self.delivers:
            return self
        if missing := [name for name in ("binding", "site") if getattr(self, name) is None]:
            raise ValueError(f"{' and '.join(missing)} missing")
        self._check_correlations()
        ruled = [name for rule in self.when for name in (rule.variant, rule.pushed) if name]
        for variant in (self.default, *self.young, *ruled):
            if variant not in self.pk:
                raise ValueError(f"pk has no variant {variant!r}; it has {', '.join(self.pk) or 'none'}")
        return self

    def _check_correlations(self) -> None:
        """Every name is a row that spreads, and people can be as they say."""
        products = {product.name: [product.pk] for product in self.metabolite}
        for row in self.correlation:
            for owner, name in row.names(self.name):
                models = list(self.pk.values()) if owner == self.name else products.get(owner, [])
                if not any(getattr(getattr(model, name, None), "between", None) for model in models):
                    raise ValueError(f"correlation: {owner} {name} does not differ between people")
        for variant in self.pk:
            mixing(self.name, self.correlation, variant)


def load(name: str) -> DrugCard:
    """The card of a drug of the library, by any of its names. Raises InputError or CardError."""
    entry = library.entry(name)
    return _shipped(entry.path) if entry.path.parent == library.FOLDER else read_card(entry.path)


@cache
def _shipped(path: Path) -> DrugCard:
    return read_card(path)


def read_card(path: Path) -> DrugCard:
    """Read and check one card; CardError names the file and the row of every defect."""
    try:
        text = path.read_text(encoding="utf-8")
        card = DrugCard.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CardError(f"{path.name}: {error}") from None
    except ValidationError as error:
        rows = [f"{'.'.join(map(str, e['loc'])) or 'card'}: {_plain(e['msg'])}" for e in error.errors()]
        raise CardError(f"{path.name}: {'; '.join(rows)}") from None
    except (QuellError, ValueError) as error:
        raise CardError(f"{path.name}: {error}") from None
    known = {*HONEST_WORDS, *card.sources}
    for place, source in _sources(card.model_dump(), ""):
        if source not in known:
            raise CardError(f"{path.name}: {place}: source {source!r} is neither in [sources] nor an honest word")
    return card


def schema() -> str:
    """The JSON Schema of a drug card, for editors."""
    return json.dumps(DrugCard.model_json_schema(), indent=2)


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _sources(part: Any, place: str) -> list[tuple[str, str]]:
    if isinstance(part, dict):
        named = [part.get(key) for key in ("source", "between_source")]
        found = [(place, name) for name in named if isinstance(name, str) and (name or "between_source" not in part)]
        return found + [pair for key, value in part.items() for pair in _sources(value, f"{place}.{key}".strip("."))]
    if isinstance(part, list | tuple):
        return [pair for i, value in enumerate(part) for pair in _sources(value, f"{place}.{i}")]
    return []
