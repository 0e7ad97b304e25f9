"""Acid blood as the brain feels it: bicarbonate on both sides of the membrane, and adenosine that acid sets free.

    outside = (HCO3_rest + buffer (CO2 - CO2_rest)) / HCO3_rest      around the cells
    pH_i    = pH_i,rest + enters (pH - pH_rest)                      pH around the cells, from CO2 and `outside`
    inside  = (CO2 / CO2_rest) 10^(pH_i - pH_i,rest)                 bicarbonate in cells, relative to rest
    acid    = max(0, pH_rest - pH)

Carbon dioxide crosses every membrane at once; lactic acid of muscle is kept out by the barrier and does not count.
Retained carbon dioxide is more bicarbonate inside than outside, so E_GABA moves up; the acid sets adenosine free
(Dulla2005) and helps a seizure to end (Ziemann2008).
"""

from typing import NamedTuple

import jax.numpy as jnp

from quell.ground.contract import process
from quell.ground.units import ratio
from quell.patient.physiology import Body, Organs


class Blood(NamedTuple):
    """What acid blood is to the brain, `[lanes, 1]`; at rest 1, 1, 0."""

    outside: ratio  # bicarbonate outside cells, relative to rest
    inside: ratio  # bicarbonate inside cells, relative to rest
    acid: ratio  # how far pH of the blood lies below rest


@process
class AcidBase:
    """How blood reaches the cells of the brain."""

    enters: ratio  # change of pH inside per change outside

    def felt(self, organs: Organs, body: Body) -> Blood:
        """The brain's acid and bicarbonate from those of the blood."""
        metabolism, PaCO2 = organs.metabolism, body.breathing.PaCO2
        calm, rest = metabolism.lactate_rest, organs.breathing.rest().PaCO2
        fell = metabolism.pH(calm, rest) - metabolism.pH(calm, PaCO2)
        salt = metabolism.bicarbonate(calm, PaCO2) / metabolism.bicarbonate(calm, rest)
        inside = PaCO2 / rest * 10.0 ** (-self.enters * fell)
        return Blood(*(x[:, None] for x in (salt, inside, jnp.maximum(fell, 0.0))))
