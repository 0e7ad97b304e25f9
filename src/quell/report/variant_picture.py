"""The picture of `quell drugs compare`: the models of one drug side by side, plasma of one regimen in one person."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from quell.report import style

SHOWN = 1e-3  # of the highest level; lower ones fall off the picture
LABEL = 0.05  # height of a label over that of the axes
NOTE = "The reference person. Research and teaching only, never for decisions at the bedside."


def drawn(levels: Mapping[str, xr.Dataset], default: str) -> Figure:
    """Total plasma (solid, the default thick) over hours, one colour per variant; `levels` as `quell.pk` gives them."""
    names = list(levels)
    first = levels[names[0]]
    with style.look():
        figure = style.canvas(1000, 620)
        ax = figure.add_axes((0.09, 0.17, 0.70, 0.67))
        top = max(float(one["plasma"].max()) for one in levels.values())
        ends = []
        for name, one in levels.items():
            width = 2.4 if name == default else 1.2
            hours = one["time"].values / 60.0
            if "plasma_low" in one:
                low, high = one["plasma_low"].values, one["plasma_high"].values
                ax.fill_between(hours, low, high, color=style.colour_of(name, names), alpha=0.10, linewidth=0)
            ax.plot(hours, one["plasma"].values, color=style.colour_of(name, names), linewidth=width)
            ends.append(float(np.log10(max(one["plasma"].values[-1], top * SHOWN))))
        ax.set_yscale("log")
        bottom = max(top * SHOWN, 0.4 * 10 ** min(ends))
        ax.set_ylim(bottom, top * 1.5)
        gap = LABEL * float(np.log10(top * 1.5 / bottom))
        ax.set_xlim(0.0, float(first["time"].max()) / 60.0)
        for y, name in zip(style.spread(ends, gap), names, strict=True):
            word = f"{name} (default)" if name == default else name
            style.end_label(ax, ax.get_xlim()[1], 10**y, word, colour=style.colour_of(name, names))
        ax.set_xlabel("h after the first dose")
        ax.set_ylabel("mg/L in plasma, total")
        figure.text(0.09, 0.94, f"{first.attrs['drug']}, by model", weight="bold", fontsize=11)
        band = "; bands: nine tenths of people" if "plasma_low" in first else ""
        figure.text(0.09, 0.895, f"{first.attrs['regimen']}{band}", fontsize=8)
        figure.text(0.97, 0.02, NOTE, fontsize=7.5, color=style.FAINT, ha="right")
    return figure
