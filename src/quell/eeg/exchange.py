"""To MNE and back: a Record as mne.io.Raw in volts, a Raw as a Record in microvolts, gaps and names kept.

Needs the extra `mne` (`pip install "quell[mne]"`). MNE knows no missing samples: they become zeros under an annotation
"BAD_ACQ_SKIP", which its own functions pass over, and come back as missing.
"""

from datetime import UTC
from typing import Any

import numpy as np

from quell.eeg.channels import channels
from quell.eeg.record import Annotation, Record
from quell.ground.errors import InputError

SKIPPED = "BAD_ACQ_SKIP"
UV_PER_V = 1e6
MNE_KINDS = {"eeg": "eeg", "ecg": "ecg", "eog": "eog", "emg": "emg"}
VOLTAGES = ("eeg", "ecg", "eog", "emg")


def to_mne(record: Record) -> Any:
    """A Record as mne.io.RawArray: voltages in V, other channels as they are, names in standard spelling.

    A 10-20 montage is set where every EEG channel is a single electrode. Raises InputError where MNE is not installed.
    """
    mne = _mne()
    kinds = [MNE_KINDS.get(kind, "misc") for kind in record.kinds]
    info = mne.create_info(list(record.names), record.fs, kinds)
    scale = np.array([1 / UV_PER_V if kind in VOLTAGES else 1.0 for kind in record.kinds])
    raw = mne.io.RawArray(np.nan_to_num(record.signals) * scale[:, None], info, verbose="error")
    if record.start is not None:
        raw.set_meas_date(record.start.replace(tzinfo=UTC))
    if not any(channel.bipolar for channel in record.channels):
        montage = mne.channels.make_standard_montage("colin27_1020")
        raw.set_montage(montage, match_case=False, on_missing="ignore", verbose="error")
    notes = [(note.onset_s, note.duration_s or 0.0, note.text) for note in record.annotations]
    notes += [(begin, end - begin, SKIPPED) for begin, end in gaps(record)]
    onset, duration, text = zip(*notes, strict=True) if notes else ((), (), ())
    raw.set_annotations(mne.Annotations(onset, duration, text, orig_time=raw.info["meas_date"]), verbose="error")
    return raw


def from_mne(raw: Any) -> Record:
    """An mne.io.Raw as a Record in uV; what MNE marks as skipped is missing, names are brought to standard spelling."""
    named, warnings = channels(raw.ch_names)
    voltage = [kind in VOLTAGES for kind in raw.get_channel_types()]
    scale = np.where(voltage, UV_PER_V, 1.0)
    signals = (raw.get_data() * scale[:, None]).astype(np.float32)
    fs = float(raw.info["sfreq"])
    notes = []
    for note in raw.annotations:
        onset = float(note["onset"]) - (raw.first_time if raw.annotations.orig_time is not None else 0.0)
        if note["description"].upper().startswith(SKIPPED):
            signals[:, round(onset * fs) : round((onset + note["duration"]) * fs)] = np.nan
        else:
            notes.append(Annotation(onset, float(note["duration"]) or None, str(note["description"])))
    date = raw.info["meas_date"]
    return Record(
        signals,
        fs,
        named,
        annotations=tuple(sorted(notes)),
        start=None if date is None else date.replace(tzinfo=None),
        warnings=warnings,
        source="MNE",
    )


def gaps(record: Record) -> list[tuple[float, float]]:
    """Stretches in which no channel was recorded, start and stop in seconds."""
    missing = ~np.isfinite(record.signals).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    return [(begin / record.fs, end / record.fs) for begin, end in edges.reshape(-1, 2)]


def _mne() -> Any:
    try:
        import mne
    except ImportError:
        raise InputError("MNE is not installed", allowed='`pip install "quell[mne]"`') from None
    return mne
