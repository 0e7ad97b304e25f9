"""High-frequency stimulation of the thalamus: cells lifted out of bursts, relay output worn down, beats jammed.

Stimulation at 100 Hz and more depolarises relay and reticular cells through the glutamate it releases and ends their
rhythm (Lee 2011); synapses that fire at such rates depress. So both dendrites are lifted, which shuts T-type channels,
their noise grows since the cells no longer beat together, and less relay glutamate reaches the cortex.
"""

from quell.ground.contract import process
from quell.ground.units import mV, share


@process
class Stimulation:
    """What the stimulator does to a sector of the thalamus while it is on."""

    lift_T: mV
    lift_R: mV
    jam: mV  # noise, added to that of the thalamus
    worn: share  # of relay output
