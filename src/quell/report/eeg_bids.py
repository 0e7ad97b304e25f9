"""BIDS: one recording as a dataset that other tools read, with what is known about it beside it.

Of a simulation the truth is written (events.tsv, `source` "simulation"): seizures and drugs from its remarks and, where
the file lies in the folder of its run, stretches of suppression. Of a real recording the remarks in its file are
written, and drugs that a list tells (`source` "list"). The recording itself is copied bit by bit. Layout: Brain Imaging
Data Structure 1.9, modality EEG.
"""

import re
import shutil
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from quell.cohort import store
from quell.eeg.answer import NOT_FOR_CARE
from quell.eeg.opening import open_edf
from quell.eeg.stage import Given
from quell.eeg.stream import Recording
from quell.ground.errors import InputError
from quell.report.eeg_table import lines
from quell.report.eeg_truth import true_drugs, true_seizures, true_suppression

VERSION = "1.9.0"
TYPES = {"eeg": "EEG", "ecg": "ECG", "eog": "EOG", "emg": "EMG", "reference": "REF", "respiration": "RESP"}
KINDS = {
    "seizure": "an electrographic seizure of the simulation, true by construction",
    "burst_suppression": "half or more of every step of the simulation is suppressed, with its share",
    "suppression": "99 % or more of every step of the simulation is suppressed",
    "drug": "a dose, or a change of an infusion",
    "annotation": "a remark",
}
SOURCES = {"simulation": "ground truth", "file": "as annotated in the file", "list": "as told in a list of drugs"}
COLUMNS = {
    "trial_type": {"LongName": "Kind of event", "Levels": KINDS},
    "source": {"LongName": "Where it comes from", "Levels": SOURCES},
}
ALLOWED = "letters and figures"


def write(
    out: str | Path,
    source: str | Path | Recording,
    *,
    subject: str = "01",
    task: str = "monitoring",
    drugs: Sequence[Given] = (),
    replace: bool = False,
) -> Path:
    """Write the BIDS dataset of one EDF file, or of one opened already, into a new folder; gives the folder.

    `drugs` were given and are told beside the remarks.

    Raises InputError for a file that cannot be read, a label with other than letters and figures, or a folder that
    exists already.
    """
    for what, label in (("subject", subject), ("task", task)):
        if not re.fullmatch(r"[A-Za-z0-9]+", label):
            raise InputError(f"{label!r} cannot be a label", field=what, allowed=ALLOWED)
    recording = source if isinstance(source, Recording) else open_edf(source)
    stem = f"sub-{subject}_task-{task}"
    with store.prepared(Path(out), replace=replace) as part:
        folder = part / f"sub-{subject}" / "eeg"
        folder.mkdir(parents=True)
        shutil.copyfile(recording.path, folder / f"{stem}_eeg.edf")
        store.write_json(folder / f"{stem}_eeg.json", sidecar(recording, task))
        store.write_bytes(folder / f"{stem}_channels.tsv", _channels(recording).encode())
        store.write_bytes(folder / f"{stem}_events.tsv", _events(recording, drugs).encode())
        store.write_json(folder / f"{stem}_events.json", COLUMNS)
        store.write_json(part / "dataset_description.json", _dataset(recording))
        store.write_bytes(part / "participants.tsv", f"participant_id\nsub-{subject}\n".encode())
        store.write_bytes(part / "README", f"{NOT_FOR_CARE}\n".encode())
    return Path(out)


def sidecar(recording: Recording, task: str) -> dict[str, Any]:
    """The fields of `_eeg.json`: what is not known is n/a."""
    kinds = [channel.kind for channel in recording.channels]
    return {
        "TaskName": task,
        "TaskDescription": "simulated EEG" if recording.simulated else "EEG recording",
        "SamplingFrequency": recording.fs,
        "EEGReference": "average" if recording.simulated else "n/a",
        "PowerLineFrequency": "n/a",
        "SoftwareFilters": "n/a",
        "EEGPlacementScheme": "10-20",
        "EEGChannelCount": kinds.count("eeg"),
        "ECGChannelCount": kinds.count("ecg"),
        "EOGChannelCount": kinds.count("eog"),
        "EMGChannelCount": kinds.count("emg"),
        "MiscChannelCount": sum(kind not in ("eeg", "ecg", "eog", "emg") for kind in kinds),
        "RecordingDuration": recording.duration_s,
        "RecordingType": "continuous" if len(recording.runs) == 1 else "discontinuous",
    }


def _events(recording: Recording, drugs: Sequence[Given]) -> str:
    rows: list[tuple[float, float, str, str, str]] = []
    notes, duration = recording.annotations, recording.duration_s
    if recording.simulated:
        spans = true_seizures(notes, duration)
        rows += [(begin, end - begin, "seizure", "sz", "simulation") for begin, end in spans]
        true = [*true_drugs(notes), *true_suppression(recording.path, notes, duration)]
        rows += [(one.start_s, one.stop_s - one.start_s, one.kind, one.value, "simulation") for one in true]
    for note in notes:
        rows.append((note.onset_s, note.duration_s or 0.0, "annotation", note.text or "n/a", "file"))
    rows += [(drug.time_s, 0.0, "drug", drug.words, "list") for drug in drugs]
    told = [(f"{onset:.3f}", f"{length:.3f}", *rest) for onset, length, *rest in sorted(rows)]
    return lines(("onset", "duration", "trial_type", "value", "source"), told)


def _channels(recording: Recording) -> str:
    rows = []
    for channel, signal in zip(recording.channels, recording.columns, strict=True):
        rows.append((signal.label, TYPES.get(channel.kind, "MISC"), signal.unit or "n/a", f"{recording.fs:g}"))
    return lines(("name", "type", "units", "sampling_frequency"), rows)


def _dataset(recording: Recording) -> dict[str, Any]:
    name = "A simulated EEG of Quell, not for clinical use" if recording.simulated else "One EEG recording"
    made = [{"Name": "Quell", "Version": metadata.version("quell")}]
    return {"Name": name, "BIDSVersion": VERSION, "DatasetType": "raw", "GeneratedBy": made}
