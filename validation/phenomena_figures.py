"""A figure for each phenomenon, from what `phenomena.py` kept: both modes, with intervals."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

COLOURS = {"full": "#1b4965", "projective": "#c1666b"}
CLINIC = {"color": "black", "marker": "x", "linestyle": "none", "zorder": 5}
SHINNAR = {5: 0.501, 10: 0.290, 20: 0.160, 30: 0.120}
RAFIQ = {4.0: 0.50, 6.6: 0.95}
OUTSIDE = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
FOLDER = Path(__file__).parent.parent / "docs" / "figures"


def draw(modes: dict[str, dict]) -> list[str]:
    """Write docs/figures/phenomenon_N.png for all that these runs tell of, and say which."""
    drawn = []
    for number, (make, panels) in FIGURES.items():
        figure, axes = plt.subplots(1, panels, figsize=(4.2 * panels + 1.8, 3.0), squeeze=False, layout="constrained")
        for name, curves in modes.items():
            make(axes[0], curves, name, COLOURS[name])
        for axis in axes[0]:
            axis.spines[["top", "right"]].set_visible(False)
        axes[0][-1].legend(*axes[0][0].get_legend_handles_labels(), fontsize=7, frameon=False, **OUTSIDE)
        drawn.append(f"phenomenon_{number}.png")
        figure.savefig(FOLDER / drawn[-1], dpi=110)
        plt.close(figure)
    return drawn


def points(axis, table: dict, colour: str, label: str | None, *, shift: float = 0.0, style: str = "o-") -> None:
    """Shares with their intervals over the numbers they stand for."""
    kept = {float(x): s for x, s in table.items() if s}
    x = np.array(list(kept)) + shift
    if len(x):
        p, low, high = np.array(list(kept.values())).T
        axis.errorbar(x, p, [p - low, high - p], fmt=style, color=colour, ms=4, lw=1, capsize=2, label=label)
    axis.set_ylim(-0.03, 1.03)


def ribbon(axis, x: list[float], bands: list[list[float]], colour: str, label: str | None) -> None:
    """Median and central 80 % over time."""
    at = [k for k, row in enumerate(bands) if row]
    if not at:  # too few people for a band
        return
    low, middle, high = np.array([bands[k] for k in at]).T
    when = np.array(x)[at]
    axis.fill_between(when, low, high, color=colour, alpha=0.2, lw=0)
    axis.plot(when, middle, color=colour, lw=1.3, label=label)


def ending(axes, c: dict, mode: str, colour: str) -> None:
    first, second, third = axes
    first.step(c["minutes"], c["going"], where="post", color=colour, label=mode)
    first.plot(list(SHINNAR), list(SHINNAR.values()), **CLINIC, label="Shinnar" if mode == "projective" else None)
    first.set(xlabel="minutes", ylabel="untreated, still seizing", xlim=(0, 60))
    points(second, c["outlived"], colour, mode)
    second.set(xlabel="length of insult, min", ylabel="seizing 6-11 min after it")
    points(third, c["reached"], colour, mode)
    third.plot(list(RAFIQ), list(RAFIQ.values()), **CLINIC)
    third.set(xlabel="has outlived a brief insult by, min", ylabel="lasts half an hour")


def reversal(axes, c: dict, mode: str, colour: str) -> None:
    ribbon(axes[0], c["minutes"], c["E_gaba"], colour, mode)
    for level, name in ((-65, "rest"), (-50, "threshold"), (-42, "sources, refractory")):
        axes[0].axhline(level, color="0.6", lw=0.6)
        axes[0].text(119, level + 0.4, name, fontsize=6, ha="right")
    axes[0].set(xlabel="minutes of seizing", ylabel="E_GABA where it is shifted, mV")


def benzodiazepine(axes, c: dict, mode: str, colour: str) -> None:
    points(axes[0], c["quiet"]["lorazepam 0.1 mg/kg"], colour, f"lorazepam, {mode}")
    points(axes[0], c["quiet"]["no drug"], colour, f"nothing, {mode}", shift=0.6, style="s:")
    axes[0].set(xlabel="dose at, min", ylabel="quiet 15-30 min later")


def anaesthetics(axes, c: dict, mode: str, colour: str) -> None:
    kinds = {
        "lorazepam 0.1 mg/kg": "s:",
        "phenobarbital 15 mg/kg": "^--",
        "propofol 1 mg/kg + 2 mg/kg/h": "o-",
        "propofol 2 mg/kg + 8 mg/kg/h": "D-",
    }
    for k, (kind, style) in enumerate(kinds.items()):
        points(axes[0], c["quiet"][kind], colour, f"{kind}, {mode}", shift=0.5 * k, style=style)
    axes[0].set(xlabel="dose at, min", ylabel="quiet 15-30 min later")


def blockade(axes, c: dict, mode: str, colour: str) -> None:
    kinds = {"lorazepam 0.1 mg/kg": "s:", "ketamine 2 mg/kg + 3 mg/kg/h": "^--", "lorazepam + ketamine": "o-"}
    for k, (kind, style) in enumerate(kinds.items()):
        points(axes[0], c["quiet"][kind], colour, f"{kind}, {mode}", shift=0.5 * k, style=style)
    axes[0].set(xlabel="dose at, min", ylabel="quiet 15-30 min later")


def bars(axis, table: dict[str, list[float]], colour: str, mode: str) -> None:
    """Middle and range of named quantities, a line each."""
    for k, (low, middle, high) in enumerate(table.values()):
        y = k + (0.15 if mode == "full" else -0.15)
        axis.plot([low, high], [y, y], color=colour, lw=3, alpha=0.4)
        axis.plot(middle, y, "o", color=colour, ms=4, label=mode if k == 0 else None)
    axis.set_yticks(range(len(table)), list(table), fontsize=6)


def coma(axes, c: dict, mode: str, colour: str) -> None:
    bars(axes[0], c["suppressed"], colour, mode)
    axes[0].set(xlabel="suppressed share of the EEG", xlim=(0, 1))


def death(axes, c: dict, mode: str, colour: str) -> None:
    ribbon(axes[0], c["minutes"], c["dead"], colour, mode)
    axes[0].set(xlabel="minutes of status epilepticus", ylabel="dead share, worst patch")


def fire(axes, c: dict, mode: str, colour: str) -> None:
    bars(axes[0], {name: [s[1], s[0], s[2]] for name, s in c["burning"].items() if s}, colour, mode)
    axes[0].set(xlabel="seizing again after a day of coma", xlim=(0, 1))


def pumps(axes, c: dict, mode: str, colour: str) -> None:
    bars(axes[0], c["ratio"], colour, mode)
    axes[0].axvspan(0.7, 0.8, color="0.9")
    axes[0].set(xlabel="brain level at 36 h, over the healthy", xlim=(0, 1.3))


def sleep(axes, c: dict, mode: str, colour: str) -> None:
    ribbon(axes[0], c["sleep"]["minutes"], c["sleep"]["answers"], colour, mode)
    axes[0].set(xlabel="minutes (propofol from 10 to 72)", ylabel="responsiveness, healthy brain")
    ribbon(axes[1], c["sleep"]["minutes"], c["sleep"]["flat"], colour, mode)
    axes[1].set(xlabel="minutes", ylabel="suppressed share of the EEG")


FIGURES = {
    1: (ending, 3),
    2: (reversal, 1),
    3: (benzodiazepine, 1),
    4: (anaesthetics, 1),
    5: (blockade, 1),
    6: (coma, 1),
    7: (fire, 1),
    8: (pumps, 1),
    9: (death, 1),
    12: (sleep, 2),
}
