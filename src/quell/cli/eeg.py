"""`quell eeg`: an EEG file read, analysed and told, on the screen, as JSON, or as a folder with a report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from quell.eeg.analysis import Analysis, analyse
from quell.eeg.answer import NOT_FOR_CARE, whole
from quell.eeg.opening import open_edf

Reporter = Callable[[float, float], None]


def run(
    path: Path,
    *,
    out: Path | None = None,
    page_s: float = 10.0,
    partial: bool = False,
    check: bool = True,
    bids: Path | None = None,
    replace: bool = False,
    progress: Reporter | None = None,
) -> Analysis:
    """Analyse one file in stretches; with `out`, write its folder, with `bids` a BIDS dataset of it.

    Raises InputError in one sentence; nothing half-written is left.
    """
    if out is not None:
        from quell.cohort.store import check_free

        check_free(out, replace)  # before the work, not after
    if bids is not None:
        from quell.report.eeg_bids import write as write_bids

        write_bids(bids, path, replace=replace)
    recording = open_edf(path, partial=partial, check=check)
    analysis = analyse(recording, page_s=page_s, progress=progress)
    if out is not None:
        from quell.report.eeg_folder import write

        write(out, recording, analysis, title=path.name, replace=replace)
    return analysis


def told(analysis: Analysis) -> str:
    """The analysis in a few lines."""
    found = whole(analysis)
    origin = "simulated" if analysis.simulated else "recorded"
    lines = [
        f"{len(analysis.channels)} EEG channels, {_span(analysis.duration_s)}, {analysis.fs:g} Hz, {origin}",
        f"montage of the measures: {analysis.montage}",
        "mean probabilities: " + _listed(found["probabilities"]),
        f"suppressed {_percent(found['bsr'])} of the time; suppression probability {_percent(found['bsp'])}"
        f" (95 % interval {_percent(found['bsp_low'])} to {_percent(found['bsp_high'])}, mean over the record)",
        f"seizure burden {_percent(found['seizure_burden'])}",
    ]
    lines += [f"note: {warning}" for warning in analysis.warnings]
    return "\n".join([*lines, NOT_FOR_CARE])


def _listed(probabilities: dict[str, Any]) -> str:
    known = {name: value for name, value in probabilities.items() if value is not None}
    ordered = sorted(known, key=lambda name: -known[name])
    return ", ".join(f"{name.replace('_', ' ')} {known[name]:.2f}" for name in ordered[:4]) or "unknown"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"


def _span(seconds: float) -> str:
    from quell.cli.progress import span_words

    return span_words(seconds) if seconds >= 60 else f"{seconds:g} s"
