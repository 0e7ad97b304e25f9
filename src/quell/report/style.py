"""The look of every figure: one palette, one set of letters, and figures that need no window system."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

DPI = 150
INK, FAINT, GRID = "#22262e", "#8a909c", "#e6e8ec"
BRAKE, EXCITE = "#2f6db3", "#c8413b"  # GABA as a brake, GABA as a driver
SEIZING, CONVULSING, AWAKE, PALE = "#c8413b", "#e39b52", "#9fb8a0", "#f4f5f7"
STAGES = ("#e9e4f2", "#d8cde8", "#c3b1dc", "#ab92cd", "#9373bd")
GABA_A, NMDA, RESERVE = "#2f6db3", "#d07a1e", "#5a9a57"
CHLORIDE, POTASSIUM = "#7b57a6", "#2a9187"
DRUGS = ("#1b7f79", "#a4508b", "#b8860b", "#3b5b92", "#7a3e2b", "#4d7c0f", "#6d4aa5")

LETTERS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "svg.hashsalt": "quell",
}


@contextmanager
def look() -> Iterator[None]:
    """Draw inside this block: the house's letters and colours, and nobody else's settings touched."""
    with matplotlib.rc_context(LETTERS):
        yield


def canvas(width_px: float, height_px: float) -> Figure:
    """An empty figure of a size in pixels."""
    return Figure(figsize=(width_px / DPI, height_px / DPI), dpi=DPI)


def png(figure: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same figure."""
    buffer = io.BytesIO()
    with look():
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def colour_of(drug: str, drugs: Sequence[str]) -> str:
    """The colour of a drug within one figure."""
    return DRUGS[list(drugs).index(drug) % len(DRUGS)]


def quiet_axes(ax: Axes) -> None:
    """Horizontal hair lines only, ticks inside the margin."""
    ax.grid(axis="y", color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, width=0.7)


def end_label(ax: Axes, x: Any, y: float, text: str, *, colour: str, shift: float = 0.0) -> None:
    """Name a line at its right end instead of in a legend."""
    ax.annotate(
        text,
        (x, y),
        xytext=(5, shift),
        textcoords="offset points",
        color=colour,
        va="center",
        fontsize=8,
        annotation_clip=False,
    )


def spread(values: Sequence[float], least: float) -> list[float]:
    """Positions near `values` that keep a distance of `least`, in the same order of size (for labels)."""
    order = sorted(range(len(values)), key=lambda k: values[k])
    placed = [0.0] * len(values)
    for rank, k in enumerate(order):
        placed[k] = values[k] if rank == 0 else max(values[k], placed[order[rank - 1]] + least)
    excess = sum(placed[k] - values[k] for k in order) / max(1, len(order))
    return [value - excess for value in placed]
