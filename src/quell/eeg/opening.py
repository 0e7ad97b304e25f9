"""Reading an EEG: from a path to a Record in memory, or to a Recording that is read in stretches."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from quell.eeg.adult import young
from quell.eeg.channels import Channel, channels
from quell.eeg.header import Header, Signal, read_header
from quell.eeg.level import ASSUMED, Plausible, factor, levels
from quell.eeg.record import Annotation, Record
from quell.eeg.stream import Recording, records
from quell.eeg.tal import MOST_NOTES, Run, parse, runs
from quell.ground.card import from_card
from quell.ground.errors import InputError

AT_ONCE = 8 << 20  # bytes of the file in memory while looking for annotations


def read(path: str | Path, *, fs: float | None = None, partial: bool = False, check: bool = True) -> Record:
    """An EDF or EDF+ file as a Record: float32 `[channels, samples]` in uV, gaps NaN, names in standard spelling.

    Parameters
    ----------
    path : the file
    fs : rate in Hz of the channels to read, where a file mixes rates [the commonest among its EEG channels]
    partial : read what is there of a file that was cut short
    check : refuse an EEG whose level cannot be that of microvolts

    Raises
    ------
    InputError in one sentence: what is wrong with the file, and what is allowed.
    """
    return open_edf(path, fs=fs, partial=partial, check=check).record()


def open_edf(path: str | Path, *, fs: float | None = None, partial: bool = False, check: bool = True) -> Recording:
    """An EDF file, checked, its EEG not yet read.

    `fs` chooses the channels of one rate where a file mixes rates (default: the commonest among the EEG channels);
    `partial` reads what is there of a file cut short; `check=False` believes the units whatever the level.
    Raises InputError in one sentence.
    """
    path = Path(path)
    header = read_header(path, partial=partial)
    samples = header.samples
    named, warnings = channels([signal.label for signal in samples])
    rate = _rate(path, header, samples, named, fs)
    kept, factors, remarks = [], [], []
    assumed: dict[str, list[str]] = {}
    for signal, one in zip(samples, named, strict=True):
        volts, remark = factor(signal, one)
        if signal.length != rate:
            remark = f"{one.name} ({signal.length / header.record_s:g} Hz) is left aside: another sampling rate"
        if remark.startswith(ASSUMED):
            assumed.setdefault(remark, []).append(one.name)
        elif remark:
            remarks.append(remark)
        if volts is not None and signal.length == rate:
            kept.append((signal, one))
            factors.append(volts)
    remarks += [f"{remark} in {named_few(names)}" for remark, names in assumed.items()]
    if not any(one.kind == "eeg" for _, one in kept):
        raise InputError("no EEG channel can be read", file=path.name, field="; ".join(remarks[:3]))
    frequency = rate / header.record_s
    placed, notes, gaps = _times(path, header, frequency)
    recording = Recording(
        path=path,
        header=header,
        fs=frequency,
        channels=tuple(one for _, one in kept),
        columns=tuple(signal for signal, _ in kept),
        factors=np.array(factors),
        runs=tuple(placed),
        annotations=tuple(notes),
        warnings=(*header.warnings, *young(header.patient, header.start), *warnings, *remarks, *gaps),
    )
    return _believed(recording) if check and not recording.simulated else recording


def named_few(names: list[str]) -> str:
    """Channels by name, or how many where they are many."""
    return ", ".join(names) if len(names) <= 4 else f"{len(names)} channels ({', '.join(names[:3])}, ...)"


def _rate(path: Path, header: Header, samples: list[Signal], named: tuple[Channel, ...], fs: float | None) -> int:
    """Samples per record of the channels to read."""
    eeg = [signal.length for signal, one in zip(samples, named, strict=True) if one.kind == "eeg"]
    if not eeg:
        labels = ", ".join(signal.label for signal in samples[:12])
        raise InputError(f"no channel carries a name of the 10-20 system ({labels})", file=path.name)
    limits = from_card(Plausible)
    rates = {count / header.record_s: count for count in eeg}
    if fs is not None and fs not in rates:
        there = ", ".join(f"{rate:g}" for rate in rates)
        raise InputError(f"no EEG channel has {fs:g} Hz", file=path.name, allowed=there)
    count = rates[fs] if fs is not None else Counter(eeg).most_common(1)[0][0]
    if not limits.slowest <= count / header.record_s <= limits.fastest:
        allowed = f"{limits.slowest:g} to {limits.fastest:g} Hz"
        raise InputError(f"{count / header.record_s:g} Hz is no rate of an EEG", file=path.name, allowed=allowed)
    return count


def _times(path: Path, header: Header, fs: float) -> tuple[list[Run], list[Annotation], list[str]]:
    """Where the records lie, the remarks in them, and warnings."""
    columns = [signal for signal in header.signals if signal.is_annotation]
    if not columns or header.kind == "EDF":
        return [Run(0, header.records, 0)], [], []
    times, notes = [], []
    step = max(1, AT_ONCE // (2 * header.width))
    for first in range(0, header.records, step):
        last = min(first + step, header.records)
        for row in np.frombuffer(records(path, header, first, last), "<i2").reshape(last - first, header.width):
            found = [parse(row[signal.first : signal.first + signal.length].tobytes()) for signal in columns]
            times.append(found[0][0])
            for _, more in found:
                notes += more
        if len(notes) > MOST_NOTES:
            raise InputError("there are too many annotations", file=path.name, allowed=f"{MOST_NOTES}")
    try:
        placed, warnings = runs(times, header.kind, record_s=header.record_s, fs=fs)
    except InputError as error:
        raise InputError(error.what, file=path.name, allowed=error.allowed) from None
    origin = next((time for time in times if time is not None), 0.0)
    moved = [note._replace(onset_s=note.onset_s - origin) for note in notes]
    return placed, sorted(moved, key=lambda note: note.onset_s), warnings


def _believed(recording: Recording) -> Recording:
    """The recording, if the level of its EEG can be that of microvolts. Raises InputError if not."""
    limits = from_card(Plausible)
    size = min(recording.samples, round(limits.window * recording.fs))
    count = int(min(limits.windows, recording.samples // size))
    rows = [k for k, one in enumerate(recording.channels) if one.kind == "eeg"]
    starts = np.linspace(0, recording.samples - size, count).round().astype(int)
    calm, lively, most = levels([recording.stretch(first, first + size)[rows] for first in starts])
    if np.isnan(calm):
        raise InputError("there is no EEG in the stretches looked at, only gaps", file=recording.path.name)
    if calm > limits.loudest or lively < limits.quietest:
        found, unit = (calm if calm > limits.loudest else lively), recording.columns[rows[0]].unit
        what = f"the EEG has a standard deviation of {found:.3g} uV if its unit {unit!r} is right; it looks wrong"
        allowed = (
            f"{limits.quietest:g} to {limits.loudest:g} uV; `--any-level` (in Python `check=False`) reads it as it is"
        )
        raise InputError(what, file=recording.path.name, allowed=allowed)
    flat = [recording.channels[row].name for row, top in zip(rows, most, strict=True) if top == 0]
    warnings = (*recording.warnings, *([f"without any signal: {', '.join(flat)}"] if flat else []))
    return replace(recording, warnings=warnings)
