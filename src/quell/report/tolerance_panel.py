"""The panel of tolerance, where a run had it: how far each kind of receptor has adapted, and what that leaves."""

from matplotlib.axes import Axes

from quell.report import style
from quell.report.view import View

LINES = {
    "adapted_a1": ("α1 adapted", style.SEIZING),
    "adapted_a2": ("α2, α3", style.GABA_A),
    "adapted_a5": ("α5", style.POTASSIUM),
    "adapted_delta": ("δ", style.CHLORIDE),
    "adapted_nmda": ("NMDA", style.NMDA),
    "bzd_left": ("benzodiazepine left", style.INK),
}


def there(view: View) -> bool:
    """Whether the record holds tolerance."""
    return "adapted_a1" in view.record


def adapted(ax: Axes, view: View) -> None:
    """Adaptation by kind of receptor, and what is left of a benzodiazepine's potentiation."""
    for name, (_, colour) in LINES.items():
        ax.plot(view.time, view.at_focus(name), color=colour, ls="--" if name == "bzd_left" else "-")
    ends = style.spread([float(view.at_focus(name)[-1]) for name in LINES], 0.16)
    for y, (label, colour) in zip(ends, LINES.values(), strict=True):
        style.end_label(ax, view.ends[1], y, label, colour=colour)
    ax.set_ylim(0, 1.05)
    ax.set_ylabel("share")
    ax.set_title("Tolerance: receptors adapted to drugs that stay")
    style.quiet_axes(ax)
