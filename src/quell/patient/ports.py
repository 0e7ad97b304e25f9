"""Ports of the brain: what drugs are to it.

A port with `None` is one that no drug of the run touches: nothing is computed for it, so that every bit of such a run
is as if the port did not exist.
"""

from typing import NamedTuple

from quell.ground.units import ratio
from quell.receptors.gaba_a import Ports as GabaPorts


class Ports(NamedTuple):
    """Drugs as the brain feels them: free concentration over affinity at each target, `[lanes, 1]`, 0 = none."""

    bzd: ratio
    direct: ratio
    release: ratio
    sodium: ratio
    turnover: ratio
    nmda: ratio
    ampa: ratio
    synthesis: ratio
    t_type: ratio
    magnesium: ratio
    muscarinic: ratio
    oxime: ratio
    osmoles: ratio
    neurosteroid: ratio | None = None  # at GABA-A receptors
    picrotoxin: ratio | None = None  # what closes the channel of GABA-A receptors
    anhydrase: ratio | None = None  # inhibitors of carbonic anhydrase
    k2p: ratio | None = None  # openers of two-pore potassium channels
    adenosine: ratio | None = None  # agonists at A1 receptors
    xanthine: ratio | None = None  # antagonists there
    bzd_a2: ratio | None = None  # benzodiazepines at alpha2 and alpha3, where they differ from alpha1
    bzd_a5: ratio | None = None

    def gate(self) -> GabaPorts:
        """What the gate of GABA-A receptors feels of them."""
        return GabaPorts(self.bzd, self.direct, self.neurosteroid, self.picrotoxin, self.bzd_a2, self.bzd_a5)
