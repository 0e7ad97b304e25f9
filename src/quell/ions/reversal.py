"""Reversal potentials: Nernst, and the two ways to mix chloride and bicarbonate in a GABA-A channel.

    E_x    = (RT / zF) ln(x_o / x_i)
    chord  : E_GABA = (E_Cl + b E_HCO3) / (1 + b),                    b = g_HCO3 / g_Cl
    ghk    : E_GABA = (RT/F) ln[(Cl_i + P HCO3_i) / (Cl_o + P HCO3_o)]
    drawn  : HCO3_i / usual = k (1 + d) / (k + d), k = 1 - (1 - kept) occupancy, d = draw_rest + (draw - draw_rest) a

The last is where regeneration k by carbonic anhydrase (1 with all of it at work) and the loss d through open GABA-A
channels and to acid meet, in a cell of seizure activity a. The enzyme moves no equilibrium: without loss its inhibition
changes nothing. There is far more of it than needed, so that little happens before nearly all of it is inhibited.
`chord` is the default because the source articles' -73 and -42 mV (chloride 5 and 20 mM) fix it; no set of
permeabilities gives these two numbers under `ghk`, which ships beside it (`Bicarbonate.card`).
"""

from dataclasses import replace

import jax.numpy as jnp

from quell.ground.constants import THERMAL_mV
from quell.ground.contract import process
from quell.ground.units import mM, mV, ratio, share


def nernst(outside: mM, inside: mM, valence: int = 1) -> mV:
    """The potential at which an ion of this valence does not move (mV, 37 degC)."""
    return THERMAL_mV / valence * jnp.log(outside / inside)


@process
class Bicarbonate:
    """Bicarbonate on both sides of the membrane and its share of the GABA-A channel."""

    outside: mM
    inside: mM
    conductance: ratio  # g_HCO3 : g_Cl, used by chord
    permeability: ratio  # P_HCO3 : P_Cl, used by ghk
    kept: share  # regeneration left with all carbonic anhydrase inhibited: by itself, and by transporters
    draw: ratio  # loss in full seizure relative to regeneration by the enzyme
    draw_rest: ratio  # and at rest

    def chord(self, E_Cl: mV) -> mV:
        """E_GABA as the conductance-weighted mean of E_Cl and E_HCO3 (mV)."""
        E_HCO3 = nernst(self.outside, self.inside, valence=-1)
        return (E_Cl + self.conductance * E_HCO3) / (1.0 + self.conductance)

    def ghk(self, Cl_i: mM, Cl_o: mM) -> mV:
        """E_GABA by the Goldman-Hodgkin-Katz equation (mV)."""
        inward = Cl_o + self.permeability * self.outside
        return -THERMAL_mV * jnp.log(inward / (Cl_i + self.permeability * self.inside))

    def shifted(self, outside: ratio, inside: ratio) -> "Bicarbonate":
        """The same channel where bicarbonate is so many times that of rest on either side."""
        return replace(self, outside=self.outside * outside, inside=self.inside * inside)

    def drawn(self, inhibitor: ratio, activity: share) -> share:
        """Bicarbonate inside under an inhibitor of carbonic anhydrase (level over half effect), of the usual."""
        made = 1.0 - (1.0 - self.kept) * inhibitor / (1.0 + inhibitor)
        lost = self.draw_rest + (self.draw - self.draw_rest) * activity
        return made * (1.0 + lost) / (made + lost)

    def chloride_share(self) -> ratio:
        """The part of the GABA-A conductance that carries chloride (chord)."""
        return 1.0 / (1.0 + self.conductance)
