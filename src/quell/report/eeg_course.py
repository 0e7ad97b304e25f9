"""The narrow rows of the trend figure: what happened, spectral edge, ratios, rhythm, and seizure burden."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from quell.eeg.analysis import Analysis
from quell.eeg.burden import Burden, Span, trailing
from quell.ground.card import from_card
from quell.report import style

COLOURS = {
    "seizure": "#c8413b",
    "lpd": "#d8843a",
    "gpd": "#e0b13e",
    "lrda": "#4f9a8a",
    "grda": "#2f6db3",
    "burst_suppression": "#7b57a6",
    "low_voltage": "#8a909c",
    "suppression": "#3d2a5c",
    "status": "#7d1d2b",
    "possible_status": "#e39b52",
}
LANES = (
    ("seizure", ("seizure",)),
    ("status, possible", ("possible_status", "status")),
    ("PD and RDA", ("lpd", "gpd", "lrda", "grda")),
    ("suppression", ("burst_suppression", "suppression", "low_voltage")),
)
MOST_POINTS = 2880
MOST_NAMES = 8  # drugs and stages that are written out
FASTEST = 30.0


def happenings(ax: Axes, events: Sequence[Mapping[str, Any]], scale: float, end_s: float) -> None:
    """A lane for each kind of event, and above them drugs and stages by name where there are few."""
    for row, (_, kinds) in enumerate(LANES):
        ax.axhspan(-row - 0.36, -row + 0.36, color=style.PALE, zorder=0)
        for kind in kinds:
            bars = [(e["start_s"] / scale, e["duration_s"] / scale) for e in events if e["kind"] == kind]
            ax.broken_barh(bars, (-row - 0.36, 0.72), color=COLOURS[kind], linewidth=0)
    ax.set_yticks([-row for row in range(len(LANES))], [name for name, _ in LANES])
    told = [event for event in events if event["kind"] in ("drug", "stage")]
    for number, event in enumerate(told):
        at, colour = event["start_s"] / scale, style.GABA_A if event["kind"] == "drug" else style.INK
        ax.axvline(at, color=colour, linewidth=0.9)
        if len(told) <= MOST_NAMES:
            words = " " + event["text"].split(":")[0].split(" (")[0]
            late = event["start_s"] > 0.8 * end_s
            place = {"fontsize": 7.5, "va": "center", "ha": "right" if late else "left", "color": colour}
            ax.text(at, 0.75 + 0.55 * (number % 3), words + " ", **place)
    ax.set_ylim(0.5 - len(LANES), 2.2 if told and len(told) <= MOST_NAMES else 0.5)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_title("What was found (colours as above; dark red status, orange possible status; lines drugs and stages)")


def edge(ax: Axes, analysis: Analysis, edges: np.ndarray) -> None:
    """Spectral edge of every page."""
    _steps(ax, analysis.trends["sef95"], edges, colour=style.INK)
    ax.set_ylim(0, FASTEST)
    ax.set_yticks([0, 10, 20, 30])
    ax.set_ylabel("Hz")
    ax.set_title("Spectral edge (95 % of the power of 0.5-30 Hz lies below; says little where much is suppressed)")
    style.quiet_axes(ax)


def alpha_delta(ax: Axes, analysis: Analysis, edges: np.ndarray) -> None:
    """Alpha-delta ratio, logarithmic."""
    _steps(ax, np.clip(analysis.trends["adr"], 0.01, 10.0), edges, colour=style.POTASSIUM)
    ax.set_yscale("log")
    ax.set_ylim(0.01, 10)
    ax.yaxis.set_major_locator(FixedLocator([0.01, 0.1, 1, 10]))
    ax.set_yticklabels(["0.01", "0.1", "1", "10"])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_title("Alpha-delta ratio (power of 8-13 over 1-4 Hz)")
    style.quiet_axes(ax)


def asymmetry(ax: Axes, analysis: Analysis, edges: np.ndarray) -> None:
    """Relative asymmetry, filled from the middle to the side that has more."""
    values = np.nan_to_num(analysis.trends["asymmetry"])
    for sign, colour in ((-1, style.BRAKE), (1, style.EXCITE)):
        part = np.where(sign * values > 0, values, 0.0)
        ax.stairs(part, edges, baseline=0, fill=True, color=colour, alpha=0.8, linewidth=0)
    ax.axhline(0, color=style.FAINT, linewidth=0.8)
    ax.set_ylim(-100, 100)
    ax.set_yticks([-100, -50, 0, 50, 100], ["100", "left 50", "0", "right 50", "100"])
    ax.set_title("Asymmetry of power, 1-25 Hz, % (blue more on the left, red more on the right)")
    style.quiet_axes(ax)


def rhythmicity(ax: Axes, analysis: Analysis, edges: np.ndarray) -> None:
    """Height of the highest spectral peak over the 1/f line, logarithmic."""
    _steps(ax, np.clip(analysis.trends["rhythmicity"], 1.0, 100.0), edges, colour=style.NMDA)
    ax.set_yscale("log")
    ax.set_ylim(1, 100)
    ax.yaxis.set_major_locator(FixedLocator([1, 3, 10, 30, 100]))
    ax.set_yticklabels(["1", "3", "10", "30", "100"])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_title("Rhythmicity (highest spectral peak of 0.5-10 Hz, times the background; noise reaches 3)")
    style.quiet_axes(ax)


def burden(ax: Axes, analysis: Analysis, scale: float) -> None:
    """Seizure seconds of the last hour as a share of the hour, with the limit of status epilepticus."""
    seizures = [Span(event.start_s, event.stop_s) for event in analysis.found if event.kind == "seizure"]
    share, limit = 100.0 * trailing(seizures, analysis.duration_s), 100.0 * float(from_card(Burden).share)
    step = max(1, -(-len(share) // MOST_POINTS))
    at = (np.arange(len(share))[::step] + 1.0) / scale
    ax.fill_between(at, share[::step], color=style.SEIZING, alpha=0.35, linewidth=0)
    ax.plot(at, share[::step], color=style.SEIZING, linewidth=1.2)
    ax.axhline(limit, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
    top = max(1.5 * limit, 1.1 * float(share.max(initial=0.0)))
    ax.set_ylim(0, min(105.0, top))
    ax.set_ylabel("%")
    ax.set_title(f"Seizure burden of the last 60 min (dashed: {limit:g} %, electrographic status epilepticus)")
    style.quiet_axes(ax)


def _steps(ax: Axes, values: np.ndarray, edges: np.ndarray, *, colour: str) -> None:
    """One level per page, joined from page to page; open where nothing is known."""
    ends = np.append(values, values[-1:])
    ax.step(edges, ends, where="post", color=colour, linewidth=1.1)
