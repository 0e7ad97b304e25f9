"""Free drug: constant share, share that follows albumin, phenytoin's formula, valproate's saturable sites.

albumin        fu = 1 / (1 + (1/fu0 - 1) alb/alb0)
sheiner_tozer  fu = fu0 / (a alb/alb0 + fu0),  a = 0.9 at alb0 = 45 g/L; a 0.45 with creatinine clearance < 20
saturable      C = Cf + N P Ka Cf / (1 + Ka Cf),  P albumin in mmol/L (one class of sites)

A level "at usual binding" is the total that would hold the same free level in somebody with the reference albumin.
"""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from quell.drugs.body import Reference
from quell.drugs.card import Binding
from quell.drugs.traits import Traits
from quell.ground.card import from_card


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Free:
    """Free share `fu`, or where `capacity` > 0 saturable sites (capacity mg/L, affinity L/mg); all `[lanes]`."""

    fu: jax.Array
    capacity: jax.Array
    affinity: jax.Array

    def of(self, total: jax.Array | np.ndarray) -> jax.Array:
        """Free concentration of a total concentration, both mg/L `[lanes]`."""
        b = 1.0 + self.affinity * (self.capacity - total)
        root = jnp.sqrt(b * b + 4.0 * self.affinity * total)
        # the two forms of the same root; each is used where it does not subtract near equals
        kind = jnp.where(b > 0, 2.0 * total / (b + root), (root - b) / (2.0 * jnp.maximum(self.affinity, 1e-300)))
        return jnp.where(self.capacity > 0, kind, self.fu * total)


def free(binding: Binding, who: Traits, drug: str, *, molar_mass: float) -> Free:
    """The binding of a card for every patient; `molar_mass` g/mol."""
    usual = who.value(binding.fu, drug, "fu")
    none = np.zeros(who.lanes)
    capacity, affinity, fu = none, none, usual
    albumin = who.persons["albumin_g_L"]
    if binding.model == "albumin":
        assert binding.albumin is not None
        fu = 1.0 / (1.0 + (1.0 / usual - 1.0) * albumin / binding.albumin.read("g/L")[0])
    elif binding.model == "sheiner_tozer":
        fu = _sheiner_tozer(binding, usual, who)
    elif binding.model == "saturable":
        assert binding.sites_per_albumin and binding.albumin_mass and binding.affinity
        sites = who.value(binding.sites_per_albumin, drug, "sites_per_albumin")
        capacity = sites * albumin / binding.albumin_mass.read("g/mol")[0] * molar_mass * 1e3
        affinity = who.value(binding.affinity, drug, "affinity") / molar_mass
    fu = np.minimum(fu * who.factor(drug, "fu"), 1.0)
    return Free(jnp.asarray(fu), jnp.asarray(capacity), jnp.asarray(affinity))


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Bound:
    """The binding of a person, and of the same person with the reference albumin and nothing that displaces."""

    now: Free
    usual: Free

    def relative(self, total: jax.Array | np.ndarray) -> jax.Array:
        """The level at usual binding over the level, for a total concentration in mg/L `[lanes]`; 1 where nothing binds
        otherwise than usual."""
        free, usual = self.now.of(total), self.usual
        bound = 1.0 + usual.capacity * usual.affinity / (1.0 + usual.affinity * free)
        share = jnp.where(total > 0.0, free / jnp.where(total > 0.0, total, 1.0), self._least())
        return jnp.where(usual.capacity > 0, share * bound, share / usual.fu)

    def _least(self) -> jax.Array:
        """The free share of the first traces of a drug."""
        now = self.now
        return jnp.where(now.capacity > 0, 1.0 / (1.0 + now.capacity * now.affinity), now.fu)


def bound(binding: Binding, who: Traits, drug: str, *, molar_mass: float) -> Bound | None:
    """How a card's binding differs from the usual one; None where it does in nobody."""
    albumin = from_card(Reference).albumin_g_L
    displaced = np.any(np.asarray(who.factor(drug, "fu")) != 1.0)
    if binding.model not in ("albumin", "saturable") or (
        np.all(who.persons["albumin_g_L"] == albumin) and not displaced
    ):
        return None
    usual = replace(who, persons=who.persons | {"albumin_g_L": np.full(who.lanes, albumin)}, factors={})
    now, plain = (free(binding, one, drug, molar_mass=molar_mass) for one in (who, usual))
    return Bound(now, plain)


def _sheiner_tozer(binding: Binding, usual: np.ndarray, who: Traits) -> np.ndarray:
    assert binding.albumin and binding.affinity_share and binding.uraemic_share and binding.crcl_limit
    uraemic = who.persons["crcl_mL_min"] < binding.crcl_limit.read("mL/min")[0]
    share = np.where(uraemic, binding.uraemic_share.read("")[0], binding.affinity_share.read("")[0])
    return usual / (share * who.persons["albumin_g_L"] / binding.albumin.read("g/L")[0] + usual)
