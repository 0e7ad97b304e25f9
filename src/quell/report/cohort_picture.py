"""Many patients on one page: who still seizes, what their brains become, and the endpoints, all with uncertainty."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quell.cohort.crowd import Share, band, share_band, shares
from quell.cohort.result import Cohort
from quell.outcome.endpoint import answers_above
from quell.outcome.why import marks
from quell.report import style
from quell.report.overview import NOTE
from quell.report.view import View

WIDTH_PX, HEAD_PX, PANEL_PX, GAP_PX, ROW_PX, FOOT_PX = 1500, 96, 250, 72, 31, 84
LEFT, WIDE = 0.085, 0.72  # of the width: where the panels begin and how far they go


def picture(cohort: Cohort, people: pd.DataFrame, *, title: str, end_s: float) -> Figure:
    """The page of a cohort. `people` is the table of `crowd.table`, `end_s` when the records end (s)."""
    found = [share for share in shares(people, end_s) if share.proportion.n > 0]
    height = HEAD_PX + 3 * (PANEL_PX + GAP_PX) + 60 + ROW_PX * len(found) + FOOT_PX
    minutes = cohort.read("trace.seizing").shape[1]
    view = View(xr.Dataset(), 0.0, 60.0 * minutes)
    time = view.x(60.0 * (np.arange(minutes) + 1))
    with style.look():
        figure = style.canvas(WIDTH_PX, height)
        words = f"{title}: {cohort.patients} virtual patients"
        figure.text(LEFT, 1 - 34 / height, words, fontsize=15, fontweight="bold", va="center")
        tops = [HEAD_PX + k * (PANEL_PX + GAP_PX) for k in range(3)]
        boxes = [(LEFT, 1 - (top + PANEL_PX) / height, WIDE, PANEL_PX / height) for top in tops]
        axes = [figure.add_axes(box) for box in boxes]
        _seen(axes[0], time, cohort)
        _e_gaba(axes[1], time, cohort)
        _receptors(axes[2], time, cohort)
        view.limits(axes, labelled=axes[2])
        bottom = FOOT_PX / height
        _forest(figure.add_axes((0.38, bottom, WIDE + LEFT - 0.38, ROW_PX * len(found) / height)), found)
        figure.text(1 - 20 / WIDTH_PX, 14 / height, NOTE, fontsize=7.5, color=style.FAINT, ha="right", va="center")
    return figure


def _seen(ax: Axes, time: np.ndarray, cohort: Cohort) -> None:
    """Shares of patients over time; the bands are 95 % Wilson intervals."""
    lines = (
        ("EEG seizing", cohort.read("trace.seizing") > 0, style.SEIZING),
        ("convulsing", cohort.read("trace.convulsing") > 0, style.CONVULSING),
        ("answers", cohort.read("trace.responsiveness") > answers_above(), style.RESERVE),
    )
    ends = []
    for _, values, colour in lines:
        share, low, high = share_band(values)
        ax.fill_between(time, low, high, color=colour, alpha=0.2, lw=0)
        ax.plot(time, share, color=colour)
        ends.append(float(share[-1]))
    for y, (name, _, colour) in zip(style.spread(ends, 0.085), lines, strict=True):
        style.end_label(ax, time[-1], y, name, colour=colour)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_title("Share of patients (band: 95 % interval)")
    style.quiet_axes(ax)


def _e_gaba(ax: Axes, time: np.ndarray, cohort: Cohort) -> None:
    """E_GABA of the worst patch: median, half and nine tenths of the patients."""
    found, mark = band(cohort.read("trace.E_gaba")), marks()
    low, high = min(float(found["q05"].min()), mark.rest) - 4, max(float(found["q95"].max()), mark.threshold) + 4
    ax.axhspan(low, mark.rest, color=style.BRAKE, alpha=0.08, lw=0)
    ax.axhspan(mark.threshold, high, color=style.EXCITE, alpha=0.08, lw=0)
    for value, word in ((mark.rest, "rest"), (mark.threshold, "threshold")):
        ax.axhline(value, color=style.INK, lw=0.9, ls=(0, (4, 3)))
        style.end_label(ax, time[-1], value, word, colour=style.INK)
    _draw(ax, time, found, "#3a3f49")
    ax.set_ylim(low, high)
    ax.set_ylabel("mV")
    ax.set_title("E_GABA in the worst patch (median; half and nine tenths of the patients)")
    place = {"transform": ax.get_yaxis_transform(), "fontsize": 7.5, "va": "center", "alpha": 0.9}
    ax.text(0.006, high - 2.4, "GABA excites", color=style.EXCITE, **place)
    ax.text(0.006, low + 1.8, "GABA brakes", color=style.BRAKE, **place)


def _receptors(ax: Axes, time: np.ndarray, cohort: Cohort) -> None:
    """Receptors of the worst patch, relative to control."""
    ax.axhline(1.0, color=style.INK, lw=0.7, ls=(0, (4, 3)))
    for name, word, colour in (("gaba_a", "GABA-A", style.GABA_A), ("nmda", "NMDA", style.NMDA)):
        found = band(cohort.read(f"trace.{name}"))
        _draw(ax, time, found, colour)
        style.end_label(ax, time[-1], float(found["median"][-1]), word, colour=colour)
    ax.set_ylim(bottom=0)
    ax.set_title("Receptors at the synapse in the worst patch, relative to control")
    style.quiet_axes(ax)


def _draw(ax: Axes, time: np.ndarray, found, colour: str) -> None:
    ax.fill_between(time, found["q05"], found["q95"], color=colour, alpha=0.12, lw=0)
    ax.fill_between(time, found["q25"], found["q75"], color=colour, alpha=0.22, lw=0)
    ax.plot(time, found["median"], color=colour)


def _forest(ax: Axes, found: Sequence[Share]) -> None:
    """Every share with its interval, counts and denominator."""
    for row, share in enumerate(found):
        p = share.proportion
        ax.plot([p.low, p.high], [-row, -row], color=style.BRAKE, lw=2.2, solid_capstyle="butt")
        ax.plot([p.share], [-row], "o", color=style.BRAKE, ms=5.5)
        place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        ax.annotate(str(p), (1.0, -row), fontsize=8, **place)
    labels = [f"{share.words}  ({share.among})" for share in found]
    ax.set_yticks([-row for row in range(len(found))], labels, fontsize=7.8)
    ax.set_xlim(0, 1)
    ax.set_ylim(-len(found) + 0.4, 0.6)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.grid(axis="x", color=style.GRID, lw=0.7)
    ax.tick_params(length=0)
    ax.spines["left"].set_visible(False)
    ax.set_title("Endpoints (95 % interval; among whom in brackets)")
