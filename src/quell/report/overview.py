"""The overview: one patient on one page, from the EEG down to the chloride ion, under the doses."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quell.cohort.store import write_bytes
from quell.outcome.reason import clock
from quell.report import panel, style, suppression_panel, tissue_panel, tolerance_panel, trace, vital
from quell.report.view import View

WIDTH_PX, HEAD_PX, EEG_PX, BODY_PX, VITAL_PX, TISSUE_PX = 1600, 88, 350, 1360, 400, 210
RATIOS, VITAL = [0.75, 1.0, 1.7, 1.0, 0.9, 1.1], [1.0, 1.0]
FLAG_PX, LETTERS = 26, 118  # height of a row of dose names; letters along the panels
AFTER_DOSE_S = 600.0
MOST_DRUGS = 5  # named in the headline
PARTS = ((tissue_panel.there, tissue_panel.fire), (tolerance_panel.there, tolerance_panel.adapted))  # where they are on
NOTE = "Simulated. Research and teaching only, never for decisions at the bedside."


def overview(
    record: xr.Dataset,
    events: pd.DataFrame | None = None,
    *,
    patient: int = 0,
    eeg: trace.SourceEeg | None = None,
    title: str = "",
) -> Figure:
    """The picture of one patient; EEG excerpts on top where there is a source. Dose lines run through all panels."""
    view = View.of(record, patient)
    with style.look():
        flags = FLAG_PX * (1 + max((flag.row for flag in view.flags(LETTERS)), default=0))
        height = HEAD_PX + BODY_PX + flags + (EEG_PX if eeg else 0) + (VITAL_PX if vital.there(view) else 0)
        more = [1.0] * (suppression_panel.there(view) + sum(there(view) for there, _ in PARTS))
        height += TISSUE_PX * len(more)
        figure = style.canvas(WIDTH_PX, height)
        top = 1 - HEAD_PX / height
        if eeg:
            below = top - EEG_PX / height
            _excerpts(figure, view, eeg, bottom=below + 30 / height, top=top - 26 / height)
            top = below
        ratios = [*RATIOS, *(VITAL if vital.there(view) else []), *more]
        axes = _body(figure, top - (12 + flags) / height, 84 / height, ratios=ratios)
        _draw(axes, view, events)
        figure.text(0.03, 1 - 30 / height, title or "One patient", fontsize=14, fontweight="bold", va="center")
        figure.text(0.03, 1 - 66 / height, _headline(view), fontsize=9.5, color="#4a505c", va="center")
        figure.text(0.97, 18 / height, NOTE, fontsize=7.5, color=style.FAINT, ha="right", va="center")
    return figure


def write(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, whole or not at all."""
    write_bytes(path, style.png(figure))


def moments(view: View) -> list[tuple[float, str]]:
    """Up to four telling moments for EEG excerpts: into the seizure, before and after the first and last dose."""
    chosen: list[tuple[float, str]] = []
    seizures = view.spells("seizing")
    if seizures and view.from_s < seizures[0].start_s - 15:
        chosen.append((seizures[0].start_s - 15, "before the seizure"))
    if view.doses:
        first = view.doses[0]
        chosen.append((first.start_s - 12, f"before {first.drug}, {clock(first.start_s)}"))
        chosen.append((first.start_s + AFTER_DOSE_S, f"10 min after {first.drug}"))
    elif seizures:
        middle = (seizures[-1].start_s + seizures[-1].end_s) / 2
        chosen.append((middle, f"during the seizure, {clock(middle)}"))
    chosen.append((view.to_s - 14, f"at the end, {clock(view.to_s)}"))
    return [(max(view.from_s, min(at, view.to_s - 12)), name) for at, name in chosen]


def _excerpts(figure: Figure, view: View, eeg: trace.SourceEeg, *, bottom: float, top: float) -> None:
    chosen = moments(view)
    pieces = [eeg.around(at) for at, _ in chosen]
    gap = trace.gap(pieces)
    left, right, between = 0.085, 0.955, 0.008
    width = (right - left - between * (len(chosen) - 1)) / len(chosen)
    for k, ((_, name), piece) in enumerate(zip(chosen, pieces, strict=True)):
        ax = figure.add_axes((left + k * (width + between), bottom, width, top - bottom))
        trace.excerpt(ax, piece, eeg.fs, title=name, gap_uV=gap, names=k == 0)
        if k == len(chosen) - 1:
            trace.scale(ax, gap)


def _body(figure: Figure, top: float, bottom: float, *, ratios: Sequence[float]) -> Sequence[Axes]:
    grid = figure.add_gridspec(
        len(ratios),
        1,
        left=0.085,
        right=0.875,
        top=top,
        bottom=bottom,
        height_ratios=ratios,
        hspace=0.42,
    )
    first = figure.add_subplot(grid[0])
    return [first, *(figure.add_subplot(grid[k], sharex=first) for k in range(1, len(ratios)))]


def _draw(axes: Sequence[Axes], view: View, events: pd.DataFrame | None) -> None:
    panel.states(axes[0], view, events)
    panel.firing(axes[1], view)
    panel.e_gaba(axes[2], view)
    panel.receptors(axes[3], view)
    panel.ions(axes[4], view)
    panel.levels(axes[5], view)
    if vital.there(view):
        vital.signs(axes[6], view)
        vital.blood(axes[7], view)
    shown = [drawn for there, drawn in PARTS if there(view)]
    last = len(axes) - len(shown)
    for ax, drawn in zip(axes[last:], shown, strict=True):
        drawn(ax, view)
    if suppression_panel.there(view):
        suppression_panel.held(axes[last - 1], view, events)
    panel.dose_marks([axes[0], *axes[2:]], view, labels_on=axes[0])
    view.limits(axes, labelled=axes[-1])


def _headline(view: View) -> str:
    seizing = float(view.record["seizing"].values.sum()) * (view.to_s - view.from_s) / len(view.time) / 60
    ends = "still seizing at the end" if bool(view.record["seizing"].values[-1]) else "not seizing at the end"
    more = f" and {len(view.drugs) - MOST_DRUGS} more" if len(view.drugs) > MOST_DRUGS else ""
    treated = ", ".join(view.drugs[:MOST_DRUGS]) + more or "no drug"
    return f"{seizing:.0f} min of electrographic seizing, {ends}; given: {treated}"
