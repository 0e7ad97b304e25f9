"""Two-pore potassium channels: the leak that holds a neuron at rest, and that volatile anaesthetics open further.

g = most x / (1 + x)         x: level of the vapour over that of half effect; g relative to the usual leak
"""

from quell.ground.contract import process
from quell.ground.units import ratio
from quell.receptors.presynaptic import occupancy


@process
class Leak:
    """TREK-1 and TASK channels of a principal cell."""

    most: ratio  # potassium conductance opened at full effect, relative to the leak

    def opened(self, opener: ratio) -> ratio:
        """Potassium conductance that a vapour opens, relative to the leak."""
        return self.most * occupancy(opener)

    def beside(self, potassium: ratio, opener: ratio | None) -> ratio:
        """All potassium conductance of a cell that has `potassium` of other channels; no opener, no term."""
        return potassium if opener is None else potassium + self.opened(opener)
