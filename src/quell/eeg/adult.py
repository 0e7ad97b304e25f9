"""Whether the rules for adults hold for a recording: what its electrodes and the birth date in its header tell.

Names of patterns and seizures follow a terminology made for adults with all electrodes of the 10-20 system (ACNS 2021).
The EEG of newborns is discontinuous and sharp by nature, and a sleep study shows slow waves and spindles over a few
places; both are read as patterns they are not. Numbers: adult.toml.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quell.eeg.header import MONTHS
from quell.ground.card import from_card
from quell.ground.units import ratio

DAYS = 365.25


@dataclass(frozen=True, kw_only=True)
class Adult:
    """From how many electrodes and from what age the rules hold."""

    electrodes: ratio
    years: ratio


def few_electrodes(names: Sequence[str]) -> list[str]:
    """A warning where the EEG channels (names in standard spelling) have few electrodes between them."""
    there = {part for name in names for part in name.split("-")}
    if len(there) >= from_card(Adult).electrodes:
        return []
    what = f"EEG of {len(there)} electrodes, as on newborns or in sleep studies"
    return [f"{what}: names of patterns and seizures follow rules for adults with the 10-20 system and may not hold"]


def young(patient: str, start: datetime | None) -> list[str]:
    """A warning where the birth date of an EDF+ header (`patient`) and the start of the record tell of an infant."""
    found = re.search(r"(?:^|\s)(\d\d)-([A-Z]{3})-(\d{4})(?:\s|$)", patient, re.IGNORECASE)
    if not found or start is None or found[2].upper() not in MONTHS:
        return []
    try:
        born = datetime(int(found[3]), MONTHS.index(found[2].upper()) + 1, int(found[1]))
    except ValueError:
        return []
    years = (start - born).days / DAYS
    if not 0 <= years < from_card(Adult).years:
        return []
    return [f"the patient is {12 * years:.0f} months old: names of patterns and seizures follow rules for adults"]
