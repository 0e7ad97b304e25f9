"""Clearance from outside: dialysis and haemofiltration take what is unbound, plasma exchange takes plasma; cold slows.

haemodialysis, haemofiltration   CL = flow x free / total, for molecules below the pores of the filter
plasma exchange                  CL = flow of plasma, whatever is bound
cold                             see `clearance`
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from quell.drugs.card import load
from quell.drugs.clearance import Organs, factors
from quell.drugs.saturable import ABSORPTION
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.ground.units import Unit

MACHINES = ("haemodialysis", "haemofiltration")
EXCHANGE = "plasmapheresis/IV"
PER_MIN = 60.0  # doors of removal are built for 1 L/min, so that a factor is a flow in L/min


@dataclass(frozen=True)
class Removal:
    """Flows of the machines and what passes their filters."""

    haemodialysis: Annotated[Any, Unit("L/s")]
    haemofiltration: Annotated[Any, Unit("L/s/kg")]
    largest_filtered: Annotated[Any, Unit("g/mol")]
    replacement_albumin: Annotated[Any, Unit("mg/L")]

    def flow(self, machine: str, weight_kg: Any) -> Any:
        """Plasma cleared of an unbound small drug, L/s. Raises InputError for a machine that is not known."""
        if machine not in MACHINES:
            raise InputError(f"no machine is called {machine!r}", field="clearing", allowed=", ".join(MACHINES))
        if machine == "haemodialysis":
            return self.haemodialysis * np.ones_like(np.asarray(weight_kg, np.float64))
        return self.haemofiltration * np.asarray(weight_kg, np.float64)


def cleared(drug: str, *, filtered: Any, exchanged: Any, total: jax.Array, unbound: jax.Array) -> jax.Array:
    """Clearance of a drug from outside in L/min `[lanes]`: flows in L/s, levels in mg/L."""
    small = load(drug).molar_mass.read("g/mol")[0] <= from_card(Removal).largest_filtered
    share = jnp.where(total > 0.0, unbound / jnp.where(total > 0.0, total, 1.0), 1.0)
    return PER_MIN * (exchanged + (filtered * share if small else 0.0))


def exchange(orders: Mapping[str, Any]) -> Any:
    """Plasma exchanged in L/s, from the replacement albumin that is running in (mg/s)."""
    return orders.get(EXCHANGE, 0.0) / from_card(Removal).replacement_albumin


def cooled(drugs: Iterable[str], temperature_C: Any) -> dict[str, dict[str, Any]]:
    """Factors on clearance at a temperature (number or `[lanes]`), for `Pharmacy.build(factors=...)` and `quell.pk`.

    Above the normal temperature nothing changes. Raises InputError outside 28 to 43 degrees.
    """
    temperature = np.asarray(temperature_C, np.float64)
    if not np.all((temperature >= 28.0) & (temperature <= 43.0)):
        raise InputError("no clearance is known at this temperature", field="temperature", allowed="28 to 43 degC")
    found = {drug: factors(drug, Organs(temperature=temperature)) for drug in drugs}
    return {
        drug: {name: np.asarray(value, np.float64)[()] for name, value in made.items() if name != ABSORPTION}
        for drug, made in found.items()
        if (by := load(drug).elimination) and by.cytochromes
    }


def leaves_by_machine(drug: str) -> bool:
    """Whether removal is reckoned for a drug: not for vapours, nor for the albumin that replaces plasma."""
    return load(drug).ordered_as != "%" and drug != EXCHANGE.partition("/")[0]
