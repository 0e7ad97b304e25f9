"""The isobologram of two drugs at the GABA-A gate: figure and table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from quell.fit.isobole import Isobole, Partner, isoboles, partner
from quell.report import style

COLOURS = ("#6fa3d8", style.BRAKE, "#1f4e80", style.INK)


def drawn(first: str, second: str, gains: tuple[float, ...], *, left: float = 1.0) -> tuple[list[Isobole], Figure]:
    """The isoboles and their picture. Raises InputError."""
    curves = isoboles(first, second, gains, left=left)
    return curves, _figure(curves, partner(first), partner(second), left)


def rows(curves: Sequence[Isobole]) -> list[dict[str, Any]]:
    """One row per effect: what each drug needs alone, and the pair to quote; None where never."""
    return [_row(curve) for curve in curves]


def text(curves: Sequence[Isobole], first: str, second: str) -> str:
    """The rows as a table; levels in mg/L of total plasma."""
    lines = [
        f"Conductance  {first} alone  {second} alone  together ({first} + {second})  index",
    ]
    for row in rows(curves):
        pair = f"{_number(row['pair'][0])} + {_number(row['pair'][1])}"
        alone = [_number(level) for level in row["alone"]]
        lines.append(
            f"{'x ' + format(row['gain'], 'g'):<11}  {alone[0]:>{len(first) + 6}}  {alone[1]:>{len(second) + 6}}  "
            f"{pair:>{len(first) + len(second) + 14}}  {row['index']:.2f}"
        )
    return "\n".join(lines)


def _row(curve: Isobole) -> dict[str, Any]:
    least = curve.pair
    alone = [level if np.isfinite(level) else None for level in curve.alone]
    pair = [float(curve.first[least]), float(curve.second[least])]
    return {"gain": curve.gain, "alone": alone, "pair": pair, "index": float(curve.index[least])}


def _number(level: float | None) -> str:
    return "never" if level is None else f"{level:.3g}"


def _figure(curves: Sequence[Isobole], first: Partner, second: Partner, left: float) -> Figure:
    with style.look():
        figure = style.canvas(1000, 760)
        ax = figure.add_axes((0.11, 0.13, 0.62, 0.70))
        style.quiet_axes(ax)
        scales = (_unit(curves, 0), _unit(curves, 1))
        widest = _widest(curves, 0) * scales[0][0]
        tallest = _widest(curves, 1) * scales[1][0]
        for number, curve in enumerate(curves):
            colour = COLOURS[min(number, len(COLOURS) - 1)]
            x, y = curve.first * scales[0][0], curve.second * scales[1][0]
            inside = (x <= widest) & (y <= tallest)
            ax.plot(x[inside], y[inside], color=colour)
            alone = [level * scale for level, (scale, _) in zip(curve.alone, scales, strict=True)]
            _addition(ax, alone, (widest, tallest), colour)
            if inside.any():
                across = np.where(inside, x, np.inf)
                near = int(np.argmin(np.abs(across - (0.7 * x[inside].min() + 0.3 * x[inside].max()))))
                style.end_label(ax, x[near], y[near], f"x {curve.gain:g}", colour=colour, shift=7)
        ax.set_xlim(0, widest)
        ax.set_ylim(0, tallest * 1.03)
        ax.set_xlabel(f"{first.name}, total plasma, {scales[0][1]}")
        ax.set_ylabel(f"{second.name}, total plasma, {scales[1][1]}")
        figure.text(0.11, 0.93, f"{first.name} and {second.name} at the GABA-A gate", fontsize=11, weight="bold")
        share = "" if left == 1.0 else f", {left:.0%} of the synaptic receptors left"
        figure.text(0.11, 0.885, f"Pairs of levels that give the same synaptic conductance{share}", color=style.FAINT)
        figure.text(0.76, 0.80, _legend(curves), va="top", fontsize=8, linespacing=1.5)
        figure.text(
            0.11, 0.025, "Not for bedside decisions. Equilibrium, usual free share.", color=style.FAINT, fontsize=7
        )
    return figure


def _addition(ax: Any, alone: Sequence[float], ends: tuple[float, float], colour: str) -> None:
    """The line of mere addition; where one drug alone never does it, the level of the other."""
    x, y = alone
    if np.isfinite(x) and np.isfinite(y):
        line = ([0.0, x], [y, 0.0])
    elif np.isfinite(y):
        line = ([0.0, ends[0]], [y, y])
    else:
        line = ([x, x], [0.0, ends[1]])
    ax.plot(*line, color=colour, linestyle=(0, (3, 3)), linewidth=0.9)


def _legend(curves: Sequence[Isobole]) -> str:
    said = ["solid: from the gate", "dashed: mere addition", "", "index a/A + b/B"]
    return "\n".join([*said, *(f"  x {row['gain']:g}: {row['index']:.2f}" for row in rows(curves))])


def _widest(curves: Sequence[Isobole], which: int) -> float:
    """As far as the axis goes: the largest level alone, else several times the level of the steepest bend."""
    alone = [curve.alone[which] for curve in curves if np.isfinite(curve.alone[which])]
    bends = [float(np.median((curve.first, curve.second)[which])) * 4.0 for curve in curves]
    return max(alone) if alone and len(alone) == len(curves) else max([*alone, *bends])


def _unit(curves: Sequence[Isobole], which: int) -> tuple[float, str]:
    return (1000.0, "ug/L") if _widest(curves, which) < 1.0 else (1.0, "mg/L")
