"""Structural models of a drug card: which rows each one needs."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from quell.drugs.rows import Covariate, Pair, Row, Strict, check_units

NEEDS = (("V2", "Q2"), ("V3", "Q3"), ("k12", "k21"), ("k13", "k31"))


class Model(Strict):
    """What every structural model has: who else it is called after, whom it was made in, its own effect-site speed."""

    about: str = ""
    also: tuple[str, ...] = ()
    made_in: dict[Covariate, Pair] = Field(default={})
    ke0: Row | None = None
    infusions_only: bool = False

    def eliminated_by(self) -> set[str]:
        """The covariates that its elimination goes by."""
        return self._covariates("CL", "k10", "Vmax")

    def covariates(self) -> set[str]:
        """The covariates of any of its parameters."""
        return self._covariates(*type(self).model_fields)

    def _covariates(self, *names: str) -> set[str]:
        rows = [row for name in names if isinstance(row := getattr(self, name, None), Row)]
        return {str(name) for row in rows for kind in _asked(row) for name in kind}


def _asked(row: Row) -> tuple[dict, ...]:
    return row.power, row.linear, row.below, row.marked, row.instead


class Compartments(Model):
    """One to three compartments with linear elimination, by volumes and clearances or by rate constants."""

    model: Literal["compartments"] = "compartments"
    V1: Row
    V2: Row | None = None
    V3: Row | None = None
    CL: Row | None = None
    Q2: Row | None = None
    Q3: Row | None = None
    k10: Row | None = None
    k12: Row | None = None
    k21: Row | None = None
    k13: Row | None = None
    k31: Row | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Compartments":
        check_units(self)
        if (self.CL is None) == (self.k10 is None):
            raise ValueError("needs CL or k10, and not both")
        for one, other in NEEDS:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise ValueError(f"{one} and {other} go together")
        return self


class MichaelisMenten(Model):
    """One or two compartments with saturable elimination Vmax C / (Km + C), C total plasma at usual binding."""

    model: Literal["michaelis_menten"]
    V1: Row
    V2: Row | None = None
    Q2: Row | None = None
    Vmax: Row
    Km: Row

    @model_validator(mode="after")
    def _complete(self) -> "MichaelisMenten":
        check_units(self)
        if (self.V2 is None) != (self.Q2 is None):
            raise ValueError("V2 and Q2 go together")
        return self


class Eleveld(Model):
    """Propofol after Eleveld 2018; the equation is in `eleveld.py`. Opioids and venous blood where their rows are."""

    model: Literal["eleveld_2018"]
    V1: Row
    V1_half_weight: Row
    V2: Row
    V2_ageing: Row
    V3: Row
    CL: Row
    CL_female: Row
    CL_weight: Row
    CL_maturation_weeks: Row
    CL_maturation_slope: Row
    Q2: Row
    Q3: Row
    Q_volume: Row
    Q_maturation_weeks: Row
    Q2_immature: Row
    CL_opioids: Row | None = None
    V3_opioids: Row | None = None
    V1_venous: Row | None = None
    Q2_venous: Row | None = None

    @model_validator(mode="after")
    def _units(self) -> "Eleveld":
        check_units(self, {name: ("L",) for name in ("V1", "V2", "V3")} | _FLOWS | {"ke0": ("1/s",)})
        return self


_FLOWS: dict[str, tuple[str, ...]] = {name: ("L/s",) for name in ("CL", "CL_female", "Q2", "Q3")}
Structure = Annotated[Compartments | MichaelisMenten | Eleveld, Field(discriminator="model")]
