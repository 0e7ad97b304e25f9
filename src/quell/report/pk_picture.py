"""The picture of `quell pk`: plasma and effect site over time, with the band of people around them."""

import xarray as xr
from matplotlib.figure import Figure

from quell.report import style

HOURS_FROM_MIN = 240.0  # a longer course is drawn in hours
SHOWN = 1e-4  # of the highest level; lower ones fall off the picture


def drawn(levels: xr.Dataset) -> Figure:
    """Levels (mg/L) over time of a dataset of `quell.pk`."""
    minutes = levels["time"].values
    scale, unit = (60.0, "h") if minutes.max(initial=0.0) > HOURS_FROM_MIN else (1.0, "min")
    time = minutes / scale
    attrs = levels.attrs
    with style.look():
        figure = style.canvas(1000, 620)
        ax = figure.add_axes((0.09, 0.13, 0.87, 0.72))
        for name, colour, what in (("plasma", style.BRAKE, "plasma"), ("site", style.EXCITE, "site of action")):
            _shade(ax, time, levels, name, colour=colour)
            ax.plot(time, levels[name].values, color=colour, label=what)
        _shade(ax, time, levels, "free", colour=style.BRAKE)
        ax.plot(time, levels["free"].values, color=style.BRAKE, linestyle=":", label="free in plasma")
        metabolites = [
            v for v in levels.data_vars if str(levels[v].attrs.get("long_name", "")).startswith("metabolite")
        ]
        for name, colour in zip(metabolites, style.DRUGS, strict=False):
            _shade(ax, time, levels, str(name), colour=colour)
            ax.plot(time, levels[name].values, color=colour, linestyle="--", label=str(name))
        ax.set_xlabel(f"{unit} after the first dose")
        ax.set_ylabel("mg/L")
        ax.set_xlim(0.0, max(float(time.max(initial=0.0)), 1e-9))
        ax.set_yscale("log")
        top = float(levels["plasma_high" if "plasma_low" in levels else "plasma"].max())
        ax.set_ylim(max(top, 1e-12) * SHOWN, max(top, 1e-12) * 1.5)
        ax.legend(loc="upper right")
        figure.text(0.09, 0.945, f"{attrs['drug']}, {attrs['variant']}: {attrs['regimen']}", weight="bold", fontsize=10)
        band = "; band: nine tenths of people" if "plasma_low" in levels else ""
        figure.text(0.09, 0.895, f"{_person(attrs['person'])}{band}. {attrs['limit']}", color=style.FAINT, fontsize=7)
    return figure


def _shade(ax, time, levels: xr.Dataset, name: str, *, colour: str) -> None:
    """Nine tenths of people, where they were drawn and differ."""
    if f"{name}_low" in levels:
        low, high = levels[f"{name}_low"].values, levels[f"{name}_high"].values
        ax.fill_between(time, low, high, color=colour, alpha=0.13, linewidth=0)


def _person(person: dict[str, float]) -> str:
    sex = "man" if person["male"] > 0.5 else "woman"
    return f"{sex} of {person['age_y']:g} y, {person['weight_kg']:g} kg, {person['height_cm']:g} cm"
