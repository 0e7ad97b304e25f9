"""Drug targets that are neither GABA-A nor NMDA: what they do to release, axons and transmitter supply.

Each target takes a port x (free concentration over affinity, summed over drugs) to an effect by occupancy
x / (1 + x) times a ceiling. Ceilings are the class potency factors that calibration may move; their width is drawn
per patient.
"""

from quell.ground.contract import process
from quell.ground.units import mV, ratio, share


def occupancy(x: ratio) -> share:
    """Bound share at concentration over affinity x."""
    return x / (1.0 + x)


@process
class Targets:
    """Ceilings of the effects at full occupancy."""

    release: share  # glutamate release lost (SV2A, and the anaesthetics' presynaptic part)
    sodium: share  # recurrent excitation lost to failing axons
    sodium_bias: mV  # excitability lost by blocked sodium channels
    turnover: ratio  # synaptic and tonic GABA gained by more transmitter
    ampa: share  # AMPA conductance lost (barbiturates, perampanel)
    braking: share  # GABA release lost where blocked sodium channels stop interneurons
    unmade: share  # GABA not made for want of the cofactor of its enzyme (isoniazid, pyridoxine dependence)

    def glutamate_left(self, release: ratio, sodium: ratio, ampa: ratio) -> share:
        """AMPA conductance left under the three ports."""
        return (
            self.vesicles_left(release) * (1.0 - self.sodium * occupancy(sodium)) * (1.0 - self.ampa * occupancy(ampa))
        )

    def vesicles_left(self, release: ratio) -> share:
        """Glutamate release left."""
        return 1.0 - self.release * occupancy(release)

    def sodium_pull(self, sodium: ratio) -> mV:
        """Hyperpolarisation-equivalent of blocked sodium channels (mV)."""
        return self.sodium_bias * occupancy(sodium)

    def interneurons_left(self, sodium: ratio) -> share:
        """GABA release left where interneurons live on few sodium channels and a drug shuts those."""
        return 1.0 - self.braking * occupancy(sodium)

    def gaba_made(self, synthesis: ratio) -> share:
        """GABA made, of the usual; pyridoxine gives the enzyme its cofactor back where it lacks."""
        return 1.0 - self.unmade * (1.0 - occupancy(synthesis))

    def gaba_supply(self, turnover: ratio, synthesis: ratio) -> ratio:
        """GABA conductance relative to control."""
        return (1.0 + self.turnover * occupancy(turnover)) * self.gaba_made(synthesis)
