"""EEG, simulated and real: `read`, `write` and `analyse`, fetched when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quell.eeg.analysis import Analysis as Analysis
    from quell.eeg.analysis import analyse as analyse
    from quell.eeg.exchange import from_mne as from_mne
    from quell.eeg.exchange import to_mne as to_mne
    from quell.eeg.opening import open_edf as open_edf
    from quell.eeg.opening import read as read
    from quell.eeg.record import Annotation as Annotation
    from quell.eeg.record import Record as Record
    from quell.eeg.saving import write as write

_FACE = {
    "from_mne": "quell.eeg.exchange",
    "to_mne": "quell.eeg.exchange",
    "analyse": "quell.eeg.analysis",
    "Analysis": "quell.eeg.analysis",
    "read": "quell.eeg.opening",
    "open_edf": "quell.eeg.opening",
    "write": "quell.eeg.saving",
    "Record": "quell.eeg.record",
    "Annotation": "quell.eeg.record",
}


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"quell.eeg has no {name!r}; it has {', '.join(_FACE)}")
    return getattr(import_module(_FACE[name]), name)
