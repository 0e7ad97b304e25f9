"""Propofol after Eleveld 2018: volumes and clearances from age, weight, fat-free mass and sex.

    V1 = 6.283 sig(W, 33.55) / sig(70, 33.55)     V2 = 25.5 W/70 exp(-0.01563 (age - 35))     V3 = 272.8 F/F_ref
    CL = (1.79 | 2.10) (W/70)^0.75 maturation     Q2 = 1.75 (V2/25.5)^0.75 (1 + 1.304 (1 - m))
    Q3 = 1.109 (V3/272.8)^0.75 m/m_ref            m = PMA/(PMA + 68.28)

With opioids CL falls by exp(-0.002857 age) and V3 by exp(-0.01382 age); venous blood sees
V1 (1 + 1.419 (1 - W/(W + 33.55))) and 0.6805 Q2.

Q2 is not normalised at 35 years: it is 1.831 L/min there, not 1.75, as its authors have it. Numbers: propofol.toml.
"""

import numpy as np

from quell.drugs.body import reference_persons, with_measures
from quell.drugs.structures import Eleveld
from quell.drugs.traits import Traits


def eleveld(model: Eleveld, who: Traits, drug: str) -> dict[str, np.ndarray]:
    """Volumes (L) and clearances (L/s) `[lanes]` with their draws."""
    usual = {name: float(value[0]) for name, value in with_measures(reference_persons()).items()}

    def plain(name: str) -> float:
        row = getattr(model, name)
        return row.read("")[0] if row else 0.0

    def typical(name: str, unit: str) -> float:
        return getattr(model, name).read(unit)[0]

    def spread(name: str) -> np.ndarray:
        return who.draw(getattr(model, name).between, drug, name)

    person = who.persons
    weight = person["weight_kg"] / usual["weight_kg"]
    V1 = typical("V1", "L") * (
        sigmoid(person["weight_kg"], plain("V1_half_weight"))
        / sigmoid(np.asarray(usual["weight_kg"]), plain("V1_half_weight"))
    )
    V2 = typical("V2", "L") * weight * np.exp(plain("V2_ageing") * (person["age_y"] - usual["age_y"])) * spread("V2")
    V3 = typical("V3", "L") * person["fat_free_kg"] / usual["fat_free_kg"] * spread("V3")
    V3 = V3 * np.exp(plain("V3_opioids") * person["age_y"])
    mature = (plain("CL_maturation_weeks"), plain("CL_maturation_slope"))
    clearance = np.where(person["male"] > 0.5, typical("CL", "L/s"), typical("CL_female", "L/s"))
    CL = clearance * weight ** plain("CL_weight") * sigmoid(person["pma_weeks"], *mature)
    CL = CL / sigmoid(np.asarray(usual["pma_weeks"]), *mature) * np.exp(plain("CL_opioids") * person["age_y"])
    grown = sigmoid(person["pma_weeks"], plain("Q_maturation_weeks"))
    adult = sigmoid(np.asarray(usual["pma_weeks"]), plain("Q_maturation_weeks"))
    volume2, volume3 = (V2 / typical("V2", "L")) ** plain("Q_volume"), (V3 / typical("V3", "L")) ** plain("Q_volume")
    Q2 = typical("Q2", "L/s") * volume2 * (1.0 + plain("Q2_immature") * (1.0 - grown))
    Q3 = typical("Q3", "L/s") * volume3 * grown / adult
    V1 = V1 * (1.0 + plain("V1_venous") * (1.0 - sigmoid(person["weight_kg"], plain("V1_half_weight"))))
    Q2 = Q2 * (plain("Q2_venous") if model.Q2_venous else 1.0)
    return {
        "V1": V1 * spread("V1"),
        "V2": V2,
        "V3": V3,
        "CL": CL * spread("CL"),
        "Q2": Q2 * spread("Q2"),
        "Q3": Q3 * spread("Q3"),
    }


def sigmoid(x: np.ndarray, half: float, slope: float = 1.0) -> np.ndarray:
    """x^slope / (x^slope + half^slope)."""
    return x**slope / (x**slope + half**slope)
