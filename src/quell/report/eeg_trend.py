"""The trends of an EEG in one figure: what it shows, spectrum by side, ratios, amplitude, suppression, burden."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quell.eeg.analysis import Analysis
from quell.report import eeg_course, style

WIDTH, HEIGHT = 1560, 2500
RATIOS = (1.5, 1.3, 1.5, 1.5, 0.9, 0.9, 0.9, 0.9, 1.3, 1.5, 1.0)
CLASSES = ("seizure", "lpd", "gpd", "lrda", "grda", "burst_suppression", "low_voltage")
CLASS_COLOURS = {name: eeg_course.COLOURS[name] for name in CLASSES} | {"other": "#e3e6eb"}
CLASS_WORDS = {
    "seizure": "seizure",
    "lpd": "LPD",
    "gpd": "GPD",
    "lrda": "LRDA",
    "grda": "GRDA",
    "burst_suppression": "burst suppression",
    "low_voltage": "low voltage",
    "other": "other",
}
AEEG_TICKS = (0, 5, 10, 25, 50, 100, 200)
MOST_MARKS = 40
COLUMNS = 720  # pages side by side; of a longer record neighbours are averaged


def trends(analysis: Analysis) -> Figure:
    """The figure: eleven rows over one axis of time; stretches without EEG grey in all, events in their own."""
    whole, analysis = analysis, grouped(analysis)
    with style.look():
        figure = style.canvas(WIDTH, HEIGHT)
        axes = figure.subplots(len(RATIOS), 1, sharex=True, gridspec_kw={"height_ratios": RATIOS})
        figure.subplots_adjust(left=0.095, right=0.985, top=0.978, bottom=0.026, hspace=0.42)
        scale, unit = _clock(analysis.duration_s)
        edges = np.append(analysis.edges[:, 0], analysis.edges[-1, 1]) / scale
        _classes(axes[0], analysis, edges)
        eeg_course.happenings(axes[1], whole.events, scale, whole.duration_s)
        loudest = _decibels(analysis.spectra)
        for ax, side, name in ((axes[2], 0, "left"), (axes[3], 1, "right")):
            _spectrum(ax, analysis, edges, side=side, name=name, top=loudest)
        eeg_course.edge(axes[4], analysis, edges)
        eeg_course.alpha_delta(axes[5], analysis, edges)
        eeg_course.asymmetry(axes[6], analysis, edges)
        eeg_course.rhythmicity(axes[7], analysis, edges)
        _amplitude(axes[8], analysis, edges)
        _suppression(axes[9], analysis, scale)
        eeg_course.burden(axes[10], whole, scale)
        axes[-1].set_xlim(0, analysis.duration_s / scale)
        axes[-1].set_xlabel(f"time in the record ({unit})")
        _gaps(axes, whole, scale)
        figure.align_ylabels(axes)
    return figure


def _clock(duration_s: float) -> tuple[float, str]:
    if duration_s >= 2 * 3600:
        return 3600.0, "h"
    return (60.0, "min") if duration_s >= 180 else (1.0, "s")


def _classes(ax: Axes, analysis: Analysis, edges: np.ndarray) -> None:
    """Probabilities stacked, the plainest last; empty where nothing was recorded."""
    floor = np.zeros(len(edges) - 1)
    shown = np.array([values for values in analysis.probabilities.values()])
    for name, values in analysis.probabilities.items():
        top = floor + np.where(np.isfinite(values), values, 0.0)
        named = CLASS_WORDS[name] if np.nanmax(values, initial=0.0) > 0.05 or name == "other" else None
        ax.stairs(top, edges, baseline=floor, fill=True, color=CLASS_COLOURS[name], label=named, linewidth=0)
        floor = top
    ax.set_ylim(0, 1)
    ax.set_title("Probability of each pattern", pad=16)
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=8, handlelength=1.0, columnspacing=1.0)
    ax.set_yticks([0, 0.5, 1])
    if not np.isfinite(shown).any():
        ax.text(0.5, 0.5, "nothing recorded", transform=ax.transAxes, ha="center")


def _decibels(spectra: np.ndarray) -> float:
    known = spectra[np.isfinite(spectra) & (spectra > 0)]
    return float(10 * np.log10(np.quantile(known, 0.995))) if known.size else 0.0


def _spectrum(ax: Axes, analysis: Analysis, edges: np.ndarray, *, side: int, name: str, top: float) -> None:
    f = analysis.frequencies
    power = 10 * np.log10(np.maximum(analysis.spectra[:, side, :], 1e-3)).T
    around = np.append(f - (f[1] - f[0]) / 2, f[-1] + (f[1] - f[0]) / 2) if len(f) > 1 else np.array([0.0, 20.0])
    image = ax.pcolormesh(edges, around, np.ma.masked_invalid(power), cmap="turbo", vmin=top - 35, vmax=top)
    ax.set_ylim(0.5, 20)
    ax.set_yticks([0.5, 4, 8, 13, 20], ["0.5", "4", "8", "13", "20"])
    ax.set_ylabel("Hz")
    ax.set_title(f"Density spectral array, {name} hemisphere (top of the colours {top:.0f} dB re 1 uV²/Hz, span 35 dB)")
    image.set_rasterized(True)


def _amplitude(ax: Axes, analysis: Analysis, edges: np.ndarray) -> None:
    low, high = (_aeeg_scale(analysis.trends[name]) for name in ("aeeg_low_uV", "aeeg_high_uV"))
    ax.stairs(high, edges, baseline=low, fill=True, color=style.GABA_A, alpha=0.75, linewidth=0)
    ax.set_yticks(_aeeg_scale(np.array(AEEG_TICKS, float)), [str(tick) for tick in AEEG_TICKS])
    ax.set_ylim(0, _aeeg_scale(np.array([250.0]))[0])
    ax.set_ylabel("uV p-p")
    ax.set_title("Amplitude-integrated EEG, 10 to 90 % of each page (linear to 10 uV, then logarithmic)")
    style.quiet_axes(ax)


def _aeeg_scale(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 10, values, 10 * (1 + np.log10(np.maximum(values, 10) / 10)))


def _suppression(ax: Axes, analysis: Analysis, scale: float) -> None:
    step = -(-len(analysis.bsp.value) // (4 * COLUMNS)) or 1
    value, low, high = (averaged(part, step) for part in analysis.bsp)
    seconds = (np.arange(len(value)) + 0.5) * step / scale
    ax.fill_between(seconds, low, high, color=style.CHLORIDE, alpha=0.22)
    ax.plot(seconds, value, color=style.CHLORIDE, label="suppression probability, 95 %")
    ratio = averaged(analysis.bsr_60, step)
    ends = (np.arange(len(ratio)) + 0.5) * step / scale
    ax.plot(ends, ratio, color=style.INK, linewidth=0.8, alpha=0.8, label="suppressed share of the last 60 s")
    ax.set_ylim(-0.02, 1.02)
    ax.set_title("Suppression")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 0.97), ncols=2, fontsize=7.5)
    style.quiet_axes(ax)


def grouped(analysis: Analysis) -> Analysis:
    """The analysis with neighbouring pages averaged, so that a day has no more columns than a figure can show."""
    step = -(-len(analysis.edges) // COLUMNS)
    if step <= 1:
        return analysis
    starts = analysis.edges[::step, 0]
    return replace(
        analysis,
        edges=np.column_stack([starts, np.append(starts[1:], analysis.edges[-1, 1])]),
        trends={name: averaged(values, step) for name, values in analysis.trends.items()},
        probabilities={name: averaged(values, step) for name, values in analysis.probabilities.items()},
        spectra=averaged(analysis.spectra, step),
    )


def averaged(values: np.ndarray, step: int) -> np.ndarray:
    """Means of every `step` rows, what is not known left out; NaN where nothing is."""
    if step <= 1 or not len(values):
        return values
    firsts = np.arange(0, len(values), step)
    known = np.isfinite(values)
    count = np.add.reduceat(known, firsts, axis=0, dtype=float)
    total = np.add.reduceat(np.where(known, values, 0.0), firsts, axis=0)
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def _gaps(axes: Sequence[Any], analysis: Analysis, scale: float) -> None:
    """Grey where there is no EEG; a dotted line for each remark in the row of events."""
    for event in [event for event in analysis.events if event["kind"] == "no_eeg"][:MOST_MARKS]:
        for ax in axes:
            end = (event["start_s"] + event["duration_s"]) / scale
            ax.axvspan(event["start_s"] / scale, end, color=style.FAINT, alpha=0.22, linewidth=0)
    for event in [event for event in analysis.events if event["kind"] == "annotation"][:MOST_MARKS]:
        axes[1].axvline(event["start_s"] / scale, color=style.FAINT, linewidth=0.8, linestyle=":")
