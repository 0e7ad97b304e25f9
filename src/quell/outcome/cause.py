"""The cause in words: what it moves in the brain, and how that went over time.

Which sentences are told follows from the traits that the cause's file moves; numbers come from the record alone.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from quell.outcome.reason import clock
from quell.outcome.snapshot import focus_at
from quell.outcome.spell import bouts_of
from quell.patient.aetiology import Aetiology, load


class Moved(NamedTuple):
    """A trait that causes move, the recorded state that shows it, its name in words, and how its value is written."""

    trait: str
    state: str
    words: str
    form: str = "{:.0%}"


MOVED = (
    Moved("shortage.", "supply", "Supply of oxygen and glucose"),
    Moved("shortage.", "ATP", "ATP"),
    Moved("energy.", "ATP", "ATP"),
    Moved("targets.unmade", "gaba_made", "GABA made, in shares of the usual"),
    Moved("milieu.acetylcholine", "acetylcholine", "Acetylcholine, in shares of a full crisis"),
    Moved("milieu.swollen", "swelling", "Space between cells lost to swelling"),
    Moved("inflammation.", "il1", "Interleukin-1 (1 is that of an epileptic brain)", "{:.2g}"),
    Moved("antibody.", "nmda_held", "NMDA receptors held inside by antibodies"),
    Moved("exposure.", "gaba_a", "Synaptic GABA-A receptors"),
    Moved("exposure.", "adapted_a1", "GABA-A receptors adapted to what was taken for months"),
    Moved("trafficking.", "gaba_a", "Synaptic GABA-A receptors"),
    Moved("chloride.", "E_gaba", "E_GABA", "{:.0f} mV"),
    Moved("cations.", "K_o", "Potassium outside the cells", "{:.1f} mM"),
    Moved("fever.", "temperature", "Temperature", "{:.1f} °C"),
)
LASTING = {  # traits that stand still while a run lasts: words by whether the cause takes away or adds
    "wiring.w_gaba": ("part of the inhibition between cells is lost", "inhibition between cells is stronger"),
    "wiring.w_nmda": ("NMDA currents are weaker", "NMDA currents are stronger"),
    "wiring.w_ampa": ("AMPA currents are weaker", "AMPA currents are stronger"),
    "insult.floor": ("the irritation ends sooner", "the irritation never quite ends"),
    "insult.decay": ("the irritation wanes faster", "the irritation wanes more slowly"),
    "targets.sodium": ("sodium channel blockers have little to hold", "sodium channel blockers hold more"),
    "termination.strength": ("the brain's own brakes are weaker", "the brain's own brakes are stronger"),
}
FLAT = 0.02  # of its own size: a course that moves less than this is told as one value


def cause_words(record: xr.Dataset, name: str) -> str:
    """What the cause is and how what it moves went, for one patient's record; nothing for an unnamed cause."""
    if not name:
        return ""
    cause = load(name)
    late = [bout.start_s for bout in bouts_of(record).seizures if bout.start_s > 0.0]
    when = late[0] if late else float("nan")
    focus = focus_at(record, min([float(record["time"].values[-1]), *[at + 60.0 for at in late[:1]]]))
    told = [f"Cause: {name.replace('_', ' ')}. {cause.about}"]
    told += dict.fromkeys(_courses(record, cause, focus, when))
    lasting = list(_lasting(cause))
    if lasting:
        told.append(f"Throughout, {', '.join(lasting)}.")
    return " ".join(told)


def _courses(record: xr.Dataset, cause: Aetiology, focus: str, when: float) -> Iterator[str]:
    traits = [*cause.factors, *cause.shifts]
    time = record["time"].values.astype(float)
    for one in MOVED:
        if one.state in record and any(trait.startswith(one.trait) for trait in traits):
            series = record[one.state]
            there = "patch" in series.dims
            values = (series.sel(patch=focus) if there else series).values.astype(float)
            yield _course(one, time, values, when)


def _course(one: Moved, time: np.ndarray, values: np.ndarray, when: float) -> str:
    """A series in a sentence: at onset, at its extreme, when a late seizure began, at the end."""
    after = time > 0.0
    time, values, write = time[after], values[after], _writer(one.form)
    first, last = float(values[0]), float(values[-1])
    far = int(np.argmax(np.abs(values - (first + last) / 2)))
    steady = FLAT * max(abs(first), abs(last), 1e-9)
    if float(np.ptp(values)) <= steady:
        return f"{one.words} stood at {write(first)} throughout."
    parts: list[tuple[float, str]] = []
    if min(abs(values[far] - first), abs(values[far] - last)) > steady:
        parts.append((float(time[far]), write(float(values[far]))))
    else:
        far = 0  # it only goes from one value to another
    if half := _halfway(time, values, far):
        parts.append((half[0], write(half[1])))
    if when == when:
        seen = write(float(values[min(int(np.searchsorted(time, when)), len(values) - 1)]))
        if seen not in (write(first), write(last)):
            parts.append((when, f"{seen} when seizures came"))
    told = [f"{words} at {clock(at)}" for at, words in sorted(parts)]
    return f"{one.words}: {', '.join([f'{write(first)} at onset', *told, f'{write(last)} at the end'])}."


def _halfway(time: np.ndarray, values: np.ndarray, far: int) -> tuple[float, float] | None:
    """When the way from the extreme to the end is half gone; none where it hardly moves."""
    aim = (values[far] + values[-1]) / 2
    gone = np.flatnonzero((values[far:] - aim) * (values[-1] - aim) >= 0.0)
    if not len(gone) or gone[0] == 0:
        return None
    return float(time[far + gone[0]]), float(values[far + gone[0]])


def _lasting(cause: Aetiology) -> Iterator[str]:
    for trait, (less, more) in LASTING.items():
        up = cause.factors.get(trait, 1.0) - 1.0 + cause.shifts.get(trait, 0.0)
        if up:
            yield more if up > 0 else less


def _writer(form: str) -> Callable[[float], str]:
    return lambda value: form.format(value).replace("-", "−")
