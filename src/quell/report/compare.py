"""The comparison: the same patient and the same noise, treated differently, side by side, and why it differs."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quell.outcome.proportion import Proportion
from quell.outcome.reason import clock
from quell.outcome.why import why
from quell.report import panel, style, trace
from quell.report.overview import NOTE
from quell.report.view import View

COLUMN_PX, HEAD_PX, EEG_PX, BODY_PX, WORDS_PX = 800, 118, 320, 880, 232
SHARE_PX, SHARE_HEAD_PX = 44, 110
LEFT_PX, NAMES_PX = 124, 190  # room for names of rows on the left and of lines on the right
LETTERS_A_LINE = 74
SAID = {
    "stopped": "the EEG falls silent",
    "returned": "silence, then the seizure returns",
    "shared": "silence after a second drug",
    "failed": "the seizure goes on",
    "ended before": "the seizure ends by itself",
    "not seizing": "nothing to stop",
    "too early to say": "no verdict yet",
}


@dataclass(frozen=True)
class Course:
    """One treatment of the patient: its title, Record, timeline and, in full mode, its source EEG."""

    title: str
    record: xr.Dataset
    events: pd.DataFrame | None = None
    eeg: trace.SourceEeg | None = None


def compare(
    courses: Sequence[Course],
    *,
    title: str,
    cohort: Sequence[tuple[str, Proportion]] = (),
    cohort_title: str = "Seizures stopped in the cohort (95 % interval)",
) -> Figure:
    """Two or more courses side by side; below each why it went so; below all, proportions of a cohort if given."""
    views = [View.of(course.record) for course in courses]
    width = COLUMN_PX * len(courses)
    shares = SHARE_HEAD_PX + SHARE_PX * len(cohort) if cohort else 0
    traces = EEG_PX if all(course.eeg for course in courses) else 0
    height = HEAD_PX + traces + BODY_PX + WORDS_PX + shares + 26
    with style.look():
        figure = style.canvas(width, height)
        figure.text(24 / width, 1 - 34 / height, title, fontsize=15, fontweight="bold", va="center")
        gap = trace.gap([piece for c, v in zip(courses, views, strict=True) for piece in _pieces(c, v)])
        columns: list[list[Axes]] = []
        for k, (course, view) in enumerate(zip(courses, views, strict=True)):
            place = _Place(width, height, k * COLUMN_PX)
            name, colour = _verdict(course, view)
            figure.text(place.x(LEFT_PX), 1 - 96 / height, name, fontsize=11, fontweight="bold", color=colour)
            if traces:
                _eeg(figure, course, view, place, gap=gap if k == len(courses) - 1 else -gap)
            columns.append(_column(figure, course, view, place, top=HEAD_PX + traces))
            _words(figure, view, place, top=HEAD_PX + traces + BODY_PX)
        for row in list(zip(*columns, strict=True))[1:]:  # the same height means the same number in every column
            lows, highs = zip(*(ax.get_ylim() for ax in row), strict=True)
            for ax in row:
                ax.set_ylim(min(lows), max(highs))
        if cohort:
            _shares(figure, cohort, cohort_title, bottom=(70 / height, SHARE_PX * len(cohort) / height))
        figure.text(1 - 20 / width, 14 / height, NOTE, fontsize=7.5, color=style.FAINT, ha="right", va="center")
    return figure


@dataclass(frozen=True)
class _Place:
    """Pixels from the top left corner of a column, in shares of the figure."""

    width: float
    height: float
    left: float

    def x(self, px: float) -> float:
        return (self.left + px) / self.width

    def box(self, left: float, right: float, top: float, bottom: float) -> tuple[float, float, float, float]:
        return self.x(left), 1 - bottom / self.height, (right - left) / self.width, (bottom - top) / self.height


def _pieces(course: Course, view: View) -> list:
    return [course.eeg.around(at) for at, _ in _moments(view)] if course.eeg else []


def _moments(view: View) -> list[tuple[float, str]]:
    """Ten seconds before the first drug, and ten minutes after it."""
    if not view.doses:
        return [(view.from_s + 2, clock(view.from_s)), (view.to_s - 14, clock(view.to_s))]
    first = view.doses[0]
    after = min(first.start_s + 600.0, view.to_s - 12)
    return [(first.start_s - 12, f"just before {first.drug}"), (after, "10 min later")]


def _eeg(figure: Figure, course: Course, view: View, place: _Place, *, gap: float) -> None:
    assert course.eeg is not None
    with_scale, gap = gap > 0, abs(gap)
    middle = (LEFT_PX + COLUMN_PX - NAMES_PX) / 2
    spans = [(LEFT_PX, middle - 6), (middle + 6, COLUMN_PX - NAMES_PX)]
    for k, ((at, name), (left, right)) in enumerate(zip(_moments(view), spans, strict=True)):
        ax = figure.add_axes(place.box(left, right, HEAD_PX + 22, HEAD_PX + EEG_PX - 26))
        trace.excerpt(ax, course.eeg.around(at), course.eeg.fs, title=name, gap_uV=gap, names=k == 0)
        if k == 1 and with_scale:
            trace.scale(ax, gap)


def _column(figure: Figure, course: Course, view: View, place: _Place, *, top: float) -> list[Axes]:
    heights = (80, 260, 150, 150)
    starts = (40, 172, 486, 690)
    boxes = [
        place.box(LEFT_PX, COLUMN_PX - NAMES_PX, top + start, top + start + height)
        for start, height in zip(starts, heights, strict=True)
    ]
    first = figure.add_axes(boxes[0])
    axes = [first, *(figure.add_axes(box, sharex=first) for box in boxes[1:])]
    panel.states(axes[0], view)
    panel.e_gaba(axes[1], view, name_focus=False)
    panel.receptors(axes[2], view)
    panel.levels(axes[3], view)
    axes[1].set_title("E_GABA in the focus")
    axes[2].set_title("Receptors at the synapse, own reserve")
    panel.dose_marks(axes, view, labels_on=axes[0])
    view.limits(axes, labelled=axes[-1])
    return axes


def _words(figure: Figure, view: View, place: _Place, *, top: float) -> None:
    verdicts = why(view.record)
    text = verdicts[0].words if verdicts else "Nothing was given."
    figure.text(
        place.x(LEFT_PX),
        1 - (top + 30) / place.height,
        "\n".join(textwrap.wrap(text, LETTERS_A_LINE)),
        fontsize=8.3,
        va="top",
        linespacing=1.45,
    )


def _shares(
    figure: Figure, cohort: Sequence[tuple[str, Proportion]], title: str, *, bottom: tuple[float, float]
) -> None:
    ax = figure.add_axes((0.2, bottom[0], 0.58, bottom[1]))
    for row, (_, p) in enumerate(cohort):
        colour = style.BRAKE if p.share >= 0.5 else style.EXCITE
        ax.plot([p.low, p.high], [-row, -row], color=colour, lw=2.2, solid_capstyle="butt")
        ax.plot([p.share], [-row], "o", color=colour, ms=7)
        ax.annotate(str(p), (1.0, -row), xytext=(8, 0), textcoords="offset points", va="center", annotation_clip=False)
    ax.set_yticks([-row for row in range(len(cohort))], [name for name, _ in cohort])
    ax.set_xlim(0, 1)
    ax.set_ylim(-len(cohort) + 0.4, 0.6)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.grid(axis="x", color=style.GRID, lw=0.7)
    ax.tick_params(length=0)
    ax.spines["left"].set_visible(False)
    ax.set_title(title, pad=8)


def _verdict(course: Course, view: View) -> tuple[str, str]:
    """The column's title with what happened: blue where the first drug was followed by silence, else red."""
    verdicts = why(view.record)
    if not verdicts:
        return course.title, style.INK
    colour = style.BRAKE if verdicts[0].result == "stopped" else style.EXCITE
    return f"{course.title}: {SAID[verdicts[0].result]}", colour
