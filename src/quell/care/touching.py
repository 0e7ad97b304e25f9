"""Which port of the drugs is which port of the brain, and sedation that comes from a receptor.

Most ports a brain always has. Those of `WHERE_TOUCHED` it has only where a drug of the run touches them: elsewhere they
are not computed at all, and every bit of the run is as without them.
"""

from collections.abc import Mapping
from typing import Any

from quell.patient.arousal import Arousal
from quell.patient.brain import Ports

PORT_NAMES = {  # ports of the drugs and what the brain calls them
    "bzd": "gaba_a.bzd_site",
    "direct": "gaba_a.direct_site",
    "release": "glutamate.release",
    "sodium": "sodium_channel.inactivated",
    "turnover": "gaba.turnover",
    "nmda": "nmda.pore",
    "ampa": "ampa.channel",
    "synthesis": "gaba.synthesis",
    "t_type": "calcium.t_type",
    "magnesium": "nmda.magnesium",
    "muscarinic": "muscarinic.receptor",
    "oxime": "cholinesterase.reactivation",
    "osmoles": "extracellular.sodium",
}
WHERE_TOUCHED = {
    "neurosteroid": "gaba_a.neurosteroid_site",
    "picrotoxin": "gaba_a.picrotoxin_site",
    "anhydrase": "carbonic_anhydrase",
    "k2p": "k2p",
    "adenosine": "adenosine.receptor",
    "xanthine": "adenosine.antagonist",
    "bzd_a2": "gaba_a.bzd_site.a2",
    "bzd_a5": "gaba_a.bzd_site.a5",
}
LULLING = "alpha2"


def ports(drive: Mapping[str, Any], here: Mapping[str, Any], none: Any) -> Ports:
    """The brain's ports from drives by port, `[lanes]` or, in `here`, patch by patch; `none` where no drug is."""
    names = PORT_NAMES | {name: port for name, port in WHERE_TOUCHED.items() if port in drive}
    return Ports(**{name: here.get(port, drive.get(port, none)[:, None]) for name, port in names.items()})


def lulled(arousal: Arousal, drive: dict[str, Any], none: Any) -> dict[str, Any]:
    """The drives with the sedation that alpha-2 agonists bring; as they were where no drug of the run is one."""
    if LULLING not in drive:
        return drive
    return drive | {"sedation": drive.get("sedation", none) + arousal.lulls * drive[LULLING]}
