"""Exposure: the drug or the drink of months, and how long it has been gone. Traits that causes and scenarios set."""

from quell.ground.contract import process
from quell.ground.units import ratio, second, share


@process
class Exposure:
    """What a person took day after day before the run; constants `[lanes, 1]`, none by default."""

    bzd: ratio = 0.0  # usual level at the benzodiazepine site, over its affinity
    direct: ratio = 0.0  # usual level at the sites of direct openers
    alcohol: share = 0.0  # of the whole effect of alcohol on receptors
    lasted: second = 0.0
    since: second = 0.0  # from when the last of it left the brain
