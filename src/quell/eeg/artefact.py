"""Artefacts: what an EEG machine records besides the brain, each with a switch, a place and an addressed time.

    ecg            QRS and T wave, largest between left and right rim
    pulse          a wave after every beat at one electrode over an artery
    muscle         bursts above 20 Hz at the rim; gone under a muscle relaxant
    blink          at Fp1 and Fp2, in those who are awake
    ventilator     slow waves at the back of the head, in those who are not
    pop            a step at one electrode that fades
    drift          sweat and slow electrode potentials
    disconnection  one electrode loses the scalp: no brain, the amplifier at its rail
    line           hum of the mains
    physiotherapy  hands on the chest: rhythmic, 3-6 Hz, in bouts; mimics a seizure
    percussion     a bed that knocks at one fixed rate; mimics a seizure

Fields of the body are part of the common reference; faults of single leads are not and stay where they arise.
Every number is addressed by (study, patient, kind, time): the same bits in one piece or in blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from quell.eeg.episode import Episodes
from quell.eeg.kinds import KINDS, RARE
from quell.eeg.leadfield import electrode_names
from quell.ground.card import from_card
from quell.ground.errors import InputError
from quell.ground.units import Hz, Unit, ratio, second, share

uV = Annotated[Any, Unit("uV")]

POP_FADES = 8.0  # times over which a pop has faded to nothing


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """Sizes, rates and lengths; meanings and sources in artefact.toml."""

    ecg: uV
    ecg_rate: Hz
    ecg_spread: share
    ecg_convulsing: ratio
    pulse: uV
    muscle: uV
    muscle_low: Hz
    muscle_every: second
    muscle_shortest: second
    muscle_longest: second
    muscle_unaware: share
    blink: uV
    blink_every: second
    blink_width: second
    ventilator: uV
    ventilator_rate: Hz
    pop: uV
    pop_fades: second
    pop_every: second
    drift: uV
    drift_high: Hz
    drift_low: Hz
    disconnection: uV
    disconnection_every: second
    disconnection_shortest: second
    disconnection_longest: second
    line: uV
    line_rate: Hz
    physiotherapy: uV
    physiotherapy_slowest: Hz
    physiotherapy_fastest: Hz
    physiotherapy_every: second
    physiotherapy_shortest: second
    physiotherapy_longest: second
    physiotherapy_bout: second
    percussion: uV
    percussion_slowest: Hz
    percussion_fastest: Hz
    percussion_every: second
    percussion_shortest: second
    percussion_longest: second


class Truth(NamedTuple):
    """One rare artefact: its kind, begin and end (s from the start of the record), and the electrode where one."""

    kind: str
    start_s: float
    end_s: float
    electrode: str


def checked(kinds: Sequence[str]) -> tuple[str, ...]:
    """The kinds in their fixed order. Raises InputError for a name that is none."""
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise InputError(f"there is no artefact {unknown[0]!r}", field="artefacts", allowed=", ".join(KINDS))
    return tuple(kind for kind in KINDS if kind in kinds)


def episodes(kind: str, study: int, patient: int, card: Artefact) -> Episodes:
    """When a kind of artefact happens to a patient."""
    alone = {"pop": POP_FADES * card.pop_fades, "blink": card.blink_width}
    lengths = (
        [alone[kind]] * 2 if kind in alone else [getattr(card, f"{kind}_{end}") for end in ("shortest", "longest")]
    )
    every = getattr(card, f"{kind}_every")
    return Episodes(f"eeg.artefact.{kind}", study, patient, every=every, shortest=lengths[0], longest=lengths[1])


def truth(
    kinds: Sequence[str], study: int, patient: int, seconds: float, *, card: Artefact | None = None
) -> list[Truth]:
    """Every rare artefact of a record of `seconds`, in order of time: what a detector should not call a seizure."""
    card, names, found = card or from_card(Artefact), electrode_names(), []
    for kind in (kind for kind in checked(kinds) if kind in RARE):
        for one in episodes(kind, study, patient, card).within(0.0, seconds):
            where = names[one.pick(len(names))] if kind in ("pop", "disconnection") else ""
            found.append(Truth(kind, one.start_s, min(one.end_s, seconds), where))
    return sorted(found, key=lambda one: one.start_s)
