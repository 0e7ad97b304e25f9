"""Where drugs meet the slow fire: their drives on it, and what its pumps leave of them in each patch of the brain."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax

from quell.drugs.pk import Pharmacy
from quell.patient import fire
from quell.patient.brain import Parts
from quell.patient.fire import Remedies, Tissue

REMEDY_NAMES = {  # ports of the drugs and what the tissue calls them
    "il1": "cytokine.il1",
    "il6": "cytokine.il6",
    "tnf": "cytokine.tnf",
    "steroid": "inflammation.glucocorticoid",
    "immunoglobulin": "antibody.level",
    "depletion": "antibody.makers",
    "exchange": "antibody.removal",
    "cox2": "cox2",
    "pgp": "pgp",
}


class Soothed(NamedTuple):
    """What drugs do to a cause outside the brain, `[lanes, 1]`: vessels relaxed, blood sugar made up."""

    relaxed: Any
    fed: Any


def soothing(drive: Mapping[str, Any], none: Any) -> Soothed:
    """Effects on the cause from drives `[lanes]` by port; `none` stands where no drug is."""
    vessels, sugar = drive.get("vessels.brain", none)[:, None], drive.get("energy.glucose", none)[:, None]
    return Soothed(vessels / (1.0 + vessels), sugar / (1.0 + sugar))


class Tended(NamedTuple):
    """State of the drugs; drives by port `[lanes]`, and patch by patch `[lanes, patches]`; what the tissue feels."""

    drugs: dict[str, Any]
    drive: dict[str, Any]
    here: Mapping[str, Any] = {}
    treated: Remedies | None = None


def remedies(drive: Mapping[str, Any], none: Any) -> Remedies:
    """Drives `[lanes]` by port as the tissue feels them, `[lanes, 1]`; `none` stands where no drug is."""
    return Remedies(**{name: drive.get(port, none)[:, None] for name, port in REMEDY_NAMES.items()})


def tended(before: Tended, pharmacy: Pharmacy | None, parts: Parts, tissue: Tissue | None, none: Any) -> Tended:
    """Drugs once the pumps of the tissue have thrown out what they carry, and the tissue once it feels the drugs.

    Neurons feel substrates of P-glycoprotein patch by patch; levels and the rest of the body go by the mean patch.
    Without tissue everything is as before.
    """
    if tissue is None:
        return before
    treated = remedies(before.drive, none)
    if pharmacy is None or parts.fire is None:
        return before._replace(treated=treated)
    efflux = fire.pumping(parts.fire, tissue, treated.pgp)
    patches = efflux.shape[1]
    mean = sum((efflux[:, k] for k in range(1, patches)), efflux[:, 0]) / patches  # one by one: same bits in any block
    drugs = pharmacy.with_efflux(before.drugs, mean)
    here = jax.vmap(lambda gain: pharmacy.ports(pharmacy.with_efflux(drugs, gain)), in_axes=1, out_axes=1)(efflux)
    return Tended(drugs, pharmacy.ports(drugs), here, treated)
