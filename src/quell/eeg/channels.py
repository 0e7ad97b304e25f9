"""Channel names: what hospitals write on electrodes, brought to one spelling and one kind.

"EEG Fp1-Ref", "FP1-LE", "Fp1." and "EEG FP1" are Fp1. Of the electrodes with two names the older is used
(T3, T4, T5, T6 for T7, T8, P7, P8), as the forward model does. EEG is what carries the name of a place of the
10-10 system, never what a header calls EEG: readers that trust the header take oxygen saturation for voltage.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

OLDER = {"T7": "T3", "T8": "T4", "P7": "T5", "P8": "T6"}
REFERENCES = ("REF", "LE", "AVG", "AV", "AR", "CAR", "A1", "A2", "M1", "M2", "A1A2", "A1+A2", "M1M2", "M1+M2", "G", "0")
KINDS = ("eeg", "ecg", "eog", "emg", "reference", "respiration", "vital", "marker", "other")
PREFIX = re.compile(r"^(EEG|POL)[\s:_-]+", re.IGNORECASE)
PLACE = re.compile(r"^(FP|AF|FT|FC|TP|CP|PO|F|T|C|P|O|I|N)(Z|10|[1-9])$")
OTHERS = (
    ("reference", re.compile(r"^([AM][12]|[AM]2[-+ ]?[AM]1|[AM]1[-+ ]?[AM]2|REF|GND|GROUND)$")),
    ("ecg", re.compile(r"^(ECG|EKG)")),
    ("eog", re.compile(r"EOG|^(LOC|ROC|E1|E2)\b")),
    ("emg", re.compile(r"EMG|^CHIN")),
    ("respiration", re.compile(r"RESP|THOR|ABD|FLOW|SNORE|CO2")),
    ("vital", re.compile(r"SPO2|SAO2|OSAT|^SAT|^HR\b|PULSE|PLETH|TEMP|^BP|^ABP|^ART|^ICP|^CPP")),
    ("marker", re.compile(r"^MK|MARK|EVENT|TRIG|STATUS|^DC\d|PHOTIC|ANNOT")),
)


class Channel(NamedTuple):
    """One channel as read: its name in standard spelling, its kind (of KINDS), and the label in the file."""

    name: str
    kind: str
    label: str

    @property
    def bipolar(self) -> bool:
        """Whether it is the difference of two places on the scalp."""
        return self.kind == "eeg" and "-" in self.name


def channel(label: str) -> Channel:
    """Name and kind of one label; a label that is no place on the scalp keeps its text."""
    text = PREFIX.sub("", " ".join(label.split())).strip(" .")
    first, _, second = (part.strip(" .") for part in text.partition("-"))
    one = place(first)
    if one and (not second or second.upper().replace(" ", "") in REFERENCES):
        return Channel(one, "eeg", label)
    other = place(second)
    if one and other and one != other:
        return Channel(f"{one}-{other}", "eeg", label)
    for kind, pattern in OTHERS:
        if pattern.search(text.upper()):
            return Channel(text, kind, label)
    return Channel(text or "unnamed", "other", label)


def channels(labels: Sequence[str]) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    """All channels of a file with names that differ, and warnings: a name met twice is EEG only the first time."""
    made: list[Channel] = []
    warnings, taken = [], set()
    for label in labels:
        one = channel(label)
        if one.name in taken:
            number = next(k for k in range(2, len(labels) + 2) if f"{one.name} ({k})" not in taken)
            if one.kind == "eeg":
                warnings.append(f"{one.name} is there twice; {label!r} is left aside")
            one = Channel(f"{one.name} ({number})", "other" if one.kind == "eeg" else one.kind, label)
        taken.add(one.name)
        made.append(one)
    return tuple(made), tuple(warnings)


def place(text: str) -> str:
    """The standard spelling of a place of the 10-10 system, or an empty text: "FP1" Fp1, "t7" T3, "fcz" FCz."""
    found = PLACE.match(text.upper())
    if not found:
        return ""
    letters, number = found.groups()
    name = ("Fp" if letters == "FP" else letters) + ("z" if number == "Z" else number)
    return OLDER.get(name, name)
