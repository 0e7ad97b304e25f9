"""The joins of the brain as a picture: firing in the middle, what it moves around it, what comes from outside left."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

from quell.patient.joins import Join, Node
from quell.report import style

WIDTH_PX, HEIGHT_PX = 1900, 1500
COLOURS = {"+": style.EXCITE, "-": style.BRAKE, "±": "#7d6a3d", "": style.FAINT}
WORDS = {"+": "feeds the seizure", "-": "works against it", "±": "either way", "": "gives nothing back"}
MIDDLE = {"firing": (-0.2, 0.0), "activity": (0.62, -0.12)}  # the two every circle runs through
RING = (1.42, 0.98)
FLAT = 0.35  # labels are wider than high, so steps along the ring are even by their width above all


def wiring_picture(joins: Sequence[Join], nodes: Sequence[Node]) -> Figure:
    """Mechanisms as words, joins as arrows from giver to taker, coloured by which way they push."""
    with style.look():
        figure = style.canvas(WIDTH_PX, HEIGHT_PX)
        ax = figure.add_axes((0.0, 0.0, 1.0, 0.94))
        ax.set_xlim(-2.3, 1.95)
        ax.set_ylim(-1.22, 1.16)
        ax.axis("off")
        places = _places(nodes)
        pairs = {(join.giver, join.taker) for join in joins}
        boxes = {node.name: _name(ax, node, places[node.name]) for node in nodes}
        figure.draw_without_rendering()  # boxes know their size only after drawing, and arrows end at them
        for join in joins:
            _arrow(ax, join, boxes, both=(join.taker, join.giver) in pairs)
        _key(ax)
        title = "The circle of the disease: who needs what from whom"
        figure.text(0.03, 0.96, title, fontsize=14, fontweight="bold", va="center")
    return figure


def _places(nodes: Sequence[Node]) -> dict[str, tuple[float, float]]:
    """The two in the middle, the other mechanisms on an ellipse, what comes from outside in a column."""
    outside = [node.name for node in nodes if node.outside]
    around = [node.name for node in nodes if not node.outside and node.name not in MIDDLE]
    turns = np.radians(np.linspace(135.0, -135.0, 2001))
    walked = np.cumsum(np.hypot(RING[0] * np.sin(turns), FLAT * RING[1] * np.cos(turns)))
    angles = np.interp(np.linspace(0.0, walked[-1], len(around)), walked, turns)
    places = dict(MIDDLE)
    places |= {n: (0.26 + RING[0] * np.cos(a), RING[1] * np.sin(a)) for n, a in zip(around, angles, strict=True)}
    heights = np.linspace(1.1, -0.86, max(len(outside), 1))
    return places | {name: (-1.72, float(y)) for name, y in zip(outside, heights, strict=True)}


def _arrow(ax: Axes, join: Join, boxes: Mapping[str, Text], *, both: bool) -> None:
    """From the edge of one box to the edge of the other; two that answer each other bend apart."""
    bend = 0.18 if both else 0.07
    giver, taker = boxes[join.giver], boxes[join.taker]
    arrow = FancyArrowPatch(
        giver.get_position(),
        taker.get_position(),
        patchA=giver.get_bbox_patch(),
        patchB=taker.get_bbox_patch(),
        connectionstyle=f"arc3,rad={bend}",
        arrowstyle="-|>",
        mutation_scale=12,
        shrinkA=3,
        shrinkB=4,
        color=COLOURS[join.sign],
        lw=1.5,
        alpha=0.85,
        zorder=1,
    )
    ax.add_patch(arrow)


def _name(ax: Axes, node: Node, place: tuple[float, float]) -> Text:
    strong = node.name in MIDDLE
    box = {"boxstyle": "round,pad=0.42", "facecolor": "#fdeee6" if strong else "white", "edgecolor": style.FAINT}
    if node.outside:
        box["facecolor"] = style.PALE
        box["boxstyle"] = "round,pad=0.25"
    words, size = node.words if node.outside else node.words.replace(" (", "\n("), 8 if node.outside else 9
    weight = "bold" if strong else "normal"
    return ax.text(*place, words, ha="center", va="center", fontsize=size, fontweight=weight, bbox=box, zorder=3)


def _key(ax: Axes) -> None:
    for row, (sign, words) in enumerate(WORDS.items()):
        y = -0.98 - 0.065 * row
        ax.plot([-2.2, -2.1], [y, y], color=COLOURS[sign], lw=2.2)
        ax.text(-2.06, y, words, va="center", fontsize=8)
