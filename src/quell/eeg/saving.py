"""A Record to an EDF+ file, by edfio: each channel with its own range, remarks, start, and the mark of a simulation.

For what fits in memory: a page cut out, a recording cleaned, one that came from MNE. Simulated days are written block
by block (`quell.eeg.edf`). EDF+C has no missing samples, so a record with gaps is refused rather than filled.
"""

import os
from fractions import Fraction
from pathlib import Path

import numpy as np

from quell.eeg.exchange import VOLTAGES, gaps
from quell.eeg.record import Record
from quell.eeg.stream import NOT_FOR_CARE, SIMULATED
from quell.ground.errors import InputError

LABEL = 16  # characters that EDF has for a channel's name
MOST_SECONDS = 10  # in one data record


def write(record: Record, path: str | Path) -> Path:
    """Write a record as EDF+C and give its path; the name appears once the file is whole.

    Samples come back within one step of a channel's range over 65535. A record whose samples do not fill whole data
    records (of one second where its rate is a whole number, else of a few) is completed with its last values. Raises
    InputError for a record with missing samples, without samples, or a file that cannot be written.
    """
    import edfio

    path = Path(path)
    rate = Fraction(record.fs).limit_denominator(MOST_SECONDS)  # samples in whole seconds: EDF has eight characters
    signals = _filled(record, rate.numerator)
    part = path.with_name(path.name + ".part")
    try:
        made = [
            edfio.EdfSignal(
                row.astype(np.float64),
                record.fs,
                label=f"EEG {channel.name}"[:LABEL] if channel.kind == "eeg" else channel.label[:LABEL],
                physical_dimension="uV" if channel.kind in VOLTAGES else "",
            )
            for row, channel in zip(signals, record.channels, strict=True)
        ]
        edf = edfio.Edf(
            made,
            recording=edfio.Recording(
                startdate=record.start.date() if record.start else None,
                additional=(SIMULATED, NOT_FOR_CARE) if record.simulated else (),
            ),
            starttime=record.start.time().replace(microsecond=0) if record.start else None,
            data_record_duration=rate.denominator,
            annotations=[edfio.EdfAnnotation(note.onset_s, note.duration_s, note.text) for note in record.annotations],
        )
        edf.write(part)
        os.replace(part, path)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror or error})", file=path.name) from None
    except ValueError as error:
        raise InputError(f"EDF cannot hold this record: {error}", file=path.name) from None
    finally:
        part.unlink(missing_ok=True)
    return path


def _filled(record: Record, length: int) -> np.ndarray:
    """Signals that fill whole data records of `length` samples."""
    if not record.samples:
        raise InputError("there is nothing to write: the record has no samples")
    if missing := gaps(record):
        begin, end = missing[0]
        what = f"nothing was recorded from {begin:.6g} to {end:.6g} s, and EDF+C has no missing samples"
        raise InputError(what, allowed="a page without gaps: record.page(start_s, stop_s)")
    if not np.isfinite(record.signals).all():
        row, at = np.argwhere(~np.isfinite(record.signals))[0]
        what = f"{record.channels[row].name} misses samples at {at / record.fs:.6g} s, and EDF+C has no missing samples"
        raise InputError(what, allowed="rows and pages without gaps: record.pick(rows), record.page(start_s, stop_s)")
    return np.pad(record.signals, ((0, 0), (0, -record.samples % length)), mode="edge")
