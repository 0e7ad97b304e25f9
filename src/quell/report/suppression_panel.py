"""The panel of a coma led by the EEG: the suppressed share, the target it is held at, and the controller's alarms."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from quell.report import style
from quell.report.view import View

MEAN_S = 300.0  # what a clinician would read off
ALARM = "alarm: "
MARKERS = ("v", "s", "D", "^", "o", "P")


def there(view: View) -> bool:
    """Whether the run had a target of burst suppression, and its record holds the suppressed share."""
    return bool(view.record.attrs.get("targets")) and "suppression" in view.record


def held(ax: Axes, view: View, events: pd.DataFrame | None) -> None:
    """Suppressed share of every step and of the last 5 min, the target with its band, and a mark at each alarm."""
    share = view.record["suppression"].values.astype(float)
    ax.plot(view.time, share, color=style.FAINT, lw=0.5, alpha=0.5)
    ax.plot(view.time, _trailing(share, view), color=style.CHLORIDE, lw=1.8)
    for drug, (depth, tolerance) in view.record.attrs["targets"].items():
        ax.axhspan(depth - tolerance, min(1.0, depth + tolerance), color=style.RESERVE, alpha=0.16, lw=0)
        ax.axhline(depth, color=style.RESERVE, lw=1.1, ls=(0, (4, 3)))
        style.end_label(ax, view.ends[1], depth, f"target {depth:g}", colour=style.RESERVE)
        style.end_label(ax, view.ends[1], depth - 0.2, f"by {drug}", colour=style.RESERVE)
    _alarms(ax, view, events)
    ax.set_ylim(-0.03, 1.32)
    ax.set_yticks([0, 0.5, 1])
    ax.set_ylabel("share")
    ax.set_title("Suppressed share of the EEG (grey: each step; line: last 5 min; band: target) and alarms")
    style.quiet_axes(ax)


def _alarms(ax: Axes, view: View, events: pd.DataFrame | None) -> None:
    """One mark per alarm above the course, a shape for each kind, named below the last mark in a legend."""
    if events is None:
        return
    times, words = events["time_s"].to_numpy(float), events["what"].astype(str).to_numpy()
    inside = (times >= view.from_s) & (times <= view.to_s)
    kinds = sorted({word for word in words[inside] if word.startswith(ALARM)})
    for k, word in enumerate(kinds):
        at, name = view.x(times[inside & (words == word)]), word.removeprefix(ALARM)
        label = f"{name} ({len(at)})" if len(at) > 1 else name
        ax.plot(at, np.full(len(at), 1.16), MARKERS[k % len(MARKERS)], color=style.DRUGS[k], ms=5, ls="", label=label)
    if kinds:
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 0.0), ncols=1, handlelength=1.0, fontsize=7.5)


def _trailing(share: np.ndarray, view: View) -> np.ndarray:
    """Mean of the last 5 min at every step."""
    step = (view.to_s - view.from_s) / len(share)
    width = max(1, round(MEAN_S / step))
    sums = np.concatenate([[0.0], np.cumsum(share)])
    ends = np.arange(1, len(sums))
    begins = np.maximum(ends - width, 0)
    return (sums[ends] - sums[begins]) / (ends - begins)
