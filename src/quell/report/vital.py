"""Panels of the body: pressure and oxygen, and the blood in multiples of the limits that worry intensive care."""

import numpy as np
from matplotlib.axes import Axes

from quell.care.bodily import Limits
from quell.ground.card import from_card
from quell.report import style
from quell.report.view import View

BLOOD = {
    "lactate": ("lactate", style.SEIZING),
    "ck": ("creatine kinase", style.CHLORIDE),
    "triglycerides": ("triglycerides", style.CONVULSING),
}
LEAST, MOST = 0.02, 15.0


def there(view: View) -> bool:
    """Whether the record has a body."""
    return "pressure" in view.record


def signs(ax: Axes, view: View) -> None:
    """Mean pressure, heart rate and oxygen saturation; dashed: the pressure below which staff act."""
    lines = {
        "pressure": ("pressure, mmHg", style.SEIZING),
        "heart_rate": ("heart, /min", style.GABA_A),
        "spo2": ("oxygen, %", style.POTASSIUM),
    }
    ax.axhline(float(from_card(Limits).pressure), color=style.INK, lw=0.9, ls=(0, (4, 3)))
    ends = []
    for name, (_, colour) in lines.items():
        values = view.record[name].values.astype(float)
        ax.plot(view.time, values, color=colour, lw=1.4)
        ends.append(float(values[-1]))
    top = max(140.0, *(float(view.record[name].max()) * 1.05 for name in lines))
    for y, (label, colour) in zip(style.spread(ends, 0.15 * top), lines.values(), strict=True):
        style.end_label(ax, view.ends[1], y, label, colour=colour)
    for spell in view.spells("arrhythmia"):
        begin, end = (float(view.x(at)) for at in (spell.start_s, spell.end_s))
        ax.axvspan(begin, end, color=style.SEIZING, alpha=0.12, lw=0)
    ax.set_ylim(0, top)
    ax.set_title("Circulation and oxygen (shaded: the rhythm has failed)")
    style.quiet_axes(ax)


def blood(ax: Axes, view: View) -> None:
    """Lactate, creatine kinase and triglycerides over their limits (logarithmic)."""
    limits = from_card(Limits)
    ax.axhline(1.0, color=style.INK, lw=0.9, ls=(0, (4, 3)))
    ax.set_yscale("log")
    ends = []
    for name, (_, colour) in BLOOD.items():
        level = view.record[name].values.astype(float) / float(getattr(limits, name))
        ax.plot(view.time, level.clip(LEAST, MOST), color=colour, lw=1.6)
        ends.append(float(level[-1].clip(LEAST, MOST)))
    places = style.spread([float(np.log10(end)) for end in ends], 0.42)
    for y, (label, colour) in zip(places, BLOOD.values(), strict=True):
        style.end_label(ax, view.ends[1], 10**y, label, colour=colour)
    ax.set_ylim(LEAST, MOST)
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.minorticks_off()
    ax.set_ylabel("× limit")
    said = (
        f"lactate {limits.lactate:g} mmol/L, creatine kinase {limits.ck:g} U/L, triglycerides {limits.triglycerides:g}"
    )
    ax.set_title(f"Blood, in multiples of its limit ({said} mmol/L)")
    style.quiet_axes(ax)
