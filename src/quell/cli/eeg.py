"""`quell eeg`: an EEG file read, analysed and told, on the screen, as JSON, or as a folder with a report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from quell.care.drug_list import read_drugs
from quell.eeg.analysis import Analysis, analyse
from quell.eeg.answer import NOT_FOR_CARE, clock, whole
from quell.eeg.opening import open_edf
from quell.eeg.timeline import WORDS

Reporter = Callable[[float, float], None]


def run(
    path: Path,
    *,
    out: Path | None = None,
    page_s: float = 10.0,
    partial: bool = False,
    check: bool = True,
    drugs: Path | None = None,
    bids: Path | None = None,
    replace: bool = False,
    progress: Reporter | None = None,
) -> Analysis:
    """Analyse one file in stretches; with `out`, write its folder, with `bids` a BIDS dataset of it.

    `drugs` is a list as `quell.care.drug_list` reads it.
    Raises InputError in one sentence; nothing half-written is left.
    """
    if out is not None:
        from quell.cohort.store import check_free

        check_free(out, replace)  # before the work, not after
    recording = open_edf(path, partial=partial, check=check)
    given = read_drugs(drugs, recording.start) if drugs is not None else ()
    if bids is not None:
        from quell.report.eeg_bids import write as write_bids

        write_bids(bids, recording, drugs=given, replace=replace)
    analysis = analyse(recording, page_s=page_s, drugs=given, progress=progress)
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
        f"seizure burden {_percent(found['seizure_burden'])}; background {found['continuity'] or 'unknown'}",
    ]
    lines += [f"{WORDS[kind]}: {_pattern(one)}" for kind, one in found["patterns"].items()]
    lines += [f"electrographic status epilepticus{_first(analysis, 'status')}"] if _first(analysis, "status") else []
    lines += [f"{clock(stage.time_s)} {stage.stage}: {stage.reason}" for stage in analysis.stages]
    lines += [f"note: {warning}" for warning in analysis.warnings]
    return "\n".join([*lines, NOT_FOR_CARE])


def _first(analysis: Analysis, kind: str) -> str:
    """When something was met first, in words, or nothing."""
    times = [event.start_s for event in analysis.found if event.kind == kind]
    return f" from {clock(min(times))}" if times else ""


def _pattern(one: dict[str, Any]) -> str:
    pace = f", {one['hz']:.2g} Hz" if one["hz"] is not None else ""
    return f"{one['prevalence']} ({_percent(one['share'])} of the time{pace})"


def _listed(probabilities: dict[str, Any]) -> str:
    known = {name: value for name, value in probabilities.items() if value is not None}
    ordered = sorted(known, key=lambda name: -known[name])
    return ", ".join(f"{name.replace('_', ' ')} {known[name]:.2f}" for name in ordered[:4]) or "unknown"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"


def _span(seconds: float) -> str:
    from quell.cli.progress import span_words

    return span_words(seconds) if seconds >= 60 else f"{seconds:g} s"
