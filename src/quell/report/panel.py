"""The panels of which every figure is made: seizing, firing, E_GABA, receptors, ions, drug levels, dose marks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from quell.care.definition import Rules
from quell.care.meaning import Read, Run, runs
from quell.ground.card import from_card
from quell.outcome.endpoint import answers_above
from quell.outcome.reason import place_words, volts
from quell.outcome.spell import bouts_of
from quell.outcome.why import marks
from quell.report import style
from quell.report.view import View

FIRE = LinearSegmentedColormap.from_list("fire", ["#f7f8fa", "#f3c9a5", "#d9663f", "#7d1d2b"])
SOURCE_E_GABA = {"healthy": -73.0, "refractory": -42.0}  # the source articles' two values, mV
LEAST_DRIVE = 0.05
LETTERS_PER_INCH = 14.0


def states(ax: Axes, view: View, events: pd.DataFrame | None = None) -> None:
    """Bars of what can be seen: seizing on the EEG, convulsing, answering; above them the stages reached."""
    awake = view.record.assign(awake=view.record["responsiveness"] > answers_above())
    answering = View(awake, view.from_s, view.to_s).spells("awake")
    seen = {name: bouts_of(view.record, name) for name in ("seizing", "convulsing")}
    rows = [
        ("EEG seizing", seen["seizing"].seizures, style.SEIZING),
        ("convulsing", seen["convulsing"].seizures, style.CONVULSING),
        ("answers", answering, style.AWAKE),
    ]
    for row, (_, stretches, colour) in enumerate(rows):
        bars = [_bar(view, s.start_s, s.end_s) for s in stretches]
        ax.broken_barh(bars, (-row - 0.38, 0.76), color=colour, linewidth=0)
        ax.axhspan(-row - 0.38, -row + 0.38, color=style.PALE, zorder=0)
    for row, (name, colour) in enumerate((("seizing", style.SEIZING), ("convulsing", style.CONVULSING))):
        _runs(ax, view, seen[name], row, colour)
    named = _stages(ax, view, events)
    ax.set_yticks([0, -1, -2, *named], [*(name for name, _, _ in rows), *("stage" for _ in named)])
    ax.tick_params(length=0)
    ax.set_ylim(-2.5, 1.5 if named else 0.5)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _runs(ax: Axes, view: View, seen: Read, row: int, colour: str) -> None:
    """Runs of brief seizures as a pale band with their number; flashes too short to be one as low marks."""
    low, high = view.ends
    for run in (one for one in runs(seen.seizures, from_card(Rules)) if isinstance(one, Run)):
        begin, width = _bar(view, run.start_s, run.end_s)
        ax.broken_barh([(begin, width)], (-row - 0.38, 0.76), color=colour, alpha=0.25, linewidth=0)
        text = f"{len(run.bouts)} brief"
        if width / (high - low) * letters(ax) > len(text):
            ax.text(begin + width / 2, -row, text, fontsize=7, ha="center", va="center", clip_on=True)
    marks_of = [_bar(view, flash.start_s, flash.end_s) for flash in seen.flashes]
    ax.broken_barh(marks_of, (-row - 0.38, 0.2), color=colour, alpha=0.5, linewidth=0)


def _stages(ax: Axes, view: View, events: pd.DataFrame | None) -> list[int]:
    """Each stage from the time it was reached to the next, named where there is room; gives the row used."""
    reached = [] if events is None else sorted(events.query("kind == 'stage'")[["time_s", "what"]].values.tolist())
    if not reached:
        return []
    times, names = [float(time) for time, _ in reached], [str(what) for _, what in reached]
    low, high = view.ends
    for k, (begin, end, name) in enumerate(zip(times, [*times[1:], view.to_s], names, strict=True)):
        bar = _bar(view, begin, end)
        ax.broken_barh([bar], (0.62, 0.76), color=style.STAGES[k % len(style.STAGES)], lw=0)
        if bar[1] / (high - low) * letters(ax) > len(name):
            ax.text(bar[0], 0.98, f" {name}", fontsize=7.5, va="center", clip_on=True)
    return [1]


def firing(ax: Axes, view: View) -> None:
    """Firing of every patch over time, dark where it seizes."""
    rates = view.record["rate_E"].values.astype(float)
    top = max(10.0, float(np.percentile(rates, 99.5)))
    coarse, edges = _fit(rates, view)
    rows = np.arange(rates.shape[1] + 1) - 0.5
    ax.pcolormesh(edges, rows, coarse.T, cmap=FIRE, vmin=0, vmax=top, rasterized=True)
    ax.invert_yaxis()
    names = [str(patch).replace("_", " ") for patch in view.record["patch"].values]
    ax.set_yticks(range(len(names)), names, fontsize=6.5 if len(names) > 4 else 8)
    ax.tick_params(length=0)
    ax.set_title(f"Firing of each patch (pale 0, dark {top:.0f} Hz)")


def e_gaba(ax: Axes, view: View, *, name_focus: bool = True) -> None:
    """E_GABA at the focus against rest and threshold: blue where GABA brakes, red where it excites."""
    mark = marks()
    everywhere = view.record["E_gaba"].values.astype(float)
    low = min(SOURCE_E_GABA["healthy"], float(np.nanmin(everywhere))) - 4
    high = max(SOURCE_E_GABA["refractory"], float(np.nanmax(everywhere))) + 4
    ax.axhspan(low, mark.rest, color=style.BRAKE, alpha=0.10, lw=0)
    ax.axhspan(mark.threshold, high, color=style.EXCITE, alpha=0.10, lw=0)
    for value, word in ((mark.rest, "rest"), (mark.threshold, "threshold")):
        ax.axhline(value, color=style.INK, lw=0.9, ls=(0, (4, 3)))
        style.end_label(ax, view.ends[1], value, f"{word} {volts(value)}", colour=style.INK)
    for word, value in SOURCE_E_GABA.items():
        ax.axhline(value, color=style.FAINT, lw=0.8, ls=(0, (1, 3)))
        style.end_label(ax, view.ends[1], value, f"{word} {volts(value)}", colour=style.FAINT)
    ax.plot(view.time, everywhere, color=style.FAINT, lw=0.6, alpha=0.55)
    if "E_gaba_mean" in view.record:
        ax.plot(view.time, view.at_focus("E_gaba_mean"), color="#5d6470", lw=1.2, ls="--")
    ax.plot(view.time, view.at_focus("E_gaba"), color="#16181d", lw=2.2)
    ax.set_ylim(low, high)
    ax.set_ylabel("mV")
    where = f" in the {place_words(view.focus)}" if name_focus else ""
    ax.set_title(f"E_GABA{where} (dashed: mean over compartments; grey: other patches)")
    place = {"transform": ax.get_yaxis_transform(), "fontsize": 7.5, "va": "center", "alpha": 0.9}
    ax.text(0.006, high - 2.4, "GABA excites", color=style.EXCITE, **place)
    ax.text(0.006, low + 1.8, "GABA brakes", color=style.BRAKE, **place)


def receptors(ax: Axes, view: View) -> None:
    """Synaptic GABA-A and NMDA receptors and the reserve of the brain's own brakes, relative to control."""
    lines = {
        "gaba_a": ("GABA-A", style.GABA_A),
        "nmda": ("NMDA", style.NMDA),
        "reserve": ("own reserve", style.RESERVE),
    }
    shown = {name: line for name, line in lines.items() if name in view.record}
    ax.axhline(1.0, color=style.INK, lw=0.7, ls=(0, (4, 3)))
    for name, (_, colour) in shown.items():
        ax.plot(view.time, view.at_focus(name), color=colour, lw=1.2 if name == "reserve" else 2.0)
    ends = [float(view.at_focus(name)[-1]) for name in shown]
    top = max(1.25, *(float(view.at_focus(name).max()) * 1.05 for name in shown))
    for y, (label, colour) in zip(style.spread(ends, 0.13 * top), shown.values(), strict=True):
        style.end_label(ax, view.ends[1], y, label, colour=colour)
    ax.set_ylim(0, top)
    ax.set_ylabel("× control")
    ax.set_title("Receptors at the synapse, and the reserve that ends seizures")
    style.quiet_axes(ax)


def ions(ax: Axes, view: View) -> None:
    """Chloride inside and potassium outside at the focus."""
    lines = {"Cl_i": ("Cl⁻ inside", style.CHLORIDE), "K_o": ("K⁺ outside", style.POTASSIUM)}
    shown = {name: line for name, line in lines.items() if name in view.record}
    for name, (_, colour) in shown.items():
        ax.plot(view.time, view.at_focus(name), color=colour)
    top = max(12.0, *(float(view.at_focus(name).max()) * 1.08 for name in shown))
    ends = style.spread([float(view.at_focus(name)[-1]) for name in shown], 0.13 * top)
    for y, (label, colour) in zip(ends, shown.values(), strict=True):
        style.end_label(ax, view.ends[1], y, label, colour=colour)
    ax.set_ylim(0, top)
    ax.set_ylabel("mM")
    ax.set_title("Ions")
    style.quiet_axes(ax)


def levels(ax: Axes, view: View) -> None:
    """Free drug at its site in the brain, in multiples of the level of half effect (logarithmic)."""
    known = {drug: view.drive(drug) for drug in view.drugs}
    top = max([20.0, *(float(level.max()) * 1.6 for level, _ in known.values())])
    ax.axhspan(LEAST_DRIVE, 1.0, color="#f4f5f7", lw=0)
    ax.axhline(1.0, color=style.INK, lw=0.9, ls=(0, (4, 3)))
    ax.set_yscale("log")
    ends = []
    for drug, (level, _) in known.items():
        seen = np.where(level > LEAST_DRIVE, level, np.nan)
        ax.plot(view.time, seen, color=style.colour_of(drug, view.drugs))
        ends.append(np.log10(max(LEAST_DRIVE, level[-1])))
    for y, (drug, (_, in_half_effects)) in zip(style.spread(ends, 0.32), known.items(), strict=True):
        word = drug if in_half_effects else f"{drug}*"
        style.end_label(ax, view.ends[1], 10**y, word, colour=style.colour_of(drug, view.drugs))
    if not known:
        ax.text(0.5, 0.8, "no drug given", transform=ax.transAxes, ha="center", va="center", color=style.FAINT)
    ax.set_ylim(LEAST_DRIVE, top)
    ax.set_yticks([0.1, 1, 10, 100][: 3 if top < 100 else 4], ["0.1", "1", "10", "100"][: 3 if top < 100 else 4])
    ax.minorticks_off()
    ax.set_ylabel("× half effect")
    own = any(not in_half_effects for _, in_half_effects in known.values())
    ax.set_title(f"Drug at its site in the brain{' (* in multiples of its own peak)' if own else ''}")
    style.quiet_axes(ax)


def dose_marks(axes: Sequence[Axes], view: View, *, labels_on: Axes) -> None:
    """A line through every panel where a dose begins, with its name on a flag above the panel `labels_on`."""
    for dose in view.doses:
        colour = style.colour_of(dose.drug, view.drugs)
        for ax in axes:
            ax.axvline(float(view.x(dose.start_s)), color=colour, lw=0.9, alpha=0.75)
            if dose.is_infusion:
                ax.axvspan(*(float(view.x(t)) for t in dose[1:3]), color=colour, alpha=0.05, lw=0)
    for flag in view.flags(letters(labels_on)):
        _flag(labels_on, flag.x, flag.row, text=flag.text, colour=style.colour_of(flag.drug, view.drugs))


def letters(ax: Axes) -> float:
    """How many letters of a label fit along an axes."""
    width = ax.get_position().width * ax.figure.get_figwidth()  # type: ignore[union-attr]
    return width * LETTERS_PER_INCH


def _flag(ax: Axes, x: float, row: int, *, text: str, colour: str) -> None:
    place = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "annotation_clip": False}
    lift = 7 + 12 * row
    pole = {"arrowstyle": "-", "color": colour, "lw": 0.9, "shrinkA": 0, "shrinkB": 0, "alpha": 0.75}
    ax.annotate("", (x, 1.0), xytext=(0, lift + 4), arrowprops=pole, **place)
    ax.annotate(text, (x, 1.0), xytext=(3, lift), color=colour, fontsize=8, fontweight="bold", va="center", **place)


def _bar(view: View, start_s: float, end_s: float) -> tuple[float, float]:
    """Where a bar begins and how long it is, for broken_barh."""
    begin, end = (float(view.x(t)) for t in (start_s, end_s))
    return begin, end - begin


def _fit(rates: np.ndarray, view: View, most: int = 8000) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` columns, each the highest rate within it, so that a brief seizure is never lost in drawing."""
    block = -(-len(rates) // most)
    padded = np.concatenate([rates, np.repeat(rates[-1:], -len(rates) % block, axis=0)])
    coarse = padded.reshape(-1, block, rates.shape[1]).max(axis=1)
    ends = view.record["time"].values[np.minimum(np.arange(1, len(coarse) + 1) * block - 1, len(rates) - 1)]
    return coarse, view.x(np.concatenate([[view.from_s], ends]))
